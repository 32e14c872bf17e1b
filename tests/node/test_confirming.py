"""A hit becomes a case: the holder learns of it when the asker says so, and one clock counts for both."""

from dataclasses import replace

import pytest
from hit_parties import OTHER_PHONE, PHONE, a_pair, agreed, fetched, hold, prepared, put, red
from simulated import Clock, deliver, for_

from oureyes.correlate import blind
from oureyes.errors import NotHeld, Refused
from oureyes.model.markings import TLP
from oureyes.model.objects import StixObject
from oureyes.model.sharing import Kind
from oureyes.node import answering, confirming, probing
from oureyes.node.sending import send, statement_of


def said(node, kind, to, detail):
    node.ctx.db.write(lambda connection: send(node.ctx, connection, statement_of(node.ctx, kind, [to], detail=detail)))


def a_case(folder, clock=None):
    """PH hit ID's record and opened a case, which ID has received."""
    states, holder, asker = a_pair(folder, clock)
    hit = put(asker, holder, "phone", [PHONE]).hits[0]
    assert confirming.cases(holder.ctx) == []
    opened = confirming.open_case(asker.ctx, hit.id, by="lia")
    deliver(states)
    return states, holder, asker, opened


def test_the_holder_learns_of_a_hit_when_the_case_is_opened_and_not_before(tmp_path):
    states, holder, asker = a_pair(tmp_path)
    hit = put(asker, holder, "phone", [PHONE]).hits[0]
    deliver(states)
    assert (holder.inbox(), confirming.cases(holder.ctx), confirming.cases(asker.ctx)) == ([], [], [])
    confirming.open_case(asker.ctx, hit.id, by="lia")
    deliver(states)
    (theirs,) = confirming.cases(holder.ctx)
    assert (theirs.side, theirs.partner, theirs.kind, theirs.purpose) == ("holder", "PH", "phone", "investigation")
    assert "PH met a record of ours (phone)" in holder.inbox()[0][0].headline
    assert states["SG"].inbox() == []


def test_both_ends_count_48_hours_from_one_instant_though_it_travelled_for_a_day(tmp_path):
    clock = Clock()
    states, holder, asker = a_pair(tmp_path, clock)
    hit = put(asker, holder, "phone", [PHONE]).hits[0]
    opened = confirming.open_case(asker.ctx, hit.id, by="lia")
    assert "not confirmed" in confirming.words(asker.ctx, opened)
    clock.forward(days=1)
    deliver(states)
    ours, theirs = confirming.cases(asker.ctx)[0], confirming.cases(holder.ctx)[0]
    assert ours.received == theirs.received > opened.opened
    assert confirming.clock(ours).due() == confirming.clock(theirs).due()
    assert confirming.words(asker.ctx, ours) == "open, 1 d 23 h left"
    clock.forward(days=3)
    assert "over" in confirming.words(holder.ctx, theirs)
    assert "over" in confirming.words(asker.ctx, ours)


def test_a_case_that_is_not_answered_in_time_rings_once_at_both_ends(tmp_path):
    clock = Clock()
    _, holder, asker, _ = a_case(tmp_path, clock)
    assert [confirming.watch(node.ctx) for node in (holder, asker)] == [0, 0]
    clock.forward(hours=49)
    assert [confirming.watch(node.ctx) for node in (holder, asker)] == [1, 1]
    assert [confirming.watch(node.ctx) for node in (holder, asker)] == [0, 0]
    assert "PH: we owe an answer" in str([row.headline for row, *_ in holder.inbox()])
    assert "ID: owes us an answer" in str([row.headline for row, *_ in asker.inbox()])


