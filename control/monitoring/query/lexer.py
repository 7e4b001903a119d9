"""The words of an expression. Source: Prometheus's `promql/parser/lex.go`."""

from __future__ import annotations

import re

import msgspec

from control.monitoring.query.errors import ParseError
from control.monitoring.query.labels import quoted

AGGREGATORS = {
    "sum", "avg", "count", "min", "max", "group", "stddev", "stdvar", "topk", "bottomk", "count_values", "quantile",
}  # fmt: skip
KEYWORDS = {"offset", "by", "without", "on", "ignoring", "group_left", "group_right", "bool"}
WORD_OPERATORS = {"and", "or", "unless", "atan2"}
COMPARISONS = {"==", "!=", "<", "<=", ">", ">="}
SETS = {"and", "or", "unless"}

_WORD = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_DURATION = re.compile(r"[0-9]+(?:ms|[smhdwy])(?:[0-9]+(?:ms|[smhdwy]))*(?![a-zA-Z0-9_])")
_NUMBER = re.compile(r"0[xX][0-9a-fA-F]+|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_BLANK = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)+")
_SIGNS = re.compile(r"==|!=|<=|>=|=~|!~|[-+*/%^=<>(){}\[\],@:]")
_ESCAPE = re.compile(r"\\(?:([abfnrtv\\'\"])|([0-7]{3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))")
_PLAIN = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\", "'": "'", '"': '"'}
_SPAN = re.compile(
    r"(?:([0-9]+)y)?(?:([0-9]+)w)?(?:([0-9]+)d)?(?:([0-9]+)h)?(?:([0-9]+)m)?(?:([0-9]+)s)?(?:([0-9]+)ms)?"
)
_MILLISECONDS = (31_536_000_000, 604_800_000, 86_400_000, 3_600_000, 60_000, 1000, 1)
_LONGEST_SPAN = (2**63 - 1) // 1_000_000


class Token(msgspec.Struct):
    """One word. `kind` is the sign or keyword itself, or number, duration, identifier, metric, string, aggregator, end."""

    kind: str
    text: str
    pos: int

    @property
    def end(self) -> int:
        return self.pos + len(self.text)

    def __str__(self) -> str:
        """As messages describe it."""
        if self.kind == "end":
            return "end of input"
        if self.kind in {"identifier", "metric"}:
            return f"{'metric ' if self.kind == 'metric' else ''}identifier {quoted(self.text)}"
        if self.kind in {"number", "duration", "string"}:
            return f"{self.kind} {quoted(self.text) if len(self.text) <= 10 else quoted(self.text[:10]) + '...'}"
        if self.kind in KEYWORDS:
            return f"<{self.text}>"
        if self.kind == "aggregator":
            return f"<aggr:{self.text}>"
        if self.kind in "(){}[],:" and self.kind != "@":
            return f"{_NAMES.get(self.kind, '')}{quoted(self.text)}"
        return f"<op:{self.text}>"


_NAMES: dict[str, str] = {}


def tokens(text: str) -> list[Token]:
    """All words, the last one of kind `end`. Raises ParseError."""
    found: list[Token] = []
    at, braces, brackets, parens = 0, 0, 0, 0
    while True:
        if blank := _BLANK.match(text, at):
            at = blank.end()
        if at >= len(text):
            break
        token = _next(text, at, inside=braces > 0, spans=brackets > 0)
        match token.kind:
            case "{":
                braces += 1
            case "}":
                if not braces:
                    raise ParseError(text, at, "unexpected right brace '}'")
                braces -= 1
            case "[":
                if brackets:
                    raise ParseError(text, at, "unexpected left brace '['")
                brackets += 1
            case "]":
                if not brackets:
                    raise ParseError(text, at, "unexpected right bracket ']'")
                brackets -= 1
            case "(":
                parens += 1
            case ")":
                parens -= 1
                if parens < 0:
                    raise ParseError(text, at, "unexpected right parenthesis ')'")
            case _:
                pass
        found.append(token)
        at += len(token.text)
    if braces:
        raise ParseError(text, len(text), "unexpected end of input inside braces")
    if brackets:
        raise ParseError(text, len(text), "unclosed left bracket")
    if parens:
        raise ParseError(text, len(text), "unclosed left parenthesis")
    found.append(Token("end", "", len(text)))
    return found


