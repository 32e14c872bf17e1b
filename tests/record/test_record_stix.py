"""STIX arrives in any shape, keeps its bytes, and what its markings demand is never less than they say."""

import io
import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oureyes.errors import InvalidObject
from oureyes.model.markings import TLP, TLP_2_EXTENSION, Marking, Onward
from oureyes.model.ports import Options, Record, Rejected
from oureyes.record import stix
from oureyes.record.bundle import export_bundle

AT = "2026-03-01T08:00:00.000Z"
GREEN = "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"
RED = "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"
OTHER = "marking-definition--00000000-1111-4111-8111-000000000001"


def an_identifier(kind, number=1):
    return f"{kind}--00000000-1111-4111-8111-{number:012x}"


def an_object(kind="tool", number=1, **more):
    return {
        "type": kind,
        "spec_version": "2.1",
        "id": an_identifier(kind, number),
        "created": AT,
        "modified": AT,
        "name": "x",
        **more,
    }


def taken(text, **options):
    data = text if isinstance(text, bytes) else json.dumps(text).encode()
    return list(stix.read(io.BytesIO(data), Options(**options)))


def a_bundle(*objects, **more):
    return {"type": "bundle", "id": an_identifier("bundle"), **more, "objects": list(objects)}


@pytest.mark.parametrize(
    "text",
    [
        a_bundle(an_object()),
        [an_object()],
        an_object(),
        json.dumps(an_object()).encode() + b"\n\n",
        b"\xef\xbb\xbf" + json.dumps([an_object()]).encode(),
    ],
    ids=["bundle", "list", "object", "line", "mark"],
)
def test_one_object_arrives_from_every_shape(text):
    assert [item.object.id for item in taken(text)] == [an_identifier("tool")]


def test_lines_hold_objects_and_bundles_and_a_broken_line_does_not_stop_the_rest():
    lines = [json.dumps(an_object(number=1)), '{"type": "tool", ', json.dumps(a_bundle(an_object(number=2)))]
    first, broken, last = taken("\n".join(lines).encode())
    assert (first.object.id, last.object.id) == (an_identifier("tool", 1), an_identifier("tool", 2))
    assert isinstance(broken, Rejected)
    assert broken.raw == b'{"type": "tool",'


def test_the_bytes_of_an_object_are_kept_to_the_last_space():
    raw = b'{ "type" : "tool","spec_version":"2.1",\n "id":"%s", "created":"%s","modified":"%s","x_\\u0041":1.50 }' % (
        an_identifier("tool").encode(),
        AT.encode(),
        AT.encode(),
    )
    (record,) = taken(b'{"objects": [ ' + raw + b' ], "type": "bundle"}')
    assert record.object.raw == raw


@given(
    st.dictionaries(st.text(min_size=1, max_size=9).map("x_".__add__), st.text(max_size=9) | st.integers(), max_size=4)
)
def test_unknown_properties_come_back_out_of_a_bundle_as_they_went_in(extra):
    (record,) = taken(a_bundle(an_object(**extra)))
    (again,) = taken(export_bundle([record.object]))
    assert again.object.raw == record.object.raw


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"created": "2026-03-01T15:00:00+07:00"}, "UTC instant"),
        ({"created": "2026-02-30T00:00:00.000Z", "modified": "2026-02-30T00:00:00.000Z"}, "UTC instant"),
        ({"modified": "2026-02-28T00:00:00Z"}, "not before created"),
        ({"modified": None}, "UTC instant"),
        ({"id": "tool--1"}, "an id of the form"),
        ({"id": an_identifier("malware")}, "begins with its type"),
        ({"type": ""}, "a `type`"),
    ],
)
def test_what_cannot_be_stored_or_versioned_is_refused_and_the_rest_goes_on(change, expected):
    refused, kept = taken([an_object(**change), an_object(number=2)])
    assert isinstance(refused, Rejected)
    assert expected in refused.error.expected
    assert json.loads(refused.raw)["name"] == "x"
    assert isinstance(kept, Record)


@pytest.mark.parametrize("lost", ["relationship_type", "source_ref", "target_ref"])
def test_a_relationship_without_both_ends_is_refused(lost):
    whole = an_object("relationship", relationship_type="uses", source_ref=an_identifier("tool"), target_ref=OTHER)
    assert isinstance(taken(whole)[0], Record)
    assert isinstance(taken({**whole, lost: ""})[0], Rejected)


def test_versions_are_compared_as_instants_and_not_as_text():
    assert isinstance(taken(an_object(created="2026-03-01T08:00:01Z", modified="2026-03-01T08:00:01.000Z"))[0], Record)


def test_deep_nesting_is_refused_for_the_object_and_without_a_crash_for_the_file():
    deep = json.loads("[" * 70 + "]" * 70)
    refused, kept = taken([an_object(x_deep=deep), an_object(number=2)])
    assert "nesting up to 64" in refused.error.expected
    assert isinstance(kept, Record)
    with pytest.raises(InvalidObject, match="nested no deeper"):
        taken(b'{"type":"bundle","objects":' + b"[" * 20_000 + b"]" * 20_000 + b"}")


