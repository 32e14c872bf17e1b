"""Filters: what may answer no more is out of them before a partner is given them again, and at the cost of what
changed."""

from contextlib import contextmanager, nullcontext
from dataclasses import replace

import pytest
from hit_parties import OTHER_PHONE, PHONE, SAID, WALLET, a_pair, agreed, fetched, hold, prepared, put, red
from simulated import Clock, deliver, federation, for_

from oureyes.correlate import blind
from oureyes.errors import Refused, StorageError
from oureyes.model.markings import Handling, Role
from oureyes.model.objects import StixObject
from oureyes.node import Node, answering, confirming, probing, publishing
from oureyes.oversee.retention import Step
from oureyes.storage import filters

BORN = {"Budi Santoso": "1980-01-02", "Siti Aminah": "1975-01-02"}


@contextmanager
def counted(monkeypatch, owner, name):
    """How often a function is called, and with what."""
    calls, work = [], getattr(owner, name)

    def counting(*given, **named):
        calls.append(given)
        return work(*given, **named)

    with monkeypatch.context() as patch:
        patch.setattr(owner, name, counting)
        yield calls


def serial(holder, partner="PH"):
    with holder.ctx.db.read() as connection:
        return filters.listed(connection, holder.member, partner).serial


def noted(connection):
    return filters.changed_since(connection, 0, filters.labels_changed(connection, 0))


def forget_hits(asker):
    """So that what is found is found anew."""
    asker.ctx.db.write(lambda connection: connection.exec_driver_sql("DELETE FROM hit") and None)


@contextmanager
def meanwhile(monkeypatch, name, *, work, after=False):
    """What is done once, while filters are made: before a step of it, or after."""
    step, left = getattr(publishing, name), [work]

    def with_it(*given, **named):
        if after:
            found = step(*given, **named)
            left.pop()() if left else None
            return found
        left.pop()() if left else None
        return step(*given, **named)

    with monkeypatch.context() as patch:
        patch.setattr(publishing, name, with_it)
        yield
    assert not left


def asked_as_a_node_does(asker, holder, kind, values):
    """With the filters that it has, and newer ones only where the answer tells that there are."""
    one = prepared(asker, holder, kind, values)
    raw = answering.evaluate(holder.ctx, asker.member, one.asked.question.raw)
    if probing.look_again(asker.ctx, one, raw):
        fetched(asker, holder)
    return probing.settle(asker.ctx, one, probing.opened(one, raw))


def given_out(holder, tag):
    """Whether an output is in what a list names that is asked for now."""
    answering.list_for(holder.ctx, "PH")
    with holder.ctx.db.read() as connection:
        kept = [filters.body(connection, "ID", "PH", one.digest) for one in filters.parts(connection, "ID", "PH")]
    assert kept
    return any(tag in blind.Filter(raw) for raw in kept)


def a_person(name, place=1, modified="2026-11-24T08:00:00.000Z"):
    return StixObject.make(
        {
            "type": "identity", "spec_version": "2.1", "id": f"identity--7f0c1a52-3c1b-4d0e-9a51-6f6f6f00000{place}",
            "created": "2026-11-24T08:00:00.000Z", "modified": modified, "identity_class": "individual",
            "name": name, "x_date_of_birth": BORN[name],
        }
    )  # fmt: skip


# --- what may answer no more -----------------------------------------------------------------------------------------


def taken_back(holder, clock, made):
    holder.retract([made.id], by="ayu", reason="misread")


def marked_for_nobody(holder, clock, made):
    holder.mark([made.id], for_(), by="ayu")


def marked_for_another(holder, clock, made):
    holder.mark([made.id], red("SG"), by="ayu")


def marked_as_a_victim(holder, clock, made):
    holder.mark([made.id], red("PH", role=Role.VICTIM), by="ayu")


def put_off(holder, clock, made):
    holder.mark([made.id], red("PH", embargo="2027-01-01T00:00:00Z"), by="ayu")


def expired(holder, clock, made):
    clock.forward(hours=17)


