"""The asker's side: what is asked and for what, whose keys are believed, and what an answer is worth."""

from dataclasses import replace

import pytest
from hit_parties import (
    OTHER_PHONE,
    PHONE,
    SAID,
    WALLET,
    a_pair,
    agreed,
    fetched,
    hold,
    prepared,
    put,
    red,
    said,
    signed_keys,
    tagged_keys,
)
from simulated import Clock, deliver, federation

from oureyes.correlate import blind
from oureyes.errors import InvalidObject, NotHeld, OverBudget, Refused, VerificationError
from oureyes.exchange.envelope import pack, unpack
from oureyes.model.objects import digest
from oureyes.model.sharing import Kind
from oureyes.node import answering, probing, publishing
from oureyes.node.committing import key_of
from oureyes.storage import filters, hits


def test_a_hit_is_known_here_and_nowhere_else(tmp_path):
    states, holder, asker = a_pair(tmp_path)
    met = put(asker, holder, "phone", [PHONE, OTHER_PHONE])
    assert [(hit.partner, hit.value, hit.state) for hit in met.hits] == [("ID", f"phone-number:{PHONE}", "found")]
    deliver(states)
    for node in (holder, states["SG"]):
        assert probing.found(node.ctx) == []
        assert node.inbox() == []
    assert [hit.id for hit in put(asker, holder, "phone", [PHONE]).hits] == [met.hits[0].id]  # the same hit again
    assert len(probing.found(asker.ctx)) == 1


def test_what_is_written_otherwise_hits_all_the_same(tmp_path):
    _states, holder, asker = a_pair(tmp_path)
    hold(holder, "cryptocurrency-wallet", f"trx:{WALLET}", red("PH"))
    publishing.publish(holder.ctx)
    assert len(put(asker, holder, "phone", ["0066 81 234 5678"]).hits) == 1
    assert len(put(asker, holder, "wallet", [f"usdt:{WALLET}"]).hits) == 1


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"purpose": ""}, Refused),
        ({"purpose": "strategy"}, Refused),
        ({"purpose": "curiosity"}, Refused),
        ({"basis": ""}, Refused),
        ({"basis": "because"}, Refused),
        ({"case": "  "}, Refused),
        ({"by": ""}, Refused),
    ],
)
def test_nothing_is_asked_without_purpose_legal_basis_case_and_name(tmp_path, change, error):
    _states, holder, asker = a_pair(tmp_path)
    fetched(asker, holder)
    with pytest.raises(error):
        probing.prepare(asker.ctx, "phone", [PHONE], ["ID"], **{**SAID, **change})
    assert probing.ledger(asker.ctx) == []


def test_what_cannot_be_asked_about_is_refused_without_showing_it(tmp_path):
    _states, holder, asker = a_pair(tmp_path)
    fetched(asker, holder)
    for kind, value, error in (
        ("phone", "123", InvalidObject),
        ("name", "Budi", InvalidObject),
        ("url", "http://evil.example", InvalidObject),
    ):
        with pytest.raises(error) as told:
            probing.prepare(asker.ctx, kind, [value], ["ID"], **SAID)
        assert value not in str(told.value)
    with pytest.raises(InvalidObject):
        probing.prepare(asker.ctx, "phone", [f"+6681234{n:04}" for n in range(513)], ["ID"], **SAID)


def test_an_officer_has_a_budget_of_subjects_over_all_partners(tmp_path):
    _states, holder, asker = a_pair(tmp_path, hit_officer_daily=3)
    put(asker, holder, "phone", [PHONE, OTHER_PHONE])
    with pytest.raises(OverBudget):
        probing.prepare(asker.ctx, "phone", [PHONE, OTHER_PHONE], ["ID"], **SAID)
    assert prepared(asker, holder, "phone", [PHONE], by="another")


