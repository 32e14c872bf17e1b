"""The MISP client: pulls from and pushes to a MISP elsewhere by the calls instances make on each other.

Pull: version, custom galaxy clusters, index (with the `ETag` of last time: nothing new is one short answer), each event
that is later there, then what was said of them (proposals of the last 90 days, sightings, analyst data). Push: version,
what to delete because it was taken back here, clusters it has not, which events are wanted, and each by `add`, or by
`edit` where it is there, then analyst data. What
is refused is put aside and the rest goes on; a run that is cut off begins again and skips what is done. On the way in,
what was meant for the remote's own community goes no further (1 becomes 0, 2 becomes 1); on the way out, 2 becomes 1,
and parts below 2 and local tags stay here.

How it is reached is `interfaces.outgoing`.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from oureyes.errors import InvalidObject, OurEyesError
from oureyes.interfaces import outgoing
from oureyes.interfaces.misp import clusters, feed, shapes
from oureyes.interfaces.outgoing import LARGEST, Outgoing, ServerFault, decoded
from oureyes.model.remotes import Progress
from oureyes.node.events import Head
from oureyes.node.peers import ANALYST_DATA, Peer
from oureyes.node.polling import Standing
from oureyes.node.serving import Serving
from oureyes.record.misp_merge import seconds
from oureyes.record.misp_parts import UUID

__all__ = ["Client", "ServerFault", "downgraded", "run"]

_BATCH = 500  # events asked about at once
_ANALYSED = 100  # uuids in one path
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

    def clusters(self) -> dict[str, int]:
        """uuid → version of the custom galaxy clusters there; none where it does not tell."""
        body = {"published": 1, "minimal": 1, "custom": 1}
        found = self._optional("POST", "galaxy_clusters/restSearch", body)
        listed = found.get("response") if isinstance(found, dict) else None
        said = [one.get("GalaxyCluster") for one in listed or () if isinstance(one, dict)]
        return {str(one.get("uuid")).lower(): seconds(one.get("version")) for one in said if isinstance(one, dict)}

    def cluster(self, uuid: str) -> dict[str, Any]:
        """One of them, whole."""
        found = self._optional("GET", f"galaxy_clusters/view/{uuid}")
        content = found.get("GalaxyCluster") if isinstance(found, dict) else None
        if not isinstance(content, dict) or str(content.get("uuid")).lower() != uuid:
            raise InvalidObject(f"galaxy cluster {uuid}", "the cluster asked for", "something else")
        return content

    def analyst_known(self) -> dict[tuple[str, str], str]:
        """(kind, uuid) → when it was changed last, of the analyst data there."""
        found = self._optional("POST", "analyst_data/indexMinimal", {"orgc_name": []})
        if not isinstance(found, dict):
            return {}
        listed = {kind: found[kind] for kind in ANALYST_DATA if isinstance(found.get(kind), dict)}
        return {(kind, str(uuid).lower()): str(at) for kind, some in listed.items() for uuid, at in some.items()}

    def analyst(self, kind: str, uuids: Sequence[str]) -> list[dict[str, Any]]:
        """Some of it, whole."""
        found = self._optional("GET", f"analyst_data/index/{kind}/{'/'.join(f'uuid[]:{one}' for one in uuids)}.json")
        said = [one.get(kind) for one in found if isinstance(one, dict)] if isinstance(found, list) else []
        return [one for one in said if isinstance(one, dict) and str(one.get("uuid")).lower() in uuids]

    def analyst_wanted(self, found: Mapping[tuple[str, str], Mapping[str, Any]]) -> list[tuple[str, str]]:
        """Of some, those it has not or has older."""
        asked: dict[str, dict[str, Any]] = {}
        for (kind, uuid), one in found.items():
            asked.setdefault(kind, {})[uuid] = {name: one.get(name) for name in ("uuid", "modified")}
        said = self._optional("POST", "analyst_data/filterAnalystDataForPush", asked)
        listed = said.items() if isinstance(said, dict) else ()
        names = [(str(kind), str(uuid).lower()) for kind, some in listed for uuid in (some or ())]
        return [name for name in names if name in found]

    def offer(self, path: str, body: Any) -> str:
        """Push what is no event; "" when it was taken, else why not."""
        status, _, said = self.ask("POST", path, body)
        if status >= 500 or status in (401, 429):
            raise ServerFault(self._remote.name, "200", status)
        if status != 200:
            return f"status {status}"
        found = decoded(said, "answer")
        return "" if isinstance(found, dict) and found.get("saved", found.get("success")) else "not saved"

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

    def delete(self, uuid: str) -> str:
        """Have an event deleted; "" when it is not there any more, else why not."""
        status, _, _ = self.ask("POST", f"events/delete/{uuid}")
        if status >= 500 or status in (401, 429):
            raise ServerFault(self._remote.name, "200", status)
        return "" if status in (200, 404) else f"status {status}"

    def file(self, name: str, etag: str = "") -> tuple[int, str, bytes]:
        """(status, ETag, bytes) of a file beside others: a feed is nothing more."""
        status, headers, said = self.ask("GET", name, None, {"If-None-Match": etag} if etag else {})
        return status, headers.get("etag", ""), said

    def _json(self, method: str, path: str, body: Any = None) -> Any:
        status, _, said = self.ask(method, path, body)
        if status != 200:
            raise ServerFault(self._remote.name, f"an answer to {path.split('/')[0]}", status)
        return decoded(said, "answer")

    def _optional(self, method: str, path: str, body: Any = None) -> Any:
        """What not every instance answers, or lets an account ask: nothing then."""
        status, _, said = self.ask(method, path, body)
        if status in (403, 404, 405):
            return None
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
    taken, aside = _pull_clusters(peer, client)
    etag, listed = client.index(progress.following)
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
    said += _pull_analyst(peer, client)
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


def _pull_clusters(peer: Peer, client: Client) -> tuple[int, int]:
    """Before the events that are tagged with them. (taken, put aside)"""
    here, taken, aside = peer.cluster_versions(), 0, 0
    for uuid, version in client.clusters().items():
        known = here.get(uuid)
        if not UUID.fullmatch(uuid) or (known is not None and (known.account == 0 or known.version >= version)):
            continue
        try:
            good = peer.take_cluster(downgraded(client.cluster(uuid), {"1": "0", "2": "1"}))
        except InvalidObject as error:
            peer.put_aside(error, b"")
            good = False
        taken, aside = taken + good, aside + (not good)
    return taken, aside


def _pull_analyst(peer: Peer, client: Client) -> int:
    """Notes, opinions and relationships on what is held here."""
    here, count = {name: str(one.get("modified") or "") for name, one in peer.notes().items()}, 0
    news = [name for name, at in client.analyst_known().items() if UUID.fullmatch(name[1]) and at > here.get(name, "")]
    for kind in ANALYST_DATA:
        uuids = [uuid for one, uuid in news if one == kind]
        for at in range(0, len(uuids), _ANALYSED):
            for said in client.analyst(kind, uuids[at : at + _ANALYSED]):
                count += peer.annotate(kind, downgraded(said, {"1": "0", "2": "1"}))
    return count


_Offer = tuple[str, str, Any]


def _clusters_to_push(peer: Peer, client: Client) -> Iterator[_Offer]:
    there = client.clusters()
    for uuid, one in peer.cluster_versions().items():
        if one.published and _goes_on(one.content) and there.get(uuid, -1) < one.version:
            content = downgraded(clusters.shown(one), {"2": "1"})
            yield f"galaxy cluster {uuid}", "galaxies/pushCluster", [{"GalaxyCluster": content}]


def _notes_to_push(peer: Peer, client: Client) -> Iterator[_Offer]:
    notes = {name: one for name, one in peer.notes().items() if _goes_on(one)}
    for kind, uuid in client.analyst_wanted(notes) if notes else ():
        content = {kind: downgraded(notes[kind, uuid], {"2": "1"})}
        yield f"analyst data {uuid}", "analyst_data/pushAnalystData", content


def _offered(peer: Peer, client: Client, offers: Iterable[_Offer]) -> tuple[int, int]:
    """(given, put aside)"""
    given, aside = 0, 0
    for subject, path, body in offers:
        why = client.offer(path, body)
        given, aside = given + (not why), aside + bool(why)
        if why:
            peer.put_aside(OurEyesError(subject, f"{peer.remote.name} to take it", why, "see what it wants"), b"")
    return given, aside


def _goes_on(content: Mapping[str, Any]) -> bool:
    return str(content.get("distribution", "0")) in ("2", "3", "4")


def _push(peer: Peer, client: Client, progress: Progress) -> Progress:
    heads = sorted(peer.outgoing(), key=lambda head: head.uuid)
    state = hashlib.sha256("".join(f"{head.uuid}{head.timestamp}" for head in heads).encode()).hexdigest()
    told = [_taken_back(peer, client), _offered(peer, client, _clusters_to_push(peer, client))]
    if state != progress.following:
        told.append(_push_events(peer, client, heads))
    told.append(_offered(peer, client, _notes_to_push(peer, client)))
    given, aside = sum(one for one, _ in told), sum(one for _, one in told)
    if not given and not aside and state == progress.following:
        return progress
    peer.told(progress, "push", given, aside, state.encode())
    return progress.went(state, given, aside)


def _taken_back(peer: Peer, client: Client) -> tuple[int, int]:
    """What was given and may no longer be had is deleted there. One that it will not delete is told once."""
    done, aside = 0, 0
    for uuid in peer.taken_back():
        why = client.delete(uuid)
        done, aside = done + (not why), aside + bool(why)
        if why:
            error = OurEyesError(f"event {uuid}", f"{peer.remote.name} to delete it", why, "ask whoever runs it")
            peer.put_aside(error, uuid.encode())
        peer.forgotten([uuid])
    return done, aside


def _push_events(peer: Peer, client: Client, heads: Sequence[Head]) -> tuple[int, int]:
    given, aside = 0, 0
    for at in range(0, len(heads), _BATCH):
        some = {head.uuid: head for head in heads[at : at + _BATCH]}
        asked = [{"Event": {"uuid": one.uuid, "timestamp": str(one.timestamp)}} for one in some.values()]
        for uuid in client.wanted(asked):
            if uuid not in some:
                continue
            event = peer.built(some[uuid])
            made = shapes.whole(event, deleted=frozenset(["0", "1"]), local=False)["Event"]
            why = client.give(uuid, {"Event": _outgoing(made)})
            given, aside = given + (not why), aside + bool(why)
            if not why:
                peer.given([uuid], event.shown())
            else:
                error = OurEyesError(f"event {uuid}", f"{peer.remote.name} to take it", why, "see what it wants")
                peer.put_aside(error, f"{uuid} {some[uuid].timestamp}".encode())
    return given, aside


def downgraded(content: Mapping[str, Any], steps: Mapping[str, str]) -> dict[str, Any]:
    """An event and its parts one community further on; without tags that were meant to stay."""
    made = dict(content)
    if str(made.get("distribution")) in steps:
        made["distribution"] = steps[str(made["distribution"])]
    tags = made.get("Tag")
    if isinstance(tags, list):
        made["Tag"] = [one for one in tags if isinstance(one, dict) and not shapes.flag(one.get("local"))]
        made["Tag"] = [one for one in made["Tag"] if shapes.flag(one.get("exportable", True))]
    for name in ("Attribute", "Object", "EventReport", *ANALYST_DATA):
        if isinstance(made.get(name), list):
            made[name] = [downgraded(one, steps) for one in made[name] if isinstance(one, dict)]
    return made


def _outgoing(made: Mapping[str, Any]) -> dict[str, Any]:
    """Without parts that were meant to go no further than here."""

    def without(parts: Any) -> list[dict[str, Any]]:
        return [one for one in parts or () if str(one.get("distribution", "5")) not in ("0", "1")]

    kept = dict(made)
    for name in ANALYST_DATA:  # they go by calls of their own
        kept.pop(name, None)
    kept["EventReport"] = without(made.get("EventReport"))
    kept["Attribute"] = without(made.get("Attribute"))
    kept["Object"] = [{**one, "Attribute": without(one.get("Attribute"))} for one in without(made.get("Object"))]
    return downgraded(kept, {"2": "1"})