def hidden(holder, clock, made):
    clock.forward(days=2)
    assert [one.step for one in holder.keep()] == [Step.HIDE]


def agreed_for_less(holder, clock, made):
    """What must not be evidence serves no agreement that is for prosecution as well."""
    answering.allow(holder.ctx, "PH", ["phone"], ["investigation", "prosecution"], 1024, by="ayu")
    answering.agree(holder.ctx, "PH", by="budi")


def ended_and_agreed_for_less(holder, clock, made):
    answering.end(holder.ctx, "PH", by="ayu")
    agreed_for_less(holder, clock, made)


WAYS = [
    taken_back, marked_for_nobody, marked_for_another, marked_as_a_victim, put_off, expired, hidden, agreed_for_less,
    ended_and_agreed_for_less,
]  # fmt: skip
TERM = {
    expired: {"expires": "2026-11-25T00:00:00Z"},
    hidden: {"review": "2026-11-25T00:00:00Z"},
    agreed_for_less: {"handling": Handling.H1},
    ended_and_agreed_for_less: {"handling": Handling.H1},
}


@pytest.mark.parametrize("way", WAYS)
def test_what_may_answer_no_more_does_not_answer_the_next_question(tmp_path, way):
    """Without a word to anybody, and long before the filters of the day."""
    clock = Clock()
    states, holder, asker = a_pair(tmp_path, clock)
    made = hold(holder, "phone-number", OTHER_PHONE, red("PH", **TERM.get(way, {})))
    agreed(holder, "PH", kinds=("phone",))
    deliver(states)
    assert len(put(asker, holder, "phone", [OTHER_PHONE]).hits) == 1
    asker.ctx.db.write(lambda connection: connection.exec_driver_sql("DELETE FROM hit") and None)
    way(holder, clock, made)
    assert asked_as_a_node_does(asker, holder, "phone", [OTHER_PHONE]).hits == ()


@pytest.mark.parametrize("way", WAYS)
def test_what_may_answer_no_more_is_in_nothing_that_is_given_out(tmp_path, way):
    """Neither in a list that is asked for, nor in the part that a list named which was fetched before."""
    clock = Clock()
    states, holder, _asker = a_pair(tmp_path, clock)
    made = hold(holder, "phone-number", OTHER_PHONE, red("PH", **TERM.get(way, {})))
    agreed(holder, "PH", kinds=("phone",))
    deliver(states)
    with holder.ctx.db.read() as connection:
        names = [one.digest for one in filters.parts(connection, "ID", "PH") if one.kind == "phone"]
        (tag,) = filters.tags_of(connection, "2026-11", [f"phone-number:{OTHER_PHONE}"]).values()
    (named,) = [one for one in names if tag in blind.Filter(answering.part_for(holder.ctx, "PH", one))]
    way(holder, clock, made)
    with pytest.raises(Refused):
        answering.part_for(holder.ctx, "PH", named)
    assert not given_out(holder, tag)


def test_a_running_node_takes_it_out_by_itself(tmp_path):
    _states, holder, asker = a_pair(tmp_path)
    made = hold(holder, "phone-number", OTHER_PHONE, red("PH"))
    publishing.publish(holder.ctx)
    assert publishing.renew(holder.ctx) == []
    holder.retract([made.id], by="ayu", reason="misread")
    (done,) = publishing.renew(holder.ctx)
    assert (done.partner, done.anew, done.added) == ("PH", 1, 0)
    assert publishing.renew(holder.ctx) == []
    assert len(put(asker, holder, "phone", [PHONE, OTHER_PHONE]).hits) == 1


