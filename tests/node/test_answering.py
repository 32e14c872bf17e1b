"""The holder's side: who is answered, about which records, how often; and what is turned away."""

import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from unittest.mock import ANY

import pytest
from hit_parties import OTHER_PHONE, PHONE, SAID, WALLET, a_pair, agreed, fetched, hold, prepared, put, red
from simulated import Clock, deliver, federation, for_

from oureyes.correlate import blind
from oureyes.errors import ConfigError, InvalidObject, NotHeld, OverBudget, Refused, StorageError
from oureyes.exchange.envelope import unpack
from oureyes.model.markings import Role
from oureyes.node import answering, probing, publishing
from oureyes.storage import filters, hits


def turned_away(node, limit=100):
    return [row.detail["reason"] for row in node.audit(by="auditor", verb="turn-away", limit=limit)]


def test_two_people_make_an_agreement_and_one_ends_it(tmp_path):
    _, holder, asker = a_pair(tmp_path)
    answering.allow(holder.ctx, "SG", ["phone"], ["investigation"], 64, by="ayu")
    for same in ("ayu", " AYU ", "ａｙｕ", "a\u200byu", "", "\u3164", "ayu\u2065"):
        with pytest.raises(Refused):
            answering.agree(holder.ctx, "SG", by=same)
    with pytest.raises(Refused):
        answering.list_for(holder.ctx, "SG")  # proposed is not open
    assert answering.agree(holder.ctx, "SG", by="budi").state == "open"
    with pytest.raises(Refused):
        answering.agree(holder.ctx, "SG", by="budi")
    one = put(asker, holder, "phone", [PHONE])
    assert len(one.hits) == 1
    question = prepared(asker, holder, "phone", [PHONE]).asked.question.raw
    assert answering.end(holder.ctx, "PH", by="ayu").state == "ended"
    with pytest.raises(Refused):
        answering.evaluate(holder.ctx, "PH", question)
    for name in (lambda: answering.list_for(holder.ctx, "PH"), lambda: answering.part_for(holder.ctx, "PH", "0" * 64)):
        with pytest.raises(Refused):
            name()


def test_one_person_alone_changes_no_agreement_that_two_made(tmp_path):
    _states, holder, asker = a_pair(tmp_path)
    before = answering.agreements(holder.ctx)["PH"]
    for purposes in (["prosecution"], ["investigation", "prosecution"]):
        made = answering.allow(holder.ctx, "PH", ["wallet"], purposes, 64, by="ayu")
    assert answering.agreements(holder.ctx)["PH"] == before
    assert answering.proposals(holder.ctx) == [made]
    assert len(put(asker, holder, "phone", [PHONE]).hits) == 1
    with pytest.raises(Refused):
        answering.agree(holder.ctx, "PH", by=" Ayu ")
    agreed_to = answering.agree(holder.ctx, "PH", by="budi")
    assert answering.agreements(holder.ctx)["PH"] == agreed_to == replace(made, approver="budi", state="open", at=ANY)
    assert answering.proposals(holder.ctx) == []
    publishing.publish(holder.ctx)
    fetched(asker, holder)
    (one,) = probing.prepare(asker.ctx, "phone", [PHONE], ["ID"], **SAID)
    assert "what it answers about: wallet" in one.refusal


def test_what_was_proposed_goes_with_the_agreement_it_was_to_replace(tmp_path):
    _states, holder, _asker = a_pair(tmp_path)
    answering.allow(holder.ctx, "PH", ["wallet"], ["prosecution"], 64, by="ayu")
    answering.end(holder.ctx, "PH", by="budi")
    assert answering.proposals(holder.ctx) == []
    with pytest.raises(Refused):
        answering.agree(holder.ctx, "PH", by="budi")


@pytest.mark.parametrize(
    ("partner", "kinds", "purposes", "daily", "error"),
    [
        ("XX", ["phone"], ["investigation"], 64, ConfigError),
        ("ID", ["phone"], ["investigation"], 64, ConfigError),
        ("SG", [], ["investigation"], 64, InvalidObject),
        ("SG", ["url"], ["investigation"], 64, InvalidObject),
        ("SG", ["phone"], ["strategy"], 64, InvalidObject),
        ("SG", ["phone"], ["investigation"], 7, InvalidObject),
    ],
)
def test_an_agreement_names_a_member_kinds_crime_purposes_and_a_budget(
    tmp_path, partner, kinds, purposes, daily, error
):
    holder = federation(tmp_path, ["ID", "SG"])["ID"]
    with pytest.raises(error):
        answering.allow(holder.ctx, partner, kinds, purposes, daily, by="ayu")