def _next(text: str, at: int, *, inside: bool, spans: bool) -> Token:
    first = text[at]
    if first in "\"'`":
        return Token("string", _string(text, at), at)
    if word := _WORD.match(text, at):
        if not spans or first != ":":
            return _word(text, word[0], at, inside=inside)
    elif span := _DURATION.match(text, at):
        return Token("duration", span[0], at)
    elif number := _NUMBER.match(text, at):
        rest = _WORD.match(text, number.end())
        if rest:
            raise ParseError(text, at, f"bad number or duration syntax: {quoted(number[0] + rest[0][:1])}")
        return Token("number", number[0], at)
    if sign := _SIGNS.match(text, at):
        if inside and sign[0] not in {"=", "!=", "=~", "!~", ",", "}", "{"}:
            raise ParseError(text, at, f"unexpected character inside braces: {_character(first)}")
        return Token(sign[0], sign[0], at)
    if inside:
        raise ParseError(text, at, f"unexpected character inside braces: {_character(first)}")
    if first == "!":
        raise ParseError(text, at, f"unexpected character after '!': {_character(text[at + 1 : at + 2])}")
    raise ParseError(text, at, f"unexpected character: {_character(first)}")


def _character(found: str) -> str:
    return {"'": "'\\''", "": "'�'"}.get(found, f"'{found}'")


def _word(text: str, word: str, at: int, *, inside: bool) -> Token:
    lower = word.lower()
    if inside:
        if ":" in word:
            raise ParseError(text, at + word.index(":"), "unexpected character inside braces: ':'")
        return Token("identifier", word, at)
    if lower in KEYWORDS or lower in WORD_OPERATORS:
        return Token(lower, word, at)
    if lower in AGGREGATORS:
        return Token("aggregator", word, at)
    if lower in {"inf", "nan"}:
        return Token("number", word, at)
    return Token("metric" if ":" in word else "identifier", word, at)


def _string(text: str, at: int) -> str:
    quote, end = text[at], at + 1
    while end < len(text):
        if text[end] == quote:
            return text[at : end + 1]
        if quote != "`":
            if text[end] == "\n":
                break
            if text[end] == "\\":
                end += 1
        end += 1
    kind = "raw" if quote == "`" else "quoted"
    raise ParseError(text, at, f"unterminated {kind} string")


def string_value(text: str, token: Token) -> str:
    """What a string means. Raises ParseError for an escape that Go does not know."""
    body = token.text[1:-1]
    if token.text[0] == "`":
        return body
    made: list[str] = []
    at = 0
    while (back := body.find("\\", at)) >= 0:
        made.append(body[at:back])
        escape = _ESCAPE.match(body, back)
        if escape is None:
            raise ParseError(text, token.pos + 1 + back, "unknown escape sequence")
        plain, octal, *hexes = escape.groups()
        if plain is not None:
            made.append(_PLAIN[plain])
        else:
            code = int(octal, 8) if octal else int(next(h for h in hexes if h), 16)
            if code > 0x10FFFF or 0xD800 <= code < 0xE000:
                raise ParseError(text, token.pos + 1 + back, "escape sequence is an invalid Unicode code point")
            made.append(chr(code))
        at = escape.end()
    made.append(body[at:])
    return "".join(made)


def duration(text: str) -> int | None:
    """Milliseconds of a duration such as `1h30m`; None where it is none."""
    span = _SPAN.fullmatch(text)
    if span is None or not text:
        return None
    total = sum(int(n or 0) * unit for n, unit in zip(span.groups(), _MILLISECONDS, strict=True))
    return total if total <= _LONGEST_SPAN else None


def number(text: str) -> float:
    """The value of a number."""
    lower = text.lower()
    if lower.startswith("0x"):
        return float(int(lower, 16))
    return float(lower)