def test_a_name_that_was_corrected_leaves_the_filter(tmp_path):
    states, holder, asker = a_pair(tmp_path)
    holder.record_objects([a_person("Budi Santoso")], by="ayu", marking=red("PH"))
    agreed(holder, "PH", kinds=("name",))
    deliver(states)
    assert put(asker, holder, "name", ["Budi Santoso, 1980"]).hits
    asker.ctx.db.write(lambda connection: connection.exec_driver_sql("DELETE FROM hit") and None)
    newer = a_person("Siti Aminah", modified="2026-11-24T09:00:00.000Z")
    holder.record_objects([newer], by="ayu", marking=red("PH"))
    assert not asked_as_a_node_does(asker, holder, "name", ["Budi Santoso, 1980"]).hits
    assert asked_as_a_node_does(asker, holder, "name", ["Siti Aminah, 1975"]).hits


def test_a_case_on_what_was_taken_back_leads_nowhere_though_the_filter_still_has_it(tmp_path):
    states, holder, asker = a_pair(tmp_path)
    made = hold(holder, "phone-number", OTHER_PHONE, red("PH"))
    publishing.publish(holder.ctx)
    hit = put(asker, holder, "phone", [OTHER_PHONE]).hits[0]
    holder.retract([made.id], by="ayu", reason="misread")
    confirming.open_case(asker.ctx, hit.id, by="lia")
    deliver(states)
    (case,) = confirming.cases(holder.ctx)
    assert (case.value, confirming.records(holder.ctx, case.id, by="ayu")) == ("", [])
    assert [row.headline for row, *_ in holder.inbox() if "no record of ours" in row.headline]


def test_what_changes_while_filters_are_made_is_not_forgotten(tmp_path, monkeypatch):
    _states, holder, asker = a_pair(tmp_path)
    made = hold(holder, "phone-number", OTHER_PHONE, red("PH"))
    outputs = publishing._outputs

    def slowly(*given):
        found = outputs(*given)
        holder.retract([made.id], by="ayu", reason="misread")
        return found

    monkeypatch.setattr(publishing, "_outputs", slowly)
    publishing.publish(holder.ctx)
    monkeypatch.undo()
    assert len(put(asker, holder, "phone", [PHONE, OTHER_PHONE]).hits) == 1


@pytest.mark.parametrize("step", ["commit", "_standing", "_answerable", "_outputs", "_parts"])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_what_changes_while_filters_are_looked_through_is_not_forgotten(tmp_path, monkeypatch, step, after):
    """Another kind than the one that is made anew."""
    _states, holder, asker = a_pair(tmp_path)
    phone = hold(holder, "phone-number", OTHER_PHONE, red("PH"))
    wallet = hold(holder, "cryptocurrency-wallet", WALLET, red("PH"))
    publishing.publish(holder.ctx)
    holder.retract([phone.id], by="ayu", reason="misread")
    with meanwhile(
        monkeypatch, step, after=after, work=lambda: holder.retract([wallet.id], by="ayu", reason="misread")
    ):
        assert publishing.renew(holder.ctx)
    publishing.renew(holder.ctx)
    assert not put(asker, holder, "wallet", [WALLET]).hits
    assert not put(asker, holder, "phone", [OTHER_PHONE]).hits


def test_what_changes_while_the_first_filters_are_made_is_not_forgotten(tmp_path, monkeypatch):
    """Of a million values that takes minutes, in which no list is there yet."""
    states = federation(tmp_path, ["ID", "PH", "SG"])
    holder, asker = states["ID"], states["PH"]
    made = hold(holder, "phone-number", PHONE, red("PH"))
    answering.allow(holder.ctx, "PH", ["phone"], ["investigation"], 64, by="ayu")
    answering.agree(holder.ctx, "PH", by="budi")
    with meanwhile(monkeypatch, "_outputs", work=lambda: holder.retract([made.id], by="ayu", reason="misread")):
        assert publishing.publish(holder.ctx)
    deliver(states)
    assert [one.anew for one in publishing.renew(holder.ctx)] == [1]
    assert not put(asker, holder, "phone", [PHONE]).hits


