"""What an extract holds, and what nobody may find in it or read from it."""

from __future__ import annotations

from uuid import uuid4

import pytest
from a_case import an_object
from hypothesis import given, settings
from hypothesis import strategies as st

from oureyes.model.markings import TLP, TLP_IDS, Marking, Onward
from oureyes.model.objects import EXTENSIONS, StixObject
from oureyes.model.sharing import Decision, Recipient
from oureyes.release import Policy, decide, extract

RED = next(ref for ref, tlp in TLP_IDS.items() if tlp is TLP.RED)
CLEAR = next(ref for ref, tlp in TLP_IDS.items() if tlp is TLP.CLEAR)
GREEN_FOR_MY = Marking(tlp=TLP.GREEN, releasable_to=frozenset({"MY"}), originator="ID")
ONLY_SG = Marking(tlp=TLP.GREEN, releasable_to=frozenset({"SG"}))
CUSTOM = f"marking-definition--{uuid4()}"
CANARY = "canary-7f3a"


def given_to_my(obj: StixObject, marking: Marking = GREEN_FOR_MY, key: bytes = b"k" * 32, **more: object) -> Decision:
    definitions = more.pop("definitions", {CUSTOM: ONLY_SG})
    policy = Policy(me="ID", two_person_from=TLP.RED, extract_key=key, definitions=definitions)
    return decide(obj, marking, Recipient("MY"), "investigation", at="2026-11-24T08:00:00Z", policy=policy, **more)


def a_case(*closed: str, ref: str = RED, **content: object) -> StixObject:
    """A case with canaries in every kind of place, of which some are closed."""
    body = {
        "name": "Operation on fund-raising",
        "description": f"the source is {CANARY}-description",
        "labels": ["terrorism", f"{CANARY}-label", "crime-area:terrorism"],
        "external_references": [
            {"source_name": "court", "url": "https://court.example/1"},
            {"source_name": "informant", "description": f"{CANARY}-reference"},
        ],
        "extensions": {
            "extension-definition--5b1b2a54-6a0e-5a2e-9d2c-0e7f0a1c0099": {
                "extension_type": "property-extension",
                "handler": f"{CANARY}-extension",
                "rooms": [{"number": 1}, {"number": 2, "key": f"{CANARY}-nested"}],
            }
        },
        **content,
    }
    lines = [{"marking_ref": ref, "selectors": list(closed)}] if closed else []
    return an_object("x-oureyes-case", **body, **({"granular_markings": lines} if lines else {}))


EXTENSION = "extensions.extension-definition--5b1b2a54-6a0e-5a2e-9d2c-0e7f0a1c0099"
EVERY_PLACE = [
    ("description", "-description"),
    ("labels.[1]", "-label"),
    ("external_references.[1].description", "-reference"),
    ("external_references.[1]", "-reference"),
    ("external_references", "-reference"),
    (f"{EXTENSION}.handler", "-extension"),
    (f"{EXTENSION}.rooms.[1].key", "-nested"),
    (f"{EXTENSION}.rooms", "-nested"),
    (EXTENSION, "-extension"),
    ("extensions", "-nested"),
]


@pytest.mark.parametrize(("selector", "canary"), EVERY_PLACE)
def test_a_closed_field_never_occurs_in_the_bytes_that_leave(selector, canary):
    said = given_to_my(a_case(selector))
    assert said.allowed
    assert (CANARY + canary).encode() not in said.object.raw
    assert said.removed == (selector,)
    assert b"Operation on fund-raising" in said.object.raw


@given(st.sets(st.sampled_from([selector for selector, _ in EVERY_PLACE]), min_size=1), st.booleans())
@settings(deadline=None)
def test_any_set_of_closed_fields_is_gone_and_the_rest_is_there(closed, one_line):
    lines = [{"marking_ref": RED, "selectors": sorted(closed)}]
    if not one_line:
        lines = [{"marking_ref": RED, "selectors": [selector]} for selector in closed]
    obj = a_case(granular_markings=lines)
    said = given_to_my(obj)
    for selector, canary in EVERY_PLACE:
        if selector in closed:
            assert (CANARY + canary).encode() not in said.object.raw
    assert ("description" in said.object.content) == ("description" not in closed)
    assert not {"granular_markings", "object_marking_refs"} & set(said.object.content)