def test_only_records_that_may_answer_this_partner_are_in_its_filter(tmp_path):
    _states, holder, asker = a_pair(tmp_path)
    cases = {
        "+66812345601": red("SG"),  # somebody else may
        "+66812345602": for_("PH"),  # it may have it, yet nobody said that it may be asked about
        "+66812345603": for_("PH", hit_no_hit=True),
        "+66812345604": red("PH", role=Role.VICTIM),
        "+66812345605": red("PH", role=Role.SUSPECT),
        "+66812345606": red("PH", expires="2026-11-24T00:00:00Z"),
        "+66812345607": red("PH", embargo="2027-01-01T00:00:00Z"),
        "+66812345608": for_("SG", hit_no_hit=True),
        "+66812345609": for_(hit_no_hit=True),  # nobody is named
    }
    for value, marking in cases.items():
        hold(holder, "phone-number", value, marking)
    publishing.publish(holder.ctx)
    met = put(asker, holder, "phone", [*cases, PHONE, OTHER_PHONE])
    assert {hit.value.partition(":")[2] for hit in met.hits} == {PHONE, "+66812345603", "+66812345605"}
    assert met.subjects == 11


def test_while_filters_are_published_nobody_who_asks_for_one_holds_a_thread_that_answers_others(tmp_path):
    _states, holder, asker = a_pair(tmp_path)
    secret = hold(holder, "phone-number", OTHER_PHONE, red("PH"))
    publishing.publish(holder.ctx)
    name = blind.read_parts(unpacked(holder)).parts[0].digest
    asked = [partial(answering.list_for, holder.ctx, "PH"), partial(answering.part_for, holder.ctx, "PH", name)]
    with ThreadPoolExecutor(1) as only, holder.ctx.publishing:
        assert all(only.submit(ask).result(timeout=10) for ask in asked)  # nothing is stale: nothing to wait for
        holder.retract([secret.id], by="ayu", reason="in error")
        for ask in asked:
            with pytest.raises(StorageError, match="in a minute"):
                only.submit(ask).result(timeout=10)
    fetched(asker, holder)
    assert not put(asker, holder, "phone", [OTHER_PHONE]).hits


def unpacked(holder):
    return unpack(answering.list_for(holder.ctx, "PH"), blind.LIST_TYPE, {})[0]


def test_what_another_state_released_is_that_states_to_answer_for(tmp_path):
    states, holder, asker = a_pair(tmp_path)
    given = hold(states["SG"], "phone-number", OTHER_PHONE, for_("ID", hit_no_hit=True, answers_to=frozenset({"PH"})))
    states["SG"].approve(states["SG"].propose([given.id], ["ID"], by="mei").id, by="lim")
    deliver(states)
    assert holder.holders(OTHER_PHONE, by="ayu")
    publishing.publish(holder.ctx)
    assert not put(asker, holder, "phone", [OTHER_PHONE]).hits


def test_a_record_taken_back_or_marked_otherwise_answers_no_more(tmp_path):
    _states, holder, asker = a_pair(tmp_path)
    other = hold(holder, "phone-number", OTHER_PHONE, red("PH"))
    publishing.publish(holder.ctx)
    assert len(put(asker, holder, "phone", [PHONE, OTHER_PHONE]).hits) == 2
    holder.mark([other.id], red("SG"), by="ayu")
    publishing.publish(holder.ctx)
    assert len(put(asker, holder, "phone", [PHONE, OTHER_PHONE]).hits) == 1


def test_what_comes_later_is_a_further_filter_and_what_goes_makes_all_anew(tmp_path):
    _states, holder, asker = a_pair(tmp_path)
    fetched(asker, holder)
    new = hold(holder, "phone-number", OTHER_PHONE, red("PH"))
    (done,) = publishing.publish(holder.ctx)
    assert (done.anew, done.added) == (0, 2)
    lacking = probing.missing(asker.ctx, "ID", answering.list_for(holder.ctx, "PH"))
    assert len(lacking) == 2  # the first filters are not fetched again
    assert len(put(asker, holder, "phone", [PHONE, OTHER_PHONE]).hits) == 2
    holder.retract([new.id], by="ayu", reason="misread")
    (done,) = publishing.publish(holder.ctx)
    assert (done.anew, done.added) == (1, 1)  # the phones anew; of wallets there is nothing new
    with holder.ctx.db.read() as connection:
        assert [(one.kind, one.seq) for one in filters.parts(connection, "ID", "PH")] == [
            ("phone", 0), ("wallet", 0), ("wallet", 1), ("wallet", 2)
        ]  # fmt: skip