@pytest.mark.parametrize("step", ["_gone", "_answerable", "_parts"])
def test_an_agreement_that_changes_while_filters_are_looked_through_is_gone_by(tmp_path, monkeypatch, step):
    """That nothing is gone was said of the agreement before."""
    _states, holder, asker = a_pair(tmp_path)
    site = hold(holder, "domain-name", "fund-relief.example", red("PH"))
    hold(holder, "phone-number", OTHER_PHONE, red("PH", handling=Handling.H1))
    publishing.publish(holder.ctx)
    holder.retract([site.id], by="ayu", reason="misread")
    with meanwhile(monkeypatch, step, work=lambda: agreed_for_less(holder, None, None)):
        publishing.renew(holder.ctx)
    assert not put(asker, holder, "phone", [OTHER_PHONE]).hits
    with holder.ctx.db.read() as connection:
        assert {one.kind for one in filters.parts(connection, "ID", "PH")} == {"phone"}


def test_a_partner_that_left_and_comes_back_is_not_answered_from_what_stood_when_it_left(tmp_path):
    """While it is away nothing is looked through for it, and what changed is not kept for it."""
    states, holder, asker = a_pair(tmp_path)
    agreed(holder, "SG")
    roster = holder.ctx.roster
    holder.ctx.roster = replace(roster, members={name: one for name, one in roster.members.items() if name != "PH"})
    (made,) = [one.object for one in holder.holders(PHONE, by="ayu")]
    holder.retract([made], by="ayu", reason="misread")
    hold(holder, "phone-number", OTHER_PHONE, red("PH", "SG"))
    publishing.publish(holder.ctx)
    other = hold(holder, "phone-number", "+66812345999", red("SG"))
    holder.retract([other.id], by="ayu", reason="misread")
    publishing.publish(holder.ctx)
    holder.ctx.roster = roster
    deliver(states)
    assert not put(asker, holder, "phone", [PHONE]).hits
    assert put(asker, holder, "phone", [OTHER_PHONE]).hits


def test_a_partner_that_was_looked_through_does_not_hide_a_change_from_another(tmp_path):
    states, holder, asker = a_pair(tmp_path)
    made = hold(holder, "phone-number", OTHER_PHONE, red("PH", "SG"))
    agreed(holder, "SG")
    publishing.publish(holder.ctx)
    deliver(states)
    holder.retract([made.id], by="ayu", reason="misread")
    publishing.renew(holder.ctx, "SG")
    assert not put(asker, holder, "phone", [OTHER_PHONE]).hits


# --- what is published, though something goes wrong or others are at work ---------------------------------------------


def test_records_of_one_kind_taken_back_every_day_do_not_keep_another_kind_from_being_published(tmp_path):
    clock = Clock()
    _states, holder, asker = a_pair(tmp_path, clock)
    some = [hold(holder, "phone-number", f"+66812345{place:03}", red("PH")) for place in range(2)]
    publishing.publish(holder.ctx)
    hold(holder, "cryptocurrency-wallet", WALLET, red("PH"))
    for one in some:
        clock.forward(hours=20)
        holder.retract([one.id], by="ayu", reason="misread")
        publishing.renew(holder.ctx)
        clock.forward(hours=3)
        publishing.keep(holder.ctx)
    assert put(asker, holder, "wallet", [WALLET]).hits
    with holder.ctx.db.read() as connection:  # nor from being forgotten
        assert f"phone-number:{OTHER_PHONE[:-3]}000" not in filters.tags(connection, "2026-11")


@pytest.mark.parametrize("how", ["ended", "agreed for less"])
def test_an_agreement_that_changes_while_filters_are_made_does_not_keep_them_from_other_partners(
    tmp_path, monkeypatch, how
):
    states = federation(tmp_path, ["ID", "PH", "SG"])
    holder = states["ID"]
    hold(holder, "phone-number", PHONE, red("PH", "SG"))
    for partner in ("PH", "SG"):
        answering.allow(holder.ctx, partner, ["phone"], ["investigation"], 1024, by="ayu")
        answering.agree(holder.ctx, partner, by="budi")
    change = agreed_for_less if how != "ended" else lambda holder, *_: answering.end(holder.ctx, "PH", by="ayu")
    with meanwhile(monkeypatch, "_outputs", work=lambda: change(holder, None, None)):
        done = [one.partner for one in publishing.publish(holder.ctx)]
    assert done == (["SG"] if how == "ended" else ["PH", "SG"])
    with pytest.raises(Refused) if how == "ended" else nullcontext():
        answering.list_for(holder.ctx, "PH")


