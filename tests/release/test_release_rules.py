"""Who may have it: properties of the rules, and a second reading of DESIGN §5 that must agree with them."""

from __future__ import annotations

import pytest
from a_case import an_indicator, an_object
from hypothesis import given, settings
from hypothesis import strategies as st

from oureyes.model.instants import nanoseconds
from oureyes.model.markings import PAP, TLP, Handling, Marking, Onward, Role
from oureyes.model.sharing import Recipient
from oureyes.release import PURPOSES, Answers, Policy, decide, refusal, silence

ME, MEMBERS = "ID", ("MY", "SG", "TH")
NOW = "2026-11-24T08:00:00Z"
DAYS = [None, *(f"2026-11-{day:02}T08:00:00Z" for day in (1, 23, 24, 25, 30))]
POLICY = Policy(me=ME, two_person_from=TLP.AMBER, extract_key=b"k" * 32)
BOTH = {"author": "ayu", "approvals": frozenset({"budi"})}

members = st.frozensets(st.sampled_from((ME, *MEMBERS)))


@st.composite
def markings(draw: st.DrawFn) -> Marking:
    handling = draw(st.sampled_from(Handling))
    onward = draw(st.sampled_from([each for each in Onward if handling is not Handling.H2 or each is not Onward.FREE]))
    return Marking(
        tlp=draw(st.sampled_from(TLP)),
        pap=draw(st.sampled_from(PAP)),
        handling=handling,
        releasable_to=draw(members),
        onward=onward,
        originator=draw(st.sampled_from(("", ME, "MY", "VN"))),
        embargo=draw(st.sampled_from(DAYS)),
        expires=draw(st.sampled_from(DAYS)),
        conditions="only by telephone" if handling is Handling.H3 else "",
    )


recipients = st.builds(
    Recipient,
    st.sampled_from(MEMBERS),
    st.sampled_from(("member", "member", "account", "account", "analyst", "auditor")),
    st.sampled_from(TLP),
    st.frozensets(st.sampled_from(MEMBERS), max_size=2),  # agreements, which a marking may name too
)
INSIDE = ("analyst", "auditor")
asked = st.fixed_dictionaries(
    {
        "purpose": st.sampled_from((*sorted(PURPOSES), "", "curiosity")),
        "author": st.sampled_from(("", "ayu")),
        "approvals": st.frozensets(st.sampled_from(("ayu", "budi", ""))),
        "consents": st.frozensets(st.sampled_from(MEMBERS)),
    }
)


def may(marking: Marking, to: Recipient, purpose: str, author: str, approvals: frozenset[str], consents) -> bool:
    """DESIGN §5, read a second time, all at once."""
    now = nanoseconds(NOW)
    at_home = to.kind in INSIDE
    named = bool(({to.id} | to.groups) & marking.releasable_to)
    own_court = at_home and marking.originator in ("", ME)
    in_time = (at_home or marking.embargo is None or nanoseconds(marking.embargo) <= now) and (
        own_court or marking.expires is None or nanoseconds(marking.expires) > now
    )
    h1 = marking.handling is Handling.H1 and purpose == "prosecution" and not own_court
    for_that = purpose in PURPOSES and not h1
    if not in_time or not for_that or marking.tlp > to.ceiling:
        return False
    if at_home:
        return True
    if marking.tlp is TLP.RED:
        return False
    if marking.tlp >= TLP.AMBER and not (author and {one for one in approvals if one} - {author}):
        return False
    if marking.originator in ("", ME):
        return named
    consented = to.id in consents
    if to.id != marking.originator:
        if marking.tlp is TLP.AMBER_STRICT:
            return False
        free = marking.onward is Onward.FREE and marking.handling is not Handling.H2
        if not free and not (consented and marking.onward is not Onward.NONE):
            return False
    return consented or named


def allowed(marking: Marking, to: Recipient, **how: object) -> bool:
    return refusal(marking, to, how.pop("purpose", "investigation"), at=NOW, policy=POLICY, **how) is None


@given(markings(), recipients, asked)
@settings(max_examples=400, deadline=None)
def test_the_rules_agree_with_a_second_reading_of_the_design(marking, to, how):
    assert allowed(marking, to, **how) == may(marking, to, **how)


@given(markings(), markings(), recipients, asked, st.data())
@settings(max_examples=400, deadline=None)
def test_tightening_any_part_of_a_marking_never_adds_a_reader(marking, other, to, how, data):
    tighter = [
        {"tlp": TLP(max(marking.tlp, other.tlp))},
        {"pap": PAP(max(marking.pap, other.pap))},
        {"releasable_to": marking.releasable_to & other.releasable_to},
        {"onward": Onward.NONE},
        {"embargo": max(filter(None, (marking.embargo, other.embargo)), default=None)},
        {"expires": min(filter(None, (marking.expires, other.expires)), default=None)},
        {"handling": Handling.H1},
        {"handling": Handling.H3, "conditions": "by hand"},
    ]
    if marking.onward is not Onward.FREE:
        tighter.append({"handling": Handling.H2})
    if marking.handling is not Handling.H0:  # one code stands for all, so another code is not a tighter one
        tighter = [change for change in tighter if "handling" not in change]
    changed = marking.but(**data.draw(st.sampled_from(tighter)))
    if allowed(changed, to, **how):
        assert allowed(marking, to, **how)


