"""Events, attributes, objects and sightings, as peers and scripts read and search them."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from oureyes.errors import InvalidObject
from oureyes.interfaces.misp import shapes
from oureyes.interfaces.misp.desk import Answer, Desk, Route, answer
from oureyes.interfaces.misp.filters import Asked, asked, whole_number
from oureyes.interfaces.misp.paths import Call, folded
from oureyes.model.accounts import Caller
from oureyes.node.events import Event, Head
from oureyes.node.serving import Connection
from oureyes.record.misp_merge import seconds

__all__ = ["ROUTES", "deleted_of"]

_MOST_EVENTS, _MOST_ATTRIBUTES = 10_000, 1_000_000
_CSV = ("uuid", "event_id", "category", "type", "value", "comment", "to_ids", "date", "object_relation",
        "attribute_tag", "object_uuid", "object_name", "object_meta_category")  # fmt: skip
_CONTEXT = (
    "event_info", "event_member_org", "event_source_org", "event_distribution", "event_threat_level_id",
    "event_analysis", "event_date", "event_tag",
)  # fmt: skip


def deleted_of(call: Call) -> frozenset[str]:
    """Which parts of an event are asked for: not deleted ones, deleted ones, or both."""
    said = call.asked("deleted")
    if said is None:
        return frozenset(["0"])
    if said == "only":
        return frozenset(["1"])
    if isinstance(said, list):
        return frozenset("1" if shapes.flag(one) else "0" for one in said)
    return frozenset(["0", "1"]) if shapes.flag(said) else frozenset(["0"])


def _view(desk: Desk, call: Call, caller: Caller) -> Answer:
    with desk.ctx.db.read() as connection:
        if call.method == "HEAD":
            desk.events.head(connection, caller, call.argument())
            return answer({})
        event = desk.events.event(connection, caller, call.argument())
    local = not shapes.flag(call.asked("excludeLocalTags"))
    made = shapes.whole(event, deleted=deleted_of(call), local=local)
    if shapes.flag(call.asked("noSightings")):
        for one in shapes.parts(made["Event"]):
            one.pop("Sighting", None)
    said = answer(made)
    desk.events.told(caller, f"report--{event.head.uuid}", len(event.numbers), said.body, event.shown())
    return said


def _index(desk: Desk, call: Call, caller: Caller) -> Answer:
    """The index. A peer asks for it again and again: while nothing changed it is given the answer of last time."""
    form = _parameters(call)
    with desk.ctx.db.read() as connection:
        heads = desk.events.heads(connection, caller)
        known = desk.polled.get(caller.account.id)
        if known is not None and known[0] is heads and known[1] == repr(form):
            return known[2]
        said, given = _indexed(desk, connection, caller, form, list(heads.values()))
    if "if-none-match" in call.headers:
        desk.polled[caller.account.id] = (heads, repr(form), said)
    if given:
        desk.events.told(caller, "misp:index", len(given), said.body, [(one.voice.holding, "") for one in given])
    return said


def _indexed(
    desk: Desk, connection: Connection, caller: Caller, form: dict[str, Any], found: list[Head]
) -> tuple[Answer, list[Head]]:
    known = {name: _parted(name, value) for name, value in form.items() if folded(name) not in _FREE}
    search = asked(known, desk.now_s(), of_events=True)
    found = [head for head in found if search.event(head)]
    if search.tags:
        found = [head for head in found if search.tags.fits(head.tags)]
    elif search.of_parts:
        found = [head for head in found if _holds(search, desk.events.built(connection, caller, head))]
    found.sort(key=lambda head: head.number)
    count = len(found)
    start, limit = search.page(_MOST_EVENTS)
    found = found[start : start + limit] if limit else found
    minimal = shapes.flag(search.option("minimal"))
    rows = [shapes.minimal(head) if minimal else shapes.brief(head) for head in found]
    return answer(rows, headers={"X-Result-Count": str(count)}), [] if minimal else found


_FREE = frozenset(["email", "hasproposal"])


def _parted(name: str, value: Any) -> Any:
    """In an index, `a|b|!c` is a list."""
    return (
        value.split("|")
        if isinstance(value, str) and "|" in value and folded(name) in ("org", "tag", "tags")
        else value
    )


def _search_events(desk: Desk, call: Call, caller: Caller) -> Answer:
    search = asked(_parameters(call), desk.now_s(), of_events=True)
    form = folded(str(search.option("returnFormat") or "json"))
    if form in ("csv", "text", "cache"):
        return _listed(desk, call, caller, search, form)
    _known_format(form, "json")
    metadata = shapes.flag(search.option("metadata"))
    start, limit = search.page(_MOST_EVENTS)
    out: list[dict[str, Any]] = []
    shown: list[tuple[int, str]] = []
    with desk.ctx.db.read() as connection:
        for place, event in enumerate(_matching(desk, connection, caller, search)):
            if limit and place >= start + limit:
                break
            if place >= start:
                made = shapes.whole(event, deleted=deleted_of(call))
                out.append(_head_only(made) if metadata else made)
                shown += event.shown(event.head.uuid) if metadata else event.shown()
    said = answer({"response": out}, headers={"X-Result-Count": str(len(out))})
    desk.events.told(caller, "misp:search", len(out), said.body, shown)
    return said


def _head_only(made: dict[str, Any]) -> dict[str, Any]:
    for name in ("Attribute", "Object", "ShadowAttribute", "EventReport", "RelatedEvent"):
        made["Event"].pop(name, None)
    return made


def _parameters(call: Call) -> dict[str, Any]:
    named = {name: value[0] if len(value) == 1 else list(value) for name, value in call.named.items()}
    return {**named, **call.form}


def _known_format(form: str, *known: str) -> None:
    if form not in known:
        raise InvalidObject("returnFormat", "json, csv, text or cache", form[:20], "ask for one of these")


def _candidates(desk: Desk, connection: Connection, caller: Caller, search: Asked) -> list[Head]:
    found = [head for head in desk.events.heads(connection, caller).values() if search.event(head)]
    if search.values.some and not search.values.every and all("%" not in one for one in search.values.some):
        held: set[str] = set()
        for value in search.values.some:
            some = desk.events.holding(connection, value)
            if some is None:
                return sorted(found, key=lambda head: head.number)
            held |= some
        found = [head for head in found if head.uuid in held]
    return sorted(found, key=lambda head: head.number)


def _matching(desk: Desk, connection: Connection, caller: Caller, search: Asked) -> Iterator[Event]:
    for head in _candidates(desk, connection, caller, search):
        event = desk.events.built(connection, caller, head)
        if not search.of_parts or _holds(search, event):
            yield event


def _holds(search: Asked, event: Event) -> bool:
    """Whether an event has what is asked of attributes: a tag may be the event's own or any attribute's."""
    made = event.content
    if search.uuids & {event.head.uuid, str(event.head.number)}:
        return True
    tags = event.head.tags | {
        str(tag.get("name")) for one, _ in _attributes(made) for tag in one.get("Tag") or () if isinstance(tag, dict)
    }
    if search.tags and not search.tags.fits(tags):
        return False
    if search.anywhere and search.anywhere.fits([str(made.get("info") or ""), *tags]):
        return True
    rest = (search.values, search.kinds, search.categories, search.anywhere, search.object_names)
    if not any(rest) and not search.to_ids and not search.uuids and search.changed is None:
        return True
    return any(
        search.attribute(one, tags, str(obj.get("name") or ""), str(event.numbers.get(str(one.get("uuid")), "")))
        for one, obj in _attributes(made)
    )


def _attributes(made: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    for one in made.get("Attribute") or ():
        yield one, {}
    for obj in made.get("Object") or ():
        for one in obj.get("Attribute") or ():
            yield one, obj


_Hit = tuple[dict[str, Any], Mapping[str, Any], Event]


def _hits(desk: Desk, connection: Connection, caller: Caller, search: Asked, deleted: frozenset[str]) -> Iterator[_Hit]:
    """Every attribute asked for, as it is shown, with its object and event."""
    for head in _candidates(desk, connection, caller, search):
        event = desk.events.built(connection, caller, head)
        for one, obj in _attributes(event.content):
            number = str(event.numbers.get(str(one.get("uuid")), ""))
            gone = "1" if shapes.flag(one.get("deleted")) else "0"
            if gone in deleted and search.attribute(one, head.tags, str(obj.get("name") or ""), number):
                yield shapes.attribute(one, event, obj or None), obj, event


def _search_attributes(desk: Desk, call: Call, caller: Caller) -> Answer:
    search = asked(_parameters(call), desk.now_s())
    form = folded(str(search.option("returnFormat") or "json"))
    if form != "json":
        return _listed(desk, call, caller, search, form)
    start, limit = search.page(_MOST_ATTRIBUTES)
    with desk.ctx.db.read() as connection:
        found = _paged(_hits(desk, connection, caller, search, deleted_of(call)), start, limit)
    context = shapes.flag(search.option("includeContext")) or shapes.flag(search.option("includeEventTags"))
    rows = [{**one, "event_uuid": event.head.uuid, "Event": _event_of(event, context)} for one, _, event in found]
    said = answer({"response": {"Attribute": rows}}, headers={"X-Result-Count": str(len(rows))})
    desk.events.told(caller, "misp:search", len(rows), said.body, _shown(found))
    return said


def _shown(found: Iterable[_Hit]) -> Iterator[tuple[int, str]]:
    """What of the store is in attributes that are given: themselves, or the object they are in, and their event."""
    for one, obj, event in found:
        yield from event.shown(str(one.get("uuid")), str(obj.get("uuid")))


def _paged(found: Iterable[_Hit], start: int, limit: int) -> list[_Hit]:
    out: list[_Hit] = []
    for place, one in enumerate(found):
        if limit and place >= start + limit:
            break
        if place >= start:
            out.append(one)
    return out


def _event_of(event: Event, context: bool) -> dict[str, Any]:
    whole = shapes.brief(event.head)
    if context:
        whole["Tag"] = [one["Tag"] for one in whole.pop("EventTag")]
        return whole
    kept = ("id", "org_id", "distribution", "info", "orgc_id", "uuid", "publish_timestamp", "user_id")
    return {name: whole[name] for name in kept if name in whole}


def _listed(desk: Desk, call: Call, caller: Caller, search: Asked, form: str) -> Answer:
    """Attributes as lines."""
    _known_format(form, "csv", "text", "cache")
    start, limit = search.page(_MOST_ATTRIBUTES)
    with desk.ctx.db.read() as connection:
        found = _paged(_hits(desk, connection, caller, search, deleted_of(call)), start, limit)
    body = _FORMS[form](search, found).encode()
    desk.events.told(caller, "misp:search", len(found), body, _shown(found))
    media = "text/csv" if form == "csv" else "text/plain"
    return Answer(body, 200, {"X-Result-Count": str(len(found))}, f"{media}; charset=utf-8")


def _as_csv(search: Asked, found: list[_Hit]) -> str:
    columns: tuple[str, ...] = _CSV
    asked_for = shapes.listed(search.option("requested_attributes"))
    if asked_for:
        columns = tuple(asked_for)
    if shapes.flag(search.option("includeContext")):
        columns = (*columns, *_CONTEXT)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    if not shapes.flag(search.option("headerless")):
        out.write(",".join(columns) + "\n")
    for one, obj, event in found:
        line = _line(one, obj, event)
        writer.writerow([_safe(line.get(name, "")) for name in columns])
    return out.getvalue()


def _line(one: Mapping[str, Any], obj: Mapping[str, Any], event: Event) -> dict[str, str]:
    head, orgc = event.head.content, shapes.organisation(event.head.orgc)
    own = {
        **{name: str(value) for name, value in one.items() if isinstance(value, str | int) and value is not None},
        "to_ids": "1" if one["to_ids"] else "0",
        "date": str(one["timestamp"]),
        "object_relation": str(one.get("object_relation") or ""),
        "attribute_tag": ",".join(str(tag["name"]) for tag in one.get("Tag") or ()),
        "object_uuid": str(obj.get("uuid") or ""),
        "object_name": str(obj.get("name") or ""),
        "object_meta_category": str(obj.get("meta-category") or ""),
    }
    context = {
        "event_info": str(head.get("info") or ""),
        "event_member_org": orgc["name"],
        "event_source_org": orgc["name"],
        "event_distribution": str(head.get("distribution") or ""),
        "event_threat_level_id": str(head.get("threat_level_id") or ""),
        "event_analysis": str(head.get("analysis") or ""),
        "event_date": str(head.get("date") or ""),
        "event_tag": ",".join(sorted(event.head.tags)),
    }
    return own | context


def _safe(text: str) -> str:
    """A spreadsheet must not take a value for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "@", "\t", "\r") else text


