"""The audit log in words: every code of the source has some, and there are none besides."""

from __future__ import annotations

import msgspec
import pytest

from control.security.audit_log import actions, words
from control.web.forms import Field, Form
from control.web.language import Tongue
from control.web.view import View, speaking
from tests.security.audit_codes import codes


def test_every_action_has_words() -> None:
    """Each action that the source writes is in the table, and nothing else."""
    found, unknown = codes()
    assert not unknown, "the test cannot tell what is written there"
    viewed = {code for code in found if code.endswith(".viewed")}
    assert viewed == {f"{one}.viewed" for one in actions.VIEWABLE}
    assert found - viewed == set(actions.ACTIONS)
    assert {code.partition(".")[0] for code in found} <= set(actions.SUBJECTS)
    offered = [code for words in actions.groups().values() for code in words]
    assert sorted(offered) == sorted(found)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("site.updated", "Site changed"),
        ("site.viewed", "Site: Looked at from another organization"),
        ("gone.viewed", "gone.viewed"),
        ("site.gone", "site.gone"),
        ("", ""),
    ],
)
def test_words_of_a_code(code: str, expected: str) -> None:
    """What was written by an older version still shows its code."""
    with speaking(View(tongue=Tongue("en"))):
        assert actions.said(code) == expected


class NewThing(msgspec.Struct):
    name: str
    url: str
    note: str


class Other(msgspec.Struct):
    name: str
    url: str
    kind: str


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("thing", {"name": "Name", "url": "Where", "note": "Note", "kind": "Kind"}),  # its own form comes first
        ("other", {"name": "Name", "url": "Address", "note": "Note", "kind": "Kind"}),
        ("thi", {"name": "Name", "note": "Note", "kind": "Kind"}),  # no more than a part of a word
        ("else", {"name": "Name", "note": "Note", "kind": "Kind"}),  # url is called differently
    ],
)
def test_what_fields_are_called(subject: str, expected: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    labels: dict[tuple[str, str], str] = {}
    monkeypatch.setattr("control.web.forms.LABELS", labels)
    monkeypatch.setattr(words, "LABELS", labels)
    Form(NewThing, Field("name", "Name"), Field("url", "Where"), Field("note", "Note"))
    Form(Other, Field("name", "Name"), Field("url", "Address"), Field("kind", "Kind"))
    assert words.labels(subject) == expected