def test_every_question_is_in_the_ledger_and_the_audit_log_before_it_leaves(tmp_path):
    _states, holder, asker = a_pair(tmp_path)
    fetched(asker, holder)
    prepared(asker, holder, "phone", [PHONE])
    (line,) = probing.ledger(asker.ctx)
    assert (line.partner, line.by, line.subjects, line.keys, line.hits) == ("ID", "lia", 1, 8, 0)
    (row,) = asker.audit(by="auditor", verb="probe")
    assert (row.actor, row.purpose, row.detail["to"], row.detail["count"]) == ("lia", "investigation", "ID", 1)
    met = put(asker, holder, "phone", [PHONE])
    assert probing.ledger(asker.ctx)[0].hits == len(met.hits) == 1


def test_a_partner_without_an_agreement_is_not_asked(tmp_path):
    _states, _, asker = a_pair(tmp_path)
    (one,) = probing.prepare(asker.ctx, "phone", [PHONE], ["SG"], **SAID)
    assert one.asked is None
    assert "agreement" in one.refusal
    assert probing.ledger(asker.ctx) == []


def test_a_kind_the_partner_does_not_answer_is_not_asked(tmp_path):
    _states, holder, asker = a_pair(tmp_path)
    fetched(asker, holder)
    (one,) = probing.prepare(asker.ctx, "email", ["a@evil.example"], ["ID"], **SAID)
    assert one.asked is None


def test_quotas_say_what_is_left_and_who_bears_out_the_keys(tmp_path):
    _states, holder, asker = a_pair(tmp_path)
    put(asker, holder, "phone", [PHONE])
    (one,) = probing.quotas(asker.ctx)
    assert (one.partner, one.daily, one.left, one.witnesses, one.refusal) == ("ID", 1024, 1016, 1, "")


def test_two_partners_in_league_do_not_link_a_question_by_what_it_carries(tmp_path):
    """What both see alike is what the question says in words, its size and its time: nothing made from the case."""
    states = federation(tmp_path, ["ID", "PH", "SG"])
    asker = states["PH"]
    for member in ("ID", "SG"):
        agreed(states[member], "PH")
    deliver(states)
    for member in ("ID", "SG"):
        fetched(asker, states[member])
    first, second = (one.asked.question for one in probing.prepare(asker.ctx, "phone", [PHONE], ["ID", "SG"], **SAID))
    again = prepared(asker, states["ID"], "phone", [OTHER_PHONE]).asked.question
    assert first.case != second.case
    assert first.case == again.case  # one holder's auditor may still ask which questions belong to one case
    assert not set(first.elements) & set(second.elements)
    assert [line.case for line in probing.ledger(asker.ctx)][1:] == [second.case, first.case]
    said = (first.kind, first.epoch, first.purpose, first.basis, len(first.raw))
    assert said == (second.kind, second.epoch, second.purpose, second.basis, len(second.raw))


# --- answers ---------------------------------------------------------------------------------------------------------


def test_an_answer_under_a_key_that_was_not_committed_to_is_not_believed(tmp_path):
    _states, holder, asker = a_pair(tmp_path)
    fetched(asker, holder)
    one = prepared(asker, holder, "phone", [PHONE])
    tagged = blind.derive_key(b"\x07" * 32, b"tag phone")
    evaluated, proof = blind.evaluate(tagged, one.asked.question.elements)
    answer = blind.Answer(1, 1, tuple(evaluated), proof).raw
    with pytest.raises(VerificationError, match="committed key"):
        probing.opened(one, answer)


def test_an_answer_to_another_question_is_not_believed(tmp_path):
    _states, holder, asker = a_pair(tmp_path)
    fetched(asker, holder)
    first, second = (prepared(asker, holder, "phone", [PHONE]) for _ in range(2))
    answer = answering.evaluate(holder.ctx, "PH", first.asked.question.raw)
    with pytest.raises(VerificationError):
        probing.opened(second, answer)


# --- filters ---------------------------------------------------------------------------------------------------------


def relisted(holder, raw, **changes):
    """The list with something changed, signed by its holder all the same."""
    body, _ = unpack(raw, blind.LIST_TYPE, {})
    read = blind.read_parts(body)
    made = type(read)(**{**{name: getattr(read, name) for name in read.__struct_fields__}, **changes})
    return pack(blind.LIST_TYPE, blind.write_parts(made), (holder.ctx.keys.sign,))


