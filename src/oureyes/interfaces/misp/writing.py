"""Events, parts of them, and what is said about them, as peers and scripts push them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from oureyes.errors import InvalidObject, NotHeld
from oureyes.interfaces.misp import shapes
from oureyes.interfaces.misp.desk import Answer, Desk, Route, answer, inner, saved, wrapped
from oureyes.interfaces.misp.paths import Call, folded
from oureyes.interfaces.misp.reading import sightings_of
from oureyes.model.accounts import Caller
from oureyes.node.events import Event, organisation_of
from oureyes.record.misp_merge import seconds

__all__ = ["ROUTES"]

_BOTH = frozenset(["0", "1"])
_MOST_TAG = 1024


def _shown(desk: Desk, call: Call, caller: Caller, uuid: str) -> Answer:
    """The event as it is now, or its head alone where that is all a peer wants to know."""
    with desk.ctx.db.read() as connection:
        if shapes.flag(call.asked("metadata")):
            return answer({"Event": shapes.headed(desk.events.head(connection, caller, uuid))})
        return answer(shapes.whole(desk.events.event(connection, caller, uuid)))


def _add(desk: Desk, call: Call, caller: Caller) -> Answer:
    content = inner(call, "Event")
    said = _split(content)
    uuid = desk.pushing.add(caller, content)
    _attach_all(desk, caller, uuid, said)
    return _shown(desk, call, caller, uuid)


def _edit(desk: Desk, call: Call, caller: Caller) -> Answer:
    content = inner(call, "Event")
    said = _split(content)
    uuid = desk.pushing.edit(caller, call.argument() or str(content.get("uuid")), content)
    _attach_all(desk, caller, uuid, said)
    return _shown(desk, call, caller, uuid)


_Said = dict[str, list[tuple[str, dict[str, Any]]]]
_WORDS = {"Note": "analyst", "Opinion": "analyst", "Relationship": "analyst"}


def _split(content: dict[str, Any]) -> _Said:
    """Analyst data comes inside what it is about; it is somebody's word about that, and no part of the event."""
    out: _Said = {}
    parts = [content, *_dicts(content.get("Attribute")), *_dicts(content.get("Object"))]
    parts += [one for obj in _dicts(content.get("Object")) for one in _dicts(obj.get("Attribute"))]
    for part in parts:
        for name in _WORDS:
            for one in _dicts(part.pop(name, None)):
                out.setdefault("analyst", []).append((str(part.get("uuid")), {**one, "note_type_name": name}))
    return out


def _dicts(value: object) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _attach_all(desk: Desk, caller: Caller, uuid: str, said: _Said) -> None:
    if not said:
        return
    with desk.ctx.db.read() as connection:
        event = desk.events.event(connection, caller, uuid)
    for what, found in said.items():
        for about, one in found:
            desk.pushing.attach(caller, what, event, _about(event, about), [one])


def _about(event: Event, uuid: str) -> str:
    return event.carriers.get(uuid.lower(), f"report--{event.head.uuid}")


def _delete(desk: Desk, call: Call, caller: Caller) -> Answer:
    keys = list(call.arguments) or shapes.listed(call.asked("id"))
    for key in keys:
        desk.pushing.delete(caller, key)
    return saved(f"{len(keys)} event{'s' if len(keys) != 1 else ''} deleted.")


def _publish(desk: Desk, call: Call, caller: Caller) -> Answer:
    uuid = desk.pushing.publish(caller, call.argument(), call.action != "unpublish")
    with desk.ctx.db.read() as connection:
        number = desk.events.head(connection, caller, uuid).number
    return saved("Job queued" if call.action != "unpublish" else "Event unpublished.", id=str(number))


# --- parts -----------------------------------------------------------------------------------------------------------


