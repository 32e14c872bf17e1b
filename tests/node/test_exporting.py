"""A file that leaves passes the same rules as a release."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from a_case import an_indicator, an_object
from simulated import federation, for_

from oureyes.errors import ConfigError, InvalidObject, NotHeld, Refused
from oureyes.model.markings import TLP, TLP_IDS


def test_nothing_in_a_file_for_a_member_is_what_it_may_not_have(tmp_path: Path) -> None:
    indonesia = federation(tmp_path, ["ID", "MY", "SG"])["ID"]
    canary = an_indicator(value="canary-9f27.example")
    public = an_indicator(value="public.example")
    indonesia.record_objects([canary], by="ayu", marking=for_("SG"))
    indonesia.record_objects([public], by="ayu", marking=for_("MY"))
    for form in ("stix", "misp", "csv"):
        made = indonesia.export([canary.id, public.id], form, by="ayu", to="MY")
        assert b"canary" not in made.body
        assert public.id.partition("--")[2].encode() in made.body
        assert made.refused == ((canary.id, "MY is not among the recipients named"),)


def test_the_one_who_exports_is_one_person_and_amber_needs_two(tmp_path: Path) -> None:
    indonesia = federation(tmp_path, ["ID", "MY"])["ID"]
    amber = an_indicator()
    indonesia.record_objects([amber], by="ayu", marking=for_("MY", tlp=TLP.AMBER))
    assert indonesia.export([amber.id], "stix", by="ayu", to="MY").count == 0
    assert indonesia.export([amber.id], "stix", by="ayu").count == 1


def test_what_left_by_a_file_does_not_hide_that_it_left_by_the_channel(tmp_path: Path) -> None:
    indonesia = federation(tmp_path, ["ID", "MY"])["ID"]
    obj = an_indicator()
    indonesia.record_objects([obj], by="ayu", marking=for_("MY"))
    indonesia.approve(indonesia.propose([obj.id], ["MY"], by="ayu").id, by="budi")
    (before,) = indonesia.who_has(obj.id, by="auditor")
    indonesia.export([obj.id], "stix", by="ayu", to="MY")
    assert indonesia.who_has(obj.id, by="auditor") == [before]


def test_an_export_says_who_for_what_and_of_what(tmp_path: Path) -> None:
    indonesia = federation(tmp_path, ["ID", "MY"])["ID"]
    obj = an_indicator()
    indonesia.record_objects([obj], by="ayu", marking=for_("MY"))
    with pytest.raises(Refused):
        indonesia.export([obj.id], "stix", by="")
    with pytest.raises(Refused):
        indonesia.export([obj.id], "stix", by="ayu", purpose="curiosity")
    with pytest.raises(InvalidObject):
        indonesia.export([obj.id], "xml", by="ayu")
    with pytest.raises(ConfigError):
        indonesia.export([obj.id], "stix", by="ayu", to="XX")
    with pytest.raises(NotHeld):
        indonesia.export([an_indicator().id], "stix", by="ayu")


def test_every_object_of_a_bundle_says_how_it_is_marked(tmp_path: Path) -> None:
    indonesia = federation(tmp_path, ["ID", "MY"])["ID"]
    obj = an_indicator()
    marking = for_("MY", tlp=TLP.GREEN)
    indonesia.record_objects([obj], by="ayu", marking=marking)
    (first, tlp, whole) = json.loads(indonesia.export([obj.id], "stix", by="ayu", to="MY").body)["objects"]
    assert first["object_marking_refs"] == [tlp["id"], whole["id"]]
    assert TLP_IDS[tlp["id"]] is TLP.GREEN


def test_a_bundle_brings_along_the_definitions_its_objects_name(tmp_path: Path) -> None:
    indonesia = federation(tmp_path, ["ID", "MY"])["ID"]
    said = an_object("marking-definition", definition_type="statement", definition={"statement": "(c) somebody"})
    obj = an_object("tool", name="t", object_marking_refs=[said.id])
    indonesia.record_objects([said, obj], by="ayu", marking=for_("MY"))
    found = json.loads(indonesia.export([obj.id], "stix", by="ayu", to="MY").body)["objects"]
    assert said.id in [one["id"] for one in found]


def test_what_a_format_has_no_place_for_is_neither_counted_nor_remembered_as_gone(tmp_path: Path) -> None:
    indonesia = federation(tmp_path, ["ID", "MY"])["ID"]
    obj = an_object("malware", name="m", is_family=False)
    indonesia.record_objects([obj], by="ayu", marking=for_("MY"))
    made = indonesia.export([obj.id], "misp", by="ayu", to="MY")
    assert (made.count, made.omitted) == (0, ((obj.id, "MISP has no word for it"),))
    assert indonesia.who_has(obj.id, by="auditor") == []
    indonesia.export([obj.id], "stix", by="ayu", to="MY")
    assert [one.member for one in indonesia.who_has(obj.id, by="auditor")] == ["MY"]


def test_what_left_in_a_list_is_found_by_a_correction(tmp_path: Path) -> None:
    indonesia = federation(tmp_path, ["ID", "MY"])["ID"]
    obj, other = an_indicator(), an_indicator("url:value", "http://a.example/")
    indonesia.record_objects([obj, other], by="ayu", marking=for_("MY"))
    indonesia.export([obj.id, other.id], "domains", by="ayu", to="MY")
    assert indonesia.retract([obj.id], by="ayu", reason="wrong") == {"MY": [obj.id]}
    assert indonesia.retract([other.id], by="ayu", reason="wrong") == {}