def test_a_filter_swapped_on_the_way_is_refused(tmp_path):
    _states, holder, asker = a_pair(tmp_path)
    raw = answering.list_for(holder.ctx, "PH")
    lacking = probing.missing(asker.ctx, "ID", raw)
    other = blind.Filter.of([b"x" * 13]).raw
    with pytest.raises(VerificationError, match="the one its list names"):
        probing.keep_list(asker.ctx, "ID", raw, {name: other for name, _ in lacking})
    names = [name for name, _ in lacking]
    bodies = {name: answering.part_for(holder.ctx, "PH", name) for name in names}
    with pytest.raises(VerificationError):
        probing.keep_list(asker.ctx, "ID", raw, dict(zip(names, reversed(list(bodies.values())), strict=True)))
    with pytest.raises(VerificationError, match="fewer"):
        probing.keep_list(asker.ctx, "ID", raw, {names[0]: bodies[names[0]]})
    with asker.ctx.db.read() as connection:
        assert filters.parts(connection, "ID", "PH") == []


def test_a_list_for_another_of_another_or_by_nobody_is_refused(tmp_path):
    states, holder, asker = a_pair(tmp_path)
    agreed(holder, "SG")
    for raw in (
        answering.list_for(holder.ctx, "SG"),
        relisted(holder, answering.list_for(holder.ctx, "PH"), origin="SG"),
        relisted(states["SG"], answering.list_for(holder.ctx, "PH")),
        answering.list_for(holder.ctx, "PH").replace(b'"daily":1024', b'"daily":9024'),
    ):
        with pytest.raises(VerificationError):
            probing.missing(asker.ctx, "ID", raw)
    with pytest.raises(NotHeld):
        probing.missing(asker.ctx, "XX", b"")


def test_an_older_list_or_a_second_of_one_number_is_refused(tmp_path):
    _states, holder, asker = a_pair(tmp_path)
    old = answering.list_for(holder.ctx, "PH")
    publishing.publish(holder.ctx)
    fetched(asker, holder)
    with pytest.raises(VerificationError, match="at least list"):
        probing.missing(asker.ctx, "ID", old)
    with pytest.raises(VerificationError, match="two"):
        probing.missing(asker.ctx, "ID", relisted(holder, answering.list_for(holder.ctx, "PH"), daily=9999))


def test_a_list_that_has_expired_is_asked_by_no_more(tmp_path):
    _states, holder, asker = a_pair(tmp_path)
    fetched(asker, holder)
    late = relisted(holder, answering.list_for(holder.ctx, "PH"), expires="2026-11-24T00:00:00Z", serial=7)
    probing.keep_list(asker.ctx, "ID", late, {})
    (one,) = probing.prepare(asker.ctx, "phone", [PHONE], ["ID"], **SAID)
    assert "expired" in one.refusal


def test_a_newer_list_is_noticed_by_the_answer(tmp_path):
    _states, holder, asker = a_pair(tmp_path)
    fetched(asker, holder)
    hold(holder, "phone-number", OTHER_PHONE, red("PH"))
    publishing.publish(holder.ctx)
    one = prepared(asker, holder, "phone", [OTHER_PHONE])
    raw = answering.evaluate(holder.ctx, "PH", one.asked.question.raw)
    assert probing.look_again(asker.ctx, one, raw)
    fetched(asker, holder)
    assert not probing.look_again(asker.ctx, one, raw)
    assert len(probing.settle(asker.ctx, one, probing.opened(one, raw)).hits) == 1


def test_a_list_of_more_than_a_node_takes_is_not_fetched(tmp_path):
    _states, holder, asker = a_pair(tmp_path)
    parts = tuple(blind.Part("phone", place, 1 << 24, f"{place:064x}") for place in range(1000))
    raw = relisted(holder, answering.list_for(holder.ctx, "PH"), parts=parts, serial=9)
    with pytest.raises(VerificationError, match="256 MiB"):
        probing.missing(asker.ctx, "ID", raw)