def test_later_places_of_a_list_go_first_so_that_the_right_ones_go():
    obj = an_object(
        labels=["a", "secret-1", "b", "secret-2", "c"],
        granular_markings=[{"marking_ref": RED, "selectors": ["labels.[1]", "labels.[3]"]}],
    )
    assert given_to_my(obj).object.content["labels"] == ["a", "b", "c"]


def test_an_extract_cannot_be_linked_to_what_it_was_cut_from():
    obj = a_case("description")
    made = given_to_my(obj).object
    assert made.id != obj.id
    assert obj.id.partition("--")[2].encode() not in made.raw
    assert given_to_my(obj).object == made  # the same cut is the same extract …
    assert given_to_my(obj, key=b"l" * 32).object.id != made.id  # … at this node alone
    assert given_to_my(a_case("labels.[1]", id=obj.id)).object.id != made.id


def test_without_the_nodes_key_there_is_no_extract():
    assert not given_to_my(a_case("description"), key=b"").allowed


def test_a_new_version_of_the_parent_is_a_new_version_of_the_extract():
    first, second = (a_case("description", id=f"x-oureyes-case--{'0' * 8}-0000-4000-8000-{'0' * 12}", modified=at)
                     for at in ("2026-11-20T08:00:00.000Z", "2026-11-21T08:00:00.000Z"))  # fmt: skip
    made = [given_to_my(obj).object for obj in (first, second)]
    assert made[0].id == made[1].id
    assert made[0].instant < made[1].instant


@pytest.mark.parametrize(
    "lines",
    [
        [{"marking_ref": "marking-definition--5a0f4c1e-9f0e-4b7e-8a55-0b7d3a000001", "selectors": ["description"]}],
        [{"selectors": ["description"]}],
        [{"marking_ref": RED}],
        [{"marking_ref": RED, "selectors": "description"}],
        [{"marking_ref": RED, "selectors": [1]}],
        [{"marking_ref": RED, "selectors": ["Description"]}],
        [{"marking_ref": RED, "selectors": ["labels[1]"]}],
        [{"marking_ref": RED, "selectors": ["labels.[9]"]}],
        [{"marking_ref": RED, "selectors": [""]}],
        [{"marking_ref": {"id": RED}, "selectors": ["description"]}],
        ["description"],
        {"marking_ref": RED, "selectors": ["description"]},
        "description",
        7,
    ],
    ids=str,
)
def test_a_granular_marking_that_cannot_be_read_keeps_everything_here(lines):
    assert not given_to_my(a_case(granular_markings=lines)).allowed


def test_a_language_marking_restricts_nothing():
    obj = a_case(granular_markings=[{"lang": "id", "selectors": ["name"]}])
    assert given_to_my(obj).object is obj


def test_nobody_gives_tlp_another_meaning_by_sending_a_definition_of_its_id():
    lax = {RED: Marking(tlp=TLP.CLEAR, releasable_to=frozenset({"MY"}), onward=Onward.FREE)}
    assert b"-description" not in given_to_my(a_case("description"), definitions=lax).object.raw


@pytest.mark.parametrize("selector", ["id", "type", "created", "modified", "spec_version"])
def test_a_tear_line_through_the_spine_leaves_nothing(selector):
    assert not given_to_my(a_case(selector)).allowed


def test_what_was_cleared_further_travels_alone_and_without_what_is_closed_within_it():
    lines = [
        {"marking_ref": CUSTOM, "selectors": ["external_references"]},
        {"marking_ref": RED, "selectors": ["external_references.[1]"]},
    ]
    mine = {CUSTOM: GREEN_FOR_MY}
    obj = a_case(granular_markings=lines)
    said = given_to_my(obj, Marking(tlp=TLP.RED), definitions=mine)
    assert said.allowed
    assert CANARY.encode() not in said.object.raw
    assert b"court.example" in said.object.raw
    assert "name" not in said.object.content
    assert said.object.id != obj.id


def test_the_reverse_tear_line_opens_nothing_to_whom_it_does_not_name():
    obj = a_case("name", ref=CUSTOM)
    assert not given_to_my(obj, Marking(tlp=TLP.RED)).allowed


