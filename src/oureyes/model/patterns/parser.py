"""The grammar of STIX patterns (STIX 2.1 §9, grammar of cti-stix2-json-schemas), by recursive descent.

It reads a little more than the grammar: `==` and `<>`, START and STOP with plain strings (STIX 2.0), and a hyphen in
an unquoted step (`file:hashes.SHA-256`), all of which occur in the wild and mean one thing only. An error names the
position and never what stands there.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable

from oureyes.errors import InvalidObject
from oureyes.model.instants import is_instant
from oureyes.model.patterns.syntax import (
    EVERY,
    Between,
    Comparison,
    Every,
    Expression,
    Group,
    Joined,
    Literal,
    Observed,
    Path,
    Pattern,
    Qualified,
    Qualifier,
    Repeats,
    Test,
    Timestamp,
    Within,
)

__all__ = ["parse"]

_DEEPEST = 64
_TOKEN = re.compile(
    r"""(?P<space>(?:\s|/\*.*?\*/|//[^\r\n]*)+)
      | t'(?P<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)'
      | h'(?P<hex>(?:[0-9A-Fa-f]{2})*)'
      | b'(?P<binary>[A-Za-z0-9+/]*={0,2})'
      | '(?P<string>(?:[^'\\]|\\['\\])*)'
      | (?P<float>[+-]?\d*\.\d+)
      | (?P<int>[+-]?(?:0|[1-9]\d*)(?![\w]))
      | (?P<word>[A-Za-z_][A-Za-z0-9_-]*)
      | (?P<sign>==|!=|<>|<=|>=|[=<>\[\]().,:*])""",
    re.VERBOSE | re.DOTALL | re.ASCII,
)
_SIGNS = {"==": "=", "<>": "!="}
_ORDERS = ("=", "!=", "<", "<=", ">", ">=")
_TEXTUAL = ("LIKE", "MATCHES", "ISSUBSET", "ISSUPERSET")
_KEYWORDS = frozenset(
    (
        *("AND", "OR", "NOT", "FOLLOWEDBY", *_TEXTUAL, "EXISTS", "IN", "true", "false"),
        *("START", "STOP", "SECONDS", "WITHIN", "REPEATS", "TIMES"),
    )
)

_Token = tuple[str, str, int]  # kind, text, position


def parse(text: str) -> Pattern:
    """A pattern's tree; InvalidObject with the position of what does not fit."""
    reader = _Reader(_tokens(text), len(text))
    root = reader.expression(0)
    reader.end()
    return Pattern(text, root)


def _tokens(text: str) -> list[_Token]:
    out: list[_Token] = []
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise _wrong("a word, a number, a string or a sign", at)
        kind = found.lastgroup or ""
        if kind != "space":
            out.append((kind, found[kind], at))
        at = found.end()
    return out


def _wrong(expected: str, at: int) -> InvalidObject:
    return InvalidObject(
        "pattern", expected, f"something else at character {at + 1}", "correct the pattern (STIX 2.1 §9)"
    )


class _Reader:
    """The tokens and how far they are read."""

    __slots__ = ("_at", "_length", "_tokens")

    def __init__(self, tokens: list[_Token], length: int) -> None:
        self._tokens, self._length, self._at = tokens, length, 0

    def end(self) -> None:
        if self._at < len(self._tokens):
            raise self._unexpected("AND, OR, FOLLOWEDBY, a qualifier or the end")

    def expression(self, depth: int) -> Expression:
        """FOLLOWEDBY binds loosest, then OR, then AND."""
        return self._joined("FOLLOWEDBY", depth, lambda d: self._joined("OR", d, self._conjunction))

    def _conjunction(self, depth: int) -> Expression:
        return self._joined("AND", depth, self._qualified)

    def _joined(self, operator: str, depth: int, operand: Callable[[int], Expression]) -> Expression:
        parts = [operand(depth)]
        while self._take("word", operator):
            parts.append(operand(depth))
        return parts[0] if len(parts) == 1 else Joined(operator, tuple(parts))

    def _qualified(self, depth: int) -> Expression:
        inner = self._observation(depth)
        while (qualifier := self._qualifier()) is not None:
            inner = Qualified(inner, qualifier)
        return inner

    def _observation(self, depth: int) -> Expression:
        if self._take("sign", "["):
            test = self._alternatives(depth)
            self._need("sign", "]")
            return Observed(test)
        self._open("[ or (", depth)
        inner = self.expression(depth + 1)
        self._need("sign", ")")
        return inner

    def _qualifier(self) -> Qualifier | None:
        if self._take("word", "WITHIN"):
            seconds = self._positive()
            self._need("word", "SECONDS")
            return Within(seconds)
        if self._take("word", "REPEATS"):
            times = int(self._need("int"))
            if times < 1:
                raise self._unexpected("a number of at least 1", -1)
            self._need("word", "TIMES")
            return Repeats(times)
        if self._take("word", "START"):
            start = self._instant()
            self._need("word", "STOP")
            return Between(start, self._instant())
        return None

    def _positive(self) -> float:
        kind = self._peek()[0]
        number = float(self._need(kind if kind in ("int", "float") else "int"))
        if number <= 0:
            raise self._unexpected("a number above 0", -1)
        return number

    def _instant(self) -> str:
        kind = self._peek()[0]
        text = self._need(kind if kind in ("time", "string") else "time")
        if not is_instant(text):
            raise self._unexpected("a UTC instant", -1)
        return text

    def _alternatives(self, depth: int) -> Test:
        return self._grouped("OR", depth, lambda d: self._grouped("AND", d, self._test))

    def _grouped(self, operator: str, depth: int, operand: Callable[[int], Test]) -> Test:
        parts = [operand(depth)]
        while self._take("word", operator):
            parts.append(operand(depth))
        return parts[0] if len(parts) == 1 else Group(operator, tuple(parts))

    def _test(self, depth: int) -> Test:
        if self._take("word", "EXISTS"):
            return Comparison(self._path(), "EXISTS", None)
        if self._peek()[:2] == ("sign", "("):
            self._open("(", depth)
            inner = self._alternatives(depth + 1)
            self._need("sign", ")")
            return inner
        path = self._path()
        negated = self._take("word", "NOT")
        operator = self._operator()
        return Comparison(path, operator, self._operand(operator), negated)

    def _operator(self) -> str:
        kind, text, _ = self._peek()
        operator = _SIGNS.get(text, text)
        if (kind == "sign" and operator in _ORDERS) or (kind == "word" and operator in ("IN", *_TEXTUAL)):
            self._at += 1
            return operator
        raise self._unexpected("a comparison operator")

    def _operand(self, operator: str) -> Literal | tuple[Literal, ...]:
        if operator == "IN":
            return self._set()
        if operator in _TEXTUAL:
            return _unescaped(self._need("string"))
        value = self._literal()
        if isinstance(value, bool) and operator not in ("=", "!="):
            raise self._unexpected("a value that has an order", -1)
        return value

    def _set(self) -> tuple[Literal, ...]:
        self._need("sign", "(")
        if self._take("sign", ")"):
            return ()
        values = [self._literal()]
        while self._take("sign", ","):
            values.append(self._literal())
        self._need("sign", ")")
        return tuple(values)

    def _literal(self) -> Literal:
        kind, text, _ = self._peek()
        read = _LITERALS.get(kind)
        if read is None or (kind == "word" and text not in ("true", "false")):
            raise self._unexpected("a value")
        self._at += 1
        try:
            return read(text)
        except (ValueError, binascii.Error):
            raise self._unexpected(f"a valid {kind} value", -1) from None

    def _path(self) -> Path:
        kind, text, _ = self._peek()
        if kind != "word" or text in _KEYWORDS:
            raise self._unexpected("an object type")
        self._at += 1
        self._need("sign", ":")
        steps: list[str | int | Every] = [self._step()]
        while True:
            if self._take("sign", "."):
                steps.append(self._step())
            elif self._take("sign", "["):
                steps.append(self._index())
            else:
                return Path(text, tuple(steps))

    def _step(self) -> str:
        kind, text, _ = self._peek()
        if kind not in ("word", "string"):
            raise self._unexpected("a property")
        self._at += 1
        return text if kind == "word" else _unescaped(text)

    def _index(self) -> int | Every:
        index = EVERY if self._take("sign", "*") else int(self._need("int"))
        self._need("sign", "]")
        return index

    def _open(self, expected: str, depth: int) -> None:
        if not self._take("sign", "("):
            raise self._unexpected(expected)
        if depth >= _DEEPEST:
            raise self._unexpected(f"at most {_DEEPEST} parentheses in each other", -1)

    def _peek(self) -> _Token:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("end", "", self._length)

    def _take(self, kind: str, text: str) -> bool:
        taken = self._peek()[:2] == (kind, text)
        self._at += taken
        return taken

    def _need(self, kind: str, text: str = "") -> str:
        found = self._peek()
        if found[0] != kind or (text and found[1] != text):
            raise self._unexpected(text or f"a value of the kind {kind}")
        self._at += 1
        return found[1]

    def _unexpected(self, expected: str, back: int = 0) -> InvalidObject:
        at = self._at + back
        return _wrong(expected, self._tokens[at][2] if at < len(self._tokens) else self._length)


def _unescaped(text: str) -> str:
    return re.sub(r"\\(['\\])", r"\1", text) if "\\" in text else text


def _timestamp(text: str) -> Timestamp:
    if not is_instant(text):
        raise ValueError("no day of the calendar")
    return Timestamp(text)


_LITERALS: dict[str, Callable[[str], Literal]] = {
    "string": _unescaped,
    "int": int,
    "float": float,
    "word": lambda text: text == "true",
    "hex": binascii.a2b_hex,
    "binary": lambda text: base64.b64decode(text, validate=True),
    "time": _timestamp,
}