def test_numbers_that_json_has_not_are_never_taken():
    with pytest.raises(InvalidObject, match="line 1, column"):
        taken(b'[{"type": "tool", "x": NaN}]')
    (refused,) = taken(json.dumps([an_object(x="@")]).replace('"@"', "1e999").encode())
    assert isinstance(refused, Rejected)


@pytest.mark.parametrize(
    ("refs", "tlp"),
    [
        ([GREEN], TLP.GREEN),
        ([GREEN, RED], TLP.RED),
        (["marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9"], TLP.CLEAR),
    ],
)
def test_the_strictest_of_its_markings_counts(refs, tlp):
    (record,) = taken(an_object(object_marking_refs=refs))
    assert (record.marking.tlp, record.hold) == (tlp, "")
    assert record.marking.releasable_to == frozenset()


def test_an_object_that_says_nothing_leaves_its_marking_to_the_importer():
    assert taken(an_object())[0].marking is None


def test_only_clear_may_be_passed_on_by_anybody():
    (clear,) = taken(an_object(object_marking_refs=["marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487"]))
    (green,) = taken(an_object(object_marking_refs=[GREEN]))
    assert (clear.marking.onward, green.marking.onward) == (Onward.FREE, Onward.NONE)


@pytest.mark.parametrize(
    "where",
    [
        {"object_marking_refs": [GREEN, OTHER]},
        {"granular_markings": [{"marking_ref": OTHER, "selectors": ["name"]}]},
        {"object_marking_refs": "marking"},
    ],
)
def test_a_marking_that_is_not_known_holds_the_object(where):
    assert "nobody may have it" in taken(an_object(**where))[0].hold


@pytest.mark.parametrize(
    ("definition", "tlp"),
    [
        ({"definition_type": "statement", "definition": {"statement": "Copyright"}}, None),
        ({"definition_type": "tlp", "definition": {"tlp": "amber"}}, TLP.AMBER),
        ({"extensions": {TLP_2_EXTENSION: {"tlp_2_0": "amber+strict"}}}, TLP.AMBER_STRICT),
    ],
)  # fmt: skip
def test_a_definition_later_in_the_file_is_understood(definition, tlp):
    marked = an_object(object_marking_refs=[OTHER])
    defined = {"type": "marking-definition", "spec_version": "2.1", "id": OTHER, "created": AT, **definition}
    record, _ = taken([marked, defined])
    assert record.hold == ""
    assert (record.marking and record.marking.tlp) == tlp


def test_our_own_marking_comes_back_whole():
    marking = Marking(tlp=TLP.AMBER, releasable_to=frozenset(["SG", "MY"]), purpose="terrorism")
    body = marking.to_stix()
    record, _ = taken([an_object(object_marking_refs=[body["id"]]), body])
    assert record.marking == marking


def test_a_marking_of_ours_with_a_rule_from_the_future_holds_the_object():
    body = Marking(tlp=TLP.GREEN).to_stix()
    next(iter(body["extensions"].values()))["marking"]["only_on_mondays"] = True
    record, _ = taken([an_object(object_marking_refs=[body["id"]]), body])
    assert "nobody may have it" in record.hold


def test_a_file_cannot_redefine_red():
    forged = {"type": "marking-definition", "spec_version": "2.1", "id": RED, "created": AT}
    record, _ = taken([an_object(object_marking_refs=[RED]), {**forged, "definition_type": "statement"}])
    assert record.marking.tlp is TLP.RED


def test_two_contents_of_one_version_are_both_handed_on_with_a_finding():
    first, second = taken([an_object(name="A"), an_object(name="B")])
    assert not first.findings
    assert [finding.level for finding in second.findings] == ["error"]


def test_the_same_bytes_twice_are_no_conflict():
    assert all(not item.findings for item in taken([an_object(), an_object()]))


def test_an_observable_needs_no_versions_and_a_custom_one_neither():
    items = [{"type": kind, "id": an_identifier(kind), "value": "x"} for kind in ("domain-name", "x-thing")]
    assert all(isinstance(item, Record) and item.upgraded is None for item in taken(items))


_MEMORY = """
import io, resource, sys
from oureyes.model.ports import Options
from oureyes.record import stix
path = sys.argv[1]
start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
with open(path, "rb") as stream:
    number = sum(1 for _ in stix.read(stream, Options()))
print(number, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - start)
"""


def test_a_bundle_of_forty_megabytes_needs_no_more_than_five_times_its_size(tmp_path):
    path = tmp_path / "large.json"
    text = "ข้อความ" * 40
    with path.open("w", encoding="utf-8") as file:
        file.write('{"type":"bundle","objects":[')
        for number in range(40_000):
            file.write(
                ("," if number else "") + json.dumps(an_object(number=number, description=text), ensure_ascii=False)
            )
        file.write("]}")
    ran = subprocess.run([sys.executable, "-c", _MEMORY, path], capture_output=True, text=True, check=True)
    number, grown = (int(part) for part in ran.stdout.split())
    assert number == 40_000
    assert path.stat().st_size > 35 << 20
    assert grown * 1024 < 5 * path.stat().st_size