def _changed(
    desk: Desk, caller: Caller, key: str, change: Callable[[dict[str, Any], Event], dict[str, Any]]
) -> tuple[Event, str]:
    """Change one part of an event, by its uuid or number."""
    with desk.ctx.db.read() as connection:
        event, uuid = desk.events.of_part(connection, caller, key)
    desk.pushing.may_edit(caller.account, event.head)
    for part in _dicts(event.content.get("Attribute")):
        if part.get("uuid") == uuid:
            desk.pushing.edit(caller, event.head.uuid, {"Attribute": [change(dict(part), event)]})
            return event, uuid
    for obj in _dicts(event.content.get("Object")):
        if obj.get("uuid") == uuid:
            desk.pushing.edit(caller, event.head.uuid, {"Object": [change(dict(obj), event)]})
            return event, uuid
        for part in _dicts(obj.get("Attribute")):
            if part.get("uuid") == uuid:
                made = {"uuid": obj["uuid"], "Attribute": [change(dict(part), event)]}
                desk.pushing.edit(caller, event.head.uuid, {"Object": [made]})
                return event, uuid
    raise InvalidObject("part", "an attribute or object", "something else")


def _now(part: dict[str, Any], desk: Desk) -> dict[str, Any]:
    """With a timestamp that is later than what is held."""
    return {**part, "timestamp": str(max(desk.now_s(), seconds(part.get("timestamp")) + 1))}


def _one(desk: Desk, caller: Caller, uuid: str, name: str) -> Answer:
    with desk.ctx.db.read() as connection:
        event, _ = desk.events.of_part(connection, caller, uuid)
    made = shapes.whole(event, deleted=_BOTH)["Event"]
    found = made["Object"] if name == "Object" else list(shapes.parts(made))
    for one in found:
        if one["uuid"] == uuid:
            return answer({name: one})
    raise InvalidObject(name.lower(), "one that can be read", "another", "see what was put aside")


def _add_attributes(desk: Desk, call: Call, caller: Caller) -> Answer:
    several = isinstance(call.body, list)
    found = wrapped(call.body, "Attribute")
    if not found:
        raise InvalidObject("attribute", "an attribute", "none")
    with desk.ctx.db.read() as connection:
        event = desk.events.event(connection, caller, call.argument())
    desk.pushing.may_edit(caller.account, event.head)
    again = shapes.flag(call.asked("breakOnDuplicate")) or call.asked("breakOnDuplicate") is None
    fresh, errors = _not_twice(event, found, again=again)
    fresh = [_now({**one, "uuid": one.get("uuid") or desk.ctx.make_id()}, desk) for one in fresh]
    if not fresh:
        return _refused_twice(errors)
    desk.pushing.edit(caller, event.head.uuid, {"Attribute": fresh})
    if not several:
        return _one(desk, caller, str(fresh[0]["uuid"]).lower(), "Attribute")
    with desk.ctx.db.read() as connection:
        event = desk.events.event(connection, caller, event.head.uuid)
    wanted = {str(one["uuid"]).lower() for one in fresh}
    made = [one for one in shapes.parts(shapes.whole(event)["Event"]) if one["uuid"] in wanted]
    return answer(
        {"Attribute": made[0] if len(found) == 1 and made else made, **({"errors": errors} if errors else {})}
    )


