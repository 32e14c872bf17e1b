"""Every set of the shared data arrives at its counts, by exactly one importer; every bad input gives what it must."""

import contextlib
import csv
import io
import json
from collections import Counter
from pathlib import Path

import pytest
from a_case import NOW
from hypothesis import given
from hypothesis import strategies as st
from paths import DATA

from oureyes import record
from oureyes.errors import InvalidObject, OurEyesError
from oureyes.model.ports import Options, Record, Rejected

held = pytest.mark.skipif(not DATA.exists(), reason="the shared data is not here")
UNITS = {"stix": ["objects"], "misp": ["events", "attributes", "objects"], "csv": ["rows"], "trail list": ["entries"]}


def arrived(path: Path, **options: object) -> list[Record | Rejected]:
    with record.open_stream(path) as stream:
        return list(record.read(stream, path.name, Options(source=path.name, now=NOW, **options)))


def counted(found: list[Record | Rejected]) -> Counter[str]:
    total: Counter[str] = Counter()
    for item in found:
        total.update(dict(item.counts))
    return total


def expected() -> list[tuple[str, dict[str, object]]]:
    return list(json.loads((DATA / "EXPECTED.json").read_text()).items()) if DATA.exists() else []


@held
@pytest.mark.parametrize(("name", "counts"), expected(), ids=lambda value: value if isinstance(value, str) else "")
def test_every_set_arrives_at_its_counts(name, counts):
    found = counted(arrived(DATA / name))
    assert {unit: found[unit] for unit in UNITS[counts["kind"]]} == {
        unit: counts[unit] for unit in UNITS[counts["kind"]]
    }


@held
def test_at_most_one_importer_claims_each_file_and_all_the_rest_are_told_why():
    for path in record.inputs(DATA):
        name = str(path.relative_to(DATA))
        with record.open_stream(path) as stream:
            head = stream.read(record.HEAD)
        claimed = [importer.NAME for importer in record.IMPORTERS if importer.sniff(head, name)]
        assert len(claimed) <= 1, name
        if not claimed:
            with pytest.raises(InvalidObject, match=r"STIX 2\.0 or 2\.1|UTF-8"):
                record.sniff(head, name)


@held
@pytest.mark.parametrize(
    ("name", "unit", "number"),
    [
        ("names/un_sc_format_fictional.xml", "entries", 24),
        ("observables/scam/polkadot_phishing_addresses.json", "entries", 279),
    ],
)
def test_lists_outside_the_expected_counts_arrive_whole(name, unit, number):
    assert counted(arrived(DATA / name))[unit] == number


def what_becomes_of(path: Path) -> str:
    """The outcome in the words of the table below."""
    try:
        found = arrived(path)
    except InvalidObject as error:
        return f"file refused: {error.found}"
    rejected = [item.error for item in found if isinstance(item, Rejected)]
    kept = [item for item in found if isinstance(item, Record)]
    said = [finding.message for item in kept for finding in item.findings]
    holds = sorted({item.hold for item in kept} - {""})
    parts = [*(f"rejected: {error.found}" for error in rejected), *said, *(f"held: {hold}" for hold in holds)]
    return "; ".join([f"{sum(counted(kept).values())} kept", *parts])


# INDEX.csv says what is expected of each; here is how it is said. Resolving dangling references is the node's part.
OUTCOMES = {
    "wild__stix_email_example_trailing_comma.json": "file refused: trailing comma in object at line 13, column 9",
    "wild__opencti_sectors_missing_comma.json": "file refused: expected ',' or '}' at line 33, column 13",
    "wild__opencti_sectors_cut_off.json": "file refused: trailing comma in array at line 65, column 3",
    "wild__unit42_index_missing_comma.json": "file refused: expected ',' or ']' at line 77, column 230",
    "stix__id_not_uuid.json": "1 kept; rejected: another form",
    "stix__id_type_mismatch.json": "1 kept; rejected: another prefix",
    "stix__modified_before_created.json": "1 kept; rejected: modified earlier",
    "stix__timestamp_with_offset.json": "1 kept; rejected: another form",
    "stix__pattern_syntax.json": "1 kept; rejected: something else at character 22 where",
    "stix__dangling_relationship.json": "2 kept",
    "stix__same_id_two_contents.json": "2 kept; same id and version as an earlier object of this input, other content",
    "stix__custom_type.json": "2 kept",
    "stix__utf8_bom.json": "1 kept",
    "stix__utf16.json": "file refused: UTF-16LE",
    "stix__latin1.json": "file refused: byte 0xe9 at offset 303",
    "stix__nan_literal.json": "file refused: invalid character at line 7, column 20",
    "stix__objects_is_dict.json": "file refused: something else",
    "stix__empty_bundle.json": "0 kept",
    "stix__unknown_tlp.json": "1 kept; held: marking-definition--00000435-1111-4111-8111-000000000435 is not known",
    "stix__deep_nesting.json": "file refused: nesting without end",
    "stix__markup_in_name.json": "1 kept",
    "stix__bidi_and_zero_width.json": "1 kept; hidden character U+202E RIGHT-TO-LEFT OVERRIDE; hidden character U+200B",
    "misp__event_uuid_bad.json": "0 kept; rejected: another form",
    "misp__attr_type_unknown.json": "11 kept; attribute type this node does not know: kept as opaque text",
    "misp__hash_wrong_length.json": "12 kept; value is no valid md5: kept as given, not indexed as one",
    "misp__ip_defanged_with_port.json": "12 kept; address read from another form",
    "misp__date_impossible.json": "11 kept; impossible date; its timestamp is used",
    "misp__sharing_group_absent.json": "11 kept; held: audience unknown: sharing group without its members",
    "misp__attribute_null.json": "1 kept",
    "misp__formula_in_info.json": "11 kept",
    "csv__mixed_newlines_and_quotes.csv": "4 kept; rejected: none; 2 cells where the header names 3",
    "xml__entity_bomb.xml": "file refused: one at line 1",
    "image__1x1.png": "file refused: an image or its name",
    "image__not_an_image.jpg": "file refused: an image or its name",
}