def _as_text(search: Asked, found: list[_Hit]) -> str:
    return "".join(f"{value}\n" for value in dict.fromkeys(str(one["value"]) for one, *_ in found))


def _as_cache(search: Asked, found: list[_Hit]) -> str:
    """What a peer looks for overlaps by: the digest of each value, and its event."""
    lines = []
    for one, _, event in found:
        value = str(one["value"])
        for part in value.split("|") if "|" in str(one["type"]) else [value]:
            digest = hashlib.md5(part.encode(), usedforsecurity=False).hexdigest()
            lines.append(f"{digest},{event.head.uuid}")
    return "".join(f"{line}\n" for line in dict.fromkeys(lines))


_FORMS = {"csv": _as_csv, "text": _as_text, "cache": _as_cache}


def _search_objects(desk: Desk, call: Call, caller: Caller) -> Answer:
    search = asked(_parameters(call), desk.now_s())
    start, limit = search.page(_MOST_ATTRIBUTES)
    out: list[tuple[dict[str, Any], Event]] = []
    with desk.ctx.db.read() as connection:
        for head in _candidates(desk, connection, caller, search):
            event = desk.events.built(connection, caller, head)
            for obj in shapes.whole(event, deleted=deleted_of(call))["Event"]["Object"]:
                named = not search.object_names or search.object_names.fits([str(obj["name"])])
                if named and (not obj["Attribute"] or _some(search, obj, head, event)):
                    out.append(({"Object": obj}, event))
    out = out[start : start + limit] if limit else out
    said = answer({"response": [one for one, _ in out]}, headers={"X-Result-Count": str(len(out))})
    shown = [each for one, event in out for each in event.shown(str(one["Object"]["uuid"]))]
    desk.events.told(caller, "misp:search", len(out), said.body, shown)
    return said