def _not_twice(
    event: Event, found: Iterable[dict[str, Any]], *, again: bool
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """MISP takes a value once for each type and category of an event."""
    held = {_told(one): one for one in _dicts(event.content.get("Attribute")) if not shapes.flag(one.get("deleted"))}
    fresh: list[dict[str, Any]] = []
    errors: dict[str, Any] = {}
    for place, one in enumerate(found):
        before = held.get(_told(one))
        if before is not None and again and one.get("uuid") in (None, "", before.get("uuid")):
            said = "A similar attribute already exists for this event."
            errors[f"attribute_{place}"] = {"value": [said]}
            continue
        if before is not None:
            one = {**before, **one, "uuid": before["uuid"]}
        held[_told(one)] = one
        fresh.append(one)
    return fresh, errors


def _told(one: Mapping[str, Any]) -> tuple[str, str, str]:
    return str(one.get("type")), str(one.get("category")), str(one.get("value"))


def _refused_twice(errors: Mapping[str, Any]) -> Answer:
    first = next(iter(errors.values()))
    said = "Could not add Attribute"
    return answer({"saved": False, "name": said, "message": said, "url": "/attributes/add", "errors": first}, 403)


def _edit_attribute(desk: Desk, call: Call, caller: Caller) -> Answer:
    new = inner(call, "Attribute")
    new = {name: value for name, value in new.items() if name not in ("id", "event_id", "object_id", "uuid")}
    new.pop("timestamp", None)
    _, uuid = _changed(desk, caller, call.argument(), lambda part, _: _now({**_bare(part), **new}, desk))
    return _one(desk, caller, uuid, "Attribute")


def _bare(part: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in part.items() if name not in ("Sighting", "ShadowAttribute")}


def _delete_attribute(desk: Desk, call: Call, caller: Caller) -> Answer:
    gone = call.action != "restore"
    _, uuid = _changed(desk, caller, call.argument(), lambda part, _: _now({**_bare(part), "deleted": gone}, desk))
    return saved("Attribute deleted.") if gone else _one(desk, caller, uuid, "Attribute")


def _add_object(desk: Desk, call: Call, caller: Caller) -> Answer:
    obj = inner(call, "Object")
    obj["uuid"] = str(obj.get("uuid") or desk.ctx.make_id()).lower()
    with desk.ctx.db.read() as connection:
        event = desk.events.event(connection, caller, call.argument())
    if shapes.flag(call.asked("breakOnDuplicate")) and _same_object(event, obj):
        said = "Duplicate object found. Since breakOnDuplicate is set the object will not be added."
        return answer({"saved": False, "name": said, "message": said, "url": "/objects/add", "errors": said}, 403)
    desk.pushing.edit(caller, event.head.uuid, {"Object": [_now(obj, desk)]})
    return _one(desk, caller, obj["uuid"], "Object")


def _same_object(event: Event, obj: Mapping[str, Any]) -> bool:
    def told(one: Mapping[str, Any]) -> tuple[str, tuple[tuple[str, str], ...]]:
        inside = _dicts(one.get("Attribute"))
        return str(one.get("name")), tuple(sorted((str(a.get("object_relation")), str(a.get("value"))) for a in inside))

    return any(told(one) == told(obj) for one in _dicts(event.content.get("Object")))


def _edit_object(desk: Desk, call: Call, caller: Caller) -> Answer:
    new = inner(call, "Object")
    inside = [one if "timestamp" in one else _now(one, desk) for one in _dicts(new.pop("Attribute", None))]
    for name in ("id", "event_id", "uuid", "timestamp"):
        new.pop(name, None)

    def change(part: dict[str, Any], _: Event) -> dict[str, Any]:
        kept = {name: value for name, value in part.items() if name != "Attribute"}
        return _now({**kept, **new, "Attribute": inside}, desk)

    _, uuid = _changed(desk, caller, call.argument(), change)
    return _one(desk, caller, uuid, "Object")


def _delete_object(desk: Desk, call: Call, caller: Caller) -> Answer:
    def change(part: dict[str, Any], _: Event) -> dict[str, Any]:
        inside = [_now({**_bare(one), "deleted": True}, desk) for one in _dicts(part.get("Attribute"))]
        return _now({**part, "deleted": True, "Attribute": inside}, desk)

    _changed(desk, caller, call.argument(), change)
    return saved("Object deleted")


def _add_reference(desk: Desk, call: Call, caller: Caller) -> Answer:
    made = inner(call, "ObjectReference")
    target = str(made.get("referenced_uuid") or made.get("referenced_id") or "")
    source = str(made.get("object_uuid") or made.get("object_id") or call.argument())
    with desk.ctx.db.read() as connection:
        _, uuid = desk.events.of_part(connection, caller, target)
    link: dict[str, Any] = {
        "uuid": str(made.get("uuid") or desk.ctx.make_id()).lower(),
        "timestamp": str(desk.now_s()),
        "referenced_uuid": uuid,
        "relationship_type": str(made.get("relationship_type") or "related-to"),
        "comment": str(made.get("comment") or ""),
        "deleted": False,
    }

    def change(part: dict[str, Any], _: Event) -> dict[str, Any]:
        kept = {name: value for name, value in part.items() if name != "Attribute"}
        return _now({**kept, "ObjectReference": [*_dicts(part.get("ObjectReference")), link]}, desk)

    _, source = _changed(desk, caller, source, change)
    return answer({"ObjectReference": {"id": shapes.number_of(link["uuid"]), "object_uuid": source, **link}})


# --- tags ------------------------------------------------------------------------------------------------------------


def _tag(desk: Desk, call: Call, caller: Caller) -> Answer:
    name, key = _tag_name(call), str(call.asked("uuid") or call.argument())
    attach = call.action in ("attachtagtoobject", "addtag")
    local = shapes.flag(call.asked("local"))
    one = {"name": name, "local": local, "relationship_type": call.asked("relationship_type")}

    def change(part: dict[str, Any]) -> list[dict[str, Any]]:
        others = [tag for tag in _dicts(part.get("Tag")) if tag.get("name") != name]
        return [*others, one] if attach else others

    try:
        with desk.ctx.db.read() as connection:
            event = desk.events.event(connection, caller, key)
    except NotHeld:
        _changed(desk, caller, key, lambda part, _: _now({**_bare(part), "Tag": change(part)}, desk))
    else:
        desk.pushing.edit(caller, event.head.uuid, {"Tag": change(event.content)})
    word = "attached" if attach else "removed"
    return saved(f"Tag {name} successfully {word}." if not local else f"Local tag {name} successfully {word}.")


def _tag_name(call: Call) -> str:
    name = call.asked("tag") or call.asked("tag_name") or call.argument(1)
    if isinstance(name, Mapping):
        name = name.get("name")
    if not isinstance(name, str) or not name.strip() or len(name) > _MOST_TAG:
        raise InvalidObject("tag", f"a name of at most {_MOST_TAG} characters", "another form", "name the tag")
    return name


# --- what is said about events ---------------------------------------------------------------------------------------


def _sight(desk: Desk, call: Call, caller: Caller) -> Answer:
    form = inner(call, "Sighting") if call.body else {}
    keys = [key for key in (call.argument(), str(form.get("uuid") or ""), str(form.get("id") or "")) if key][:1]
    about = _sighted(desk, caller, keys, shapes.listed(form.get("values") or form.get("value")))
    if not about:
        raise NotHeld("attribute", "one this account may know of", "none")
    made: dict[str, Any] = {}
    for event, uuid in about:
        made = {
            "uuid": desk.ctx.make_id(),
            "date_sighting": str(form.get("date_sighting") or form.get("timestamp") or desk.now_s()),
            "type": str(form.get("type") or "0"),
            "source": str(form.get("source") or ""),
        }
        desk.pushing.attach(caller, "sighting", event, _about(event, uuid), [made])
    return _sighting(desk, caller, about[-1][0], about[-1][1], made["uuid"])


def _sighted(desk: Desk, caller: Caller, keys: list[str], values: list[str]) -> list[tuple[Event, str]]:
    out: list[tuple[Event, str]] = []
    with desk.ctx.db.read() as connection:
        for key in keys:
            try:
                out.append(desk.events.of_part(connection, caller, key))
            except NotHeld:
                event = desk.events.event(connection, caller, key)
                out.append((event, event.head.uuid))
        heads = desk.events.heads(connection, caller)
        for value in values:
            held = desk.events.holding(connection, value)
            for uuid in heads if held is None else held & heads.keys():
                event = desk.events.built(connection, caller, heads[uuid])
                out += [(event, str(one["uuid"])) for one in _valued(event, value)]
    return out


def _valued(event: Event, value: str) -> list[dict[str, Any]]:
    inside = [one for obj in _dicts(event.content.get("Object")) for one in _dicts(obj.get("Attribute"))]
    return [one for one in (*_dicts(event.content.get("Attribute")), *inside) if str(one.get("value")) == value]


def _sighting(desk: Desk, caller: Caller, event: Event, about: str, uuid: str) -> Answer:
    with desk.ctx.db.read() as connection:
        now = desk.events.event(connection, caller, event.head.uuid)
    for one in sightings_of(now):
        if one.get("uuid") == uuid:
            return answer({"Sighting": {**one, "attribute_uuid": about}})
    raise InvalidObject("sighting", "one that can be read", "another")


def _delete_sighting(desk: Desk, call: Call, caller: Caller) -> Answer:
    desk.pushing.detach(caller, _uuid_of(desk, caller, call.argument()), ["sighting"])
    return saved("Sighting successfully deleted.")


def _uuid_of(desk: Desk, caller: Caller, key: str) -> str:
    if not key.isdecimal():
        return key
    with desk.ctx.db.read() as connection:
        return desk.events.of_part(connection, caller, key)[1]


def _bulk_sightings(desk: Desk, call: Call, caller: Caller) -> Answer:
    with desk.ctx.db.read() as connection:
        event = desk.events.event(connection, caller, call.argument())
    count = 0
    by: dict[str, list[dict[str, Any]]] = {}
    for one in wrapped(call.body, "Sighting"):
        by.setdefault(_about(event, str(one.get("attribute_uuid") or "")), []).append(one)
    for about, found in by.items():
        count += desk.pushing.attach(caller, "sighting", event, about, found)
    return answer({"saved": True, "success": f"{count} sightings added."})


_OF_PROPOSAL: Sequence[str] = ("type", "category", "value", "to_ids", "comment", "first_seen", "last_seen")


def _propose(desk: Desk, call: Call, caller: Caller) -> Answer:
    """A new attribute for an event (add), a change (edit) or the deletion of one (delete)."""
    said = inner(call, "ShadowAttribute") if call.body else {}
    said = dict(said.get("Attribute", said)) if isinstance(said.get("Attribute"), dict) else said
    with desk.ctx.db.read() as connection:
        if call.action == "add":
            event, uuid, old = desk.events.event(connection, caller, call.argument()), "", {}
        else:
            event, uuid = desk.events.of_part(connection, caller, call.argument())
            old = next(iter([one for one in _parts_of(event) if one.get("uuid") == uuid]), {})
    names = _OF_PROPOSAL
    made: dict[str, Any] = {name: said.get(name, old.get(name)) for name in names if name in said or name in old}
    made |= {"uuid": desk.ctx.make_id(), "timestamp": str(desk.now_s()), "old_uuid": uuid}
    made["proposal_to_delete"] = call.action == "delete"
    made["Org"] = _own(desk, caller)
    desk.pushing.attach(caller, "proposal", event, _about(event, uuid), [made])
    shown = {"id": "0", "event_id": str(event.head.number), "event_uuid": event.head.uuid, "deleted": False}
    return answer({"ShadowAttribute": {**shown, **made, "Org": shapes.organisation(made["Org"])}})


def _parts_of(event: Event) -> list[dict[str, Any]]:
    inside = [one for obj in _dicts(event.content.get("Object")) for one in _dicts(obj.get("Attribute"))]
    return [*_dicts(event.content.get("Attribute")), *inside]


def _own(desk: Desk, caller: Caller) -> dict[str, str]:
    return organisation_of(desk.ctx, caller.account)


def _push_proposals(desk: Desk, call: Call, caller: Caller) -> Answer:
    with desk.ctx.db.read() as connection:
        event = desk.events.event(connection, caller, call.argument())
    by: dict[str, list[dict[str, Any]]] = {}
    for one in wrapped(call.body, "ShadowAttribute"):
        by.setdefault(_about(event, str(one.get("old_uuid") or "")), []).append(one)
    total = sum(len(found) for found in by.values())
    count = 0
    for about, found in by.items():
        count += desk.pushing.attach(caller, "proposal", event, about, found)
    return answer({"success": count > 0 or not total, "message": "", "counter": count})


def _settle(desk: Desk, call: Call, caller: Caller) -> Answer:
    """Accept or discard a proposal about an event of one's own."""
    with desk.ctx.db.read() as connection:
        event, uuid = desk.events.of_part(connection, caller, call.argument())
    desk.pushing.may_edit(caller.account, event.head)
    shown: list[tuple[dict[str, Any] | None, dict[str, Any]]] = [
        (None, one) for one in _dicts(event.content.get("ShadowAttribute"))
    ]
    shown += [(part, one) for part in _parts_of(event) for one in _dicts(part.get("ShadowAttribute"))]
    found = [(part, one) for part, one in shown if one.get("uuid") == uuid]
    if not found:
        raise NotHeld("proposal", "one about an event of this account", "none")
    if call.action == "accept":
        _accept(desk, caller, event, *found[0])
    word = "accepted" if call.action == "accept" else "discarded"
    return saved(f"Proposal {word}.")


def _accept(desk: Desk, caller: Caller, event: Event, part: dict[str, Any] | None, said: dict[str, Any]) -> None:
    names = _OF_PROPOSAL
    new = {name: said[name] for name in names if name in said}
    if part is None:
        made = _now({**new, "uuid": desk.ctx.make_id()}, desk)
        desk.pushing.edit(caller, event.head.uuid, {"Attribute": [made]})
    elif shapes.flag(said.get("proposal_to_delete")):
        _changed(desk, caller, str(part["uuid"]), lambda old, _: _now({**_bare(old), "deleted": True}, desk))
    else:
        _changed(desk, caller, str(part["uuid"]), lambda old, _: _now({**_bare(old), **new}, desk))


_OF_REPORT: Sequence[str] = ("name", "content", "distribution")


def _report(desk: Desk, call: Call, caller: Caller) -> Answer:
    if call.method in ("GET", "HEAD"):  # a peer asks whether reports are taken here
        return answer({"name": "Event report", "description": "Reports in Markdown about an event are taken."})
    said = inner(call, "EventReport")
    with desk.ctx.db.read() as connection:
        event = desk.events.event(connection, caller, call.argument() or str(said.get("event_uuid")))
    made: dict[str, Any] = {name: said[name] for name in _OF_REPORT if name in said}
    made |= {"uuid": str(said.get("uuid") or desk.ctx.make_id()).lower(), "timestamp": str(desk.now_s())}
    made["deleted"] = False
    desk.pushing.attach(caller, "event_report", event, f"report--{event.head.uuid}", [made])
    return answer({"EventReport": {"id": shapes.number_of(made["uuid"]), "event_id": str(event.head.number), **made}})


def _edit_report(desk: Desk, call: Call, caller: Caller) -> Answer:
    said = inner(call, "EventReport") if call.body else {}
    with desk.ctx.db.read() as connection:
        event, uuid = desk.events.of_part(connection, caller, call.argument())
    held = next((one for one in _dicts(event.content.get("EventReport")) if one.get("uuid") == uuid), None)
    if held is None:
        raise NotHeld("event report", "one this account may know of", "none")
    if call.action == "delete":
        desk.pushing.detach(caller, uuid, ["note"])
        return saved("Event Report deleted")
    new: dict[str, Any] = {name: said[name] for name in _OF_REPORT if name in said}
    made = _now({**held, **new}, desk)
    desk.pushing.attach(caller, "event_report", event, f"report--{event.head.uuid}", [made])
    return answer({"EventReport": {"event_id": str(event.head.number), **made}})


# --- analyst data ----------------------------------------------------------------------------------------------------

_KINDS = {"note": "Note", "opinion": "Opinion", "relationship": "Relationship"}


def _analyst(desk: Desk, caller: Caller) -> list[tuple[Event, str, dict[str, Any]]]:
    """(event, uuid of what it is about, it) of everything the caller may know of."""
    out: list[tuple[Event, str, dict[str, Any]]] = []
    with desk.ctx.db.read() as connection:
        for head in desk.events.heads(connection, caller).values():
            event = desk.events.built(connection, caller, head)
            for part in (event.content, *_parts_of(event), *_dicts(event.content.get("Object"))):
                for name in _KINDS.values():
                    out += [(event, str(part.get("uuid")), one) for one in _dicts(part.get(name))]
    return out


def _analyst_minimal(desk: Desk, call: Call, caller: Caller) -> Answer:
    out: dict[str, dict[str, str]] = {name: {} for name in _KINDS.values()}
    for _, _, one in _analyst(desk, caller):
        out[str(one["note_type_name"])][str(one["uuid"])] = str(one.get("modified") or "")
    return answer(out)


def _analyst_index(desk: Desk, call: Call, caller: Caller) -> Answer:
    name = _KINDS.get(folded(call.argument()), "Note")
    wanted = {one.lower() for one in shapes.listed(call.asked("uuid"))}
    kept = [(event, one) for event, _, one in _analyst(desk, caller) if one["note_type_name"] == name]
    kept = [(event, one) for event, one in kept if not wanted or str(one["uuid"]).lower() in wanted]
    said = answer([{name: _analyst_shown(desk, caller, one)} for _, one in kept])
    if kept:
        shown = [part for event, one in kept for part in event.parts([one["uuid"]])]
        desk.events.told(caller, "misp:analyst", len(kept), said.body, shown)
    return said


def _analyst_shown(desk: Desk, caller: Caller, one: Mapping[str, Any]) -> dict[str, Any]:
    own = _own(desk, caller)
    return {**one, "Orgc": shapes.organisation(one.get("Orgc") or own), "Org": shapes.organisation(own)}


def _analyst_wanted(desk: Desk, call: Call, caller: Caller) -> Answer:
    here = {str(one["uuid"]): str(one.get("modified") or "") for _, _, one in _analyst(desk, caller)}
    out: dict[str, list[str]] = {}
    for name, listed in call.form.items():
        for uuid, one in listed.items() if isinstance(listed, dict) else ():
            if isinstance(one, dict) and str(one.get("modified") or "~") > here.get(str(uuid), ""):
                out.setdefault(name, []).append(str(uuid))
    return answer(out)


def _analyst_add(desk: Desk, call: Call, caller: Caller) -> Answer:
    kind = _KINDS.get(folded(call.argument())) if call.argument() else None
    kind = kind or next((name for name in _KINDS.values() if isinstance(call.form.get(name), dict)), "")
    if not kind:
        raise InvalidObject("analyst data", "a Note, an Opinion or a Relationship", "none")
    said = inner(call, kind)
    about = str(call.argument(1) or said.get("object_uuid") or "").lower()
    with desk.ctx.db.read() as connection:
        try:
            event = desk.events.event(connection, caller, about)
        except NotHeld:
            event, about = desk.events.of_part(connection, caller, about)
    stamp = desk.ctx.now()[:19].replace("T", " ")
    made = {
        **{name: value for name, value in said.items() if name not in ("id", "Org", "User")},
        "uuid": str(said.get("uuid") or desk.ctx.make_id()).lower(),
        "object_uuid": about,
        "object_type": str(said.get("object_type") or call.argument(2) or "Event"),
        "note_type_name": kind,
        "Orgc": said.get("Orgc") if isinstance(said.get("Orgc"), dict) else _own(desk, caller),
        "created": str(said.get("created") or stamp),
        "modified": str(said.get("modified") or stamp),
    }
    desk.pushing.attach(caller, "analyst", event, _about(event, about), [made])
    if call.action == "pushanalystdata":
        return saved(f"{kind} saved")
    return answer({kind: {"id": shapes.number_of(made["uuid"]), **_analyst_shown(desk, caller, made)}})


def _analyst_view(desk: Desk, call: Call, caller: Caller) -> Answer:
    wanted = str(call.argument(1) or call.argument()).lower()
    for event, _, one in _analyst(desk, caller):
        number = shapes.number_of(str(one["uuid"]))
        if wanted in (str(one["uuid"]).lower(), number):
            said = answer({str(one["note_type_name"]): {"id": number, **_analyst_shown(desk, caller, one)}})
            desk.events.told(caller, "misp:analyst", 1, said.body, event.parts([one["uuid"]]))
            return said
    raise NotHeld("analyst data", "some this account may know of", "none")


def _analyst_delete(desk: Desk, call: Call, caller: Caller) -> Answer:
    desk.pushing.detach(caller, str(call.argument(1) or call.argument()), ["note"])
    return saved("Analyst data deleted.")


ROUTES: Mapping[tuple[str, str], Route] = {
    ("events", "add"): Route(_add, reads=False),
    ("events", "edit"): Route(_edit, reads=False),
    ("events", "delete"): Route(_delete, reads=False),
    ("events", "publish"): Route(_publish, reads=False),
    ("events", "alert"): Route(_publish, reads=False),
    ("events", "unpublish"): Route(_publish, reads=False),
    ("events", "addtag"): Route(_tag, reads=False),
    ("events", "removetag"): Route(_tag, reads=False),
    ("events", "pushproposals"): Route(_push_proposals, reads=False),
    ("attributes", "add"): Route(_add_attributes, reads=False),
    ("attributes", "edit"): Route(_edit_attribute, reads=False),
    ("attributes", "delete"): Route(_delete_attribute, reads=False),
    ("attributes", "restore"): Route(_delete_attribute, reads=False),
    ("attributes", "addtag"): Route(_tag, reads=False),
    ("attributes", "removetag"): Route(_tag, reads=False),
    ("objects", "add"): Route(_add_object, reads=False),
    ("objects", "edit"): Route(_edit_object, reads=False),
    ("objects", "delete"): Route(_delete_object, reads=False),
    ("objectreferences", "add"): Route(_add_reference, reads=False),
    ("tags", "attachtagtoobject"): Route(_tag, reads=False),
    ("tags", "removetagfromobject"): Route(_tag, reads=False),
    ("sightings", "add"): Route(_sight, reads=False),
    ("sightings", "delete"): Route(_delete_sighting, reads=False),
    ("sightings", "bulksavesightings"): Route(_bulk_sightings, reads=False),
    ("shadowattributes", "add"): Route(_propose, reads=False),
    ("shadowattributes", "edit"): Route(_propose, reads=False),
    ("shadowattributes", "delete"): Route(_propose, reads=False),
    ("shadowattributes", "accept"): Route(_settle, reads=False),
    ("shadowattributes", "discard"): Route(_settle, reads=False),
    ("eventreports", "add"): Route(_report, reads=False),
    ("eventreports", "edit"): Route(_edit_report, reads=False),
    ("eventreports", "delete"): Route(_edit_report, reads=False),
    ("analystdata", "indexminimal"): Route(_analyst_minimal),
    ("analystdata", "index"): Route(_analyst_index),
    ("analystdata", "view"): Route(_analyst_view),
    ("analystdata", "filteranalystdataforpush"): Route(_analyst_wanted, reads=False),
    ("analystdata", "pushanalystdata"): Route(_analyst_add, reads=False),
    ("analystdata", "add"): Route(_analyst_add, reads=False),
    ("analystdata", "edit"): Route(_analyst_add, reads=False),
    ("analystdata", "delete"): Route(_analyst_delete, reads=False),
}