def test_an_extract_travels_as_its_tightest_part_may():
    strict = Marking(tlp=TLP.AMBER, releasable_to=frozenset({"MY"}), onward=Onward.NONE)
    lax = Marking(tlp=TLP.CLEAR, releasable_to=frozenset({"MY", "SG"}), onward=Onward.FREE)
    lines = [
        {"marking_ref": RED, "selectors": ["description"]},
        {"marking_ref": CUSTOM, "selectors": ["name"]},
    ]
    said = given_to_my(a_case(granular_markings=lines), lax.but(originator="ID"), definitions={CUSTOM: strict})
    assert (said.marking.tlp, said.marking.releasable_to) == (TLP.AMBER, frozenset({"MY"}))
    assert said.marking.onward is Onward.NONE

    other = f"marking-definition--{uuid4()}"
    lines = [{"marking_ref": CUSTOM, "selectors": ["name"]}, {"marking_ref": other, "selectors": ["labels"]}]
    both = {CUSTOM: strict.but(tlp=TLP.CLEAR), other: lax.but(tlp=TLP.GREEN)}
    said = given_to_my(a_case(granular_markings=lines), Marking(tlp=TLP.RED, originator="ID"), definitions=both)
    assert said.marking.releasable_to == frozenset({"MY"})
    assert said.marking.onward is Onward.NONE


def test_a_part_of_what_is_anothers_is_anothers():
    theirs = Marking(tlp=TLP.GREEN, releasable_to=frozenset({"ID"}), onward=Onward.NONE, originator="VN")
    lax = {CUSTOM: Marking(tlp=TLP.CLEAR, releasable_to=frozenset({"MY"}), onward=Onward.NONE)}
    assert not given_to_my(a_case("name", ref=CUSTOM), theirs, definitions=lax).allowed


def test_the_sources_own_words_do_not_leave_with_an_extract():
    words = {EXTENSIONS["provenance"]: {"original": f"{CANARY}-original"}}
    lines = [{"marking_ref": RED, "selectors": ["description"]}]
    obj = an_object(name="n", description="d", extensions=words, granular_markings=lines)
    assert CANARY.encode() not in given_to_my(obj).object.raw


DOMAIN = "domain-name--bedb4899-d24b-5401-bc86-8f6b4cc18ec7"
OTHER = "domain-name--3c10e93f-798e-5a26-a0c1-08156efab7f5"
EXTRACT = f"domain-name--{uuid4()}"


def a_report(**more: object) -> StixObject:
    return an_object("report", name="r", published="2026-11-20T08:00:00Z", object_refs=[DOMAIN, OTHER], **more)


def test_references_to_what_may_not_go_are_cut_wherever_they_stand():
    obj = a_report(extensions={"x": {"seen": [{"at_ref": OTHER}, {"by_refs": [OTHER, DOMAIN]}]}})
    said = given_to_my(obj, withheld=frozenset({DOMAIN}))
    assert DOMAIN.encode() not in said.object.raw
    assert OTHER.encode() in said.object.raw
    assert said.object.id != obj.id


def test_what_hangs_by_one_reference_to_what_may_not_go_stays_here_itself():
    link = an_object("relationship", relationship_type="uses", source_ref=DOMAIN, target_ref=OTHER)
    assert not given_to_my(link, withheld=frozenset({DOMAIN})).allowed
    assert given_to_my(link, withheld=frozenset({f"domain-name--{uuid4()}"})).object is link


def test_references_to_an_extract_follow_it():
    link = an_object("relationship", relationship_type="uses", source_ref=DOMAIN, target_ref=OTHER)
    for withheld in (frozenset(), frozenset({DOMAIN})):
        made = given_to_my(link, replaced={DOMAIN: EXTRACT}, withheld=withheld).object
        assert made.content["source_ref"] == EXTRACT
        assert DOMAIN.encode() not in made.raw


def test_two_recipients_with_other_references_get_other_extracts():
    first = given_to_my(a_report(id=f"report--{'1' * 8}-0000-4000-8000-{'0' * 12}"), withheld=frozenset({DOMAIN}))
    second = given_to_my(a_report(id=f"report--{'1' * 8}-0000-4000-8000-{'0' * 12}"), withheld=frozenset({OTHER}))
    assert first.object.content["object_refs"] != second.object.content["object_refs"]
    assert first.object.id != second.object.id


def test_extract_removes_and_renames():
    obj = a_case()
    made = extract(obj, ["description", "extensions"], b"k" * 32)
    assert CANARY + "-description" not in made.raw.decode()
    assert made.id != obj.id
