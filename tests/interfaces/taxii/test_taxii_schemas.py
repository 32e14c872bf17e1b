"""Every resource the TAXII server sends, against schemas written from the clauses of TAXII 2.1.

No package holds schemas of OASIS for these, so each says which clause it is written from.
"""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest
from a_case import an_indicator, an_object
from asgi import Reply
from taxii_parties import ROOT, Site, envelope, post

from oureyes.model.accounts import View

TEXT = {"type": "string", "minLength": 1}
# §2: RFC 3339, always Z; more digits than six are of no account
INSTANT = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$"}
UUID = {"type": "string", "pattern": "^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$"}  # §2: RFC 4122, in small letters
STIX_ID = {"type": "string", "pattern": "^[a-z0-9][a-z0-9-]+--[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$"}
COUNT = {"type": "integer", "minimum": 0}
STIX_MEDIA = {"enum": ["application/stix+json;version=2.1", "application/stix+json;version=2.0"]}


def some(items: Any) -> dict[str, Any]:
    """§2: a list has at least one element, or is not there."""
    return {"type": "array", "items": items, "minItems": 1}


def resource(required: str, **properties: Any) -> dict[str, Any]:
    """An object of these properties and no others."""
    named = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**named, "required": required.split()}


COLLECTION = resource(  # §5.2.1
    "id title can_read can_write", id=UUID, title=TEXT, description=TEXT, alias=TEXT, can_read={"type": "boolean"},
    can_write={"type": "boolean"}, media_types=some(STIX_MEDIA),
)  # fmt: skip
DETAIL = resource("id version", id=STIX_ID, version=INSTANT, message=TEXT)  # §4.3.1.1
MORE = {"more": {"type": "boolean"}, "next": TEXT}
RESOURCES: dict[str, dict[str, Any]] = {
    "discovery": resource(  # §4.1.1
        "title", title=TEXT, description=TEXT, contact=TEXT, default=TEXT, api_roots=some(TEXT)
    ),
    "api-root": resource(  # §4.2.1
        "title versions max_content_length", title=TEXT, description=TEXT,
        versions={**some(TEXT), "contains": {"const": "application/taxii+json;version=2.1"}},
        max_content_length={"type": "integer", "minimum": 1},
    ),
    "status": resource(  # §4.3.1
        "id status total_count success_count failure_count pending_count", id=UUID,
        status={"enum": ["complete", "pending"]}, request_timestamp=INSTANT, total_count=COUNT, success_count=COUNT,
        failure_count=COUNT, pending_count=COUNT, successes=some(DETAIL), failures=some(DETAIL), pendings=some(DETAIL),
    ),
    "collections": resource("", collections=some(COLLECTION)),  # §5.1.1
    "collection": COLLECTION,
    "manifest": resource(  # §5.3.1; `next` by cti-taxii2 #110
        "", objects=some(resource("id date_added version", id=STIX_ID, date_added=INSTANT, version=INSTANT,
                                  media_type=STIX_MEDIA)), **MORE,
    ),
    "envelope": resource("", objects=some({"type": "object", "required": ["type", "id"]}), **MORE),  # §3.7
    "versions": resource("", versions=some(INSTANT), **MORE),  # §5.8.1
    "error": resource(  # §3.6.1
        "title", title=TEXT, description=TEXT, error_id=TEXT, error_code=TEXT,
        http_status={"type": "string", "pattern": r"^[45]\d\d$"}, external_details=TEXT, details={"type": "object"},
    ),
}  # fmt: skip


def fits(name: str, reply: Reply) -> Any:
    """What was said, when it fits its clause."""
    found = [str(error) for error in jsonschema_rs.validator_for(RESOURCES[name]).iter_errors(reply.json)]
    assert not found, (name, found)
    return reply.json


def test_what_there_is_fits_its_clauses(site: Site) -> None:
    fits("discovery", site.ann.get("/taxii2/"))
    fits("api-root", site.ann.get(ROOT))
    door = site.account("newcomer")
    assert fits("collections", door.get(f"{ROOT}collections/")) == {}
    where = site.collection(readers=("newcomer",), description="d", alias="schemas-a")
    site.collection(readers=(), writers=("newcomer",))
    assert len(fits("collections", door.get(f"{ROOT}collections/"))["collections"]) == 2
    fits("collection", door.get(where))


def test_what_becomes_of_a_posting_fits_its_clause_whatever_was_posted(site: Site) -> None:
    where = site.collection()
    for made in (
        [an_indicator()],
        [],
        [an_indicator(), {"type": "tool", "id": "no id"}, {"id": 7}, {"type": "x", "id": "x--1"}, {}],
        [an_object("domain-name", value="a.example")],
    ):
        said = fits("status", post(site.ann, where, *made))
        assert said["success_count"] + said["failure_count"] == said["total_count"] == len(made)
        fits("status", site.ann.get(f"{ROOT}status/{said['id']}/"))


@pytest.mark.parametrize("view", [None, View()])
def test_pages_fit_their_clauses_whether_full_in_part_or_empty(site: Site, view: View | None) -> None:
    where = site.collection(view=view)
    for name in ("objects", "manifest"):
        fits({"objects": "envelope"}.get(name, name), site.ann.get(f"{where}{name}/"))
    seen = an_object("domain-name", value="a.example")
    made = [an_indicator(), seen, an_indicator(value="b.example"), an_object("tool", name="t", spec_version="2.0")]
    assert post(site.ann, where, *made).status == 202
    for limit in (1, 2, 100):
        for query in ({"limit": limit}, {"limit": limit, "match[spec_version]": "2.0,2.1"}):
            fits("envelope", site.ann.get(f"{where}objects/", query))
            fits("manifest", site.ann.get(f"{where}manifest/", query))
    for obj in made:
        fits("envelope", site.ann.get(f"{where}objects/{obj.id}/"))
        fits("versions", site.ann.get(f"{where}objects/{obj.id}/versions/"))


def test_every_refusal_fits_its_clause(site: Site) -> None:
    where, reader = site.collection(), site.account("reader", frozenset({"taxii:read"}))
    refused = [
        site.stands().get("/taxii2/"),
        site.ann.get(f"{ROOT}collections/none/"),
        site.ann.get(f"{ROOT}status/none/"),
        site.ann.get(f"{where}objects/", {"limit": "x"}),
        site.ann.get(f"{where}objects/", {"next": "x"}),
        site.ann.get(f"{where}objects/indicator--00000000-0000-4000-8000-000000000000/"),
        site.ann.get(where, accept="application/json"),
        site.ann.ask("PUT", where),
        site.ann.ask("POST", f"{where}objects/", body=b"{", content_type="application/taxii+json;version=2.1"),
        site.ann.ask("POST", f"{where}objects/", body=b'{"objects": 1}',
                     content_type="application/taxii+json;version=2.1"),
        site.ann.ask("POST", f"{where}objects/", body=envelope(), content_type="application/json"),
        reader.ask("POST", f"{where}objects/", body=envelope(), content_type="application/taxii+json;version=2.1"),
    ]  # fmt: skip
    for reply in refused:
        assert reply.status >= 400
        assert fits("error", reply)["http_status"] == str(reply.status)
