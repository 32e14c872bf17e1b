"""What a STIX pattern means (STIX 2.1 §9): whether observations match it.

A pattern is compiled once. Each comparison runs on one object, so that what AND joins holds for the same object; each
observation expression binds observations, no observation twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from oureyes.correlate.comparisons import Check, check
from oureyes.correlate.observation import Observation, observation_of
from oureyes.errors import InvalidObject
from oureyes.model.instants import nanoseconds
from oureyes.model.patterns import Between, Joined, Observed, Pattern, Qualified, Repeats, Within, parse
from oureyes.model.patterns.syntax import Expression, Qualifier

__all__ = ["Compiled", "Observation", "compiled", "matches", "observation_of"]

_MOST_BINDINGS = 200_000  # tried before a pattern is given up
_MOST_PARTS = 256  # joined at one level, or repetitions asked for


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


def _needed(root: Expression) -> int:
    """How many observations the pattern can bind at most: no repeated sighting beyond that is of use."""
    if isinstance(root, Observed):
        return 1
    if isinstance(root, Joined):
        return sum(_needed(part) for part in root.parts)
    return _needed(root.inner) * (root.qualifier.times if isinstance(root.qualifier, Repeats) else 1)


def _binder(root: Expression, most: int) -> _Binder:
    if isinstance(root, Observed):
        return _observed(check(root.test), most)
    if isinstance(root, Qualified):
        return _qualified(_binder(root.inner, most), root.qualifier)
    _bounded(len(root.parts))
    parts = [_binder(part, most) for part in root.parts]
    if root.operator == "OR":
        return lambda scene: (bound for part in parts for bound in part(scene))
    return _joined(parts, root.operator == "FOLLOWEDBY")


def _observed(holds: Check, most: int) -> _Binder:
    def bind(scene: _Scene) -> Iterator[_Bound]:
        for at, seen in enumerate(scene.observations):
            if any(holds(one, seen) for one in seen.objects.values()):
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
