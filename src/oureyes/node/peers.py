"""MISP instances and feeds elsewhere, as this node works with them: each stands for an account here, and what it gives
enters as that account's word, under the same rules as if it had knocked at the door."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from oureyes.errors import NotHeld, OurEyesError
from oureyes.model.accounts import Caller
from oureyes.model.remotes import Progress, Remote
from oureyes.node.clusters import Cluster, Clusters
from oureyes.node.context import Context
from oureyes.node.events import Event, Events, Head
from oureyes.node.pushing import Exists, NotNewer, Pushing
from oureyes.node.serving import Serving
from oureyes.record.misp_merge import seconds
from oureyes.record.misp_parts import dicts
from oureyes.storage import Connection, accounts, desk, remotes

__all__ = ["ANALYST_DATA", "Peer", "analysed"]

_KEPT_RAW = 1 << 20


@dataclass(frozen=True, slots=True)
class Peer:
    """One remote, with what it needs of the node."""

    ctx: Context
    remote: Remote
    events: Events
    pushing: Pushing
    clusters: Clusters

    @classmethod
    def of(cls, serving: Serving, remote: Remote) -> Peer:
        """The peer that a remote is."""
        events = Events(serving.ctx, serving)
        pushing = Pushing(serving.ctx, events)
        return cls(serving.ctx, remote, events, pushing, Clusters(events, pushing))

    def caller(self) -> Caller:
        """Who it is here; NotHeld when its account is gone or shut out."""
        with self.ctx.db.read() as connection:
            kept = accounts.account(connection, self.remote.account)
        if kept is None or not kept.account.enabled:
            raise NotHeld(f"account {self.remote.account[:60]}", "an account of this node", "none", "`oureyes account`")
        return Caller(kept.account, kept.account.scopes)

    def wanted(self, uuid: str, timestamp: object) -> bool:
        """Whether an event there is later than what is known of it here."""
        with self.ctx.db.read() as connection:
            head = self.events.heads(connection, self.caller()).get(uuid.lower())
        return head is None or (head.voice.account != 0 and head.timestamp < seconds(timestamp))

    def take(self, content: Mapping[str, Any], raw: bytes = b"") -> bool:
        """Take an event in; one that cannot be taken is put aside, and False."""
        caller = self.caller()
        try:
            try:
                self.pushing.add(caller, content)
            except Exists:
                self.pushing.edit(caller, str(content.get("uuid")), content)
        except NotNewer:
            return True
        except OurEyesError as error:
            self.put_aside(error, raw)
            return False
        return True

    def attach(self, what: str, uuid: str, about: str, said: list[Mapping[str, Any]]) -> int:
        """Take what somebody there says of an event; how much of it was new."""
        try:
            with self.ctx.db.read() as connection:
                event = self.events.event(connection, self.caller(), uuid)
            return self.pushing.attach(self.caller(), what, event, event.carriers.get(about, f"report--{uuid}"), said)
        except OurEyesError as error:
            self.put_aside(error, b"")
            return 0

    def annotate(self, kind: str, said: Mapping[str, Any]) -> bool:
        """Take what an analyst there says of something held here; whether that was news."""
        about = str(said.get("object_uuid") or "").lower()
        caller = self.caller()
        try:
            with self.ctx.db.read() as connection:
                try:
                    event = self.events.event(connection, caller, about)
                except NotHeld:
                    event, about = self.events.of_part(connection, caller, about)
        except NotHeld:
            return False  # about what is not here: it is asked for again when it is
        carrier = event.carriers.get(about, f"report--{event.head.uuid}")
        try:
            return self.pushing.attach(caller, "analyst", event, carrier, [{**said, "note_type_name": kind}]) > 0
        except OurEyesError as error:
            self.put_aside(error, b"")
            return False

    def notes(self) -> dict[tuple[str, str], Mapping[str, Any]]:
        """(kind, uuid) → everything analysts said that it may know of."""
        out: dict[tuple[str, str], Mapping[str, Any]] = {}
        with self.ctx.db.read() as connection:
            caller = self.caller()
            for head in self.events.heads(connection, caller).values():
                for kind, one in analysed(self.events.built(connection, caller, head).content):
                    out[kind, str(one.get("uuid")).lower()] = one
        return out

    def cluster_versions(self) -> dict[str, Cluster]:
        """The galaxy clusters it may know of, by uuid."""
        with self.ctx.db.read() as connection:
            return self.clusters.known(connection, self.caller())

    def take_cluster(self, content: Mapping[str, Any]) -> bool:
        """Take a galaxy cluster in; one that cannot be taken is put aside, and False."""
        try:
            self.clusters.take(self.caller(), content)
        except NotNewer:
            return True
        except OurEyesError as error:
            self.put_aside(error, b"")
            return False
        return True

    def put_aside(self, error: OurEyesError, raw: bytes) -> None:
        """The dead letters of a remote are in the quarantine, under its name."""
        kept = raw[:_KEPT_RAW] or str(error).encode()
        source, now = f"{self.remote.kind}:{self.remote.name}", self.ctx.now()
        self.ctx.db.write(lambda connection: desk.quarantine(connection, source, error, kept, now))

    def outgoing(self) -> list[Head]:
        """The events it may have and did not give itself: published, and meant to go beyond this node's community."""
        with self.ctx.db.read() as connection:
            caller = self.caller()
            own = self.events.sight(connection, caller).own
            heads = self.events.heads(connection, caller).values()
        return [
            head
            for head in heads
            if head.published and (head.voice.account != own or not own) and _goes_on(head.content)
        ]

    def given(self, uuids: Iterable[str], shown: Iterable[tuple[int, str]] = ()) -> None:
        """It has these now."""
        found, parts, remote, now = list(uuids), list(shown), self.remote, self.ctx.now()

        def write(connection: Connection) -> None:
            remotes.put_given(connection, remote.name, found)
            accounts.put_shown(connection, remote.account, remote.name, now, parts)

        if found:
            self.ctx.db.write(write)

    def taken_back(self) -> list[str]:
        """What it was given and may no longer have: taken back since, or under a stricter marking."""
        with self.ctx.db.read() as connection:
            known = self.events.heads(connection, self.caller())
            return sorted(remotes.given(connection, self.remote.name) - known.keys())

    def forgotten(self, uuids: Iterable[str]) -> None:
        """It was told to delete these."""
        found, name = list(uuids), self.remote.name
        if found:
            self.ctx.db.write(lambda connection: remotes.drop_given(connection, name, found))

    def built(self, head: Head) -> Event:
        """One of them, whole."""
        with self.ctx.db.read() as connection:
            return self.events.built(connection, self.caller(), head)

    def told(self, progress: Progress, verb: str, count: int, refused: int, body: bytes = b"") -> None:
        """Keep what went, or came, in the audit log."""
        name, by = self.remote.name, self.remote.author or "node"
        digest = sha256(body).hexdigest()

        def write(connection: Connection) -> None:
            more = {"to": self.remote.account} if verb == "push" else {}
            self.ctx.audit(connection, by, verb, name, "", count=count, refused=refused, digest=digest, **more)

        if count or refused:
            self.ctx.db.write(write)


ANALYST_DATA = ("Note", "Opinion", "Relationship")


def analysed(content: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """(kind, it) of what analysts said of an event and its parts."""
    objects = dicts(content.get("Object"))
    inside = [one for obj in objects for one in dicts(obj.get("Attribute"))]
    for part in (content, *dicts(content.get("Attribute")), *objects, *inside):
        for kind in ANALYST_DATA:
            yield from ((kind, one) for one in dicts(part.get(kind)))


def _goes_on(content: Mapping[str, Any]) -> bool:
    return str(content.get("distribution", "0")) in ("2", "3", "4")