def _some(search: Asked, obj: Mapping[str, Any], head: Head, event: Event) -> bool:
    if obj["uuid"] in search.uuids:
        return True
    return any(search.attribute(one, head.tags, str(obj["name"]), str(one["id"])) for one in obj["Attribute"])


def _attribute(desk: Desk, call: Call, caller: Caller) -> Answer:
    with desk.ctx.db.read() as connection:
        event, uuid = desk.events.of_part(connection, caller, call.argument())
    for one, obj in _attributes(event.content):
        if str(one.get("uuid")) == uuid:
            given = {"Attribute": shapes.attribute(one, event, obj or None)}
            return _given(desk, caller, event, given, uuid, str(obj.get("uuid")))
    raise InvalidObject("attribute", "an attribute's uuid", "another part's")


def _object(desk: Desk, call: Call, caller: Caller) -> Answer:
    with desk.ctx.db.read() as connection:
        event, uuid = desk.events.of_part(connection, caller, call.argument())
    for obj in shapes.whole(event, deleted=frozenset(["0", "1"]))["Event"]["Object"]:
        if obj["uuid"] == uuid:
            return _given(desk, caller, event, {"Object": obj}, uuid)
    raise InvalidObject("object", "an object's uuid", "another part's")


def _given(desk: Desk, caller: Caller, event: Event, content: Mapping[str, Any], *uuids: str) -> Answer:
    said = answer(content)
    desk.events.told(caller, f"report--{event.head.uuid}", 1, said.body, event.shown(*uuids))
    return said


