"""Attacks in disguise in multipart forms."""

from __future__ import annotations

from tests.waf.disguise import FINE_PART, PLAIN_PART, SCRIPT, SQL, Evasion, form, part, post

BIG = "x" * 1_100_000
MULTIPART = [
    Evasion("the second boundary", form(part(SQL), media="multipart/form-data; boundary=a; boundary=b"), PLAIN_PART, FINE_PART),
    Evasion(
        "a boundary in quotes with a blank",
        post(
            f'--b c\r\nContent-Disposition: form-data; name="q"\r\n\r\n{SQL}\r\n--b c--\r\n',
            'multipart/form-data; boundary="b c"',
        ),
        PLAIN_PART,
        FINE_PART,
    ),
    Evasion(
        "a boundary in quotes",
        form(part(SQL), media='multipart/form-data; boundary="b"'),
        PLAIN_PART,
        form(part("1"), media='multipart/form-data; boundary="b"'),
    ),
    Evasion("a boundary by RFC 2231", form(part(SQL), media="multipart/form-data; boundary*0=b"), PLAIN_PART, FINE_PART),
    Evasion("no boundary", form(part(SQL), media="multipart/form-data"), PLAIN_PART, FINE_PART),
    Evasion("another boundary in the body", form(part(SQL), media="multipart/form-data; boundary=c"), PLAIN_PART, FINE_PART),
    Evasion("bare line feeds", form(part(SQL, end="\n"), last="--b--\n"), PLAIN_PART, FINE_PART),
    Evasion("no end", form(part(SQL), last=""), PLAIN_PART, FINE_PART),
    Evasion("text before", form("hello\r\n" + part(SQL)), PLAIN_PART, FINE_PART),
    Evasion("a part after the end", form(part("1"), last="--b--\r\n" + part(SQL) + "--b--\r\n"), PLAIN_PART, FINE_PART),
    Evasion("two names", form(part(SQL, extra='; name="r"')), PLAIN_PART, FINE_PART),
    Evasion("a name without quotes", form(part(SQL, disposition="form-data; name=q")), PLAIN_PART, FINE_PART),
    Evasion("a name in single quotes", form(part(SQL, disposition="form-data; name='q'")), PLAIN_PART, FINE_PART),
    Evasion("no disposition", form(f"--b\r\n\r\n{SQL}\r\n"), PLAIN_PART, FINE_PART),
    Evasion("a folded disposition", form(part(SQL, disposition='form-data;\r\n name="q"')), PLAIN_PART, FINE_PART),
    Evasion("the attack in the name", form(part("1", name=SQL)), PLAIN_PART, FINE_PART),
    Evasion(
        "a part in base64",
        form(part("MScgVU5JT04gU0VMRUNUIDEtLSA=", extra="\r\nContent-Transfer-Encoding: base64")),
        PLAIN_PART,
        FINE_PART,
    ),
    Evasion(
        "a part in UTF-7",
        form(part("+ADw-script+AD4-", extra="\r\nContent-Type: text/plain; charset=utf-7")),
        form(part(SCRIPT)),
        form(part("grüße", extra="\r\nContent-Type: text/plain; charset=utf-8")),
    ),
    Evasion(
        "a file's name in the form",
        form(part("x", extra='; filename="shell.php"')),
        form(part("x", extra='; filename="a.php"')),
        form(part("x", extra='; filename="photo.jpg"')),
    ),
    Evasion(
        "a file's name with a dot more",
        form(part("x", extra='; filename="shell.php."')),
        form(part("x", extra='; filename="a.php"')),
        form(part("x", extra='; filename="plan.v2.pdf"')),
    ),
    Evasion(
        "a file's name twice",
        form(part("x", extra='; filename="a.jpg"; filename="a.php"')),
        form(part("x", extra='; filename="a.php"')),
        form(part("x", extra='; filename="photo.jpg"')),
    ),
    Evasion(
        "a file's name by RFC 5987",
        form(part("x", extra="; filename=\"a.jpg\"; filename*=UTF-8''a%2ephp")),
        form(part("x", extra='; filename="a.php"')),
        form(part("x", extra='; filename="fotoße.jpg"')),
    ),
    Evasion(
        "before a file of a megabyte",
        form(part(SQL), part(BIG, name="f", extra='; filename="a.bin"')),
        PLAIN_PART,
        form(part("1"), part(BIG, name="f", extra='; filename="a.bin"')),
    ),
]
