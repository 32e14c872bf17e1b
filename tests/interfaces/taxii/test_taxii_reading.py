"""The checklist for TAXII 2.1 servers, second half: objects, pages, filters, versions, manifests."""

from __future__ import annotations

import asyncio
import re
from typing import Any
from uuid import uuid4

import pytest
from a_case import an_indicator, an_object
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from taxii_parties import TAXII, Site, ids, pages, post

from oureyes.model.objects import StixObject

MICRO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
FUTURE = "2100-01-01T00:00:00Z"
FIRST, LAST = "x-taxii-date-added-first", "x-taxii-date-added-last"
V1, V2, V3 = "2026-11-20T08:00:00.000Z", "2026-11-21T08:00:00.000Z", "2026-11-22T08:00:00.000Z"


def versions(identifier: str = "", kind: str = "malware") -> list[StixObject]:
    """Three versions of one object."""
    name = identifier or f"{kind}--{uuid4()}"
    return [an_object(kind, id=name, modified=at, name=at, is_family=True) for at in (V1, V2, V3)]


def with_versions(site: Site) -> tuple[str, str]:
    """A collection that holds three versions of one object, and its id."""
    where, made = site.collection(), versions()
    for one in made:
        post(site.ann, where, one)
    return where, made[0].id


def found(site: Site, where: str, **filters: Any) -> list[str]:
    """`modified` of every object that fits."""
    matches = {f"match[{name}]": value for name, value in filters.items()}
    reply = site.ann.get(f"{where}objects/", matches)
    assert reply.status == 200, reply.body
    return [one.get("modified", one["id"]) for one in reply.json.get("objects", [])]


def test_OBJ_01_objects_come_with_media_type_and_both_date_headers(site: Site) -> None:
    where, _ = site.filled(2)
    reply = site.ann.get(f"{where}objects/")
    assert (reply.status, reply.headers["content-type"]) == (200, TAXII)
    assert MICRO.fullmatch(reply.headers[FIRST])
    assert MICRO.fullmatch(reply.headers[LAST])


def test_OBJ_02_the_body_is_an_envelope_and_an_empty_list_is_left_out(site: Site) -> None:
    where, _ = site.filled(1)
    assert set(site.ann.get(f"{where}objects/").json) == {"more", "objects"}
    empty = site.ann.get(f"{site.collection()}objects/")
    assert (empty.json, FIRST in empty.headers) == ({"more": False}, False)


def test_OBJ_03_only_the_latest_version_is_given(site: Site) -> None:
    where, _ = with_versions(site)
    assert found(site, where) == [V3]


def test_OBJ_04_objects_and_manifest_come_in_the_order_they_were_added(site: Site) -> None:
    where, made = site.filled(4)
    order = [one.id for one in made]
    assert ids(site.ann.get(f"{where}objects/")) == ids(site.ann.get(f"{where}manifest/")) == order


def test_OBJ_05_the_date_headers_are_those_of_the_first_and_last_object(site: Site) -> None:
    where, _ = site.filled(3)
    added = [one["date_added"] for one in site.ann.get(f"{where}manifest/").json["objects"]]
    reply = site.ann.get(f"{where}objects/")
    assert (reply.headers[FIRST], reply.headers[LAST]) == (added[0], added[-1])


def test_OBJ_06_an_older_version_added_later_does_not_become_the_latest(site: Site) -> None:
    where, made = site.collection(), versions()
    for one in (made[2], made[0], made[1]):
        post(site.ann, where, one)
    assert found(site, where) == [V3]
    assert sorted(found(site, where, version="all")) == [V1, V2, V3]


def test_PAGE_01_a_limit_of_one_gives_one_object_and_says_that_there_is_more(site: Site) -> None:
    where, made = site.filled(3)
    reply = site.ann.get(f"{where}objects/", {"limit": 1})
    assert (ids(reply), reply.json["more"]) == ([made[0].id], True)


@pytest.mark.parametrize("limit", [3, 4, 100_000])
def test_PAGE_02_a_limit_that_is_enough_gives_all(site: Site, limit: int) -> None:
    where, _ = site.filled(3)
    reply = site.ann.get(f"{where}objects/", {"limit": limit})
    assert (len(ids(reply)), reply.json["more"]) == (3, False)