def test_a_list_that_comes_late_does_not_take_the_place_of_a_newer_one(tmp_path):
    _states, holder, asker = a_pair(tmp_path)
    first = answering.list_for(holder.ctx, "PH")
    older = {name: answering.part_for(holder.ctx, "PH", name) for name, _ in probing.missing(asker.ctx, "ID", first)}
    hold(holder, "phone-number", OTHER_PHONE, red("PH"))
    publishing.publish(holder.ctx)
    fetched(asker, holder)
    probing.keep_list(asker.ctx, "ID", first, older)
    one = prepared(asker, holder, "phone", [OTHER_PHONE])
    answer = probing.opened(one, answering.evaluate(holder.ctx, "PH", one.asked.question.raw))
    assert len(probing.settle(asker.ctx, one, answer).hits) == 1


def test_an_answer_whose_month_is_over_here_is_no_miss(tmp_path):
    clock = Clock()
    states, holder, asker = a_pair(tmp_path, clock)
    fetched(asker, holder)
    one = prepared(asker, holder, "phone", [PHONE])
    answer = probing.opened(one, answering.evaluate(holder.ctx, "PH", one.asked.question.raw))
    clock.forward(days=8)  # into December: its next list names filters of that month alone
    publishing.publish(holder.ctx)
    deliver(states)
    fetched(asker, holder)
    found = probing.settle(asker.ctx, one, answer)
    assert not found.hits
    assert "ask again" in found.refusal


def test_two_that_fetch_one_list_at_once_lose_nothing(tmp_path):
    _states, holder, asker = a_pair(tmp_path)
    raw = answering.list_for(holder.ctx, "PH")
    bodies = {name: answering.part_for(holder.ctx, "PH", name) for name, _ in probing.missing(asker.ctx, "ID", raw)}
    probing.keep_list(asker.ctx, "ID", raw, bodies)
    probing.keep_list(asker.ctx, "ID", raw, bodies)
    probing.keep_list(asker.ctx, "ID", raw, {})
    with asker.ctx.db.read() as connection:
        assert {digest(filters.body(connection, "ID", "PH", name)).hex() for name in bodies} == set(bodies)
    assert probing.partners_stale(asker.ctx, ["ID", "SG"]) == ["SG"]


def test_who_showed_no_keys_is_not_dialled_for_filters(tmp_path):
    states, _holder, asker = a_pair(tmp_path)
    assert probing.who_answer(asker.ctx, ["ID", "SG"]) == ["ID"]
    agreed(states["SG"], "PH")
    deliver(states)
    assert probing.who_answer(asker.ctx, ["ID", "SG"]) == ["ID", "SG"]


def test_what_was_asked_of_one_partner_opens_no_answer_of_another(tmp_path):
    states, holder, asker = a_pair(tmp_path)
    agreed(states["SG"], "PH")
    deliver(states)
    fetched(asker, holder)
    fetched(asker, states["SG"])
    first, second = probing.prepare(asker.ctx, "phone", [PHONE], ["ID", "SG"], **SAID)
    assert not set(first.asked.question.elements) & set(second.asked.question.elements)
    answer = answering.evaluate(states["SG"].ctx, "PH", second.asked.question.raw)
    with pytest.raises(VerificationError):
        probing.opened(replace(first), answer)


def test_an_officers_name_written_otherwise_has_no_budget_of_its_own(tmp_path):
    _states, holder, asker = a_pair(tmp_path, hit_officer_daily=3)
    put(asker, holder, "phone", [PHONE, OTHER_PHONE], by="Lia  Tan")
    for name in ("lia tan", " LIA TAN "):
        with pytest.raises(OverBudget):
            probing.prepare(asker.ctx, "phone", [PHONE, OTHER_PHONE], ["ID"], **{**SAID, "by": name})


def test_a_kind_whose_key_was_never_shown_is_not_asked(tmp_path):
    states = federation(tmp_path, ["ID", "PH", "SG"])
    holder, asker = states["ID"], states["PH"]
    now, others = holder.ctx.now(), [kind for kind in blind.KINDS if kind != "phone"]

    def commit(connection):
        hits.put_seed(connection, "2026-11", b"\x07" * 32, now)
        keys = {kind: key_of(holder.ctx, connection, "2026-11", kind).public.hex() for kind in others}
        words = signed_keys(holder, keys)["said"].encode()
        shown = blind.Commitment(1, "ID", "2026-11", keys).digest
        hits.put_committed(connection, hits.Committed("ID", "2026-11", keys, shown, "", words), now)

    holder.ctx.db.write(commit)
    agreed(holder, "PH")
    deliver(states)
    fetched(asker, holder)
    (one,) = probing.prepare(asker.ctx, "phone", [PHONE], ["ID"], **SAID)
    assert one.asked is None
    assert "phone" in one.refusal


