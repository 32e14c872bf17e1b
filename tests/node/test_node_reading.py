"""What changed is found by whoever may know of it, in the order it was committed, from any place on."""

import pytest
from a_case import an_indicator, an_object
from simulated import federation, for_

from oureyes.errors import InvalidObject, NotHeld
from oureyes.model.accounts import OFFICER, Account, Caller
from oureyes.model.findings import Verdict
from oureyes.model.markings import TLP, Marking
from oureyes.node.accounts import approve_account, create
from oureyes.node.reading import Position, Reading
from oureyes.node.serving import Serving
from oureyes.storage import changes, objects

START = Position(0, 0)


@pytest.fixture
def node(tmp_path):
    made = federation(tmp_path, ["ID"], two_person_from="RED")["ID"]
    yield made
    made.close()


@pytest.fixture
def reading(node):
    made = Reading(node.ctx, Serving(node.ctx))
    yield made
    made.serving.notes.close()


def a_caller(node, name, kind="partner", scopes=frozenset({"api:read"})):
    marking = Marking(TLP.GREEN)
    create(node.ctx, Account(name, kind, ceiling=TLP.AMBER, scopes=scopes, marking=marking), by="ayu")
    return Caller(approve_account(node.ctx, name, by="budi"), scopes)


def everything(reading, caller, at=START, limit=2):
    """All there is after a place, a few at a time."""
    out = []
    while True:
        found, end = reading.since(caller, "investigation", at, limit)
        if end == at:
            return out
        out += found
        at = end


def test_an_officer_follows_objects_and_the_desk_and_an_outsider_its_objects(node, reading):
    officer, ann = a_caller(node, "sari", OFFICER), a_caller(node, "ann")
    mine, other = an_indicator(value="a.example"), an_indicator(value="b.example")
    node.record_objects([mine], by="ayu", marking=for_("ann"))
    node.record_objects([other], by="ayu", marking=for_("MY"))
    assert [one.id for one in everything(reading, ann)] == [mine.id]
    told = everything(reading, officer)
    assert [one.id for one in told if one.kind == "object"] == [mine.id, other.id]
    assert "account" not in {one.kind for one in told}
    full = Caller(
        officer.account.but(scopes=frozenset({"api:read", "api:admit"})), frozenset({"api:read", "api:admit"})
    )
    assert {one.id for one in everything(reading, full) if one.kind == "account"} == {"sari", "ann"}


def test_whatever_place_one_goes_on_from_nothing_is_missed_and_nothing_told_twice(node, reading):
    officer = a_caller(node, "sari", OFFICER)
    made = [an_indicator(value=f"c{n}.example") for n in range(6)]
    for one in made:
        node.record_objects([one], by="ayu", marking=for_("MY"))
    told = everything(reading, officer)
    for place, one in enumerate(told):
        rest = [(each.id, each.kind, each.revision) for each in everything(reading, officer, one.at)]
        assert sorted(rest) == sorted((each.id, each.kind, each.revision) for each in told[place + 1 :])


def test_the_last_change_of_a_thing_stands_for_all_of_them(node, reading):
    officer = a_caller(node, "sari", OFFICER)
    made = an_indicator(value="d.example")
    node.record_objects([made], by="ayu", marking=for_("MY"))
    before = next(one for one in everything(reading, officer) if one.id == made.id)
    node.mark([made.id], for_("MY", "SG"), by="ayu")
    node.mark([made.id], for_("SG"), by="ayu")
    after = [one for one in everything(reading, officer) if one.id == made.id]
    assert [(one.kind, one.revision > before.revision) for one in after] == [("object", True)]
    node.retract([made.id], by="ayu", reason="withdrawn")
    assert [one.kind for one in everything(reading, officer) if one.id == made.id] == ["gone"]


def test_a_page_of_objects_is_what_the_reader_may_have_and_ends_where_the_next_begins(node, reading):
    officer, ann = a_caller(node, "sari", OFFICER), a_caller(node, "ann")
    for n in range(5):
        node.record_objects([an_indicator(value=f"e{n}.example")], by="ayu", marking=for_("ann" if n % 2 else "MY"))
    for caller, count in ((officer, 5), (ann, 2)):
        seen, at, more = [], 0, True
        while more:
            found, more, at = reading.listed(caller, "investigation", at, 1, (), "", raw=True)
            seen += [one.id for one in found]
        assert len(seen) == len(set(seen)) == count


