"""A bundle that leaves by itself says how each object in it is marked, and changes nothing else of it."""

from __future__ import annotations

import io
import json

import msgspec
import pytest
from a_case import an_indicator, an_object
from hypothesis import given
from hypothesis import strategies as st
from paths import DATA

from oureyes.model.markings import PAP, TLP, TLP_IDS, Marking, Onward
from oureyes.model.objects import StixObject
from oureyes.model.ports import Options, Record
from oureyes.record import stix
from oureyes.record.bundle import TLP_MARKS, export_bundle, marked, tlp_definition

STATEMENT = "marking-definition--fa42a846-8d90-4e51-bc29-71d5b4802168"
OLD_AMBER = "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82"


def refs_of(raw: bytes) -> list[str]:
    return list(json.loads(raw)["object_marking_refs"])


@pytest.mark.parametrize("tlp", list(TLP))
def test_every_object_refers_to_oasis_s_own_tlp_and_to_the_whole_of_its_marking(tlp: TLP) -> None:
    obj, marking = an_indicator(), Marking(tlp=tlp)
    bundle = json.loads(export_bundle([obj], [marking]))
    first, *definitions = bundle["objects"]
    assert first["object_marking_refs"] == [TLP_MARKS[tlp], marking.to_stix()["id"]]
    assert [one["id"] for one in definitions] == first["object_marking_refs"]


@pytest.mark.skipif(not DATA.exists(), reason="the shared data is not here")
def test_our_tlp_definitions_are_those_that_oasis_publishes() -> None:
    published = json.loads((DATA / "stix" / "oasis" / "tlp-2.0.json").read_bytes())["objects"]
    assert sorted(published, key=str) == sorted((dict(tlp_definition(tlp)) for tlp in TLP), key=str)


@given(
    st.dictionaries(
        st.text(max_size=9).map("x_".__add__), st.text(max_size=9) | st.floats(allow_nan=False, allow_infinity=False)
    )
)
def test_all_else_of_an_object_keeps_its_very_bytes(extra: dict[str, object]) -> None:
    raw = json.dumps({**an_object("tool", name="t").content, **extra}, indent=1, ensure_ascii=True).encode()
    obj = StixObject.parse(raw)
    before = msgspec.json.decode(obj.raw, type=dict[str, msgspec.Raw])
    after = msgspec.json.decode(marked(obj, Marking(tlp=TLP.GREEN)), type=dict[str, msgspec.Raw])
    del after["object_marking_refs"]
    assert {name: bytes(value) for name, value in after.items()} == {k: bytes(v) for k, v in before.items()}


def test_a_marking_never_becomes_looser_than_what_the_object_says_of_itself() -> None:
    obj = an_object("tool", name="t", object_marking_refs=[STATEMENT, OLD_AMBER])
    refs = refs_of(marked(obj, Marking(tlp=TLP.CLEAR)))
    assert refs[:2] == [STATEMENT, TLP_MARKS[TLP.AMBER]]
    assert [ref for ref in refs if ref in TLP_IDS] == [TLP_MARKS[TLP.AMBER]]
    assert TLP_MARKS[TLP.AMBER].encode() in export_bundle([obj], [Marking(tlp=TLP.CLEAR)]).rpartition(b"objects")[2]


def test_an_object_of_a_looser_word_carries_its_marking_s_tlp_alone() -> None:
    obj = an_object("tool", name="t", object_marking_refs=[TLP_MARKS[TLP.CLEAR]])
    assert [ref for ref in refs_of(marked(obj, Marking(tlp=TLP.AMBER))) if ref in TLP_IDS] == [TLP_MARKS[TLP.AMBER]]


def test_a_definition_in_the_bundle_is_not_marked_and_stands_once() -> None:
    marking = Marking(tlp=TLP.GREEN)
    definition = StixObject.make(tlp_definition(TLP.GREEN))
    bundle = json.loads(export_bundle([definition, an_indicator()], [marking, marking]))
    assert bundle["objects"][0] == dict(definition.content)
    assert sum(one["id"] == definition.id for one in bundle["objects"]) == 1


def test_the_same_objects_are_the_same_bundle_and_none_are_a_bundle_without_a_list() -> None:
    obj, marking = an_indicator(), Marking(tlp=TLP.GREEN)
    assert export_bundle([obj], [marking]) == export_bundle([obj], [marking])
    assert set(json.loads(export_bundle([]))) == {"type", "id"}


def test_read_again_it_is_under_the_very_marking_it_left_under() -> None:
    marking = Marking(
        tlp=TLP.AMBER, pap=PAP.GREEN, releasable_to=frozenset({"MY", "SG"}), onward=Onward.CONSENT, originator="ID",
        purpose="investigation", expires="2027-01-01T00:00:00Z",
    )  # fmt: skip
    raw = export_bundle([an_indicator()], [marking])
    (read, *_) = [one for one in stix.read(io.BytesIO(raw), Options()) if isinstance(one, Record)]
    assert read.marking == marking
    assert not read.hold


def test_tlp_beside_another_definition_tightens_it_and_never_loosens_it() -> None:
    marking = Marking(tlp=TLP.GREEN, releasable_to=frozenset({"MY"}))
    for said, kept in ((TLP.RED, TLP.RED), (TLP.CLEAR, TLP.GREEN)):
        obj = an_object("tool", name="t", object_marking_refs=[TLP_MARKS[said], str(marking.to_stix()["id"])])
        bundle = {"type": "bundle", "id": f"bundle--{obj.id[-36:]}", "objects": [marking.to_stix(), dict(obj.content)]}
        *_, read = stix.read(io.BytesIO(json.dumps(bundle).encode()), Options())
        assert isinstance(read, Record)
        assert read.marking == marking.but(tlp=kept)
