"""The words of an expression. Source: Prometheus's `promql/parser/lex.go`."""

from __future__ import annotations

import math
import re
from enum import Enum

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
_NUMBER = re.compile(r"0[xX][0-9a-fA-F]*|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]*)?")
_BLANK = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)+")
_SIGNS = re.compile(r"==|!=|<=|>=|[-+*/%^=<>(){\[\],@]")
_INSIDE = re.compile(r"!=|=~|!~|[=,}]")
_ESCAPE = re.compile(r"\\(?:([abfnrtv\\'\"])|([0-7]{3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))")
_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_DIGITS = re.compile(r"[0-9]+")
_HEX = frozenset("0123456789abcdefABCDEF")
_PLAIN = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\", "'": "'", '"': '"'}
_SPAN = re.compile(r"(?:([0-9]+)y)?(?:([0-9]+)w)?(?:([0-9]+)d)?(?:([0-9]+)h)?(?:([0-9]+)m)?(?:([0-9]+)s)?(?:([0-9]+)ms)?")
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
        if self.kind in "(){}[],:=":
            return quoted(self.text)
        return f"<op:{self.text}>"


def tokens(text: str) -> tuple[list[Token], ParseError | None]:
    """The words up to the end or to the first thing that is none, which is a word of kind `end` or `error`.

    An error is met only when the parser comes that far: what is wrong before it is said first.
    """
    found: list[Token] = []
    try:
        _lex(text, found)
    except ParseError as error:
        found.append(Token("error", "", len(text)))
        return found, error
    return found, None


class _Bracket(Enum):
    """Where the lexer stands between `[` and `]`."""

    OUTSIDE = 0
    OPENED = 1
    NO_COLON = 2
    COLON = 3


class _Lexer:
    """Where the lexer stands: between braces, between brackets, in how many parentheses."""

    def __init__(self) -> None:
        self.inside = False
        self.bracket = _Bracket.OUTSIDE
        self.parens = 0

    def next(self, text: str, at: int) -> Token:
        """The word at this place."""
        if self.bracket is _Bracket.OPENED:
            self.bracket = _Bracket.NO_COLON
            return _span(text, at)
        return _next_inside(text, at) if self.inside else _next(text, at, self.bracket)

    def follow(self, text: str, at: int, kind: str) -> None:
        """Note what a word opens or closes."""
        match kind:
            case "{" | "}":
                self.inside = kind == "{"
            case "[":
                self.bracket = _Bracket.OPENED
            case ":":
                self.bracket = _Bracket.COLON
            case "]":
                if self.bracket is _Bracket.OUTSIDE:
                    raise ParseError(text, at, "unexpected right bracket ']'")
                self.bracket = _Bracket.OUTSIDE
            case "(":
                self.parens += 1
            case ")":
                self.parens -= 1
                if self.parens < 0:
                    raise ParseError(text, at + 1, "unexpected right parenthesis ')'")
            case _:
                pass

    def close(self, text: str) -> None:
        """Refuse what was left open."""
        if self.inside:
            raise ParseError(text, len(text), "unexpected end of input inside braces")
        if self.bracket is not _Bracket.OUTSIDE:
            raise ParseError(text, len(text), "unclosed left bracket")
        if self.parens:
            raise ParseError(text, len(text), "unclosed left parenthesis")


def _lex(text: str, found: list[Token]) -> None:
    lexer, at = _Lexer(), 0
    while True:
        if blank := _BLANK.match(text, at):
            at = blank.end()
        if at >= len(text):
            break
        token = lexer.next(text, at)
        lexer.follow(text, at, token.kind)
        found.append(token)
        at = token.end
    lexer.close(text)
    found.append(Token("end", "", len(text)))


def _span(text: str, at: int) -> Token:
    """The duration right after a bracket."""
    if span := _DURATION.match(text, at):
        return Token("duration", span[0], at)
    digits = _DIGITS.match(text, at)
    if digits and _WORD.match(text, digits.end()):
        raise ParseError(text, at, f"bad duration syntax: {quoted(digits[0])}")
    raise ParseError(text, at, "missing unit character in duration")