def _attributes_index(desk: Desk, call: Call, caller: Caller) -> Answer:
    with desk.ctx.db.read() as connection:
        found = _paged(_hits(desk, connection, caller, Asked(), frozenset(["0"])), 0, 60)
    said = answer([one for one, *_ in found])
    desk.events.told(caller, "misp:search", len(found), said.body, _shown(found))
    return said


def sightings_of(event: Event) -> Iterator[dict[str, Any]]:
    """Every sighting of an event and its attributes."""
    made = shapes.whole(event, deleted=frozenset(["0", "1"]))["Event"]
    for one in made.get("Sighting") or ():
        yield {**shapes.said(one, event), "attribute_uuid": "", "attribute_id": "0", "event_uuid": event.head.uuid}
    for attribute in shapes.parts(made):
        for one in attribute.get("Sighting") or ():
            more = {"attribute_uuid": attribute["uuid"], "attribute_id": attribute["id"]}
            yield {**one, **more, "event_uuid": event.head.uuid}


def _sightings(desk: Desk, call: Call, caller: Caller) -> Answer:
    """Of events by uuid, or of an attribute or event by id."""
    context, wanted = call.argument() or str(call.asked("context") or ""), shapes.listed(call.asked("uuid"))
    wanted += shapes.listed(call.asked("id"))
    not_of = [one[1:].lower() for one in shapes.listed(call.asked("org_id")) if one.startswith("!")]
    found: list[dict[str, Any]] = []
    shown: list[tuple[int, str]] = []
    with desk.ctx.db.read() as connection:
        for event, uuid in _meant(desk, connection, caller, folded(context), wanted):
            here = [one for one in sightings_of(event) if uuid in ("", one["attribute_uuid"])]
            shown += event.parts(one.get("uuid") for one in here)
            found += here
    found = [one for one in found if str(one.get("Organisation", {}).get("uuid")).lower() not in not_of]
    kinds = shapes.listed(call.asked("type"))
    found = [one for one in found if not kinds or str(one.get("type", "0")) in kinds]
    bare = call.action in ("listsightings", "index")
    said = answer(found if bare else {"response": [{"Sighting": one} for one in found]})
    if found:
        desk.events.told(caller, "misp:sightings", len(found), said.body, shown)
    return said


