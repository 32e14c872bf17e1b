"""What clients and peers ask when they connect: version, rights, types, organisations, groups, tags.

Organisations, users and roles are made with `oureyes account`, by this node's people; the calls that would make them
here are refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from oureyes.errors import NotHeld, Refused
from oureyes.interfaces.misp import shapes
from oureyes.interfaces.misp.desk import Answer, Desk, Route, answer
from oureyes.interfaces.misp.paths import Call
from oureyes.interfaces.misp.reading import tags_used
from oureyes.model.accounts import Caller
from oureyes.node.events import organisation_of
from oureyes.node.pushing import group_id
from oureyes.record.misp_types import MISP_TYPES

__all__ = ["ROUTES"]

_CATEGORIES = (
    "Internal reference", "Targeting data", "Antivirus detection", "Payload delivery", "Artifacts dropped",
    "Payload installation", "Persistence mechanism", "Network activity", "Payload type", "Attribution",
    "External analysis", "Financial fraud", "Support Tool", "Social network", "Person", "Other",
)  # fmt: skip
_RIGHTS = (
    "perm_add", "perm_modify", "perm_modify_org", "perm_publish", "perm_sync", "perm_auth", "perm_tagger",
    "perm_sighting", "perm_analyst_data", "perm_galaxy_editor", "perm_object_template", "perm_view_feed_correlations",
)  # fmt: skip
_NOT = (
    "perm_admin", "perm_site_admin", "perm_audit", "perm_tag_editor", "perm_sharing_group", "perm_delegate",
    "perm_template", "perm_regexp_access", "perm_publish_zmq", "perm_publish_kafka", "perm_decaying",
    "perm_warninglist", "perm_server_sign", "perm_skip_otp",
)  # fmt: skip


def _version(desk: Desk, call: Call, caller: Caller) -> Answer:
    config = desk.ctx.config
    version, pushes = caller.account.misp_version or config.text("misp_version"), "misp:write" in caller.scopes
    return answer(
        {
            "version": version,
            "pymisp_recommended_version": version,
            "perm_sync": pushes,
            "perm_sighting": pushes,
            "perm_galaxy_editor": pushes,
            "perm_analyst_data": pushes,
            "uuid": organisation_of(desk.ctx, caller.account)["uuid"],
            "request_encoding": ["gzip"],
            "filter_sightings": True,
        }
    )


def _pymisp_version(desk: Desk, call: Call, caller: Caller) -> Answer:
    return answer({"version": caller.account.misp_version or desk.ctx.config.text("misp_version")})


def _post_test(desk: Desk, call: Call, caller: Caller) -> Answer:
    """The peer looks whether its body arrives whole; the key is not sent back."""
    accepted = call.headers.get("accept", "application/json")
    headers = {"Content-type": "application/json", "Accept": accepted, "Authorization": "OK"}
    return answer({"body": call.body, "headers": headers})


def _me(desk: Desk, call: Call, caller: Caller) -> Answer:
    known = call.argument().lower()
    number = shapes.number_of(caller.account.id)
    if known not in ("me", number, ""):
        raise NotHeld("user", "the one who asks", "another")
    org = shapes.organisation(organisation_of(desk.ctx, caller.account))
    user = {"id": number, "org_id": org["id"], "email": caller.account.id, "role_id": "1", "authkey": ""}
    user |= {"autoalert": False, "contactalert": False, "disabled": False, "server_id": "0", "termsaccepted": True}
    return answer({"User": user, "Role": _role(caller), "UserSetting": {}, "Organisation": {**org, "local": True}})


def _role(caller: Caller) -> dict[str, Any]:
    pushes = "misp:write" in caller.scopes
    rights = {**dict.fromkeys(_RIGHTS, pushes), **dict.fromkeys(_NOT, False)}
    return {"id": "1", "name": "account", "restricted_to_site_admin": False, "default_role": True, **rights}


def _roles(desk: Desk, call: Call, caller: Caller) -> Answer:
    return answer([{"Role": _role(caller)}])


def _types(desk: Desk, call: Call, caller: Caller) -> Answer:
    """Any type is taken in any category."""
    types = sorted(MISP_TYPES)
    usual = {kind: {"default_category": _usual(kind), "to_ids": 0} for kind in types}
    mappings = dict.fromkeys(_CATEGORIES, types)
    result = {"sane_defaults": usual, "types": types, "categories": list(_CATEGORIES)}
    return answer({"result": {**result, "category_type_mappings": mappings}})


_USUAL = (
    (("ip-", "domain", "hostname", "url", "uri", "AS", "user-agent", "mac-", "ja3", "jarm"), "Network activity"),
    (
        ("md5", "sha", "filename", "ssdeep", "tlsh", "imphash", "email", "malware-sample", "attachment"),
        "Payload delivery",
    ),
    (("btc", "xmr", "dash", "iban", "bic", "bank", "cc-", "prtn", "aba"), "Financial fraud"),
    (("yara", "snort", "sigma", "regkey", "mutex", "named pipe", "pattern"), "Artifacts dropped"),
    (("link", "vulnerability", "comment"), "External analysis"),
    (("phone", "first-", "last-", "full-", "passport", "date-of", "nationality"), "Person"),
)


def _usual(kind: str) -> str:
    return next((category for starts, category in _USUAL if kind.startswith(starts)), "Other")


def _organisations(desk: Desk, call: Call, caller: Caller) -> Answer:
    """The caller's own, and those of events it may know of."""
    own = organisation_of(desk.ctx, caller.account)
    with desk.ctx.db.read() as connection:
        heads = desk.events.heads(connection, caller)
    found = {str(own["uuid"]): own} | {
        str(head.orgc.get("uuid")).lower(): dict(head.orgc) for head in heads.values() if head.orgc.get("uuid")
    }
    shown = [shapes.organisation(one) for one in found.values()]
    if not call.argument():
        return answer([{"Organisation": one} for one in shown])
    for one in shown:
        if call.argument().lower() in (one["id"], one["uuid"]):
            return answer({"Organisation": one})
    raise NotHeld("organisation", "one this account may know of", "none")


