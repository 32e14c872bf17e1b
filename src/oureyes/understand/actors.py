"""One actor under many names: what galaxies call by one name, and what is held under any of those, as a hypothesis.

A galaxy's entry joins the names it lists. A name that two entries list joins nothing: `G0013` stands under two groups,
and what is known by that name alone is shown as doubtful beside both. Nothing is merged.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from oureyes.model.objects import StixObject
from oureyes.model.vocabularies import Cluster

__all__ = ["KINDS", "Actor", "Known", "actors", "names_of"]

KINDS = ("intrusion-set", "threat-actor")


@dataclass(frozen=True, slots=True)
class Known:
    """An object held about an actor: which state says so, and by which of the actor's names it is joined."""

    id: str
    name: str
    origin: str
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Actor:
    """A galaxy's entry as a hypothesis: its names, the objects they join, those joined only by a name that others bear,
    and which others bear it."""

    galaxy: str
    value: str
    names: tuple[str, ...]
    held: tuple[Known, ...]
    doubtful: tuple[Known, ...]
    shared: Mapping[str, tuple[str, ...]]

    @property
    def words(self) -> tuple[str, ...]:
        """Why each is in it, line by line."""
        sure = [f"{one.origin}: {one.name}, by the name {', '.join(one.by)}" for one in self.held]
        for one in self.doubtful:
            others = sorted({other for name in one.by for other in self.shared.get(_folded(name), ())})
            sure.append(f"{one.origin}: {one.name}: doubtful, {', '.join(one.by)} is also {', '.join(others)}")
        return tuple(sure)


def names_of(obj: StixObject) -> tuple[str, ...]:
    """The names and aliases an actor's object gives."""
    said = [obj.content.get("name"), *_list(obj.content.get("aliases")), *_list(obj.content.get("x_mitre_aliases"))]
    for reference in _list(obj.content.get("external_references")):
        number = reference.get("external_id") if isinstance(reference, dict) else None
        if _is_group(number):
            said.append(number)
    return tuple(dict.fromkeys(one for one in said if isinstance(one, str) and one.strip()))


def _is_group(number: object) -> bool:
    """Whether an external id is ATT&CK's number of a group, `G0129`, which galaxies list among the names."""
    return isinstance(number, str) and number[:1] == "G" and number[1:].isdecimal()


def actors(
    found: Iterable[tuple[str, Cluster]],
    everyone: Iterable[Cluster],
    held: Sequence[tuple[str, StixObject]],
) -> tuple[Actor, ...]:
    """The hypotheses for entries `found` by a name. `everyone` is all entries of those galaxies, which tell what names
    are shared; `held` are (state, object) of actors."""
    bearers: dict[str, dict[str, None]] = {}
    for cluster in everyone:
        for name in cluster.names:
            bearers.setdefault(_folded(name), {})[cluster.value] = None
    known = [(origin, obj, names_of(obj)) for origin, obj in held]
    return tuple(_actor(galaxy, cluster, bearers, known) for galaxy, cluster in found)


def _actor(
    galaxy: str,
    cluster: Cluster,
    bearers: Mapping[str, Mapping[str, None]],
    known: Iterable[tuple[str, StixObject, tuple[str, ...]]],
) -> Actor:
    mine = {_folded(name) for name in cluster.names}
    shared = {
        name: tuple(other for other in bearers.get(name, ()) if other != cluster.value)
        for name in sorted(mine)
        if len(bearers.get(name, ())) > 1
    }
    sure: list[Known] = []
    doubtful: list[Known] = []
    for origin, obj, names in known:
        by = [name for name in names if _folded(name) in mine]
        alone = tuple(name for name in by if _folded(name) not in shared)
        if by:
            (sure if alone else doubtful).append(Known(obj.id, obj.name, origin, alone or tuple(by)))
    order = sorted(sure, key=lambda one: (one.origin, one.name, one.id))
    rest = sorted(doubtful, key=lambda one: (one.origin, one.name, one.id))
    return Actor(galaxy, cluster.value, cluster.names, tuple(order), tuple(rest), shared)


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def _list(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else ()