def _meant(
    desk: Desk, connection: Connection, caller: Caller, context: str, wanted: list[str]
) -> Iterator[tuple[Event, str]]:
    heads = desk.events.heads(connection, caller)
    if not wanted:
        yield from ((desk.events.built(connection, caller, head), "") for head in heads.values())
        return
    if context == "attribute":
        yield from (desk.events.of_part(connection, caller, one) for one in wanted)
        return
    by_number = {str(head.number): head for head in heads.values()}
    for one in wanted:
        head = heads.get(one.lower()) or by_number.get(one)
        if head is not None:
            yield desk.events.built(connection, caller, head), ""


def _proposals(desk: Desk, call: Call, caller: Caller) -> Answer:
    """Of one event, or of all since a time, page by page."""
    since = whole_number("timestamp", call.asked("timestamp"))
    out: list[dict[str, Any]] = []
    shown: list[tuple[int, str]] = []
    with desk.ctx.db.read() as connection:
        if call.argument():
            found = [desk.events.event(connection, caller, call.argument())]
        else:
            found = [
                desk.events.built(connection, caller, one) for one in desk.events.heads(connection, caller).values()
            ]
    for event in found:
        made = shapes.whole(event, deleted=frozenset(["0", "1"]))["Event"]
        for one in (
            *made["ShadowAttribute"],
            *(two for a in shapes.parts(made) for two in a.get("ShadowAttribute") or ()),
        ):
            if seconds(one.get("timestamp")) >= since:
                org = shapes.organisation(one.get("Org") or {})
                more = {"event_uuid": event.head.uuid, "org_uuid": org["uuid"], "Org": org}
                out.append({"ShadowAttribute": {"old_uuid": "", **one, **more}})
                shown += event.parts([one.get("uuid")])
    limit, page = whole_number("limit", call.asked("limit")), whole_number("page", call.asked("page")) or 1
    out = out[(page - 1) * limit : page * limit] if limit else out
    said = answer(out)
    if out:
        desk.events.told(caller, "misp:proposals", len(out), said.body, shown)
    return said