@pytest.mark.parametrize("limit", ["0", "-1", "many", "1.5", "", "1e3", "٣"])
def test_PAGE_03_a_limit_that_is_no_positive_number_is_refused(site: Site, limit: str) -> None:
    where, _ = site.filled(1)
    for rest in ("objects/", "manifest/"):
        assert site.ann.get(where + rest, {"limit": limit}).status == 400


@pytest.mark.parametrize("limit", [1, 2, 3, 5])
def test_PAGE_04_paging_with_next_gives_every_object_once_in_order(site: Site, limit: int) -> None:
    where, made = site.filled(5)
    got = [one for page in pages(site.ann, f"{where}objects/", limit) for one in ids(page)]
    assert got == [one.id for one in made]


@pytest.mark.parametrize("rest", ["objects/", "manifest/"])
def test_PAGE_05_paging_with_added_after_loses_no_object(site: Site, rest: str) -> None:
    where, made = site.collection(), [an_indicator(value=f"h{n}.example") for n in range(7)]
    post(site.ann, where, *made)  # all in one go: their times differ all the same
    got: list[str] = []
    after: dict[str, Any] = {}
    while True:
        reply = site.ann.get(where + rest, {"limit": 2, **after})
        got += ids(reply)
        if not reply.json["more"]:
            break
        after = {"added_after": reply.headers[LAST]}
    assert sorted(got) == sorted(one.id for one in made)


def test_PAGE_06_paging_under_a_filter_is_complete(site: Site) -> None:
    where, identifier = with_versions(site)
    for n in range(4):
        post(site.ann, where, an_indicator(value=f"x{n}.example"))
    all_of_it = pages(site.ann, f"{where}objects/", 2, **{"match[version]": "all"})
    assert [len(ids(page)) for page in all_of_it] == [2, 2, 2, 1]
    kinds = pages(site.ann, f"{where}objects/", 1, **{"match[type]": "indicator"})
    assert len({one for page in kinds for one in ids(page)}) == 4
    assert identifier not in {one for page in kinds for one in ids(page)}


def test_PAGE_07_a_next_of_another_making_is_refused(site: Site) -> None:
    where, _ = site.filled(3)
    given = site.ann.get(f"{where}objects/", {"limit": 1}).json["next"]
    elsewhere, _ = site.filled(3)
    for path, value in (
        (f"{where}objects/", "nothing"),
        (f"{where}objects/", given[:-2] + ("AA" if given[-2:] != "AA" else "BB")),
        (f"{where}objects/", "é"),
        (f"{where}objects/", ""),
        (f"{where}manifest/", given),
        (f"{elsewhere}objects/", given),
    ):
        assert site.ann.get(path, {"next": value}).status == 400, value
    assert site.ann.get(f"{where}objects/", {"next": given, "match[type]": "malware"}).status == 400


def test_a_next_alone_remembers_its_filters_and_survives_a_restart(site: Site) -> None:
    where, made = site.filled(3)
    post(site.ann, where, an_object("malware", name="x", is_family=True))
    following = site.ann.get(f"{where}objects/", {"limit": 1, "match[type]": "indicator"}).json["next"]
    site.restart()
    site.ann = site.door("ann")
    reply = site.ann.get(f"{where}objects/", {"next": following})
    assert ids(reply) == [one.id for one in made[1:]]


def test_PAGE_08_a_range_header_is_ignored(site: Site) -> None:
    where, _ = site.filled(3)
    reply = site.ann.get(f"{where}objects/", range="items 0-1")
    assert (reply.status, len(ids(reply))) == (200, 3)


def test_PAGE_09_the_same_next_gives_the_same_page_twice(site: Site) -> None:
    where, _ = site.filled(4)
    following = site.ann.get(f"{where}objects/", {"limit": 2}).json["next"]
    first = site.ann.get(f"{where}objects/", {"limit": 1, "next": following})
    post(site.ann, where, an_indicator(value="later.example"))
    assert site.ann.get(f"{where}objects/", {"limit": 1, "next": following}).body == first.body