@given(markings(), st.sampled_from(MEMBERS), asked)
@settings(deadline=None)
def test_an_audience_that_is_empty_or_does_not_name_the_member_is_nobody(marking, member, how):
    ours = marking.but(originator=ME, releasable_to=marking.releasable_to - {member})
    assert not allowed(ours, Recipient(member), **how)


def test_a_marking_without_a_word_lets_nobody_have_it():
    assert not any(allowed(Marking(), Recipient(member, ceiling=TLP.RED), **BOTH) for member in MEMBERS)


def test_red_never_leaves_to_a_member_however_it_is_cleared():
    red = Marking(tlp=TLP.RED, releasable_to=frozenset(MEMBERS), onward=Onward.FREE)
    to = Recipient("MY", ceiling=TLP.RED)
    assert "does not leave" in refusal(red, to, "investigation", at=NOW, policy=POLICY, **BOTH)
    assert allowed(red, Recipient("ayu", "analyst", TLP.RED))


@pytest.mark.parametrize(
    ("approvals", "goes"),
    [(set(), False), ({"ayu"}, False), ({" Ayu "}, False), ({""}, False), ({"ayu", "budi"}, True), ({"budi"}, True)],
)
def test_above_the_configured_label_two_distinct_people_must_agree(approvals, goes):
    amber = Marking(tlp=TLP.AMBER, releasable_to=frozenset({"MY"}))
    assert allowed(amber, Recipient("MY"), author="ayu", approvals=frozenset(approvals)) is goes


def test_below_the_label_the_author_is_enough_and_an_unnamed_author_never_is():
    green, amber = (Marking(tlp=tlp, releasable_to=frozenset({"MY"})) for tlp in (TLP.GREEN, TLP.AMBER))
    assert allowed(green, Recipient("MY"), author="ayu")
    assert not allowed(amber, Recipient("MY"), author="", approvals=frozenset({"budi"}))


@pytest.mark.parametrize(
    ("change", "goes"),
    [
        ({"embargo": "2026-11-24T08:00:00Z"}, True),
        ({"embargo": "2026-11-24T08:00:00.000000001Z"}, False),
        ({"expires": "2026-11-24T08:00:00Z"}, False),
        ({"expires": "2026-11-24T08:00:00.000000001Z"}, True),
    ],
)
def test_embargo_and_expiry_are_told_to_the_nanosecond(change, goes):
    green = Marking(tlp=TLP.GREEN, releasable_to=frozenset({"MY"}), **change)
    assert allowed(green, Recipient("MY")) is goes


@pytest.mark.parametrize("purpose", ["", "curiosity", "Investigation"])
def test_a_purpose_must_be_given_even_to_read_at_home(purpose):
    green = Marking(tlp=TLP.GREEN, releasable_to=frozenset({"MY"}))
    assert not allowed(green, Recipient("MY"), purpose=purpose)
    assert not allowed(green, Recipient("ayu", "analyst", TLP.RED), purpose=purpose)


def test_h1_stays_out_of_court_and_h3_out_of_everything_without_its_conditions():
    h1 = Marking(tlp=TLP.GREEN, releasable_to=frozenset({"MY"}), handling=Handling.H1)
    assert allowed(h1, Recipient("MY"))
    assert not allowed(h1, Recipient("MY"), purpose="prosecution")
    with pytest.raises(Exception, match="H3"):
        Marking(tlp=TLP.GREEN, handling=Handling.H3)


@pytest.mark.parametrize("onward", [Onward.NONE, Onward.CONSENT])
@pytest.mark.parametrize("handling", [Handling.H0, Handling.H2])
def test_what_is_anothers_goes_on_only_with_its_consent(onward, handling):
    theirs = Marking(
        tlp=TLP.GREEN, releasable_to=frozenset({"TH", "SG"}), onward=onward, handling=handling, originator="VN"
    )
    assert not allowed(theirs, Recipient("SG"))
    assert allowed(theirs, Recipient("SG"), consents=frozenset({"SG"})) is (onward is Onward.CONSENT)
    assert not allowed(theirs, Recipient("TH"), consents=frozenset({"SG"}))
    assert allowed(theirs.but(releasable_to=frozenset({"VN"})), Recipient("VN"))  # home again


