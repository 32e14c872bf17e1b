"""No date is made up: what its source gives none bears the moment of recording, and keeps it when it is said again."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from simulated import Clock, deliver, federation, for_

from oureyes.errors import InvalidObject
from oureyes.model.objects import StixObject
from oureyes.model.ports import Options
from oureyes.node import Node
from oureyes.storage import objects

ROWS = "value,type,comment\nfund-relief.example,domain,{}\n"


def alone(home: Path) -> tuple[Node, Clock]:
    clock = Clock()
    return federation(home, ["ID", "SG"], clock)["ID"], clock


def held(node: Node, kind: str) -> list[StixObject]:
    with node.ctx.db.read() as connection:
        return [one.current for one in objects.of_type(connection, kind)]


def put(folder: Path, text: str, name: str = "unit.csv") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def test_a_row_without_a_date_bears_the_day_it_was_recorded(tmp_path):
    node, clock = alone(tmp_path / "nodes")
    node.record([put(tmp_path, ROWS.format("x"))], by="ayu")
    (indicator,) = held(node, "indicator")
    assert indicator.content["created"][:10] == clock.at.strftime("%Y-%m-%d")
    assert indicator.content["created"] == indicator.content["valid_from"]
    assert [one.content["created"][:10] for one in held(node, "identity")] == ["2026-11-24"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("unit.csv", "name,phone\nNur,+62 811 1234 567\n"),
        ("note.txt", "They paid to fund-relief.example in March.\n"),
        ("values.list", "fund-relief.example\n"),
        ("SDN.CSV", '1,"DOE, Jane",individual,SDGT,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,"DOB 1971."\n'),
        ("event.json", '{"Event": {"info": "x", "Orgc": {"name": "CERT"}, "Attribute": [{"type": "domain",'
         ' "value": "fund-relief.example", "to_ids": true, "Tag": [{"name": "misp-galaxy:mitre-attack-pattern='
         '\\"Phishing - T1566\\""}]}]}}'),
    ],
)  # fmt: skip
def test_no_format_makes_a_date_up(tmp_path, name, text):
    node, _ = alone(tmp_path / "nodes")
    node.record([put(tmp_path, text, name)], by="ayu")
    with node.ctx.db.read() as connection:
        kinds = objects.count(connection)
        found = [one.current for kind in kinds for one in objects.of_type(connection, kind)]
    dates = {
        value[:10]
        for obj in found
        for key, value in obj.content.items()
        if key in ("created", "modified", "valid_from", "first_observed", "last_observed", "published")
    }
    assert dates == {"2026-11-24"}
    assert not any("list_date" in str(obj.content) for obj in found)


def test_what_is_said_again_on_another_day_is_known_already_and_keeps_its_dates(tmp_path):
    node, clock = alone(tmp_path / "nodes")
    node.record([put(tmp_path, ROWS.format("x"))], by="ayu")
    (first,) = held(node, "indicator")
    clock.forward(days=3)
    again = node.record([put(tmp_path, ROWS.format("x") + "other.example,domain,y\n")], by="ayu")
    assert (again.stored, again.conflicts) == (2, 0)  # the other domain, and what is said of it
    kept, other = sorted(held(node, "indicator"), key=lambda obj: obj.version)
    assert (kept.id, kept.digest) == (first.id, first.digest)
    assert other.content["created"][:10] == "2026-11-27"


def test_other_words_about_it_are_a_new_version_of_something_known_since_the_first_day(tmp_path):
    node, clock = alone(tmp_path / "nodes")
    node.record([put(tmp_path, ROWS.format("x"))], by="ayu")
    clock.forward(days=3)
    node.record([put(tmp_path, ROWS.format("seen again"))], by="ayu")
    (now,) = held(node, "indicator")
    assert now.content["description"] == "seen again"
    assert [now.content[name][:10] for name in ("created", "valid_from", "modified")] == [
        "2026-11-24",
        "2026-11-24",
        "2026-11-27",
    ]


def test_a_date_given_for_the_whole_file_counts_and_a_word_that_is_none_is_refused(tmp_path):
    node, _ = alone(tmp_path / "nodes")
    node.record([put(tmp_path, ROWS.format("x"))], by="ayu", options=Options(date="2026-03-01"))
    assert [one.content["valid_from"] for one in held(node, "indicator")] == ["2026-03-01T00:00:00.000Z"]
    report = node.record([put(tmp_path, ROWS.format("y"))], by="ayu", options=Options(date="March"))
    assert "YYYY-MM-DD" in report.errors[0]["error"]


def test_a_row_s_own_date_counts_and_one_that_cannot_be_read_is_named(tmp_path):
    node, _ = alone(tmp_path / "nodes")
    rows = "value,date\na.example,2026-03-01 10:00:00\nb.example,2026-03-01T02:00:00+07:00\nc.example,last week\n"
    report = node.record([put(tmp_path, rows)], by="ayu")
    dates = {obj.content["name"]: obj.content["valid_from"][:19] for obj in held(node, "indicator")}
    assert dates["a.example"] == "2026-03-01T00:00:00"
    assert dates["b.example"] == "2026-02-28T19:00:00"
    assert dates["c.example"][:10] == "2026-11-24"
    assert [one for one in report.warnings if "its date" in one["warning"]]


def test_what_leaves_bears_no_date_that_nobody_gave(tmp_path):
    nodes = federation(tmp_path / "nodes", ["ID", "SG"])
    nodes["ID"].record([put(tmp_path, ROWS.format("x"))], by="ayu", marking=for_("SG"))
    (indicator,) = held(nodes["ID"], "indicator")
    nodes["ID"].approve(nodes["ID"].propose([indicator.id], ["SG"], by="ayu").id, by="budi")
    deliver(nodes)
    (got,) = held(nodes["SG"], "indicator")
    assert got.digest == indicator.digest
    assert datetime.fromisoformat(got.content["valid_from"]).date() == datetime(2026, 11, 24, tzinfo=UTC).date()


def test_a_transfer_without_a_date_is_put_aside(tmp_path):
    node, _ = alone(tmp_path / "nodes")
    line = '{"kind": "transfer", "ref": "T1", "amount": 5, "currency": "THB", "src": "P1", "dst": "P2"}\n'
    report = node.record([put(tmp_path, line, "trail.ndjson")], by="ayu")
    assert report.quarantined == 1
    assert "date of the transfer" in report.errors[0]["error"]


def test_importers_ask_for_the_moment_and_never_invent_one(tmp_path):
    import io

    from oureyes import record

    with pytest.raises(InvalidObject, match="moment of recording"):
        list(record.read(io.BytesIO(ROWS.format("x").encode()), "unit.csv", Options()))
