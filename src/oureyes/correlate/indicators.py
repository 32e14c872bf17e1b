"""Which patterns could match what was just seen: an index over their atoms, so that cost follows candidates.

A pattern is filed under a cover: a few atoms of which at least one must hold wherever the pattern matches. Of what AND
joins, one part is cover enough and the most telling is taken; of what OR joins, every part is needed. A pattern with no
such atom (LIKE, MATCHES, negation, orders) is filed under the type of object it speaks of.
"""

from __future__ import annotations

import ipaddress
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from oureyes.correlate.evaluation import Compiled, Observation, compiled, matches, observation_of
from oureyes.correlate.observables import SCORES
from oureyes.model.observables import Observable
from oureyes.model.patterns import Atom, Comparison, Observed, Pattern, Qualified, parse
from oureyes.model.patterns.atoms import observable_of_atom
from oureyes.model.patterns.syntax import Expression, Test

__all__ = ["AtomIndex", "Compiled", "Observation", "compiled", "matches", "observation_of"]


@dataclass(frozen=True, slots=True)
class _Post:
    """Where a pattern is filed. `telling` is how much a hit there says: a type alone says almost nothing."""

    way: str  # value network type
    key: str
    telling: float


_Cover = tuple[_Post, ...]
_Net = tuple[int, int, int]  # version, prefix length, first address


class AtomIndex:
    """Patterns by id. Not shared between threads without a lock; rebuilt from what is held."""

    def __init__(self) -> None:
        self._values: dict[str, list[str]] = defaultdict(list)
        self._networks: dict[_Net, list[str]] = defaultdict(list)
        self._types: dict[str, list[str]] = defaultdict(list)
        self._covers: dict[str, _Cover] = {}

    def __len__(self) -> int:
        return len(self._covers)

    def add(self, id: str, pattern: Pattern | str) -> None:
        """File a pattern; one already filed under the id goes first. InvalidObject when it does not parse."""
        cover = _cover(parse(pattern).root if isinstance(pattern, str) else pattern.root)
        self.remove(id)
        self._covers[id] = cover
        for post in cover:
            self._filed(post).append(id)

    def remove(self, id: str) -> None:
        """Forget a pattern; nothing happens when it is not filed."""
        for post in self._covers.pop(id, ()):
            self._filed(post).remove(id)

    def candidates(self, observables: Iterable[Observable], types: Iterable[str] = ()) -> set[str]:
        """Ids of all patterns that may match objects of these `types` that name these observables. Every pattern
        that does match is among them when both are complete."""
        found: set[str] = set()
        for one in observables:
            found.update(self._values.get(one.text, ()))
            if self._networks and one.kind in ("ipv4-addr", "ipv6-addr"):
                found.update(self._around(one.value))
        for kind in types:
            found.update(self._types.get(kind, ()))
        return found

    def _around(self, text: str) -> Iterable[str]:
        own = ipaddress.ip_network(text)
        address = int(own.network_address)
        for version, length in {(version, length) for version, length, _ in self._networks}:
            if version == own.version and length <= own.prefixlen:
                spare = own.max_prefixlen - length
                yield from self._networks.get((version, length, address >> spare << spare), ())

    def _filed(self, post: _Post) -> list[str]:
        if post.way == "network":
            network = ipaddress.ip_network(post.key)
            return self._networks[network.version, network.prefixlen, int(network.network_address)]
        return (self._values if post.way == "value" else self._types)[post.key]


def _cover(root: Expression) -> _Cover:
    if isinstance(root, Observed):
        return _cover_of_test(root.test)
    if isinstance(root, Qualified):
        return _cover(root.inner)
    return _chosen(root.operator, [_cover(part) for part in root.parts])


def _cover_of_test(test: Test) -> _Cover:
    if isinstance(test, Comparison):
        return _posts(test) or (_Post("type", test.path.type, 0.0),)
    return _chosen(test.operator, [_cover_of_test(part) for part in test.parts])


def _chosen(operator: str, covers: list[_Cover]) -> _Cover:
    if operator == "OR":
        return tuple(dict.fromkeys(post for cover in covers for post in cover))
    return max(covers, key=lambda cover: (min((post.telling for post in cover), default=2.0), -len(cover)))


def _posts(test: Comparison) -> _Cover:
    """The cover of one comparison; empty where only its type is known."""
    if test.negated or isinstance(test.value, int | float | bytes) or test.value is None:
        return ()
    if test.operator == "ISSUBSET":
        return _network_post(str(test.value))
    if test.operator not in ("=", "IN"):
        return ()
    values = test.value if isinstance(test.value, tuple) else (test.value,)
    found = [observable_of_atom(Atom(test.path.type, test.path.text, value)) for value in values]
    if not all(found):
        return ()
    return tuple(_Post("value", one.text, SCORES.get(one.kind, 1.0)) for one in found if one)


def _network_post(text: str) -> _Cover:
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        return ()
    return (_Post("network", str(network), 0.3),)