def test_a_filter_has_one_size_whether_it_holds_nothing_or_many(tmp_path):
    _states, holder, _ = a_pair(tmp_path)
    with holder.ctx.db.read() as connection:
        sizes = {one.kind: (one.size, one.held) for one in filters.parts(connection, "ID", "PH")}
    assert sizes == {"phone": (256, 1), "wallet": (256, 0)}


def test_a_partner_without_an_agreement_gets_nothing_and_it_is_logged(tmp_path):
    _states, holder, asker = a_pair(tmp_path)
    fetched(asker, holder)
    question = prepared(asker, holder, "phone", [PHONE]).asked.question.raw
    for ask in (
        lambda: answering.list_for(holder.ctx, "SG"),
        lambda: answering.evaluate(holder.ctx, "SG", question),
        lambda: answering.part_for(holder.ctx, "SG", probing.missing.__name__),
    ):
        with pytest.raises(Refused):
            ask()
    assert len(turned_away(holder)) == 2  # that there is no list for it is no event
    assert not holder.audit(by="auditor", verb="evaluate")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"purpose": "prosecution"}, "purpose"),
        ({"purpose": "curiosity"}, "purpose"),
        ({"basis": "because"}, "purpose"),
        ({"kind": "email"}, "kind"),
        ({"kind": "url"}, "kind"),
        ({"case": ""}, "no case"),
        ({"case": "KN-2026-118"}, "no case"),
        ({"epoch": "2026-10"}, "epoch"),
    ],
)
def test_what_the_agreement_does_not_cover_is_refused_and_logged_without_evaluating(tmp_path, change, reason):
    _states, holder, asker = a_pair(tmp_path)
    fetched(asker, holder)
    question = replace(prepared(asker, holder, "phone", [PHONE]).asked.question, **change)
    with pytest.raises(Refused):
        answering.evaluate(holder.ctx, "PH", question.raw)
    (said,) = turned_away(holder)
    assert reason in said
    assert not [line for line in probing.ledger(holder.ctx) if line.side == "answered"]
    assert "curiosity" not in str(holder.audit(by="auditor", verb="turn-away"))


def test_the_budget_counts_keys_with_fillers_and_comes_back_after_a_day(tmp_path):
    clock = Clock()
    states = federation(tmp_path, ["ID", "PH", "SG"], clock)
    holder, asker = states["ID"], states["PH"]
    hold(holder, "phone-number", PHONE, red("PH"))
    agreed(holder, "PH", daily=16)
    deliver(states)
    assert [put(asker, holder, "phone", [PHONE]).left for _ in range(2)] == [8, 0]
    with pytest.raises(OverBudget):
        put(asker, holder, "phone", [PHONE])
    assert turned_away(holder) == ["budget of the day used up"]
    clock.forward(days=1, minutes=1)
    deliver(states)
    assert put(asker, holder, "phone", [PHONE]).left == 8


def test_numbers_cannot_be_run_through_one_by_one(tmp_path):
    _states, holder, asker = a_pair(tmp_path, hit_officer_daily=10_000)
    asked = iter(range(10_000))

    def run_through():
        for place in asked:
            put(asker, holder, "phone", [f"+6681234{place:04}"])

    with pytest.raises(OverBudget):
        run_through()
    assert next(asked) <= 1024 // 8
    assert turned_away(holder)[-1].startswith("budget of the minute")


def test_what_is_no_question_costs_as_much_as_one_and_is_written_down(tmp_path):
    """Else it could be sent without end and without a trace."""
    _states, holder, asker = a_pair(tmp_path)
    fetched(asker, holder)
    good = prepared(asker, holder, "phone", [PHONE]).asked.question
    bad = replace(good, elements=(bytes(32), *good.elements[1:]))
    for raw, keys, purpose in (
        (b"", 8, ""),
        (b"OEQ1" + b"?" * 508 + bytes(8 * 32), 8, ""),
        (good.raw.replace(b'"phone"', b'"\xff\xff\xff\xff\xff"'), 8, ""),  # no text: not even a decoder's own error
        (b"XXXX" + good.raw[4:], 8, "investigation"),
        (good.raw + bytes(32), 16, "investigation"),
        (good.raw + b"x" * 100_000, 512, "investigation"),
        (bad.raw, 8, "investigation"),
        (replace(bad, purpose="curiosity").raw, 8, ""),
    ):
        with pytest.raises(InvalidObject):
            answering.evaluate(holder.ctx, "PH", raw)
        line = probing.ledger(holder.ctx)[0]
        row = holder.audit(by="auditor", verb="turn-away")[0]
        assert (line.side, line.partner, line.keys, line.purpose, line.kind) == (
            "refused",
            "PH",
            keys,
            purpose,
            "other",
        )
        assert (row.actor, row.purpose, row.detail["count"], row.detail["reason"]) == ("PH", purpose, keys, "malformed")
    assert put(asker, holder, "phone", [PHONE]).left == 1024 - sum((8, 8, 8, 8, 16, 512, 8, 8)) - 8


