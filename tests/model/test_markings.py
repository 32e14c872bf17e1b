"""Markings travel as JSON, and what is derived from two is as tight as both."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oureyes.errors import InvalidObject
from oureyes.model.grades import Grade
from oureyes.model.markings import PAP, TLP, TLP_IDS, Fact, Handling, Marking, Onward, Role, strictest

DAYS = st.sampled_from([None, "2026-11-24T08:00:00Z", "2026-11-24T08:00:00.5Z", "2026-12-31T00:00:00Z"])


@st.composite
def markings(draw: st.DrawFn) -> Marking:
    handling = draw(st.sampled_from(Handling))
    onward = draw(st.sampled_from([one for one in Onward if handling is not Handling.H2 or one is not Onward.FREE]))
    return Marking(
        draw(st.sampled_from(TLP)),
        draw(st.sampled_from(PAP)),
        handling,
        draw(st.frozensets(st.sampled_from(("ID", "MY", "SG")))),
        onward,
        draw(st.sampled_from(("", "ID"))),
        draw(st.sampled_from(("", "investigation"))),
        draw(st.none() | st.builds(Grade, st.sampled_from("ABCDEFG"), st.sampled_from("123456"))),
        draw(st.none() | st.sampled_from(Fact)),
        draw(st.none() | st.sampled_from(Role)),
        draw(DAYS),
        draw(DAYS),
        draw(DAYS),
        "by hand" if handling is Handling.H3 else draw(st.text(max_size=5)),
        draw(st.booleans()),
        draw(st.none() | st.text(min_size=1, max_size=5)),
        draw(st.frozensets(st.sampled_from(("PH", "SG")))),
    )


@given(markings())
@settings(deadline=None)
def test_a_marking_comes_back_from_json_as_it_was(marking):
    assert Marking.from_json(marking.to_json()) == marking


@pytest.mark.parametrize(
    "body",
    [
        {"tlp": "GREEN", "embargoed_until": "2026-12-31T00:00:00Z"},
        {"tlp": "PURPLE"},
        {"tlp": 1},
        {"releasable_to": "MY"},
        {"releasable_to": ["MY", 1]},
        {"handling": "H9"},
        {"handling": "H3"},
        {"handling": "H2", "onward": "free"},
        {"embargo": "tomorrow"},
        {"expires": 5},
        {"originator": ["ID"]},
        {"conditions": {"a": 1}},
        {"hit_no_hit": "no"},
        {"answers_to": "PH"},
        {"grade": "Z9"},
        {"role": "boss"},
    ],
    ids=str,
)
def test_a_rule_this_node_cannot_read_is_refused_never_ignored(body):
    with pytest.raises(InvalidObject):
        Marking.from_json(body)


@given(markings(), markings())
@settings(deadline=None)
def test_what_is_derived_from_two_is_as_tight_as_both(first, second):
    both = strictest(first, second)
    assert both.tlp == max(first.tlp, second.tlp)
    assert both.pap == max(first.pap, second.pap)
    assert both.releasable_to == first.releasable_to & second.releasable_to
    assert (both.onward is Onward.FREE) <= (first.onward is second.onward is Onward.FREE)
    for one in (first, second):
        assert one.embargo is None or strictest(both, one).embargo == both.embargo
        assert one.expires is None or strictest(both, one).expires == both.expires


def test_of_two_instants_the_later_counts_however_it_is_written():
    one, other = (Marking(embargo=f"2026-11-24T08:00:00{rest}") for rest in ("Z", ".5Z"))
    assert strictest(one, other).embargo == strictest(other, one).embargo == other.embargo


def test_tlp_reads_its_old_words_and_no_others():
    assert [TLP.of(text) for text in ("tlp:white", "CLEAR", "amber+strict", "TLP:AMBER+STRICT", "red ")] == [
        TLP.CLEAR, TLP.CLEAR, TLP.AMBER_STRICT, TLP.AMBER_STRICT, TLP.RED,
    ]  # fmt: skip
    for text in ("", "ex:chr", "BLACK", "AMBER+"):
        with pytest.raises(InvalidObject):
            TLP.of(text)


def test_every_tlp_has_the_id_oasis_gave_it():
    assert set(TLP_IDS.values()) == set(TLP)


def test_as_stix_the_same_marking_has_the_same_id():
    assert Marking().to_stix() == Marking().to_stix()
    assert Marking().to_stix()["id"] != Marking(tlp=TLP.GREEN).to_stix()["id"]