def test_PAGE_10_what_is_added_meanwhile_makes_nobody_miss_or_repeat(site: Site) -> None:
    where, made = site.filled(4)
    got, following = [], ""
    for turn in range(20):
        reply = site.ann.get(f"{where}objects/", {"limit": 1, **({"next": following} if following else {})})
        got += ids(reply)
        if turn < 3:
            made.append(an_indicator(value=f"meanwhile{turn}.example"))
            post(site.ann, where, made[-1])
        if not reply.json["more"]:
            break
        following = reply.json["next"]
    assert got == [one.id for one in made]


async def _poll_while_others_write(site: Site, where: str, made: list[StixObject]) -> list[str]:
    got, after = [], "2000-01-01T00:00:00Z"

    async def write() -> None:
        for one in made:
            body = b'{"objects":[' + one.raw + b"]}"
            await site.ann.asked("POST", f"{where}objects/", body=body, content_type=TAXII)

    writing = asyncio.create_task(write())
    quiet = 0
    while quiet < 2:
        quiet = quiet + 1 if writing.done() else 0
        reply = await site.ann.asked("GET", f"{where}objects/", {"limit": 3, "added_after": after})
        got += ids(reply)
        after = reply.headers.get(LAST, after)
        await asyncio.sleep(0)
    await writing
    return got


def test_polling_by_added_after_while_others_write_loses_and_repeats_nothing(site: Site) -> None:
    where, made = site.collection(), [an_indicator(value=f"busy{n}.example") for n in range(25)]
    got = site.ann.runner.run(_poll_while_others_write(site, where, made))
    assert got == [one.id for one in made]


def test_FILT_01_added_after_in_the_future_gives_an_empty_envelope(site: Site) -> None:
    where, _ = site.filled(1)
    reply = site.ann.get(f"{where}objects/", {"added_after": FUTURE})
    assert (reply.status, ids(reply)) == (200, [])


def test_FILT_02_added_after_is_strict(site: Site) -> None:
    where, made = site.filled(3)
    added = [one["date_added"] for one in site.ann.get(f"{where}manifest/").json["objects"]]
    assert ids(site.ann.get(f"{where}objects/", {"added_after": added[-1]})) == []
    assert ids(site.ann.get(f"{where}objects/", {"added_after": added[0]})) == [one.id for one in made[1:]]


@pytest.mark.parametrize("text", ["yesterday", "2026-11-20", "2026-11-20T08:00:00", "2026-13-01T00:00:00Z", ""])
def test_FILT_03_a_malformed_added_after_is_refused(site: Site, text: str) -> None:
    where, _ = site.filled(1)
    for rest in ("objects/", "manifest/"):
        assert site.ann.get(where + rest, {"added_after": text}).status == 400


def test_FILT_04_match_id_takes_one_and_several(site: Site) -> None:
    where, made = site.filled(3)
    assert found(site, where, id=made[1].id) == [V1]
    several = site.ann.get(f"{where}objects/", {"match[id]": f"{made[0].id},{made[2].id},indicator--{uuid4()}"})
    assert ids(several) == [made[0].id, made[2].id]


def test_FILT_05_match_type_takes_one_and_several(site: Site) -> None:
    where, made = site.filled(1)
    other = an_object("malware", name="x", is_family=True)
    post(site.ann, where, other)
    assert ids(site.ann.get(f"{where}objects/", {"match[type]": "malware"})) == [other.id]
    assert ids(site.ann.get(f"{where}objects/", {"match[type]": "malware,indicator"})) == [made[0].id, other.id]


@pytest.mark.parametrize(
    "kind", ["x-oureyes-plan", "extension-definition", "windows-registry-key", "marking-definition"]
)
def test_FILT_06_no_type_is_an_error(site: Site, kind: str) -> None:
    where, _ = site.filled(1)
    assert ids(site.ann.get(f"{where}objects/", {"match[type]": kind})) == []


def test_FILT_07_different_fields_are_joined_by_and(site: Site) -> None:
    where, made = site.filled(2)
    query = {"match[id]": made[0].id, "match[type]": "indicator"}
    assert ids(site.ann.get(f"{where}objects/", query)) == [made[0].id]
    assert ids(site.ann.get(f"{where}objects/", {**query, "match[type]": "malware"})) == []