def test_what_is_no_question_uses_up_the_day(tmp_path):
    states = federation(tmp_path, ["ID", "PH", "SG"])
    holder, asker = states["ID"], states["PH"]
    agreed(holder, "PH", daily=16)
    deliver(states)
    for error in (InvalidObject, InvalidObject, OverBudget):
        with pytest.raises(error):
            answering.evaluate(holder.ctx, "PH", b"")
    with pytest.raises(OverBudget):
        put(asker, holder, "phone", [PHONE])
    assert turned_away(holder) == ["budget of the day used up", "budget of the day used up", "malformed", "malformed"]


@pytest.mark.parametrize("member", ["PH", "SG"])
def test_whoever_floods_the_holder_does_not_flood_its_logs(tmp_path, member):
    clock = Clock()
    _states, holder, asker = a_pair(tmp_path, clock)
    fetched(asker, holder)
    question = replace(prepared(asker, holder, "phone", [PHONE]).asked.question, purpose="prosecution")
    for raw in [b"", question.raw] * 50:
        with pytest.raises((InvalidObject, OverBudget, Refused)):
            answering.evaluate(holder.ctx, member, raw)
        with pytest.raises(Refused):
            answering.part_for(holder.ctx, member, "0" * 64)
    lines = probing.ledger(holder.ctx, 1000)
    reasons = Counter(line.reason for line in lines)
    assert sum(line.times for line in lines) == 200  # and none is lost
    assert max(reasons.values()) == 30
    assert len(reasons) <= 4
    assert len(turned_away(holder, 1000)) <= len(reasons) * (30 + 8)
    clock.forward(minutes=2)
    if member == "PH":
        assert put(asker, holder, "phone", [PHONE]).hits


def test_cheap_refusals_hide_no_others(tmp_path):
    """Thirty questions for filters that there are not must not buy a minute in which nothing is written down."""
    clock = Clock()
    _states, holder, asker = a_pair(tmp_path, clock)
    fetched(asker, holder)
    question = replace(prepared(asker, holder, "phone", [PHONE]).asked.question, purpose="counter-terrorism")
    for _ in range(30):
        with pytest.raises(Refused):
            answering.part_for(holder.ctx, "PH", "0" * 64)
    for _ in range(50):
        with pytest.raises(Refused):
            answering.evaluate(holder.ctx, "PH", question.raw)
    written = [row.detail for row in holder.audit(by="auditor", verb="turn-away", limit=1000)]
    unauthorised = [one for one in written if "purpose" in one["reason"]]
    assert [one.get("more", 0) for one in unauthorised] == [16, 8, 4, 2, 1, *[0] * 30]
    assert sum(line.times for line in probing.ledger(holder.ctx, 1000) if "purpose" in line.reason) == 50
    with pytest.raises(InvalidObject):
        answering.evaluate(holder.ctx, "PH", b"")
    assert probing.ledger(holder.ctx)[0].keys == 8


def test_what_is_no_element_is_refused_and_not_evaluated(tmp_path):
    _states, holder, asker = a_pair(tmp_path)
    fetched(asker, holder)
    question = prepared(asker, holder, "phone", [PHONE]).asked.question
    for element in (bytes(32), b"\xff" * 32, bytes(31) + b"\x80", b"\x01" + bytes(31)):
        bad = replace(question, elements=(element, *question.elements[1:]))
        with pytest.raises(InvalidObject):
            answering.evaluate(holder.ctx, "PH", bad.raw)
    assert not [line for line in probing.ledger(holder.ctx) if line.side == "answered"]


def test_the_holder_logs_who_how_many_and_what_for_and_never_what(tmp_path):
    _states, holder, asker = a_pair(tmp_path)
    put(asker, holder, "phone", [PHONE, OTHER_PHONE])
    (row,) = holder.audit(by="auditor", verb="evaluate")
    assert (row.actor, row.purpose, row.detail["kind"], row.detail["count"], row.detail["basis"]) == (
        "PH", "investigation", "phone", 8, "treaty",
    )  # fmt: skip
    assert len(row.detail["case"]) == 64
    (line,) = [one for one in probing.ledger(holder.ctx) if one.side == "answered"]
    assert (line.keys, line.subjects, line.hits) == (8, 0, 0)
    for node in (holder, asker):
        told = str(node.audit(by="auditor", limit=1000))
        assert PHONE not in told
        assert "KN-2026-118" not in told