def test_a_place_is_its_account_s_and_tells_nothing(node, reading):
    ann, bea = a_caller(node, "ann"), a_caller(node, "bea")
    sealed = reading.sealed(ann, Position(17, 4))
    assert reading.unsealed(ann, sealed) == Position(17, 4)
    assert reading.sealed(ann, Position(17, 4)) != sealed
    for caller, text in ((bea, sealed), (ann, sealed[:-4] + "AAAA"), (ann, ""), (ann, "é"), (ann, "AAAA")):
        with pytest.raises(InvalidObject):
            reading.unsealed(caller, text)


def test_what_an_outsider_may_not_have_is_not_there(node, reading):
    ann = a_caller(node, "ann")
    made = an_indicator(value="f.example")
    node.record_objects([made], by="ayu", marking=for_("MY"))
    for identifier in (made.id, "indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f", "x"):
        with pytest.raises(NotHeld) as said:
            reading.one(ann, identifier)
        assert said.value.subject == "object"


def test_what_was_told_is_in_the_audit_log(node, reading):
    ann = a_caller(node, "ann")
    node.record_objects([an_indicator(value="g.example")], by="ayu", marking=for_("ann"))
    everything(reading, ann)
    reading.serving.notes.flush(wait=True)
    row = node.audit(by="chief", actor="ann")[0]
    assert (row.verb, row.subject, row.detail["count"], row.detail["endpoint"]) == ("serve", "api", 1, "events")


HIDDEN = for_(originator="MY", expires="2026-01-01T00:00:00Z")


def close_to_all(node, *ids):
    """What has come from elsewhere and expired is for nobody."""
    for one in ids:
        node.ctx.db.write(lambda c, one=one: objects.set_label(c, one, node.member, HIDDEN, node.ctx.now_us()))


def test_a_word_on_what_a_reader_may_not_see_is_not_told_to_it(node, reading):
    """The word is made by who may see both; then one of the two is closed to everybody who reads now."""
    officer = a_caller(node, "sari", OFFICER)
    open_, closed = an_object("identity", name="a"), an_object("identity", name="b")
    node.record_objects([open_, closed], by="ayu", marking=for_("MY"))
    said = node.judge(open_.id, closed.id, Verdict.SAME, by="ayu")
    heard = [(one.kind, one.id) for one in everything(reading, officer)]
    assert ("judgement", said.opinion) in heard
    close_to_all(node, closed.id, said.opinion)
    heard = everything(reading, officer)
    assert [one.id for one in heard if one.kind == "object"] == [open_.id]
    assert "judgement" not in {one.kind for one in heard}


def test_a_word_taken_back_is_told_to_who_could_see_it(node, reading):
    officer = a_caller(node, "sari", OFFICER)
    one, other = an_object("identity", name="a"), an_object("identity", name="b")
    node.record_objects([one, other], by="ayu", marking=for_("MY"))
    said = node.judge(one.id, other.id, Verdict.SAME, by="ayu")
    before = everything(reading, officer)[-1].at
    node.judge(one.id, other.id, Verdict.WITHDRAWN, by="ayu")
    assert {(each.kind, each.id) for each in everything(reading, officer, before)} >= {
        ("judgement", said.opinion), ("gone", said.opinion),
    }  # fmt: skip


def test_a_plan_and_a_consent_are_told_to_who_may_see_what_they_are_about(node, reading):
    officer = a_caller(node, "sari", OFFICER)
    shown, closed = an_indicator(value="p1.example"), an_indicator(value="p2.example")
    node.record_objects([shown], by="ayu", marking=for_("MY"))
    node.record_objects([closed], by="ayu", marking=HIDDEN)

    def write(connection):
        for one in (shown, closed):
            changes.noted(connection, "plan", one.id)
            changes.noted(connection, "consent", one.id)

    node.ctx.db.write(write)
    heard = [(one.kind, one.id) for one in everything(reading, officer) if one.kind != "object"]
    assert [one for one in heard if one[0] != "account"] == [("plan", shown.id), ("consent", shown.id)]