def test_FILT_17_or_inside_a_field_and_and_between_fields_go_together(site: Site) -> None:
    where, made = site.filled(3)
    other = an_object("malware", name="x", is_family=True)
    post(site.ann, where, other)
    query = {"match[id]": f"{made[0].id},{made[1].id},{other.id}", "match[type]": "tool,indicator"}
    assert ids(site.ann.get(f"{where}objects/", query)) == [made[0].id, made[1].id]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [("all", [V1, V2, V3]), ("first", [V1]), ("last", [V3]), ("first,last", [V1, V3]), ("last,first", [V1, V3])],
)
def test_FILT_08_match_version_takes_words(site: Site, asked: str, expected: list[str]) -> None:
    where, _ = with_versions(site)
    assert found(site, where, version=asked) == expected


@pytest.mark.parametrize(
    ("asked", "expected"),
    [(V2, [V2]), ("2026-11-21T08:00:00Z", [V2]), (f"{V1},{V2}", [V1, V2]), (f"{V1},last", [V1, V3]), (FUTURE, [])],
)
def test_FILT_09_match_version_takes_exact_times(site: Site, asked: str, expected: list[str]) -> None:
    where, _ = with_versions(site)
    assert found(site, where, version=asked) == expected


@pytest.mark.parametrize("asked", ["all,first", "all,last", f"all,{V1}"])
def test_FILT_10_all_stands_by_itself(site: Site, asked: str) -> None:
    where, _ = with_versions(site)
    assert site.ann.get(f"{where}objects/", {"match[version]": asked}).status == 400


@pytest.mark.parametrize("asked", ["newest", "", "2026-11-20", "first,", "1"])
def test_FILT_11_a_malformed_version_is_refused(site: Site, asked: str) -> None:
    where, identifier = with_versions(site)
    for rest in ("objects/", "manifest/", f"objects/{identifier}/"):
        assert site.ann.get(where + rest, {"match[version]": asked}).status == 400


@pytest.mark.parametrize("name", ["added_after", "limit", "match[type]", "match[id]", "match[version]"])
def test_FILT_12_a_parameter_twice_is_refused(site: Site, name: str) -> None:
    where, made = site.filled(1)
    value = {"added_after": V1, "limit": "1", "match[id]": made[0].id, "match[version]": "all"}.get(name, "indicator")
    assert site.ann.get(f"{where}objects/", f"{name}={value}&{name}={value}").status == 400


def test_FILT_13_match_spec_version_gives_only_what_is_named(site: Site) -> None:
    where = site.collection()
    new = an_indicator(value="new.example")
    old = {
        "type": "indicator", "id": f"indicator--{uuid4()}", "created": V1, "modified": V1,
        "labels": ["malicious-activity"], "pattern": "[domain-name:value = 'old.example']", "valid_from": V1,
    }  # fmt: skip
    post(site.ann, where, new, old)
    assert len(found(site, where)) == len(found(site, where, spec_version="2.1")) == 2
    kept = site.ann.get(f"{where}objects/", {"match[spec_version]": "2.0"})
    assert kept.json["objects"] == [old]  # as it came
    upgraded = site.ann.get(f"{where}objects/{old['id']}/").json["objects"][0]
    assert (upgraded["spec_version"], upgraded["pattern_type"]) == ("2.1", "stix")
    assert found(site, where, spec_version="3.0") == []
    manifest = site.ann.get(f"{where}manifest/", {"match[spec_version]": "2.0"}).json["objects"]
    assert [one["media_type"] for one in manifest] == ["application/stix+json;version=2.0"]


def test_FILT_14_an_unknown_match_field_is_refused_and_another_parameter_ignored(site: Site) -> None:
    where, _ = site.filled(1)
    assert site.ann.get(f"{where}objects/", {"match[colour]": "red"}).status == 400
    assert site.ann.get(f"{where}objects/", {"colour": "red"}).status == 200


