"""The MISP client: pulls from and pushes to a MISP elsewhere by the calls instances make on each other.

Pull: version, index (with the `ETag` of last time: nothing new is one short answer), each event that is later there,
then what was said of them (proposals of the last 90 days, sightings). Push: version, which are wanted, and each by
`add`, or by `edit` where it is there. An event that is refused is put aside and the others go on; a run that is cut off
begins again and skips what is done. On the way in, what was meant for the remote's own community goes no further
(1 becomes 0, 2 becomes 1); on the way out, 2 becomes 1, and parts below 2 and local tags stay here.

How it is reached is `interfaces.outgoing`.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from oureyes.errors import InvalidObject, OurEyesError
from oureyes.interfaces import outgoing
from oureyes.interfaces.misp import feed, shapes
from oureyes.interfaces.outgoing import LARGEST, Outgoing, ServerFault, decoded
from oureyes.model.remotes import Progress
from oureyes.node.peers import Peer
from oureyes.node.polling import Standing
from oureyes.node.serving import Serving

__all__ = ["Client", "ServerFault", "downgraded", "run"]

_BATCH = 500  # events asked about at once
_SIGHTED = 20  # MISP asks for the sightings of so many events at once
_BENIGN = "Event could not be saved: Event in the request not newer than the local copy."
_PROPOSALS_S = 90 * 86_400


class Client(Outgoing):
    """One MISP, over one connection. `with Client(…) as client`."""

    def version(self) -> str:
        """What it calls itself."""
        found = self._json("GET", "servers/getVersion")
        version = found.get("version") if isinstance(found, dict) else None
        if not isinstance(version, str):
            raise InvalidObject(self._remote.name, "a MISP", "something else", "check the address")
        return version

    def index(self, etag: str) -> tuple[str, list[dict[str, Any]]]:
        """(its ETag, every published event in brief); nothing when the index is the one of last time."""
        body = {"minimal": 1, "published": 1}
        status, headers, said = self.ask("POST", "events/index", body, {"If-None-Match": etag})
        if status == 304:
            return etag, []
        if status != 200:
            raise ServerFault(self._remote.name, "an index", status)
        return headers.get("etag", ""), [one for one in decoded(said, "answer", list) if isinstance(one, dict)]

    def event(self, uuid: str) -> tuple[dict[str, Any], bytes]:
        """One event, whole, with what was deleted softly."""
        path = (
            f"events/view/{uuid}/deleted[]:0/deleted[]:1/excludeGalaxy:1/includeEventCorrelations:0"
            "/includeFeedCorrelations:0/includeWarninglistHits:0/excludeLocalTags:1"
        )
        status, _, said = self.ask("GET", path)
        if status != 200:
            raise ServerFault(f"event {uuid}", "an event", status)
        found = decoded(said, "answer", dict).get("Event")
        if not isinstance(found, dict) or str(found.get("uuid")).lower() != uuid.lower():
            raise InvalidObject(f"event {uuid}", "the event asked for", "something else")
        return found, said

    def proposals(self, since: int) -> Iterator[dict[str, Any]]:
        """Proposals there since a time."""
        page = 1
        while True:
            path = (
                f"shadow_attributes/index/all:1/timestamp:{since}/limit:1000/page:{page}/deleted[]:0/deleted[]:1.json"
            )
            found = self._json("GET", path)
            listed = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
            yield from (one["ShadowAttribute"] for one in listed if isinstance(one.get("ShadowAttribute"), dict))
            if len(listed) < 1000 or page == 1000:
                return
            page += 1

    def sightings(self, uuids: Sequence[str]) -> list[dict[str, Any]]:
        """Sightings of some events."""
        body = {"returnFormat": "json", "last": 0, "includeUuid": True, "uuid": list(uuids)}
        found = self._json("POST", "sightings/restSearch/event", body)
        listed = found.get("response") if isinstance(found, dict) else None
        wrapped = [one.get("Sighting") for one in listed or () if isinstance(one, dict)]
        return [one for one in wrapped if isinstance(one, dict)]

    def wanted(self, events: Sequence[Mapping[str, Any]]) -> list[str]:
        """Of some events, the uuids it has not or has older."""
        found = self._json("POST", "events/filterEventIdsForPush", list(events))
        return [str(one) for one in found] if isinstance(found, list) else []

    def give(self, uuid: str, content: Mapping[str, Any]) -> str:
        """Push one event; "" when it has it now, else why not."""
        there, _, _ = self.ask("HEAD", f"events/view/{uuid}")
        known = there == 200
        status, said = 0, b""
        if not known:
            status, headers, said = self.ask("POST", "events/add/metadata:1", content)
            known = status == 404 and "location" in headers
        if known:
            status, _, said = self.ask("POST", f"events/edit/{uuid}/metadata:1", content)
        if status == 200:
            return ""
        if status >= 500 or status in (401, 429):
            raise ServerFault(self._remote.name, "200", status)
        try:
            found = msgspec.json.decode(said) if said else {}
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            found = {}
        errors = found.get("errors") if isinstance(found, dict) else None
        return "" if errors == _BENIGN else f"status {status}"

    def file(self, name: str, etag: str = "") -> tuple[int, str, bytes]:
        """(status, ETag, bytes) of a file beside others: a feed is nothing more."""
        status, headers, said = self.ask("GET", name, None, {"If-None-Match": etag} if etag else {})
        return status, headers.get("etag", ""), said

    def _json(self, method: str, path: str, body: Any = None) -> Any:
        status, _, said = self.ask(method, path, body)
        if status != 200:
            raise ServerFault(self._remote.name, f"an answer to {path.split('/')[0]}", status)
        return decoded(said, "answer")

    def ask(
        self, method: str, path: str, body: Any = None, more: Mapping[str, str] | None = None
    ) -> tuple[int, Mapping[str, str], bytes]:
        """One call."""
        headers = {"Accept": "application/json", "Accept-Encoding": "gzip", "Content-Type": "application/json"}
        headers |= more or {}
        if self._secret:
            headers["Authorization"] = self._secret
        sent = msgspec.json.encode(body) if body is not None else None
        status, found, read = self._exchange(method, path, headers, sent)
        if found.get("content-encoding", "").lower() == "gzip":
            read = self._limited(_unpacked(read, self._remote.name))
        return status, found, read


def _unpacked(packed: bytes, name: str) -> bytes:
    try:
        return zlib.decompressobj(31).decompress(packed, LARGEST + 1)
    except zlib.error:
        raise InvalidObject(name, "gzip", "something else", "ask whoever runs it") from None


# --- a run -----------------------------------------------------------------------------------------------------------


def run(serving: Serving, name: str, *, early: bool = False, **options: Any) -> Standing:
    """Pull or push one remote to its end, and say how it stands then. A fault is kept with it, and not raised."""
    return outgoing.run(serving, name, _run, early=early, options=options)


def _run(serving: Serving, standing: Standing, options: Mapping[str, Any]) -> Progress:
    peer, remote = Peer.of(serving, standing.remote), standing.remote
    if remote.kind == "feed" and "://" not in remote.url:
        return feed.read_folder(peer, standing.progress)
    with Client(remote, standing.secret, **options) as client:
        if remote.kind == "feed":
            return feed.read_remote(peer, client.file, standing.progress)
        _same_version(client.version(), serving.ctx.config.text("misp_version"), remote.name)
        work = _push if remote.push else _pull
        return work(peer, client, standing.progress)


def _same_version(theirs: str, ours: str, name: str) -> None:
    """MISP syncs within a minor version only; a peer's may be told otherwise by its account."""
    if theirs.split(".")[:1] != ours.split(".")[:1]:
        raise InvalidObject(name, f"a MISP {ours.split('.')[0]}", theirs[:20], "ask for its version")