def test_the_holder_finds_its_record_and_releases_what_it_decides(tmp_path):
    states, holder, asker, opened = a_case(tmp_path)
    (record,) = confirming.records(holder.ctx, opened.id, by="ayu")
    assert record.startswith("phone-number--")
    note = StixObject.make(
        {
            "type": "note", "spec_version": "2.1", "id": "note--7f0c1a52-3c1b-4d0e-9a51-6f6f6f000001",
            "created": "2026-11-24T08:00:00.000Z", "modified": "2026-11-24T08:00:00.000Z",
            "content": "a suspect of ours uses it", "object_refs": [record],
        }
    )  # fmt: skip
    holder.record_objects([note], by="ayu", marking=for_("PH", tlp=TLP.AMBER))
    draft = holder.propose([note.id], ["PH"], by="ayu")
    with pytest.raises(Refused, match="went to PH"):
        confirming.answer(holder.ctx, opened.id, by="ayu", release=draft.id)
    red = holder.propose([record], ["PH"], by="ayu")
    with pytest.raises(Exception, match="RED"):
        holder.approve(red.id, by="budi")  # the record itself stays where it is
    core = holder.record_objects(
        [
            StixObject.make(
                {**note.content, "id": note.id[:-1] + "2", "object_refs": [opened.id.replace("case", "note")]}
            )
        ],
        by="ayu",
        marking=for_("PH", tlp=TLP.AMBER),
    )
    sent = holder.propose(core, ["PH"], by="ayu")
    holder.approve(sent.id, by="budi")
    done = confirming.answer(holder.ctx, opened.id, by="ayu", release=sent.id)
    deliver(states)
    assert done.release == sent.id
    assert confirming.cases(asker.ctx)[0].answered == done.answered
    assert confirming.words(asker.ctx, confirming.cases(asker.ctx)[0]) == "answered in time"
    assert asker.show(core[0], by="lia")
    with pytest.raises(NotHeld):
        asker.show(record, by="lia")


def test_a_refusal_needs_one_of_the_agreed_grounds_and_says_it_at_both_ends(tmp_path):
    states, holder, asker, opened = a_case(tmp_path)
    for more in ({}, {"ground": "no wish"}, {"ground": "security", "release": "release--x"}):
        with pytest.raises(Refused):
            confirming.answer(holder.ctx, opened.id, by="ayu", **more)
    confirming.answer(holder.ctx, opened.id, by="ayu", ground="investigation")
    deliver(states)
    for node in (holder, asker):
        assert confirming.words(node.ctx, confirming.cases(node.ctx)[0]).startswith("refused: it would endanger")
    with pytest.raises(Refused, match="answered"):
        confirming.answer(holder.ctx, opened.id, by="ayu", ground="security")
    assert "ID refused the case" in asker.inbox()[0][0].headline


def test_each_end_does_its_own_part(tmp_path):
    _states, _holder, asker, opened = a_case(tmp_path)
    with pytest.raises(NotHeld):
        confirming.answer(asker.ctx, opened.id, by="lia", ground="security")
    with pytest.raises(NotHeld):
        confirming.records(asker.ctx, opened.id, by="lia")
    with pytest.raises(NotHeld):
        confirming.open_case(asker.ctx, "hit--none", by="lia")
    with pytest.raises(Refused):
        confirming.open_case(asker.ctx, asker.ctx.new_id("hit"), by="")


def test_a_hit_has_one_case(tmp_path):
    _states, holder, asker = a_pair(tmp_path)
    hit = put(asker, holder, "phone", [PHONE]).hits[0]
    confirming.open_case(asker.ctx, hit.id, by="lia")
    with pytest.raises(Refused):
        confirming.open_case(asker.ctx, hit.id, by="lia")


DETAIL = {
    "case": "case--11111111-1111-4111-8111-111111111111",
    "kind": "phone",
    "epoch": "2026-11",
    "tag": "ab" * 13,
    "purpose": "investigation",
    "basis": "treaty",
}


