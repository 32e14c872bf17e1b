"""Galaxy clusters of others' making, as outside accounts push, read and take them: by the rules that hold for events.

An account speaks only for the organisations its agreement names, nothing is dated after now, a version counts only when
it is later, and what an account may not see does not exist for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from oureyes.errors import InvalidObject, NotHeld, Refused
from oureyes.model.accounts import Caller
from oureyes.model.objects import StixObject
from oureyes.node.events import Events, Sight, organisation_of
from oureyes.node.pushing import LATER_S, NotNewer, Pushing
from oureyes.record.misp_clusters import CLUSTER, cluster_of, clusters_named, read_cluster, without
from oureyes.record.misp_merge import seconds
from oureyes.storage import Connection, events, objects, views

__all__ = ["Cluster", "Clusters"]


@dataclass(frozen=True, slots=True)
class Cluster:
    """One cluster as somebody says it. `account` is the number of the outside account that does, 0 for this node."""

    number: int
    account: int
    content: dict[str, Any]
    holding: int = 0

    @property
    def version(self) -> int:
        return seconds(self.content.get("version"))

    @property
    def published(self) -> bool:
        return self.content.get("published") in (True, 1, "1")


def _hidden(connection: Connection, sight: Sight, found: Iterable[Cluster]) -> frozenset[str]:
    """Of the clusters that these name, those that are held here and that the caller may not know of."""
    named = {one for each in found for one in clusters_named(each.content)}
    numbers = objects.idents(connection, named, make=False).values()
    rights, own = sight.rights, frozenset(sight.sources)
    return frozenset(views.hidden(connection, numbers, rights.allowed, own, rights.citable).values())


def _shown(one: Cluster, hidden: frozenset[str]) -> Cluster:
    return replace(one, content=without(one.content, hidden)) if hidden else one


class Clusters:
    """The clusters of one node."""

    def __init__(self, known: Events, pushing: Pushing) -> None:
        self._events, self._pushing, self._ctx = known, pushing, pushing.ctx

    def known(self, connection: Connection, caller: Caller) -> dict[str, Cluster]:
        """Every cluster the caller may know of, by uuid: of several voices the latest, its own before another's."""
        sight = self._events.sight(connection, caller)
        voices = [one for one in events.said(connection, CLUSTER, sight.sources) if sight.may(one.label, one.account)]
        bodies = events.bodies(connection, {one.object for one in voices})
        out: dict[str, Cluster] = {}
        for voice in voices:
            obj = StixObject.parse(bodies[voice.object])
            content = cluster_of(obj)
            if not content or obj.revoked or not (voice.account == sight.own or "granular_markings" not in obj.content):
                continue
            made = Cluster(voice.ident, voice.account, content, voice.holding)
            before = out.get(content["uuid"])
            weight = (made.version, made.account == sight.own)
            if before is None or weight > (before.version, before.account == sight.own):
                out[content["uuid"]] = made
        hidden = _hidden(connection, sight, out.values())
        return {uuid: one if one.account == sight.own != 0 else _shown(one, hidden) for uuid, one in out.items()}

    def one(self, connection: Connection, caller: Caller, key: str) -> Cluster:
        """One of them, by uuid or by its number here."""
        for uuid, found in self.known(connection, caller).items():
            if key.lower() == uuid or key == str(found.number):
                return found
        raise NotHeld("galaxy cluster", "one this account may know of", "none")

    def take(self, caller: Caller, content: Mapping[str, Any]) -> str:
        """Take one in as the caller's word; its uuid."""
        made = dict(content)
        made.setdefault("Orgc", organisation_of(self._ctx, caller.account))
        item = read_cluster(made, self._pushing.options())
        uuid = item.object.id.partition("--")[2]
        subject = f"galaxy cluster {uuid}"
        if made.get("default") in (True, 1, "1"):
            raise InvalidObject(subject, "one that somebody made", "one of MISP's own library", "send custom ones only")
        orgc = made["Orgc"]
        said = str(orgc.get("uuid") or "").lower() if isinstance(orgc, dict) else ""
        if not self._pushing.speaks(caller.account, said):
            raise Refused(subject, "what this account's agreement allows", "another organisation's cluster", "ask it")
        if seconds(made.get("version")) > self._ctx.now_ms() // 1000 + LATER_S:
            raise Refused(subject, "a version that is not after now", "a later one", "set the clock")
        with self._ctx.db.read() as connection:
            before = self.known(connection, caller).get(uuid)
            own = self._events.sight(connection, caller).own
        if before is not None and before.account == 0:
            raise Refused(subject, "what this account's agreement allows", "a cluster of this node", "ask its people")
        if before is not None and before.account == own and before.version >= seconds(made.get("version")):
            raise NotNewer(subject, "a later version", "one that is not")
        self._pushing.keep(caller, [item], item.object.id)
        return uuid
