"""What a STIX pattern means (STIX 2.1 §9): whether observations match it.

A pattern is compiled once. Each comparison runs on one object, so that what AND joins holds for the same object; each
observation expression binds observations, no observation twice. Where this reads more than the standard, it is because
real patterns mean it: a list property without [*] is tested by its elements, hash names are found under any spelling,
and two spellings of one observable (`EVIL.example`, `evil.example`) are equal.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from oureyes.correlate.regexes import guarded
from oureyes.errors import InvalidObject
from oureyes.model.instants import nanoseconds
from oureyes.model.observables import normalise
from oureyes.model.patterns import (
    Between,
    Comparison,
    Every,
    Joined,
    Literal,
    Observed,
    Path,
    Pattern,
    Qualified,
    Repeats,
    Timestamp,
    Within,
    parse,
)
from oureyes.model.patterns.atoms import kind_at
from oureyes.model.patterns.syntax import Expression, Qualifier, Test

__all__ = ["Compiled", "Observation", "compiled", "matches", "observation_of"]

_LONGEST_INPUT = 4096  # characters of a value that a pattern's regular expression or LIKE sees
_MOST_BINDINGS = 200_000  # tried before a pattern is given up
_MOST_PARTS = 256  # joined at one level, or repetitions asked for


@dataclass(frozen=True, slots=True)
class Observation:
    """What was seen together: objects by id, from when to when (nanoseconds), how many times."""

    objects: Mapping[str, Mapping[str, Any]]
    first: int = 0
    last: int = 0
    number: int = 1


def observation_of(content: Mapping[str, Any], held: Mapping[str, Mapping[str, Any]] | None = None) -> Observation:
    """From observed-data and the objects it refers to (2.0 embeds them), or from an SCO standing alone."""
    if content.get("type") != "observed-data":
        return Observation({**(held or {}), str(content.get("id", "0")): content})
    inside = content.get("objects")
    objects = inside if isinstance(inside, dict) else {}
    for reference in content.get("object_refs") or ():
        if held is not None and reference in held:
            objects = {**objects, reference: held[reference]}
    first, last = _time(content.get("first_observed")), _time(content.get("last_observed"))
    number = content.get("number_observed")
    return Observation(objects, first or 0, last or first or 0, number if isinstance(number, int) else 1)


@dataclass(frozen=True, slots=True)
class Compiled:
    """A pattern ready to be asked, many times."""

    pattern: Pattern
    _bind: _Binder

    def matches(self, observations: Sequence[Observation]) -> bool:
        """Whether some choice of the observations satisfies it."""
        return next(self._bind(_Scene(observations)), None) is not None


def compiled(pattern: Pattern | str) -> Compiled:
    """InvalidObject for a pattern that does not parse, or whose regular expression could take for ever."""
    tree = parse(pattern) if isinstance(pattern, str) else pattern
    return Compiled(tree, _binder(tree.root, _needed(tree.root)))


def matches(pattern: Pattern | str, observations: Sequence[Observation]) -> bool:
    """Compile and ask once."""
    return compiled(pattern).matches(observations)


class _Scene:
    """The observations under question, and how many bindings may still be tried."""

    __slots__ = ("left", "observations")

    def __init__(self, observations: Sequence[Observation]) -> None:
        self.observations, self.left = observations, _MOST_BINDINGS

    def spend(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise InvalidObject("pattern", f"an answer within {_MOST_BINDINGS} bindings", "more", "narrow the pattern")


_Bound = frozenset[tuple[int, int]]  # (observation, which of the times it was seen)
_Binder = Callable[[_Scene], Iterator[_Bound]]
_Check = Callable[[Mapping[str, Any], Observation], bool]


def _needed(root: Expression) -> int:
    """How many observations the pattern can bind at most: no repeated sighting beyond that is of use."""
    if isinstance(root, Observed):
        return 1
    if isinstance(root, Joined):
        return sum(_needed(part) for part in root.parts)
    return _needed(root.inner) * (root.qualifier.times if isinstance(root.qualifier, Repeats) else 1)


def _binder(root: Expression, most: int) -> _Binder:
    if isinstance(root, Observed):
        return _observed(_check(root.test), most)
    if isinstance(root, Qualified):
        return _qualified(_binder(root.inner, most), root.qualifier)
    _bounded(len(root.parts))
    parts = [_binder(part, most) for part in root.parts]
    if root.operator == "OR":
        return lambda scene: (bound for part in parts for bound in part(scene))
    return _joined(parts, root.operator == "FOLLOWEDBY")


def _observed(check: _Check, most: int) -> _Binder:
    def bind(scene: _Scene) -> Iterator[_Bound]:
        for at, seen in enumerate(scene.observations):
            if any(check(one, seen) for one in seen.objects.values()):
                for time in range(min(max(seen.number, 1), most)):
                    yield frozenset([(at, time)])

    return bind


def _joined(parts: Sequence[_Binder], ordered: bool) -> _Binder:
    """AND: no observation in two parts. FOLLOWEDBY: moreover each part can be no later than the ones after it."""

    def extend(scene: _Scene, found: list[list[_Bound]], chosen: tuple[_Bound, ...]) -> Iterator[_Bound]:
        if len(chosen) == len(found):
            yield frozenset().union(*chosen)
            return
        taken = frozenset().union(*chosen)
        earliest = max((scene.observations[at].first for at, _ in taken), default=None)
        for bound in found[len(chosen)]:
            scene.spend()
            late = min(scene.observations[at].last for at, _ in bound)
            if taken.isdisjoint(bound) and not (ordered and earliest is not None and earliest > late):
                yield from extend(scene, found, (*chosen, bound))

    def bind(scene: _Scene) -> Iterator[_Bound]:
        found = [list(_spent(part(scene), scene)) for part in parts]
        return extend(scene, found, ()) if all(found) else iter(())

    return bind


def _spent(bounds: Iterator[_Bound], scene: _Scene) -> Iterator[_Bound]:
    for bound in bounds:
        scene.spend()
        yield bound


def _qualified(inner: _Binder, qualifier: Qualifier) -> _Binder:
    if isinstance(qualifier, Repeats):
        _bounded(qualifier.times)
        return _repeated(inner, qualifier.times)
    holds = _within(qualifier) if isinstance(qualifier, Within) else _between(qualifier)
    return lambda scene: (bound for bound in inner(scene) if holds([scene.observations[at] for at, _ in bound]))


def _bounded(count: int) -> None:
    if count > _MOST_PARTS:
        raise InvalidObject("pattern", f"at most {_MOST_PARTS} observations in one expression", str(count))


def _repeated(inner: _Binder, times: int) -> _Binder:
    def pick(scene: _Scene, found: list[_Bound], start: int, count: int, taken: _Bound) -> Iterator[_Bound]:
        if count == 0:
            yield taken
            return
        for at in range(start, len(found) - count + 1):
            scene.spend()
            if taken.isdisjoint(found[at]):
                yield from pick(scene, found, at + 1, count - 1, taken | found[at])

    return lambda scene: pick(scene, list(_spent(inner(scene), scene)), 0, times, frozenset())


def _within(qualifier: Within) -> Callable[[Sequence[Observation]], bool]:
    """Whether moments can be chosen that lie so close: from the first to end, all must have begun in time."""
    span = int(qualifier.seconds * 1_000_000_000)

    def holds(seen: Sequence[Observation]) -> bool:
        end = min(one.last for one in seen)
        return all(one.first <= end + span for one in seen)

    return holds


def _between(qualifier: Between) -> Callable[[Sequence[Observation]], bool]:
    start, stop = nanoseconds(qualifier.start), nanoseconds(qualifier.stop)
    return lambda seen: start < stop and all(one.last >= start and one.first < stop for one in seen)


def _check(test: Test) -> _Check:
    if isinstance(test, Comparison):
        return _comparison(test)
    checks = [_check(part) for part in test.parts]
    if test.operator == "AND":
        return lambda one, seen: all(check(one, seen) for check in checks)
    return lambda one, seen: any(check(one, seen) for check in checks)


def _comparison(test: Comparison) -> _Check:
    root, steps = test.path.type, test.path.steps
    holds = _predicate(test)

    def check(one: Mapping[str, Any], seen: Observation) -> bool:
        return one.get("type") == root and any(holds(value) for value in _selected(one, steps, seen))

    return check


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
        return _time(found), nanoseconds(literal.text)
    try:
        if isinstance(literal, bytes) and isinstance(found, str):
            return found.encode("latin-1"), literal
        if isinstance(literal, str) and isinstance(found, bytes):
            return found, literal.encode("latin-1")
    except UnicodeEncodeError:
        return None, literal
    return found, literal


def _time(value: object) -> int | None:
    try:
        return nanoseconds(value) if isinstance(value, str) else None
    except ValueError:
        return None


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