@pytest.mark.parametrize(
    "change",
    [
        {"case": 5},
        {"case": "x" * 65},
        {"case": "note--1"},
        {"tag": "zz" * 13},
        {"tag": "ab"},
        {"kind": "url"},
        {"purpose": "curiosity"},
        {"basis": "because"},
        {"epoch": None},
    ],
    ids=str,
)
def test_a_case_in_no_agreed_form_is_put_aside(tmp_path, change):
    states, holder, asker = a_pair(tmp_path)
    put(asker, holder, "phone", [PHONE])
    said(asker, Kind.HIT_CASE, "ID", {**DETAIL, **change})
    deliver(states)
    assert confirming.cases(holder.ctx) == []
    assert [row for row, *_ in holder.inbox() if "put aside" in row.headline]


def test_a_case_on_what_was_never_asked_is_put_aside_and_so_is_one_opened_twice(tmp_path):
    states, holder, asker = a_pair(tmp_path)
    said(states["SG"], Kind.HIT_CASE, "ID", DETAIL)
    deliver(states)
    assert confirming.cases(holder.ctx) == []
    put(asker, holder, "phone", [PHONE])
    for _ in range(2):
        said(asker, Kind.HIT_CASE, "ID", DETAIL)
    deliver(states)
    assert len(confirming.cases(holder.ctx)) == 1


def test_no_more_cases_ring_than_keys_were_answered(tmp_path):
    """Each case rings at the holder's desk and starts a clock: one question must not buy two hundred."""
    clock = Clock()
    states, holder, asker = a_pair(tmp_path, clock)

    def flood(first, count):
        for place in range(first, first + count):
            said(asker, Kind.HIT_CASE, "ID", {**DETAIL, "case": f"case--{place}", "tag": f"{place:026x}"})
        deliver(states, rounds=20)
        return len(confirming.cases(holder.ctx))

    put(asker, holder, "phone", [PHONE])
    assert flood(0, 40) == 8  # a question's keys, with its fillers
    assert len([row for row, *_ in holder.inbox() if "no record of ours" in row.headline]) == 8
    put(asker, holder, "phone", [PHONE])
    assert flood(100, 9) == 16
    clock.forward(days=81)
    assert flood(200, 9) == 16  # what was asked a quarter of a year ago opens nothing


def test_one_output_has_one_case_until_it_is_answered(tmp_path):
    states, holder, asker = a_pair(tmp_path)
    put(asker, holder, "phone", [PHONE])
    for place in range(3):
        said(asker, Kind.HIT_CASE, "ID", {**DETAIL, "case": f"case--{place}"})
    deliver(states)
    (first,) = confirming.cases(holder.ctx)
    confirming.answer(holder.ctx, first.id, by="ayu", ground="not-held")
    said(asker, Kind.HIT_CASE, "ID", {**DETAIL, "case": "case--again"})
    deliver(states)
    assert {one.id for one in confirming.cases(holder.ctx)} == {first.id, "case--again"}


def test_a_second_officers_hit_is_its_own_and_its_case_says_by_what_right(tmp_path):
    states, holder, asker = a_pair(tmp_path)
    first = put(asker, holder, "phone", [PHONE]).hits[0]
    mara = {"by": "mara", "case": "KN-2026-200", "basis": "court-order"}
    second = put(asker, holder, "phone", [PHONE], **mara).hits[0]
    assert (first.by, first.basis, second.by, second.basis) == ("lia", "treaty", "mara", "court-order")
    assert first.case != second.case
    assert put(asker, holder, "phone", [PHONE], **{**mara, "by": " MARA "}).hits == (second,)
    confirming.open_case(asker.ctx, second.id, by="mara")
    deliver(states)
    assert [case.basis for case in confirming.cases(holder.ctx)] == ["court-order"]
    confirming.open_case(asker.ctx, first.id, by="lia")
    deliver(states)
    assert len(confirming.cases(holder.ctx)) == 2