def _next_inside(text: str, at: int) -> Token:
    first = text[at]
    if first in "\"'`":
        return Token("string", _string(text, at), at)
    if word := _LABEL.match(text, at):
        return Token("identifier", word[0], at)
    if sign := _INSIDE.match(text, at):
        return Token(sign[0], sign[0], at)
    if first == "{":
        raise ParseError(text, at, "unexpected left brace '{'")
    if first == "!":
        raise ParseError(text, at, f"unexpected character after '!' inside braces: {_character(text[at + 1 : at + 2])}")
    raise ParseError(text, at, f"unexpected character inside braces: {_character(first)}")


def _next(text: str, at: int, bracket: _Bracket) -> Token:
    first = text[at]
    if first in "\"'`":
        return Token("string", _string(text, at), at)
    if first == ":" and bracket is not _Bracket.OUTSIDE:
        if bracket is _Bracket.COLON:
            raise ParseError(text, at, "unexpected colon ':'")
        return Token(":", ":", at)
    if word := _WORD.match(text, at):
        return _word(word[0], at)
    if span := _DURATION.match(text, at):
        return Token("duration", span[0], at)
    if number := _NUMBER.match(text, at):
        if _WORD.match(text, number.end()):
            raise ParseError(text, at, f"bad number or duration syntax: {quoted(number[0])}")
        return Token("number", number[0], at)
    after = text[at + 1 : at + 2]
    if first == "=" and after == "~":
        raise ParseError(text, at, "unexpected character after '=': '~'")
    if sign := _SIGNS.match(text, at):
        return Token(sign[0], sign[0], at)
    if first == "!":
        raise ParseError(text, at, f"unexpected character after '!': {_character(after)}")
    raise ParseError(text, at, f"unexpected character: {_character(first)}")


def _character(found: str) -> str:
    return {"'": "'\\''", "": "'�'"}.get(found, f"'{found}'")


def _word(word: str, at: int) -> Token:
    lower = word.lower()
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
            after = body[back + 1 : back + 2] or token.text[0]
            if after in "01234567xuU":
                bad = next((c for c in body[back + 2 :] if c not in _HEX), token.text[0])
                raise ParseError(text, token.pos, f"illegal character U+{ord(bad):04X} '{bad}' in escape sequence")
            raise ParseError(text, token.pos, f"unknown escape sequence U+{ord(after):04X} '{after}'")
        plain, octal, *hexes = escape.groups()
        if plain is not None:
            made.append(_PLAIN[plain])
        else:
            code = int(octal, 8) if octal else int(next(h for h in hexes if h), 16)
            if code > (0xFF if octal else 0x10FFFF) or 0xD800 <= code < 0xE000:
                raise ParseError(text, token.pos, "escape sequence is an invalid Unicode code point")
            made.append(chr(code))
        at = escape.end()
    made.append(body[at:])
    return "".join(made)


def duration(text: str, word: Token) -> int:
    """Milliseconds of a duration such as `1h30m`. Raises ParseError."""
    span = _SPAN.fullmatch(word.text)
    if span is None:
        raise ParseError(text, word.pos, f"not a valid duration string: {quoted(word.text)}")
    total = sum(int((n or "0")[:20]) * unit for n, unit in zip(span.groups(), _MILLISECONDS, strict=True))
    if total > _LONGEST_SPAN:
        raise ParseError(text, word.pos, "duration out of range")
    if total == 0:
        raise ParseError(text, word.pos, "duration must be greater than 0")
    return total


def number(text: str, word: Token) -> float:
    """The value of a number. Raises ParseError."""
    lower = word.text.lower()
    try:
        value = float(int(lower, 16)) if lower.startswith("0x") else float(lower)
    except ValueError:
        words = f"error parsing number: strconv.ParseFloat: parsing {quoted(word.text)}: invalid syntax"
        raise ParseError(text, word.pos, words) from None
    except OverflowError:
        value = math.inf
    if math.isinf(value) and lower != "inf":
        words = f"error parsing number: strconv.ParseFloat: parsing {quoted(word.text)}: value out of range"
        raise ParseError(text, word.pos, words)
    return value