def test_one_partner_at_whose_filters_others_never_stop_keeps_them_from_nobody_else(tmp_path, monkeypatch):
    _states, holder, _asker = a_pair(tmp_path)
    answering.allow(holder.ctx, "SG", ["phone"], ["investigation"], 64, by="ayu")
    answering.agree(holder.ctx, "SG", by="budi")
    stands = publishing._stands
    monkeypatch.setattr(publishing, "_stands", lambda *given: given[2].agreement.partner != "PH" and stands(*given))
    with pytest.raises(StorageError, match="PH"):
        publishing.publish(holder.ctx)
    assert serial(holder, "SG") == 1


@pytest.mark.parametrize("written", [True, False], ids=["written", "being made"])
def test_what_one_process_forgets_is_not_what_another_publishes(tmp_path, monkeypatch, written):
    """A command beside the service has a lock of its own. When it forgets, the service has published what the command
    does not know of, or has its outputs and is about to."""
    states, holder, asker = a_pair(tmp_path)
    command, forget, values = Node.open(tmp_path / "ID", clock=holder.ctx.clock), publishing._forget, [OTHER_PHONE]
    gone = hold(holder, "phone-number", "+66812345998", red("PH"))

    def forgets(*given):
        late.append(hold(holder, "phone-number", OTHER_PHONE, red("PH")))
        holder.retract([gone.id], by="ayu", reason="misread")
        with nullcontext() if written else meanwhile(monkeypatch, "_parts", work=lambda: forget(*given), after=True):
            assert publishing.renew(holder.ctx)
        forget(*given)

    late = []
    with monkeypatch.context() as patch:
        patch.setattr(publishing, "_forget", forgets)
        publishing.publish(command.ctx)
    command.close()
    hit = put(asker, holder, "phone", values).hits[0]
    confirming.open_case(asker.ctx, hit.id, by="lia")
    deliver(states)
    assert [case.value for case in confirming.cases(holder.ctx)] == [f"phone-number:{OTHER_PHONE}"]
    holder.retract([late[0].id], by="ayu", reason="misread")
    assert publishing.renew(holder.ctx)
    assert not put(asker, holder, "phone", values).hits


# --- what it costs, and what it tells --------------------------------------------------------------------------------


def test_a_record_taken_out_costs_no_evaluation_and_the_padding_stays(tmp_path, monkeypatch):
    _states, holder, _asker = a_pair(tmp_path)
    some = [hold(holder, "phone-number", f"+66812345{place:03}", red("PH")) for place in range(40)]
    publishing.publish(holder.ctx)
    holder.retract([some[0].id], by="ayu", reason="misread")
    with counted(monkeypatch, blind, "evaluate_known") as evaluated:
        assert publishing.renew(holder.ctx)
    assert evaluated == []
    with holder.ctx.db.read() as connection:
        parts = {one.kind: (one.seq, one.size, one.held) for one in filters.parts(connection, "ID", "PH")}
    assert parts["phone"] == (0, 256, 40)  # as many as were, one less and one padded more; one of them the pair's own


