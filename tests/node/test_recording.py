"""Files become objects: counts, resuming after a crash, and what every bad input comes to at a node."""

from __future__ import annotations

import csv
import json

import pytest
from a_case import a_bundle, a_report, an_indicator, an_object
from paths import DATA
from simulated import federation, for_

from oureyes.errors import InvalidObject, NotHeld
from oureyes.model.markings import TLP, Role
from oureyes.storage import objects

held = pytest.mark.skipif(not DATA.exists(), reason="the shared data is not here")


@pytest.fixture
def node(tmp_path):
    found = federation(tmp_path / "nodes", ["ID"], batch=10)["ID"]
    yield found
    found.close()


def numbers(report):
    return report.read, report.stored, report.unchanged, report.quarantined


def many(count):
    return [an_indicator(value=f"host-{n}.example") for n in range(count)]


def test_the_same_file_twice_adds_nothing(node, tmp_path):
    file = a_bundle(tmp_path, *many(25))
    assert numbers(node.record([file], by="ayu")) == (25, 25, 0, 0)
    assert numbers(node.record([file], by="ayu")) == (25, 0, 25, 0)
    assert node.figures()["objects"] == 25


def test_the_same_objects_in_another_file_are_another_source_and_the_same_objects(node, tmp_path):
    found = many(5)
    node.record([a_bundle(tmp_path, *found)], by="ayu")
    again = node.record([a_bundle(tmp_path, *found, name="again.json")], by="ayu")
    assert numbers(again) == (5, 5, 0, 0)
    assert node.figures()["objects"] == 5


@pytest.mark.parametrize("after", [0, 1, 2, 3])
def test_an_import_that_was_killed_goes_on_where_it_stopped(node, tmp_path, monkeypatch, after):
    """Between any two batches: what is stored stays, what is not is read, nothing is doubled."""
    file, writes = a_bundle(tmp_path, *many(35)), []
    whole = node.ctx.db.write

    def write(work):
        if len(writes) == after:
            raise KeyboardInterrupt
        writes.append(work)
        return whole(work)

    monkeypatch.setattr(node.ctx.db, "write", write)
    with pytest.raises(KeyboardInterrupt):
        node.record([file], by="ayu")
    monkeypatch.undo()
    assert node.figures()["objects"] == 10 * after
    report = node.record([file], by="ayu")
    assert numbers(report) == (35, 35, 0, 0)
    assert node.figures()["objects"] == 35
    assert numbers(node.record([file], by="ayu")) == (35, 0, 35, 0)


def test_everything_read_is_stored_unchanged_or_quarantined(node, tmp_path):
    good = many(3)
    body = {"type": "bundle", "id": "bundle--1", "objects": [dict(one.content) for one in (*good, good[0])]}
    body["objects"] += [7, {"type": "indicator"}, {"type": "x", "id": "y--1"}]
    file = tmp_path / "mixed.json"
    file.write_text(json.dumps(body))
    report = node.record([file], by="ayu")
    assert numbers(report) == (7, 3, 1, 3)
    assert len(report.errors) == len(node.quarantine()) == 3


def test_one_unreadable_file_does_not_stop_the_others(node, tmp_path):
    bad = tmp_path / "bad.json"
    bad.write_text('{"type":"bundle",')
    report = node.record([bad, a_bundle(tmp_path, *many(2))], by="ayu")
    assert numbers(report) == (3, 2, 0, 1)
    assert [one.source for one in node.quarantine()] == ["bad.json"]


def test_a_path_that_is_not_there_is_named(node, tmp_path):
    with pytest.raises(InvalidObject, match=r"none\.json"):
        node.record([tmp_path / "none.json"], by="ayu")


def test_what_was_mended_is_taken_and_leaves_the_quarantine(node, tmp_path):
    bad, obj = tmp_path / "bad.json", an_indicator()
    bad.write_bytes(obj.raw[:-5])
    node.record([bad], by="ayu")
    [item] = node.quarantine()
    assert node.retry(item.n, by="ayu", raw=obj.raw).stored == 1
    assert node.quarantine() == []
    assert node.show(obj.id, by="ayu").raw == obj.raw
    with pytest.raises(NotHeld):
        node.retry(99, by="ayu")


def test_what_arrives_without_a_word_is_for_nobody_and_what_its_source_demands_holds(node, tmp_path):
    green = "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"
    plain, marked = an_indicator(), an_indicator(object_marking_refs=[green])
    node.record([a_bundle(tmp_path, plain, marked)], by="ayu")
    first, second = node.marking_of(plain.id), node.marking_of(marked.id)
    assert (first.tlp, first.releasable_to, first.originator) == (TLP.AMBER_STRICT, frozenset(), "ID")
    assert (second.tlp, second.releasable_to) == (TLP.GREEN, frozenset())