@held
def test_the_table_of_bad_inputs_names_every_one_of_them():
    with (DATA / "bad-input" / "INDEX.csv").open(encoding="utf-8", newline="") as index:
        assert {row["file"] for row in csv.DictReader(index)} == set(OUTCOMES)


@held
@pytest.mark.parametrize(("name", "outcome"), OUTCOMES.items(), ids=list(OUTCOMES))
def test_every_bad_input_gives_what_it_must(name, outcome):
    assert what_becomes_of(DATA / "bad-input" / name).startswith(outcome)


@held
def test_a_defanged_address_with_a_port_is_the_address():
    found = arrived(DATA / "bad-input" / "misp__ip_defanged_with_port.json")
    addresses = [item.object.content["value"] for item in found if item.object.type == "ipv4-addr"]
    assert addresses == ["198.51.100.7"]


@held
def test_a_hash_of_the_wrong_length_is_no_observable():
    found = arrived(DATA / "bad-input" / "misp__hash_wrong_length.json")
    assert all("MD5" not in item.object.content.get("hashes", {}) for item in found)


@held
def test_a_custom_object_keeps_its_bytes():
    raw = (DATA / "bad-input" / "stix__custom_type.json").read_bytes()
    found = arrived(DATA / "bad-input" / "stix__custom_type.json")
    assert all(item.object.raw in raw for item in found)
    assert found[0].object.content["x_note"] == "keep me"


def test_a_feed_folder_gives_its_events_and_not_its_manifest(tmp_path):
    (tmp_path / "manifest.json").write_text('{"2e035642-c558-5019-89f2-bc7bdf8b34ce": {"info": "x"}}')
    (tmp_path / "2e035642-c558-5019-89f2-bc7bdf8b34ce.json").write_text("{}")
    assert [path.name for path in record.inputs(tmp_path)] == ["2e035642-c558-5019-89f2-bc7bdf8b34ce.json"]


def test_a_link_out_of_the_folder_is_not_followed(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "secret.json").write_text("{}")
    (tmp_path / "in" / "link.json").symlink_to(tmp_path / "secret.json")
    assert list(record.inputs(tmp_path / "in")) == []


_NAMES = st.sampled_from(["a.json", "a.csv", "a.tsv", "a.txt", "a.xml", "a.md", "a", "a.list"])
_STARTS = st.sampled_from(
    [
        b"",
        b'{"type":"bundle","objects":[',
        b'{"Event":{',
        b'{"Event":{"uuid":"5bad1b96-53bc-4148-87eb-50d50a016219","Attribute":[',
        b'[{"type":"indicator","id":"indicator--',
        b"value,type\n",
        b"# Reference: x\n",
        b"<CONSOLIDATED_LIST>",
        b'2674,"A",-0- ,',
        b'{"deny":["',
        b"\xef\xbb\xbf",
        b"\xff\xfe",
    ]
)


@given(_STARTS, st.binary(max_size=300), _NAMES)
def test_junk_raises_nothing_but_our_own_errors(start, rest, name):
    with contextlib.suppress(OurEyesError):
        list(record.read(io.BytesIO(start + rest), name, Options(now=NOW)))


_KEYS = """
type id value uuid Tag name Attribute Object ShadowAttribute Sighting Galaxy GalaxyCluster Orgc distribution
timestamp date info objects object_marking_refs created modified pattern labels extensions
"""
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.just("5bad1b96-53bc-4148-87eb-50d50a016219"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_KEYS.split()), inner, max_size=5),
    max_leaves=12,
)


@given(_JSON, st.sampled_from(["Event", "objects", "response", "Attribute"]))
def test_any_json_in_any_place_raises_nothing_but_our_own_errors(value, key):
    whole = {"objects": {"type": "bundle", "objects": value}}.get(key, {key: value})
    with contextlib.suppress(OurEyesError):
        list(record.read(io.BytesIO(json.dumps(whole).encode()), "a.json", Options(now=NOW)))


@given(_JSON)
def test_any_attribute_of_an_event_raises_nothing_but_our_own_errors(value):
    event = {"uuid": "5bad1b96-53bc-4148-87eb-50d50a016219", "info": "x"}
    for part in ({"Attribute": [value]}, {"Object": [value]}, {"Tag": value, "Orgc": value}, {"EventReport": [value]}):
        whole = json.dumps({"Event": {**event, **part}}).encode()
        assert list(record.read(io.BytesIO(whole), "a.json", Options(now=NOW)))