def test_a_change_that_takes_nothing_out_of_a_filter_publishes_nothing_and_goes_through_nothing(tmp_path, monkeypatch):
    """Another record holds it still; it was never in a filter; it is no kind that is asked about."""
    _states, holder, _asker = a_pair(tmp_path)
    twice = hold(holder, "phone-number", OTHER_PHONE, red("PH"))
    indicator = StixObject.make(
        {
            "type": "indicator", "spec_version": "2.1", "id": "indicator--7f0c1a52-3c1b-4d0e-9a51-6f6f6f000002",
            "created": "2026-11-24T08:00:00.000Z", "modified": "2026-11-24T08:00:00.000Z", "pattern_type": "stix",
            "valid_from": "2026-11-24T08:00:00.000Z", "pattern": f"[phone-number:value = '{OTHER_PHONE}']",
        }
    )  # fmt: skip
    holder.record_objects([indicator], by="ayu", marking=red("PH"))
    ours = hold(holder, "phone-number", "+66812345999", for_())
    site = hold(holder, "domain-name", "fund-relief.example", for_())
    publishing.publish(holder.ctx)
    before = serial(holder)
    holder.retract([ours.id, site.id], by="ayu", reason="misread")
    holder.mark([twice.id], red("PH", "SG"), by="ayu")
    with counted(monkeypatch, publishing, "_answerable") as gone_through:
        assert publishing.renew(holder.ctx) == []
    assert not [kinds for *_, kinds in gone_through if kinds]
    assert serial(holder) == before
    with holder.ctx.db.read() as connection:
        assert not publishing.stale(holder.ctx, connection, filters.listed(connection, "ID", "PH"))


def test_a_partner_does_not_learn_that_what_it_must_not_know_of_has_changed(tmp_path):
    """Neither by the number in an answer, nor by a list made again; and nothing is gone through for it."""
    _states, holder, asker = a_pair(tmp_path)
    agreed(holder, "SG")
    secret = hold(holder, "phone-number", OTHER_PHONE, for_())
    anothers = hold(holder, "phone-number", "+66812345999", red("SG"))
    later = hold(holder, "phone-number", "+66812345998", red("PH", embargo="2027-01-01T00:00:00Z"))
    publishing.publish(holder.ctx)
    fetched(asker, holder)

    def said():
        one = prepared(asker, holder, "phone", [PHONE])
        return probing.opened(one, answering.evaluate(holder.ctx, "PH", one.asked.question.raw)).serial

    before = (said(), serial(holder))
    holder.retract([secret.id], by="ayu", reason="misread")
    holder.mark([anothers.id], for_(), by="ayu")
    holder.mark([later.id], for_(), by="ayu")
    assert (said(), serial(holder)) == before
    assert [one.partner for one in publishing.renew(holder.ctx)] == ["SG"]
    assert (said(), serial(holder)) == before


def test_what_has_come_since_waits_for_the_day(tmp_path):
    """A further filter at the very moment at which something is recorded would tell when that was."""
    _states, holder, _asker = a_pair(tmp_path)
    hold(holder, "cryptocurrency-wallet", f"trx:{WALLET}", red("PH"))
    assert publishing.renew(holder.ctx) == []
    before = serial(holder)
    (made,) = [one.object for one in holder.holders(PHONE, by="ayu")]
    holder.retract([made], by="ayu", reason="misread")
    (done,) = publishing.renew(holder.ctx)
    assert (done.anew, done.added, serial(holder)) == (1, 0, before + 1)
    with holder.ctx.db.read() as connection:
        assert [(one.kind, one.held) for one in filters.parts(connection, "ID", "PH")] == [("phone", 0), ("wallet", 0)]


def test_who_is_not_answered_does_not_make_the_others_filters_come_each_hour(tmp_path):
    """A proposal has no list, and an agreement that ended has an old one."""
    clock = Clock()
    _states, holder, _asker = a_pair(tmp_path, clock)
    answering.allow(holder.ctx, "SG", ["phone"], ["investigation"], 64, by="ayu")
    assert publishing.keep(holder.ctx) == []
    answering.agree(holder.ctx, "SG", by="budi")
    assert [one.partner for one in publishing.keep(holder.ctx)] == ["PH", "SG"]
    answering.end(holder.ctx, "SG", by="ayu")
    clock.forward(hours=25)
    assert [one.partner for one in publishing.keep(holder.ctx)] == ["PH"]
    assert publishing.keep(holder.ctx) == []