def _reports(desk: Desk, call: Call, caller: Caller) -> Answer:
    key = str(call.asked("event_id") or call.argument())
    with desk.ctx.db.read() as connection:
        event = desk.events.event(connection, caller, key)
    found = [{"EventReport": one} for one in shapes.whole(event)["Event"]["EventReport"]]
    return _given(desk, caller, event, {"response": found})


def _report(desk: Desk, call: Call, caller: Caller) -> Answer:
    with desk.ctx.db.read() as connection:
        event, uuid = desk.events.of_part(connection, caller, call.argument())
    for one in shapes.whole(event)["Event"]["EventReport"]:
        if one.get("uuid") == uuid:
            return _given(desk, caller, event, {"EventReport": one})
    raise InvalidObject("event report", "a report's uuid", "another part's")


def _wanted(desk: Desk, call: Call, caller: Caller) -> Answer:
    """Of the events a peer would push, the uuids that are unknown here or older."""
    listed = call.body if isinstance(call.body, list) else []
    said = [one["Event"] for one in listed if isinstance(one, dict) and isinstance(one.get("Event"), dict)]
    with desk.ctx.db.read() as connection:
        heads = desk.events.heads(connection, caller)
    out = []
    for one in said:
        head = heads.get(str(one.get("uuid")).lower())
        if head is None or (head.voice.account and head.timestamp < seconds(one.get("timestamp"))):
            out.append(one.get("uuid"))
    return answer(out)


def _known_sightings(desk: Desk, call: Call, caller: Caller) -> Answer:
    """Of a peer's sightings, those that are here already."""
    with desk.ctx.db.read() as connection:
        event = desk.events.event(connection, caller, call.argument())
    here = {str(one.get("uuid")) for one in sightings_of(event)}
    return answer([one for one in shapes.listed(call.body) if one in here])


def tags_used(desk: Desk, caller: Caller) -> list[dict[str, Any]]:
    """Every tag on an event the caller may know of."""
    with desk.ctx.db.read() as connection:
        heads = desk.events.heads(connection, caller)
    names = sorted({name for head in heads.values() for name in head.tags})
    return [shapes.tag({"name": name}) for name in names]


ROUTES: Mapping[tuple[str, str], Route] = {
    ("events", "index"): Route(_index),
    ("events", "view"): Route(_view),
    ("events", "restsearch"): Route(_search_events),
    ("events", "filtereventidsforpush"): Route(_wanted, reads=False),
    ("attributes", "index"): Route(_attributes_index),
    ("attributes", "view"): Route(_attribute),
    ("attributes", "restsearch"): Route(_search_attributes),
    ("objects", "view"): Route(_object),
    ("objects", "restsearch"): Route(_search_objects),
    ("sightings", "restsearch"): Route(_sightings),
    ("sightings", "listsightings"): Route(_sightings),
    ("sightings", "index"): Route(_sightings),
    ("sightings", "filtersightinguuidsforpush"): Route(_known_sightings, reads=False),
    ("shadowattributes", "index"): Route(_proposals),
    ("eventreports", "index"): Route(_reports),
    ("eventreports", "view"): Route(_report),
}