def test_a_question_on_a_hit_and_one_on_none_leave_the_same_traces(tmp_path):
    states, holder, asker = a_pair(tmp_path)
    traces = []
    for value in (PHONE, OTHER_PHONE):
        before = len(holder.audit(by="auditor", limit=1000))
        fetched(asker, holder)
        one = prepared(asker, holder, "phone", [value])
        answer = answering.evaluate(holder.ctx, "PH", one.asked.question.raw)
        probing.settle(asker.ctx, one, probing.opened(one, answer))
        rows = holder.audit(by="auditor", limit=1000)[: -before or None]
        shapes = sorted((row.verb, sorted(row.detail)) for row in rows)
        traces.append((len(one.asked.question.raw), len(answer), shapes, len(states["PH"].ctx.filters)))
    assert traces[0] == traces[1]


def test_the_keys_of_an_epoch_answer_nothing_after_it_and_go_with_the_next(tmp_path):
    clock = Clock()
    states, holder, asker = a_pair(tmp_path, clock)
    put(asker, holder, "phone", [PHONE])
    old = prepared(asker, holder, "phone", [PHONE])
    clock.forward(days=8)
    publishing.keep(holder.ctx)
    deliver(states)
    with holder.ctx.db.read() as connection:
        assert hits.seed(connection, "2026-12") not in (None, hits.seed(connection, "2026-11"))
    with pytest.raises(Refused):
        answering.evaluate(holder.ctx, "PH", old.asked.question.raw)
    met = put(asker, holder, "phone", [PHONE])
    assert [hit.epoch for hit in met.hits] == ["2026-12"]
    clock.forward(days=60)
    publishing.keep(holder.ctx)
    with holder.ctx.db.read() as connection:
        assert not filters.tags(connection, "2026-11")
        assert hits.seed(connection, "2026-11") is None


def test_at_the_turn_of_a_month_the_old_keys_serve_until_the_new_ones_are_published(tmp_path):
    clock = Clock()
    _, holder, asker = a_pair(tmp_path, clock)
    put(asker, holder, "phone", [PHONE])
    clock.forward(days=6, hours=15)
    publishing.publish(holder.ctx)
    fetched(asker, holder)
    clock.forward(hours=2)
    assert asker.ctx.now() > "2026-12-01"
    assert len(put(asker, holder, "phone", [PHONE]).hits) == 1
    assert probing.partners_stale(asker.ctx, ["ID"]) == ["ID"]


def test_what_nobody_opened_a_case_on_is_forgotten_at_both_ends(tmp_path):
    clock = Clock()
    _, holder, asker = a_pair(tmp_path, clock)
    put(asker, holder, "phone", [PHONE])
    clock.forward(days=70)
    for node in (holder, asker):
        publishing.keep(node.ctx)
    assert probing.found(asker.ctx) == []
    with holder.ctx.db.read() as connection:
        assert filters.tags(connection, "2026-11") == {}


def test_filters_come_once_a_day_by_themselves(tmp_path):
    clock = Clock()
    _states, holder, _ = a_pair(tmp_path, clock)
    assert publishing.keep(holder.ctx) == []
    clock.forward(hours=25)
    assert len(publishing.keep(holder.ctx)) == 1
    assert publishing.keep(holder.ctx) == []


def test_an_object_with_parts_marked_apart_does_not_answer(tmp_path):
    _states, holder, asker = a_pair(tmp_path)
    made = hold(holder, "cryptocurrency-wallet", f"trx:{WALLET}", red("PH"))
    content = {**made.content, "granular_markings": [{"lang": "en", "selectors": ["value"]}]}
    apart = type(made).make({**content, "id": f"cryptocurrency-wallet--{'0' * 8}-0000-4000-8000-{os.urandom(6).hex()}"})
    holder.retract([made.id], by="ayu", reason="again")
    holder.record_objects([apart], by="ayu", marking=red("PH"))
    publishing.publish(holder.ctx)
    assert not put(asker, holder, "wallet", [WALLET]).hits


def test_a_filter_nobody_has_is_not_there(tmp_path):
    _, holder, _ = a_pair(tmp_path)
    with pytest.raises(NotHeld):
        answering.end(holder.ctx, "SG", by="ayu")
    assert blind.KINDS