def test_changes_that_were_looked_through_are_not_kept(tmp_path):
    _states, holder, _asker = a_pair(tmp_path)
    some = [hold(holder, "phone-number", f"+66812345{place:03}", red("PH")) for place in range(5)]
    publishing.publish(holder.ctx)
    for one in some:
        holder.retract([one.id], by="ayu", reason="misread")
    with holder.ctx.db.read() as connection:
        newest = filters.newest_change(connection)
        assert len(noted(connection)) == 5
    publishing.publish(holder.ctx)
    with holder.ctx.db.read() as connection:
        assert len(noted(connection)) == 1  # numbers go on from it
        assert filters.newest_change(connection) == newest


def test_a_node_that_answers_nobody_notes_nothing(tmp_path):
    holder = federation(tmp_path, ["ID", "PH"])["ID"]
    made = hold(holder, "phone-number", PHONE, red("PH"))
    holder.retract([made.id], by="ayu", reason="misread")
    with holder.ctx.db.read() as connection:
        assert noted(connection) == []


def test_outputs_of_what_may_answer_nobody_are_forgotten(tmp_path):
    """An output stands beside its value: what is erased must not live on there."""
    _states, holder, _asker = a_pair(tmp_path)
    made = hold(holder, "phone-number", OTHER_PHONE, red("PH"))
    publishing.publish(holder.ctx)
    holder.retract([made.id], by="ayu", reason="misread")
    publishing.publish(holder.ctx)
    with holder.ctx.db.read() as connection:
        assert set(filters.tags(connection, "2026-11")) == {f"phone-number:{PHONE}"}


def test_what_was_erased_is_out_though_another_state_holds_the_same(tmp_path):
    """A node that was down for months hides and erases in one go: no key is left to tell the value by, and the bytes
    are still there, by another's word."""
    clock = Clock()
    states, holder, _asker = a_pair(tmp_path, clock)
    made = hold(states["SG"], "phone-number", OTHER_PHONE, for_("ID"))
    draft = states["SG"].propose([made.id], ["ID"], by="ayu")
    states["SG"].approve(draft.id, by="budi")
    deliver(states)
    hold(holder, "phone-number", OTHER_PHONE, red("PH", review="2026-11-26T00:00:00Z"))
    clock.forward(days=120)
    publishing.publish(holder.ctx)
    with holder.ctx.db.read() as connection:
        (tag,) = filters.tags_of(connection, "2027-03", [f"phone-number:{OTHER_PHONE}"]).values()
    assert [one.step for _ in range(2) for one in holder.keep()] == [Step.HIDE, Step.ERASE]
    assert {one.origin for one in holder.holders(OTHER_PHONE, by="ayu")} == {"SG"}
    assert not given_out(holder, tag)


def test_whom_nobody_answers_any_more_needs_no_notes(tmp_path):
    _states, holder, _asker = a_pair(tmp_path)
    made = hold(holder, "phone-number", OTHER_PHONE, red("PH"))
    publishing.publish(holder.ctx)
    answering.end(holder.ctx, "PH", by="ayu")
    holder.retract([made.id], by="ayu", reason="misread")
    with holder.ctx.db.read() as connection:
        assert noted(connection) == []


def test_many_changes_at_once_are_found_as_well(tmp_path, monkeypatch):
    _states, holder, asker = a_pair(tmp_path)
    some = [hold(holder, "phone-number", f"+66812345{place:03}", red("PH")) for place in range(9)]
    publishing.publish(holder.ctx)
    monkeypatch.setattr(publishing, "_MANY", 4)
    holder.retract([one.id for one in some], by="ayu", reason="misread")
    values = [f"+66812345{place:03}" for place in range(9)]
    assert not asked_after(asker, holder, values).hits


def asked_after(asker, holder, values):
    fetched(asker, holder)
    (one,) = probing.prepare(asker.ctx, "phone", values, [holder.member], **SAID)
    answer = answering.evaluate(holder.ctx, asker.member, replace(one.asked.question).raw)
    return probing.settle(asker.ctx, one, probing.opened(one, answer))