def test_FILT_15_objects_without_modified_have_a_version_and_are_found_by_it(site: Site) -> None:
    where = site.collection()
    definition = {
        "type": "marking-definition", "spec_version": "2.1", "id": f"marking-definition--{uuid4()}", "created": V2,
        "definition_type": "statement", "definition": {"statement": "fictional"},
    }  # fmt: skip
    observable = {"type": "domain-name", "spec_version": "2.1", "id": f"domain-name--{uuid4()}", "value": "sco.example"}
    post(site.ann, where, definition, observable)
    listed = site.ann.get(f"{where}manifest/").json["objects"]
    assert {one["id"] for one in listed} == {definition["id"], observable["id"]}
    assert next(one["version"] for one in listed if one["id"] == definition["id"]) == V2
    for one in listed:
        reply = site.ann.get(f"{where}objects/{one['id']}/", {"match[version]": one["version"]})
        assert ids(reply) == [one["id"]]


def test_FILT_16_brackets_mean_the_same_raw_and_encoded(site: Site) -> None:
    where, _ = site.filled(1)
    raw = site.ann.get(f"{where}objects/", "match[type]=indicator")
    assert ids(raw) == ids(site.ann.get(f"{where}objects/", "match%5Btype%5D=indicator")) != []


def test_ONE_01_an_object_comes_in_an_envelope_with_its_latest_version(site: Site) -> None:
    where, identifier = with_versions(site)
    reply = site.ann.get(f"{where}objects/{identifier}/")
    assert [one["modified"] for one in reply.json["objects"]] == [V3]
    assert reply.headers["content-type"] == TAXII
    assert reply.headers[FIRST] == reply.headers[LAST]


def test_ONE_02_an_object_honours_version_and_limit(site: Site) -> None:
    where, identifier = with_versions(site)
    one = f"{where}objects/{identifier}/"
    assert [item["modified"] for item in site.ann.get(one, {"match[version]": "all"}).json["objects"]] == [V1, V2, V3]
    got = [
        item["modified"]
        for page in pages(site.ann, one, 2, **{"match[version]": "all"})
        for item in page.json["objects"]
    ]
    assert got == [V1, V2, V3]


def test_ONE_03_an_unknown_object_is_not_found(site: Site) -> None:
    where, _ = site.filled(1)
    assert site.ann.get(f"{where}objects/indicator--{uuid4()}/").status == 404
    assert site.ann.get(f"{where}objects/nothing/").status == 404


def test_ONE_04_a_known_object_that_no_filter_fits_gives_an_empty_envelope(site: Site) -> None:
    where, made = site.filled(1)
    reply = site.ann.get(f"{where}objects/{made[0].id}/", {"added_after": FUTURE})
    assert (reply.status, ids(reply)) == (200, [])


def test_VERS_01_versions_are_all_of_them_as_texts(site: Site) -> None:
    where, identifier = with_versions(site)
    reply = site.ann.get(f"{where}objects/{identifier}/versions/")
    assert (reply.json["versions"], reply.headers["content-type"]) == ([V1, V2, V3], TAXII)
    assert MICRO.fullmatch(reply.headers[FIRST])


def test_VERS_02_versions_honour_a_limit_and_say_that_there_is_more(site: Site) -> None:
    where, identifier = with_versions(site)
    path = f"{where}objects/{identifier}/versions/"
    reply = site.ann.get(path, {"limit": 2})
    assert (reply.json["versions"], reply.json["more"]) == ([V1, V2], True)
    assert [one for page in pages(site.ann, path, 1) for one in page.json["versions"]] == [V1, V2, V3]
    assert site.ann.get(path, {"limit": 3}).json["more"] is False


def test_VERS_03_versions_of_nothing_are_not_found_and_created_stands_for_modified(site: Site) -> None:
    where, _ = site.filled(1)
    assert site.ann.get(f"{where}objects/indicator--{uuid4()}/versions/").status == 404
    name = f"marking-definition--{uuid4()}"
    said = {"definition_type": "statement", "definition": {"statement": "x"}, "spec_version": "2.1"}
    post(site.ann, where, {"type": "marking-definition", "id": name, "created": V2, **said})
    assert site.ann.get(f"{where}objects/{name}/versions/").json["versions"] == [V2]


