"""The comparisons of a pattern, made ready to be asked of one object (STIX 2.1 §9.6, §9.7).

Where this reads more than the standard, it is because real patterns mean it: a list property without [*] is tested by
its elements, hash names are found under any spelling, and two spellings of one observable (`EVIL.example`,
`evil.example`) are equal.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from oureyes.correlate.observation import Observation, time_of
from oureyes.correlate.regexes import guarded
from oureyes.model.instants import nanoseconds
from oureyes.model.observables import normalise
from oureyes.model.patterns import Comparison, Every, Literal, Path, Timestamp
from oureyes.model.patterns.atoms import kind_at
from oureyes.model.patterns.syntax import Test

__all__ = ["Check", "check"]

_LONGEST_INPUT = 4096  # characters of a value that a pattern's regular expression or LIKE sees

Check = Callable[[Mapping[str, Any], Observation], bool]


def check(test: Test) -> Check:
    """The check of a test; InvalidObject for a regular expression that could take for ever."""
    if isinstance(test, Comparison):
        return _comparison(test)
    checks = [check(part) for part in test.parts]
    if test.operator == "AND":
        return lambda one, seen: all(holds(one, seen) for holds in checks)
    return lambda one, seen: any(holds(one, seen) for holds in checks)


def _comparison(test: Comparison) -> Check:
    root, steps = test.path.type, test.path.steps
    holds = _predicate(test)

    def stands(one: Mapping[str, Any], seen: Observation) -> bool:
        return one.get("type") == root and any(holds(value) for value in _selected(one, steps, seen))

    return stands


def _selected(one: object, steps: Sequence[str | int | Every], seen: Observation) -> list[Any]:
    """Every value the path leads to; references are followed within the observation (STIX 2.1 §9.7.2)."""
    values: list[Any] = [one]
    for step in steps:
        values = [inner for value in values for inner in _stepped(value, step, seen)]
    return [inner for value in values for inner in (value if isinstance(value, list) else (value,))]


def _stepped(value: Any, step: str | int | Every, seen: Observation) -> Sequence[Any]:
    if isinstance(step, Every):
        return value if isinstance(value, list) else ()
    if isinstance(step, int):
        return (value[step],) if isinstance(value, list) and 0 <= step < len(value) else ()
    if not isinstance(value, dict):
        return ()
    found = value.get(step)
    if found is None:
        return [inner for name, inner in value.items() if _hash_name(name) == _hash_name(step) != ""]
    if step.endswith("_ref"):
        return [seen.objects[found]] if isinstance(found, str) and found in seen.objects else ()
    if step.endswith("_refs") and isinstance(found, list):
        return ([seen.objects[one] for one in found if isinstance(one, str) and one in seen.objects],)
    return _binary(step, found)


_HASH_NAMES = frozenset(["md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3256", "sha3512", "ssdeep", "tlsh"])


def _hash_name(name: str) -> str:
    folded = name.lower().replace("-", "")
    return folded if folded in _HASH_NAMES else ""


def _binary(step: str, value: Any) -> Sequence[Any]:
    """Properties named …_hex and …_bin are bytes written as text (STIX 2.1 §2.1, §2.6)."""
    if not isinstance(value, str) or not step.endswith(("_hex", "_bin")):
        return (value,)
    try:
        return (binascii.a2b_hex(value) if step.endswith("_hex") else base64.b64decode(value, validate=True),)
    except (ValueError, binascii.Error):
        return ()


_Predicate = Callable[[Any], bool]


def _predicate(test: Comparison) -> _Predicate:
    holds = _positive(test)
    negated = test.negated != (test.operator == "!=")
    return (lambda value: not holds(value)) if negated else holds


def _positive(test: Comparison) -> _Predicate:
    operator, value = test.operator, test.value
    if operator == "EXISTS" or value is None:
        return lambda found: True
    if isinstance(value, tuple):
        equal = [_equal(test.path, one) for one in value]
        return lambda found: any(one(found) for one in equal)
    if operator in ("=", "!="):
        return _equal(test.path, value)
    if operator in _ORDERS:
        return _ordered(operator, value)
    text = str(value)
    if operator in ("LIKE", "MATCHES"):
        return _like(text) if operator == "LIKE" else _regex(text)
    network = _network(text)
    if operator == "ISSUBSET":
        return lambda found: _inside(_network(found), network)
    return lambda found: _inside(network, _network(found))


def _equal(path: Path, literal: Literal) -> _Predicate:
    kind = kind_at(path) if isinstance(literal, str) else ""
    canonical = normalise(kind, literal) if kind and isinstance(literal, str) else None

    def equal(found: Any) -> bool:
        if _ranked(found, literal) == 0:
            return True
        return canonical is not None and isinstance(found, str) and normalise(kind, found) == canonical

    return equal


_ORDERS: Mapping[str, Callable[[int], bool]] = {
    "<": lambda sign: sign < 0,
    "<=": lambda sign: sign <= 0,
    ">": lambda sign: sign > 0,
    ">=": lambda sign: sign >= 0,
}


def _ordered(operator: str, literal: Literal) -> _Predicate:
    holds = _ORDERS[operator]
    return lambda found: (sign := _ranked(found, literal)) is not None and holds(sign)


def _ranked(found: Any, literal: Literal) -> int | None:
    """-1, 0 or 1; None where the two cannot be compared (STIX 2.1 §9.6.1)."""
    left, right = _comparable(found, literal)
    if isinstance(left, bool) or isinstance(right, bool):
        return 0 if left is right else None
    if isinstance(left, int | float) and isinstance(right, int | float):
        return (left > right) - (left < right)
    if isinstance(left, str) and isinstance(right, str):
        return (left > right) - (left < right)
    if isinstance(left, bytes) and isinstance(right, bytes):
        return (left > right) - (left < right)
    return None


def _comparable(found: Any, literal: Literal) -> tuple[Any, Any]:
    """Both sides in one type: instants as numbers, text beside bytes as bytes when every character fits one."""
    if isinstance(literal, Timestamp):
        return time_of(found), nanoseconds(literal.text)
    try:
        if isinstance(literal, bytes) and isinstance(found, str):
            return found.encode("latin-1"), literal
        if isinstance(literal, str) and isinstance(found, bytes):
            return found, literal.encode("latin-1")
    except UnicodeEncodeError:
        return None, literal
    return found, literal


def _text(value: Any) -> str | None:
    """What LIKE and MATCHES see: NFC (STIX 2.1 §9.6.1), bytes as one character each; nothing of what is too long."""
    if isinstance(value, bytes):
        value = value.decode("latin-1")
    return unicodedata.normalize("NFC", value) if isinstance(value, str) and len(value) <= _LONGEST_INPUT else None


def _like(text: str) -> _Predicate:
    """`%` any characters, `_` one; the parts between % are found from left to right, so time is bounded."""
    first, *rest = unicodedata.normalize("NFC", text).split("%")

    def holds(found: Any) -> bool:
        value = _text(found)
        if value is None or not _stands(first, value, 0):
            return False
        if not rest:
            return len(value) == len(first)
        at = len(first)
        for part in rest[:-1]:
            at = next((s + len(part) for s in range(at, len(value) - len(part) + 1) if _stands(part, value, s)), -1)
            if at < 0:
                return False
        return at <= len(value) - len(rest[-1]) and _stands(rest[-1], value, len(value) - len(rest[-1]))

    return holds


def _stands(part: str, value: str, at: int) -> bool:
    if "_" not in part:
        return value.startswith(part, at)
    return len(value) - at >= len(part) and all(p in ("_", value[at + i]) for i, p in enumerate(part))


def _regex(text: str) -> _Predicate:
    rule, longest = guarded(unicodedata.normalize("NFC", text))
    return lambda found: (value := _text(found)) is not None and len(value) <= longest and bool(rule.search(value))


_Net = ipaddress.IPv4Network | ipaddress.IPv6Network


def _network(value: object) -> _Net | None:
    try:
        return ipaddress.ip_network(value, strict=False) if isinstance(value, str) else None
    except ValueError:
        return None


def _inside(small: _Net | None, large: _Net | None) -> bool:
    if small is None or large is None or small.version != large.version:
        return False
    return small.subnet_of(large)  # type: ignore[arg-type]  # same version by now
