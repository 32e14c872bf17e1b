"""Vocabularies a node loads."""

import json
from pathlib import Path

import pytest
from simulated import federation

from oureyes.errors import InvalidObject

_GALAXY = {
    "type": "demo-actor",
    "name": "Demo actors",
    "version": 1,
    "values": [
        {"value": "Lantern", "uuid": "0b5c5d9a-5a7e-4a53-9a0e-000000000001", "meta": {"synonyms": ["D13", "Pelita"]}},
        {"value": "Kite", "uuid": "0b5c5d9a-5a7e-4a53-9a0e-000000000002", "meta": {"synonyms": ["D13"]}},
    ],
}


def _file(folder: Path, content: object) -> Path:
    file = folder / "vocabulary.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    return file


def test_a_shared_alias_shows_every_bearer(tmp_path: Path) -> None:
    node = federation(tmp_path, ["ID"])["ID"]
    assert node.load_vocabulary(_file(tmp_path, _GALAXY), by="ayu")[0].terms == 2
    assert [cluster.value for _, cluster in node.called("d13")] == ["Lantern", "Kite"]
    assert [one.name for one in node.vocabularies()] == ["asean-somtc", "unodc-internet-terrorism", "demo-actor"]


def test_a_slip_of_the_pen_in_a_known_taxonomy_is_noticed(tmp_path: Path) -> None:
    node = federation(tmp_path, ["ID"])["ID"]
    tags = ['asean-somtc:crime-area="terrorism"', 'asean-somtc:crime-area="terorism"', "our own word"]
    assert node.unknown_terms(tags) == ['asean-somtc:crime-area="terorism"']


def test_a_file_that_is_no_vocabulary_is_refused_by_name(tmp_path: Path) -> None:
    node = federation(tmp_path, ["ID"])["ID"]
    with pytest.raises(InvalidObject, match=r"vocabulary\.json"):
        node.load_vocabulary(_file(tmp_path, {"type": "bundle"}), by="ayu")


def test_a_loaded_warninglist_counts_from_the_next_start_on(tmp_path: Path) -> None:
    node = federation(tmp_path, ["ID"])["ID"]
    listed = {"name": "Demo list", "type": "string", "version": 1, "list": ["busy.example"], "description": ""}
    node.load_vocabulary(_file(tmp_path, listed), by="ayu")
    node.close()
    reopened = type(node).open(tmp_path / "ID")
    assert "Demo list" in [one.name for one in reopened.ctx.warninglists.lists]