def _groups(desk: Desk, call: Call, caller: Caller) -> Answer:
    """The agreements the caller is party to. Who else is in them is not told."""
    own = shapes.organisation(organisation_of(desk.ctx, caller.account))
    found: list[dict[str, Any]] = []
    for name in sorted(caller.account.groups):
        uuid = group_id(desk.ctx, name)
        group: dict[str, Any] = {"id": shapes.number_of(uuid), "uuid": uuid, "name": name, "description": ""}
        group |= {"releasability": "", "active": True, "local": True, "roaming": False}
        group |= {"organisation_uuid": own["uuid"], "org_id": own["id"]}
        member = {"id": "1", "sharing_group_id": group["id"], "org_id": own["id"], "extend": False, "Organisation": own}
        found.append(
            {"SharingGroup": group, "Organisation": own, "SharingGroupOrg": [member], "SharingGroupServer": []}
        )
    if not call.argument():
        return answer({"response": found})
    for one in found:
        if call.argument().lower() in (one["SharingGroup"]["id"], one["SharingGroup"]["uuid"]):
            return answer(one)
    raise NotHeld("sharing group", "one this account is in", "none")


def _tags(desk: Desk, call: Call, caller: Caller) -> Answer:
    found = tags_used(desk, caller)
    if call.action == "view":
        for one in found:
            if one["id"] == call.argument():
                return answer(one)
        raise NotHeld("tag", "one this account may know of", "none")
    if call.action == "search":
        word = call.argument().replace("%", "").casefold()
        return answer([{"Tag": one} for one in found if word in str(one["name"]).casefold()])
    return answer({"Tag": found})


def _add_tag(desk: Desk, call: Call, caller: Caller) -> Answer:
    """A tag is a name: there is nothing to make."""
    body = call.form.get("Tag", call.form)
    return answer({"Tag": shapes.tag(body if isinstance(body, dict) else {})})


def _rules(desk: Desk, call: Call, caller: Caller) -> Answer:
    with desk.ctx.db.read() as connection:
        heads = desk.events.heads(connection, caller)
    organisations = sorted({str(head.orgc.get("name")) for head in heads.values()})
    return answer({"organisations": organisations, "tags": [one["name"] for one in tags_used(desk, caller)]})


def _none(desk: Desk, call: Call, caller: Caller) -> Answer:
    return answer([])


def _no_warninglists(desk: Desk, call: Call, caller: Caller) -> Answer:
    return answer({"Warninglists": []})


def _made_elsewhere(desk: Desk, call: Call, caller: Caller) -> Answer:
    raise Refused("this node", "its own people at `oureyes account`", "a change of its settings by the MISP door")


ROUTES: Mapping[tuple[str, str], Route] = {
    ("servers", "getversion"): Route(_version),
    ("servers", "getpymispversion"): Route(_pymisp_version),
    ("servers", "posttest"): Route(_post_test),
    ("servers", "getavailablesyncfilteringrules"): Route(_rules),
    ("servers", "index"): Route(_none),
    ("servers", "serversettingsedit"): Route(_made_elsewhere),
    ("users", "view"): Route(_me),
    ("users", "heartbeat"): Route(_none),
    ("roles", "index"): Route(_roles),
    ("attributes", "describetypes"): Route(_types),
    ("organisations", "index"): Route(_organisations),
    ("organisations", "view"): Route(_organisations),
    ("sharinggroups", "index"): Route(_groups),
    ("sharinggroups", "view"): Route(_groups),
    ("tags", "index"): Route(_tags),
    ("tags", "view"): Route(_tags),
    ("tags", "search"): Route(_tags),
    ("tags", "add"): Route(_add_tag, reads=False),
    ("taxonomies", "index"): Route(_none),
    ("galaxies", "index"): Route(_none),
    ("noticelists", "index"): Route(_none),
    ("warninglists", "index"): Route(_no_warninglists),
    ("feeds", "index"): Route(_none),
    ("objecttemplates", "index"): Route(_none),
    ("admin/organisations", "add"): Route(_made_elsewhere),
    ("admin/organisations", "edit"): Route(_made_elsewhere),
    ("admin/organisations", "delete"): Route(_made_elsewhere),
    ("admin/users", "add"): Route(_made_elsewhere),
    ("admin/users", "edit"): Route(_made_elsewhere),
    ("admin/users", "delete"): Route(_made_elsewhere),
    ("admin/roles", "setdefault"): Route(_made_elsewhere),
    ("sharinggroups", "add"): Route(_made_elsewhere),
    ("sharinggroups", "edit"): Route(_made_elsewhere),
    ("sharinggroups", "delete"): Route(_made_elsewhere),
    ("sharinggroups", "addorg"): Route(_made_elsewhere),
    ("sharinggroups", "removeorg"): Route(_made_elsewhere),
    ("sharinggroups", "addserver"): Route(_made_elsewhere),
    ("sharinggroups", "removeserver"): Route(_made_elsewhere),
}