def test_what_is_recorded_without_an_originator_is_ours(node):
    obj = an_indicator()
    node.record_objects([obj], by="ayu", marking=for_("MY"))
    assert node.marking_of(obj.id).originator == "ID"


def test_imports_and_desks_are_in_the_audit_log_with_their_purpose(node, tmp_path):
    node.record([a_report(tmp_path, "pay to TKBQpjpi7ud7NxPuAopzsiijD7bi8pQubY")], by="ayu", purpose="prosecution")
    node.record_objects([an_object("malware", name="m", is_family=False)], by="budi", marking=for_())
    found = {(row.actor, row.verb, row.purpose) for row in node.audit(by="auditor")}
    assert {("ayu", "import", "prosecution"), ("budi", "record", "investigation")} <= found


def test_only_what_is_held_back_can_be_confirmed(node):
    obj = an_indicator()
    node.record_objects([obj], by="ayu", marking=for_())
    with pytest.raises(NotHeld):
        node.confirm(obj.id, by="budi")


SETS = [
    "stix/amnesty", "stix/mvt", "stix/oasis/interop-objectmarking-test.json", "stix/unit42/rancor.json.gz",
    "misp/events/eset/mozi__mozi.misp-event.json.gz", "misp/events/pymisp", "observables/maltrail/apt_oceanlotus.txt",
    "observables/volexity", "stix/tweetfeed-pages",
]  # fmt: skip


@held
@pytest.mark.parametrize("name", SETS)
def test_a_set_of_real_data_arrives_at_its_counts_through_a_node(tmp_path, name):
    node = federation(tmp_path, ["ID"])["ID"]
    expected = json.loads((DATA / "EXPECTED.json").read_text())
    parts = {file: counts for file, counts in expected.items() if file == name or file.startswith(f"{name}/")}
    if not (DATA / name).exists():
        parts = {}
    report = node.record([DATA / file for file in parts] or [DATA / "stix/oasis"], by="ayu")
    assert report.read == report.stored + report.unchanged + report.quarantined
    for unit in ("objects", "attributes", "events", "rows", "entries"):
        wanted = sum(counts.get(unit, 0) for counts in parts.values() if isinstance(counts.get(unit, 0), int))
        if parts and wanted and unit in {u for counts in parts.values() for u in _units(counts["kind"])}:
            assert report.units.get(unit, 0) == wanted, unit
    assert node.record([DATA / file for file in parts] or [DATA / "stix/oasis"], by="ayu").stored == 0
    node.close()


def _units(kind):
    return {"stix": ["objects"], "misp": ["events", "attributes"], "csv": ["rows"], "trail list": ["entries"]}.get(
        kind, []
    )


@held
def test_no_bad_input_stops_a_node_or_goes_uncounted(node):
    rows = list(csv.DictReader((DATA / "bad-input" / "INDEX.csv").read_text("utf-8").splitlines()))
    assert rows
    for row in rows:
        report = node.record([DATA / "bad-input" / row["file"]], by="ayu")
        assert report.read == report.stored + report.unchanged + report.quarantined, row
        if row["expected"].startswith("reject file"):
            assert report.stored == 0, row
            assert report.quarantined >= 1, row
            assert report.errors, row


def role_of(node, obj):
    with node.ctx.db.read() as connection:
        [held] = objects.latest(connection, [obj.id])[obj.id]
        return node.ctx.labels(connection)[held.label].role


@pytest.mark.parametrize(
    ("roles", "role"),
    [
        (["victim"], Role.VICTIM),
        (["Witness"], Role.WITNESS),
        (["victim", "suspect"], None),
        (["agent"], None),
        ([], None),
    ],
)
def test_whom_the_source_calls_victim_or_witness_is_marked_so_and_rings_nobody(node, roles, role):
    person = an_object("identity", name="Fictional Person", identity_class="individual", roles=roles)
    node.record_objects([person], by="ayu", marking=for_())
    assert role_of(node, person) is role


def test_a_role_that_an_officer_gave_stands(node):
    person = an_object("identity", name="Fictional Person", identity_class="individual", roles=["victim"])
    node.record_objects([person], by="ayu", marking=for_(role=Role.SUSPECT))
    assert role_of(node, person) is Role.SUSPECT