def test_a_list_without_an_end_is_not_kept_and_one_that_was_kept_stops_no_question_to_others(tmp_path):
    states, holder, asker = a_pair(tmp_path)
    other = states["SG"]
    agreed(other, "PH")
    deliver(states)
    for node in (holder, other):
        fetched(asker, node)
    endless = relisted(other, answering.list_for(other.ctx, "PH"), expires="soon", serial=9)
    for work in (probing.missing, lambda *given: probing.keep_list(*given, {})):
        with pytest.raises(InvalidObject):
            work(asker.ctx, "SG", endless)
    kept = filters.Listed(9, endless, asker.ctx.now_us())
    asker.ctx.db.write(lambda connection: filters.put_list(connection, "SG", "PH", kept))
    good, bad = probing.prepare(asker.ctx, "phone", [PHONE], ["ID", "SG"], **SAID)
    assert (good.refusal, bad.asked) == ("", None)
    assert [one.partner for one in probing.quotas(asker.ctx)] == ["ID"]
    assert probing.partners_stale(asker.ctx, ["ID", "SG"]) == ["SG"]


@pytest.mark.parametrize("epoch", ["2025-01", "2031-07"])
def test_a_list_of_a_month_that_is_not_this_one_is_not_asked_by(tmp_path, epoch):
    """A holder that has shown keys of many months could give each asker a month of its own, and so a key."""
    states, holder, asker = a_pair(tmp_path)
    fetched(asker, holder)
    said(holder, Kind.HIT_KEYS, ["PH", "SG"], signed_keys(holder, tagged_keys(), epoch))
    deliver(states)
    late = relisted(holder, answering.list_for(holder.ctx, "PH"), epoch=epoch, serial=7)
    probing.keep_list(asker.ctx, "ID", late, {})
    (one,) = probing.prepare(asker.ctx, "phone", [PHONE], ["ID"], **SAID)
    assert one.asked is None
    assert epoch in one.refusal


def test_a_filter_that_is_broken_keeps_no_other_partners_answer(tmp_path):
    states, holder, asker = a_pair(tmp_path)
    other = states["SG"]
    hold(other, "phone-number", PHONE, red("PH"))
    agreed(other, "PH")
    deliver(states)
    for node in (holder, other):
        fetched(asker, node)
    asked = probing.prepare(asker.ctx, "phone", [PHONE], ["ID", "SG"], **SAID)
    answers = [
        probing.opened(one, answering.evaluate(states[one.partner].ctx, "PH", one.asked.question.raw)) for one in asked
    ]
    sql = "UPDATE hit_part SET body = X'00' WHERE origin = 'ID'"
    asker.ctx.db.write(lambda connection: connection.exec_driver_sql(sql) and None)
    broken, whole = probing.settle_all(asker.ctx, list(zip(asked, answers, strict=True)))
    assert (broken.partner, broken.hits, "fetch it again" in broken.refusal) == ("ID", (), True)
    assert (whole.partner, len(whole.hits), whole.refusal) == ("SG", 1, "")


def test_filters_that_a_list_no_longer_names_are_not_kept_open(tmp_path):
    _states, holder, asker = a_pair(tmp_path)
    some = [hold(holder, "phone-number", f"+66812345{place:03}", red("PH")) for place in range(4)]
    publishing.publish(holder.ctx)
    for one in some:
        put(asker, holder, "phone", [PHONE])
        holder.retract([one.id], by="ayu", reason="misread")
    put(asker, holder, "phone", [PHONE])
    with asker.ctx.db.read() as connection:
        named = {one.digest for one in filters.parts(connection, "ID", "PH") if one.kind == "phone"}
    assert {name for opened in asker.ctx.filters.values() for name in opened} == named
