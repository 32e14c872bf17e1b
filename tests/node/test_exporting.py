"""A file that leaves passes the same rules as a release."""

from __future__ import annotations

from pathlib import Path

import pytest
from a_case import an_indicator
from simulated import federation, for_

from oureyes.errors import ConfigError, InvalidObject, NotHeld, Refused
from oureyes.model.markings import TLP


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