def test_VERS_04_versions_by_added_after_are_complete(site: Site) -> None:
    where, identifier = with_versions(site)
    got, after = [], {}
    while True:
        reply = site.ann.get(f"{where}objects/{identifier}/versions/", {"limit": 1, **after})
        got += reply.json.get("versions", [])
        if not reply.json["more"]:
            break
        after = {"added_after": reply.headers[LAST]}
    assert got == [V1, V2, V3]


def test_MAN_01_a_manifest_comes_with_media_type_and_date_headers(site: Site) -> None:
    where, _ = site.filled(2)
    reply = site.ann.get(f"{where}manifest/")
    assert (reply.status, reply.headers["content-type"]) == (200, TAXII)
    assert MICRO.fullmatch(reply.headers[FIRST])
    assert MICRO.fullmatch(reply.headers[LAST])


def test_MAN_02_records_have_id_date_version_and_a_media_type_of_the_collection(site: Site) -> None:
    where, made = site.filled(1)
    (record,) = site.ann.get(f"{where}manifest/").json["objects"]
    assert (record["id"], record["version"]) == (made[0].id, made[0].version)
    assert MICRO.fullmatch(record["date_added"])
    assert record["media_type"] in site.ann.get(where).json["media_types"]


@pytest.mark.parametrize(
    "version", ["2026-11-20T08:00:00.101Z", "2026-11-20T08:00:00Z", "2026-11-20T08:00:00.1234567Z"]
)
def test_MAN_03_a_version_is_written_as_in_the_object(site: Site, version: str) -> None:
    where, one = site.collection(), an_object("malware", name="x", is_family=True, created=version, modified=version)
    assert post(site.ann, where, one).json["successes"][0]["version"] == version
    assert site.ann.get(f"{where}manifest/").json["objects"][0]["version"] == version
    assert site.ann.get(f"{where}objects/{one.id}/versions/").json["versions"] == [version]


def test_MAN_04_manifest_filters_are_those_of_objects(site: Site) -> None:
    where, identifier = with_versions(site)
    other = an_indicator(value="man4.example")
    post(site.ann, where, other)

    def listed(**query: str) -> list[str]:
        return ids(
            site.ann.get(
                f"{where}manifest/",
                {key.replace("__", "[") + ("]" if "__" in key else ""): value for key, value in query.items()},
            )
        )

    assert listed(match__version="all") == [identifier] * 3 + [other.id]
    assert listed(match__type="indicator") == [other.id]
    assert listed(match__id=identifier) == [identifier]
    assert listed(added_after=FUTURE) == []
    assert listed(match__spec_version="2.0") == []


@pytest.mark.parametrize("limit", [1, 2])
def test_MAN_05_manifest_paging_is_complete(site: Site, limit: int) -> None:
    where, made = site.filled(5)
    got = [one for page in pages(site.ann, f"{where}manifest/", limit) for one in ids(page)]
    assert got == [one.id for one in made]


def test_MAN_06_an_empty_manifest_has_no_objects_and_a_bad_limit_is_refused(site: Site) -> None:
    where = site.collection()
    assert "objects" not in site.ann.get(f"{where}manifest/").json
    assert site.ann.get(f"{where}manifest/", {"limit": "x"}).status == 400


NASTY = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=30)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                [
                    "limit",
                    "next",
                    "added_after",
                    "match[id]",
                    "match[type]",
                    "match[version]",
                    "match[spec_version]",
                    "match[",
                    "x",
                ]
            ),
            NASTY,
        ),
        max_size=4,
    ),
    st.sampled_from(["objects/", "manifest/", "objects/x/", "objects/x/versions/"]),
)
def test_whatever_is_asked_the_server_does_not_fail(site: Site, said: list[tuple[str, str]], rest: str) -> None:
    from urllib.parse import quote

    query = "&".join(f"{name}={quote(value)}" for name, value in said)
    where = site.collection(writers=()) if site not in WHERE else WHERE[site]
    WHERE[site] = where
    assert site.ann.get(where + rest, query).status in (200, 400, 404)


WHERE: dict[Site, str] = {}  # one collection for all examples