def _pull(peer: Peer, client: Client, progress: Progress) -> Progress:
    etag, listed = client.index(progress.following)
    taken, aside = 0, 0
    fresh: list[str] = []
    for one in listed:
        uuid = str(one.get("uuid") or "").lower()
        if not uuid or not peer.wanted(uuid, one.get("timestamp")):
            continue
        try:
            content, raw = client.event(uuid)
        except (InvalidObject, ServerFault) as error:
            if isinstance(error, ServerFault) and error.status not in (403, 404):
                raise
            peer.put_aside(error, b"")
            aside += 1
            continue
        good = peer.take(downgraded(content, {"1": "0", "2": "1"}), raw)
        taken, aside = taken + good, aside + (not good)
        fresh.append(uuid)
    said = _pull_said(peer, client, fresh) if listed else 0
    peer.told(progress, "poll", taken + said, aside)
    return progress.went(etag, taken, aside)


def _pull_said(peer: Peer, client: Client, uuids: Sequence[str]) -> int:
    """What was said there of events: a sighting or a proposal changes no event's timestamp."""
    count = 0
    for at in range(0, len(uuids), _SIGHTED):
        for one in client.sightings(uuids[at : at + _SIGHTED]):
            about, event = str(one.get("attribute_uuid") or "").lower(), str(one.get("event_uuid") or "").lower()
            count += peer.attach("sighting", event, about, [one]) if event else 0
    now_s = int(peer.ctx.now_ms() // 1000)
    for one in client.proposals(max(now_s - _PROPOSALS_S, 0)):
        about, event = str(one.get("old_uuid") or "").lower(), str(one.get("event_uuid") or "").lower()
        count += peer.attach("proposal", event, about, [one]) if event and not peer.wanted(event, 0) else 0
    return count


def _push(peer: Peer, client: Client, progress: Progress) -> Progress:
    heads = sorted(peer.outgoing(), key=lambda head: head.uuid)
    state = hashlib.sha256("".join(f"{head.uuid}{head.timestamp}" for head in heads).encode()).hexdigest()
    if state == progress.following:
        return progress
    given, aside = 0, 0
    for at in range(0, len(heads), _BATCH):
        some = {head.uuid: head for head in heads[at : at + _BATCH]}
        asked = [{"Event": {"uuid": one.uuid, "timestamp": str(one.timestamp)}} for one in some.values()]
        for uuid in client.wanted(asked):
            if uuid not in some:
                continue
            made = shapes.whole(peer.built(some[uuid]), deleted=frozenset(["0", "1"]), local=False)["Event"]
            why = client.give(uuid, {"Event": _outgoing(made)})
            given, aside = given + (not why), aside + bool(why)
            if why:
                error = OurEyesError(f"event {uuid}", f"{peer.remote.name} to take it", why, "see what it wants")
                peer.put_aside(error, f"{uuid} {some[uuid].timestamp}".encode())
    peer.told(progress, "push", given, aside, state.encode())
    return progress.went(state, given, aside)


def downgraded(content: Mapping[str, Any], steps: Mapping[str, str]) -> dict[str, Any]:
    """An event and its parts one community further on; without tags that were meant to stay."""
    made = dict(content)
    if str(made.get("distribution")) in steps:
        made["distribution"] = steps[str(made["distribution"])]
    tags = made.get("Tag")
    if isinstance(tags, list):
        made["Tag"] = [one for one in tags if isinstance(one, dict) and not shapes.flag(one.get("local"))]
        made["Tag"] = [one for one in made["Tag"] if shapes.flag(one.get("exportable", True))]
    for name in ("Attribute", "Object"):
        if isinstance(made.get(name), list):
            made[name] = [downgraded(one, steps) for one in made[name] if isinstance(one, dict)]
    return made


def _outgoing(made: Mapping[str, Any]) -> dict[str, Any]:
    """Without parts that were meant to go no further than here."""

    def without(parts: Any) -> list[dict[str, Any]]:
        return [one for one in parts or () if str(one.get("distribution", "5")) not in ("0", "1")]

    kept = dict(made)
    kept["Attribute"] = without(made.get("Attribute"))
    kept["Object"] = [{**one, "Attribute": without(one.get("Attribute"))} for one in without(made.get("Object"))]
    return downgraded(kept, {"2": "1"})