def test_two_officers_with_one_right_wait_for_one_answer(tmp_path):
    """The holder would put the second aside."""
    states, holder, asker = a_pair(tmp_path)
    hits = [put(asker, holder, "phone", [PHONE], case=case).hits[0] for case in ("KN-1", "KN-2")]
    assert hits[0].id != hits[1].id
    opened = confirming.open_case(asker.ctx, hits[0].id, by="lia")
    with pytest.raises(Refused, match=opened.id):
        confirming.open_case(asker.ctx, hits[1].id, by="lia")
    deliver(states)
    confirming.answer(holder.ctx, opened.id, by="ayu", ground="security")
    deliver(states)
    confirming.open_case(asker.ctx, hits[1].id, by="lia")
    deliver(states)
    assert len(confirming.cases(holder.ctx)) == 2


def test_a_tag_that_was_made_up_leads_to_no_record(tmp_path):
    states, holder, asker = a_pair(tmp_path)
    put(asker, holder, "phone", [PHONE])
    said(asker, Kind.HIT_CASE, "ID", DETAIL)
    deliver(states)
    assert confirming.records(holder.ctx, DETAIL["case"], by="ayu") == []
    confirming.answer(holder.ctx, DETAIL["case"], by="ayu", ground="not-held")


@pytest.mark.parametrize(
    "change",
    [
        {"state": "open"},
        {"at": "yesterday"},
        {"at": "2026-11-24T07:00:00Z"},  # before it was received: else a late answer would be put before its time
        {"case": "case--none"},
        {"state": "refused", "ground": "no wish"},
        {"state": "answered", "ground": "security"},
    ],
    ids=str,
)
def test_an_answer_in_no_agreed_form_changes_nothing(tmp_path, change):
    states, holder, asker, opened = a_case(tmp_path)
    before = confirming.cases(asker.ctx)
    detail = {"case": opened.id, "state": "answered", "at": "2026-11-24T09:00:00Z", "ground": ""}
    said(holder, Kind.HIT_ANSWER, "PH", {**detail, **change})
    deliver(states)
    assert confirming.cases(asker.ctx) == before


def test_nobody_answers_anothers_case(tmp_path):
    states, _holder, asker, opened = a_case(tmp_path)
    before = confirming.cases(asker.ctx)
    detail = {"case": opened.id, "state": "answered", "at": "2026-11-24T09:00:00Z", "ground": ""}
    said(states["SG"], Kind.HIT_ANSWER, "PH", detail)
    deliver(states)
    assert confirming.cases(asker.ctx) == before
    assert replace(before[0]) == before[0]


def test_who_may_be_asked_does_not_follow_from_who_was(tmp_path):
    _states, holder, asker, _opened = a_case(tmp_path)
    agreed(asker, "ID")
    assert answering.agreements(asker.ctx)["ID"].state == "open"
    assert set(answering.agreements(holder.ctx)) == {"PH"}


def test_a_name_in_two_scripts_hits_with_its_year_of_birth_and_leads_to_the_record(tmp_path):
    states, holder, asker = a_pair(tmp_path)
    made = [
        StixObject.make(
            {
                "type": "identity", "spec_version": "2.1",
                "id": f"identity--7f0c1a52-3c1b-4d0e-9a51-6f6f6f00000{place}",
                "created": "2026-11-24T08:00:00.000Z", "modified": "2026-11-24T08:00:00.000Z",
                "identity_class": "individual", "name": "สมชาย ศรีสุวรรณ", "x_date_of_birth": born,
            }
        )
        for place, born in ((1, "1981-05-06"), (2, "1955-05-06"))
    ]  # fmt: skip
    holder.record_objects(made, by="ayu", marking=red("PH"))
    agreed(holder, "PH", kinds=("name",))
    deliver(states)
    met = put(asker, holder, "name", ["Somchai Sisuwan, 1980"])
    assert met.hits
    assert not put(asker, holder, "name", ["Somchai Sisuwan, 1970", "Budi Santoso, 1981"]).hits
    case = confirming.open_case(asker.ctx, met.hits[0].id, by="lia")
    deliver(states)
    assert confirming.records(holder.ctx, case.id, by="ayu") == [made[0].id]