def test_free_goes_on_but_never_under_amber_strict():
    free = Marking(tlp=TLP.AMBER, releasable_to=frozenset({"SG"}), onward=Onward.FREE, originator="VN")
    assert allowed(free, Recipient("SG"), **BOTH)
    assert not allowed(free.but(tlp=TLP.AMBER_STRICT), Recipient("SG"), **BOTH)


def test_a_consent_of_another_state_opens_nothing_of_ours():
    ours = Marking(tlp=TLP.GREEN, releasable_to=frozenset({"MY"}), originator=ME)
    assert not allowed(ours, Recipient("SG"), consents=frozenset({"SG"}))


def test_a_member_gets_nothing_above_its_ceiling():
    amber = Marking(tlp=TLP.AMBER, releasable_to=frozenset({"MY"}))
    assert not allowed(amber, Recipient("MY", ceiling=TLP.GREEN), **BOTH)


def test_what_goes_whole_goes_byte_for_byte():
    obj = an_indicator()
    said = decide(obj, Marking(tlp=TLP.GREEN, releasable_to=frozenset({"MY"})), Recipient("MY"), "investigation",
                  at=NOW, policy=POLICY)  # fmt: skip
    assert (said.allowed, said.object, said.removed) == (True, obj, ())
    assert said.object.raw == obj.raw


def test_a_notice_on_a_person_passes_the_gate_before_all_else():
    notice, member = an_object("x-oureyes-notice", name="wanted"), Recipient("MY")
    green = Marking(tlp=TLP.GREEN, releasable_to=frozenset({"MY"}))

    def goes(answers: Answers | None, to: Recipient = member) -> bool:
        return decide(notice, green, to, "investigation", at=NOW, policy=POLICY, answers=answers).allowed

    assert not goes(None)
    assert goes(None, Recipient("ayu", "analyst", TLP.RED))
    assert not goes(Answers("ayu", {"political": "no"}))


@given(markings(), st.sampled_from(MEMBERS), st.sampled_from(TLP), asked)
@settings(deadline=None)
def test_an_account_may_have_nothing_that_a_member_of_its_name_and_ceiling_may_not(marking, name, ceiling, how):
    account, member = Recipient(name, "account", ceiling), Recipient(name, "member", ceiling)
    assert allowed(marking, account, **how) == allowed(marking, member, **how)


@given(markings(), st.sampled_from(TLP), asked)
@settings(deadline=None)
def test_an_account_nobody_named_has_nothing_whatever_the_tlp(marking, ceiling, how):
    stranger = Recipient("bank-x", "account", ceiling, frozenset({"nobody-names-this"}))
    assert not allowed(marking, stranger, **how)


@given(st.text(max_size=8).filter(lambda kind: kind not in INSIDE))
def test_whoever_is_not_the_nodes_own_reader_is_outside(kind):
    assert Recipient("x", kind).outside


# --- hit or no hit ---------------------------------------------------------------------------------------------------


def answered(marking, to="PH", purpose="investigation"):
    return silence(marking, Recipient(to), purpose, at=NOW, policy=Policy(me="ID")) is None


def test_hit_or_no_hit_is_said_only_to_whom_the_marking_names_and_by_default_to_nobody():
    red = Marking(tlp=TLP.RED, originator="ID", hit_no_hit=True)
    assert answered(red.but(answers_to=frozenset({"PH"})))
    assert answered(red.but(releasable_to=frozenset({"PH"})))
    assert not answered(red)
    assert not answered(red.but(answers_to=frozenset({"SG"})))
    assert not answered(red.but(answers_to=frozenset({"PH"}), hit_no_hit=False))
    assert not answered(Marking())


def test_it_is_not_said_for_purposes_outside_crime_nor_of_victims_nor_of_what_is_anothers():
    red = Marking(tlp=TLP.RED, originator="ID", hit_no_hit=True, answers_to=frozenset({"PH"}))
    assert not answered(red, purpose="strategy")
    assert not answered(red, purpose="")
    assert not answered(red.but(role=Role.VICTIM))
    assert not answered(red.but(role=Role.WITNESS))
    assert answered(red.but(role=Role.SUSPECT))
    assert not answered(red.but(originator="SG"))
    assert not answered(red.but(expires="2020-01-01T00:00:00Z"))
    assert not answered(red.but(embargo="2099-01-01T00:00:00Z"))
    assert not answered(red.but(handling=Handling.H1), purpose="prosecution")


def test_saying_hit_or_no_hit_lets_nothing_leave():
    red = Marking(tlp=TLP.RED, originator="ID", hit_no_hit=True, answers_to=frozenset({"PH"}))
    said = refusal(red, Recipient("PH"), "investigation", at=NOW, policy=Policy(me="ID"))
    assert said is not None
    assert "RED" in said
