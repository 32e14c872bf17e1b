"""No request breaks the TAXII door: every path there is, by every method, with filters, headers and bodies nobody
would send; and every answer is in TAXII's own form."""

import json

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from taxii_parties import ROOT, TAXII, Site

_QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
_EVERY_DAY = settings(max_examples=60, deadline=None, suppress_health_check=_QUIET)
_METHODS = st.sampled_from(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
_TEXT = st.text(st.characters(codec="utf-8"), max_size=12)
_NAMES = ("added_after", "limit", "next", "match[id]", "match[type]", "match[version]", "match[spec_version]", "x")
_WORDS = st.one_of(
    _TEXT,
    st.sampled_from(["all", "first,last", "2.0,2.1", "2026-11-24T00:00:00Z", "indicator,malware", "0", "-1", "9" * 40]),
)
_QUERY = st.dictionaries(st.sampled_from(_NAMES), _WORDS, max_size=4)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | _TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
    max_leaves=8,
)
_KEYS = "spec_version created modified pattern pattern_type valid_from object_marking_refs granular_markings extensions"
_OBJECT = st.fixed_dictionaries(
    {"type": st.sampled_from(["indicator", "malware", "x-new", ""]) | _JSON},
    optional={"id": _JSON | st.just("indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f")}
    | dict.fromkeys(_KEYS.split(), _JSON),
)
_BODY = st.one_of(
    st.binary(max_size=40),
    _JSON.map(lambda one: json.dumps(one).encode()),
    st.lists(_OBJECT | _JSON, max_size=3).map(lambda some: json.dumps({"objects": some}).encode()),
)
_LATIN = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=30)
_HEADERS = st.fixed_dictionaries(
    {}, optional={"accept": st.just(TAXII) | _LATIN, "content_type": st.just(TAXII) | _LATIN, "range": _LATIN}
)
_PLACES = ("", "objects/", "manifest/", "objects/{id}/", "objects/{id}/versions/")


@pytest.fixture(scope="module")
def door(tmp_path_factory):
    made = Site(tmp_path_factory.mktemp("fuzzed"))
    where, objects = made.filled(3)
    yield made.ann, where, objects[0].id
    made.close()


def paths(where, identifier):
    """Those that lead somewhere, and those that do not."""
    there = [where + place.replace("{id}", identifier) for place in _PLACES]
    there += ["/taxii2/", ROOT, f"{ROOT}collections/", f"{ROOT}status/{identifier}/"]
    return st.one_of(
        st.sampled_from([*there, "/taxii2"]),
        st.builds(lambda base, more: base + more, st.sampled_from(there), _TEXT),
    )


@_EVERY_DAY
@given(st.data(), _METHODS, _QUERY, _HEADERS, _BODY)
def test_no_request_breaks_the_door(door, data, method, query, headers, body):
    ann, where, identifier = door
    path = data.draw(paths(where, identifier))
    if method == "DELETE" and path == f"{where}objects/{identifier}/":
        method = "GET"  # what is deleted would be asked for no more
    said = ann.ask(method, path, query, body, **headers)
    assert said.status < 500, (method, path, query, body)
    assert said.headers["content-type"] == TAXII
    if said.status >= 400 and method != "HEAD":
        assert said.json["http_status"] == str(said.status)


@_EVERY_DAY
@given(st.lists(_OBJECT | _JSON, min_size=1, max_size=4))
@example([{"type": "indicator", "id": "indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f", "object_marking_refs": [{}]}])
def test_no_envelope_breaks_it_and_everything_in_one_is_accounted_for(door, objects):
    ann, where, _ = door
    body = json.dumps({"objects": objects}).encode()
    said = ann.ask("POST", f"{where}objects/", body=body, content_type=TAXII)
    assert said.status in (202, 400, 422), body
    if said.status == 202:
        status = said.json
        assert status["total_count"] == status["success_count"] + status["failure_count"]
        assert ann.get(f"{ROOT}status/{status['id']}/").json == status


@_EVERY_DAY
@given(_QUERY)
def test_whatever_the_filters_a_page_is_a_page_or_a_reason(door, query):
    ann, where, _ = door
    for place in ("objects/", "manifest/"):
        said = ann.get(where + place, query)
        assert said.status in (200, 400), query
        assert set(said.json) <= {"more", "next", "objects", "title", "description", "http_status"}