def test_a_case_on_a_record_that_does_not_answer_its_asker_leads_nowhere(tmp_path):
    """Whoever asks knows the output of what it asked, hit or not: a case on it must not make the desk give it away."""
    states, holder, asker = a_pair(tmp_path)
    hold(holder, "phone-number", OTHER_PHONE, red("SG"))
    agreed(holder, "SG")
    deliver(states)
    fetched(asker, holder)
    one = prepared(asker, holder, "phone", [OTHER_PHONE])
    answer = probing.opened(one, answering.evaluate(holder.ctx, "PH", one.asked.question.raw))
    assert probing.settle(asker.ctx, one, answer).hits == ()
    (tag,) = answer.outputs.values()
    said(asker, Kind.HIT_CASE, "ID", {**DETAIL, "epoch": one.asked.question.epoch, "tag": tag[: blind.KEPT].hex()})
    deliver(states)
    assert [case.value for case in confirming.cases(holder.ctx)] == [""]
    assert confirming.records(holder.ctx, DETAIL["case"], by="ayu") == []


@pytest.mark.parametrize("change", [{"purpose": "prosecution"}, {"kind": "wallet"}, {"basis": "court-order"}], ids=str)
def test_a_case_is_for_what_was_asked_and_by_the_right_it_was_asked_by(tmp_path, change):
    states, holder, asker = a_pair(tmp_path)
    put(asker, holder, "phone", [PHONE])
    said(asker, Kind.HIT_CASE, "ID", {**DETAIL, **change})
    deliver(states)
    assert confirming.cases(holder.ctx) == []


def no_more(holder):
    answering.end(holder.ctx, "PH", by="ayu")


def other_kinds(holder):
    answering.allow(holder.ctx, "PH", ("wallet",), ("investigation",), 64, by="ayu")
    answering.agree(holder.ctx, "PH", by="budi")


def other_purposes(holder):
    answering.allow(holder.ctx, "PH", ("phone",), ("prosecution",), 64, by="ayu")
    answering.agree(holder.ctx, "PH", by="budi")


@pytest.mark.parametrize("change", [no_more, other_kinds, other_purposes])
def test_a_case_on_a_hit_leads_nowhere_once_the_agreement_does_not_cover_it(tmp_path, change):
    states, holder, asker = a_pair(tmp_path)
    hit = put(asker, holder, "phone", [PHONE]).hits[0]
    change(holder)
    confirming.open_case(asker.ctx, hit.id, by="lia")
    deliver(states)
    (case,) = confirming.cases(holder.ctx)
    assert (case.value, confirming.records(holder.ctx, case.id, by="ayu")) == ("", [])
    assert not [row for row, *_ in holder.inbox() if "met a record of ours" in row.headline]
    assert confirming.cases(asker.ctx)[0].received  # what the asker is told is the same


def test_a_holder_that_confirms_nothing_does_not_stop_the_clock(tmp_path):
    clock = Clock()
    _states, holder, asker = a_pair(tmp_path, clock)
    confirming.open_case(asker.ctx, put(asker, holder, "phone", [PHONE]).hits[0].id, by="lia")
    clock.forward(hours=49)
    assert confirming.watch(asker.ctx) == 1
    (alert,) = [row for row, *_ in asker.inbox() if "owes us" in row.headline]
    assert "not confirmed" in alert.reason


def test_a_holder_does_not_put_the_clock_off_by_a_time_that_is_to_come(tmp_path):
    _states, holder, asker = a_pair(tmp_path)
    opened = confirming.open_case(asker.ctx, put(asker, holder, "phone", [PHONE]).hits[0].id, by="lia")
    late = {"case": opened.id, "state": "received", "at": "2099-01-01T00:00:00Z", "ground": ""}
    said(holder, Kind.HIT_ANSWER, "PH", late)
    deliver({"ID": holder, "PH": asker})
    assert not confirming.cases(asker.ctx)[0].received.startswith("2099")
