"""The keys of private questions: said once to all, passed on as they were signed, and believed by how many were shown
the same."""

from dataclasses import replace

import pytest
from hit_parties import PHONE, SAID, a_pair, agreed, fetched, hold, prepared, put, red, said, signed_keys, tagged_keys
from simulated import Clock, deliver, federation

from oureyes.correlate import blind
from oureyes.errors import VerificationError
from oureyes.exchange.envelope import unpack
from oureyes.model.sharing import Kind
from oureyes.node import committing, exchanging, probing, publishing
from oureyes.storage import desk, hits
from oureyes.storage.dialect import rows


def put_aside(node):
    return node.audit(by="auditor", verb="poison", limit=100)


def told_apart(node):
    return [row.headline for row, *_ in node.inbox() if "different keys" in row.headline]


def refusal(asker, holder):
    (one,) = probing.prepare(asker.ctx, "phone", [PHONE], [holder], **SAID)
    assert (one.asked is None) == bool(one.refusal)
    return one.refusal


# --- enough others were shown the same -------------------------------------------------------------------------------


def test_keys_count_only_when_another_member_was_shown_the_same(tmp_path):
    states = federation(tmp_path, ["ID", "PH", "SG"])
    holder, asker, witness = states.values()
    agreed(holder, "PH")
    deliver({"ID": holder, "PH": asker})  # SG has heard nothing yet
    fetched(asker, holder)
    assert "1 of 1 other members that were shown the same, found 0" in refusal(asker, "ID")
    deliver(states)
    assert prepared(asker, holder, "phone", [PHONE])
    assert witness.member == "SG"


def test_two_members_alone_have_nobody_else_to_ask(tmp_path):
    states = federation(tmp_path, ["ID", "PH"])
    holder, asker = states.values()
    hold(holder, "phone-number", PHONE, red("PH"))
    agreed(holder, "PH")
    deliver(states)
    assert len(put(asker, holder, "phone", [PHONE]).hits) == 1


def test_one_witness_in_league_with_the_holder_does_not_bear_out_a_key_made_for_one_asker(tmp_path):
    """ID shows PH a key of PH's own, and SG says that it was shown the same. MY and TH were not heard yet."""
    states = federation(tmp_path, ["ID", "MY", "PH", "SG", "TH"])
    holder, asker = states["ID"], states["PH"]
    said(holder, Kind.HIT_KEYS, ["PH", "SG"], signed_keys(holder, tagged_keys()))
    holder.ctx.db.write(lambda connection: desk.put_setting(connection, "hit-keys 2026-11", "MY PH SG TH"))
    agreed(holder, "PH")
    deliver({name: states[name] for name in ("ID", "PH", "SG")})
    fetched(asker, holder)
    assert "2 of 3 other members that were shown the same, found 1" in refusal(asker, "ID")


def test_more_than_half_of_the_others_bear_a_key_out(tmp_path):
    states = federation(tmp_path, ["ID", "MY", "PH", "SG", "TH"])
    holder, asker = states["ID"], states["PH"]
    agreed(holder, "PH")
    for heard, enough in (("SG", False), ("MY", True)):
        deliver({name: states[name] for name in ("ID", "PH", heard)})
        fetched(asker, holder)
        assert bool(refusal(asker, "ID")) is not enough
    (quota,) = probing.quotas(asker.ctx)
    assert (quota.witnesses, quota.refusal) == (2, "")


def test_a_witness_that_says_the_same_many_times_counts_once(tmp_path):
    states = federation(tmp_path, ["ID", "MY", "PH", "SG", "TH"])
    holder, asker, witness = states["ID"], states["PH"], states["SG"]
    agreed(holder, "PH")
    deliver({"ID": holder, "PH": asker, "SG": witness})
    words = committing.evidence(witness.ctx, "ID", "2026-11")[0].words.decode()
    for _ in range(3):
        said(witness, Kind.HIT_WITNESS, ["PH"], {"said": words})
    deliver({"ID": holder, "PH": asker, "SG": witness})
    fetched(asker, holder)
    assert "2 of 3 other members that were shown the same, found 1" in refusal(asker, "ID")
    assert not put_aside(asker)


# --- the holder says different things --------------------------------------------------------------------------------


def test_a_key_made_for_one_asker_is_told_and_it_is_asked_nothing(tmp_path):
    """The holder shows PH a key of its own, to know PH's questions from all others."""
    states = federation(tmp_path, ["ID", "PH", "SG"])
    holder, asker, witness = states.values()
    said(holder, Kind.HIT_KEYS, ["PH"], signed_keys(holder, tagged_keys()))
    with holder.ctx.db.read() as connection:
        assert desk.get_setting(connection, "hit-keys 2026-11") is None
    agreed(holder, "PH")  # all members, PH too, get the ordinary keys
    deliver(states)
    assert told_apart(asker)
    assert {row.actor for row in asker.audit(by="auditor", verb="equivocation")} == {"ID"}
    fetched(asker, holder)
    assert "same keys" in refusal(asker, "ID")
    assert witness.audit(by="auditor", verb="receive")


def test_one_honest_witness_outweighs_any_number_in_league(tmp_path):
    """All but MY say what the holder made for PH. MY has the holder's signature on the other."""
    states = federation(tmp_path, ["ID", "MY", "PH", "SG", "TH"])
    holder, asker = states["ID"], states["PH"]
    tag = signed_keys(holder, tagged_keys())
    said(holder, Kind.HIT_KEYS, ["PH", "SG", "TH"], tag)
    deliver({name: states[name] for name in ("ID", "PH", "SG", "TH")})
    assert not told_apart(asker)
    agreed(holder, "PH")
    deliver({name: states[name] for name in ("ID", "MY")})
    deliver({name: states[name] for name in ("MY", "PH")})
    assert told_apart(asker)
    fetched(asker, holder)
    assert "before MY" in refusal(asker, "ID")
    shown = committing.evidence(asker.ctx, "ID", "2026-11")
    keys = {"ID": holder.roster.members["ID"].keys.sign}
    assert len({one.digest for one in shown}) == 2
    assert all(unpack(one.words, blind.KEYS_TYPE, keys)[1] == ("ID",) for one in shown)  # as a third would check it


def test_a_second_word_on_an_epochs_keys_is_shown_to_all_and_no_word_of_it_is_believed(tmp_path):
    states, holder, asker = a_pair(tmp_path)
    with asker.ctx.db.read() as connection:
        first = hits.committed(connection, "ID", "2026-11")
    said(holder, Kind.HIT_KEYS, ["PH"], signed_keys(holder, tagged_keys()))
    deliver(states)
    with asker.ctx.db.read() as connection:
        assert hits.committed(connection, "ID", "2026-11") == first
    for node in (asker, states["SG"]):
        assert told_apart(node)
        assert len({one.digest for one in committing.evidence(node.ctx, "ID", "2026-11")}) == 2
    fetched(asker, holder)
    assert "same keys" in refusal(asker, "ID")


def test_a_third_word_is_put_aside_and_does_not_fill_the_store(tmp_path):
    states, holder, asker = a_pair(tmp_path)
    for seed in range(1, 4):
        said(holder, Kind.HIT_KEYS, ["PH"], signed_keys(holder, tagged_keys(seed=bytes([seed]) * 32)))
    deliver(states)
    assert len(put_aside(asker)) == 2
    assert len({one.digest for one in committing.evidence(asker.ctx, "ID", "2026-11")}) == 2


# --- a witness says what is not so -----------------------------------------------------------------------------------


def test_one_lying_witness_blocks_nobody_and_its_word_is_kept_against_it(tmp_path):
    """SG would have PH ask ID nothing for a month. It has no words of ID to show for it."""
    states, holder, asker = a_pair(tmp_path)
    liar = states["SG"]
    for detail in (
        signed_keys(liar, tagged_keys(), member="ID"),  # signed by itself
        signed_keys(states["PH"], tagged_keys(), member="ID"),  # by a third
        {"said": signed_keys(holder, tagged_keys())["said"].replace("2026-11", "2026-10")},  # altered
        {"member": "ID", "epoch": "2026-11", "digest": "00" * 32},  # a bare claim
    ):
        said(liar, Kind.HIT_WITNESS, ["PH"], detail)
    deliver(states)
    assert len(put_aside(asker)) == 4
    assert not told_apart(asker)
    assert not asker.audit(by="auditor", verb="equivocation")
    assert len(put(asker, holder, "phone", [PHONE]).hits) == 1


@pytest.mark.parametrize("kind", [Kind.HIT_KEYS, Kind.HIT_WITNESS])
def test_words_in_no_agreed_form_are_put_aside(tmp_path, kind):
    states, holder, asker = a_pair(tmp_path)
    other = states["SG"]
    bad = [{}, {"said": 5}, {"said": ""}, {"said": "x" * 9000}, {"said": "{}"}]
    if kind is Kind.HIT_KEYS:
        bad += [signed_keys(holder, tagged_keys()), signed_keys(other, {}), signed_keys(other, {"phone": "ff" * 32})]
    else:
        bad += [signed_keys(other, tagged_keys()), signed_keys(other, tagged_keys(), member="XX")]
    for place, detail in enumerate(bad, 1):
        said(other, kind, ["PH"], detail)
        deliver(states)
        assert len(put_aside(asker)) == place, detail
    assert len(put(asker, holder, "phone", [PHONE]).hits) == 1


# --- ours ------------------------------------------------------------------------------------------------------------


def test_a_member_that_joins_is_told_the_same_keys(tmp_path):
    states, holder, _ = a_pair(tmp_path)
    with holder.ctx.db.read() as connection:
        kept = hits.committed(connection, "ID", "2026-11")
    for member in ("PH", "SG"):
        with states[member].ctx.db.read() as connection:
            shown = hits.committed(connection, "ID", "2026-11")
            assert (shown.keys, shown.words) == (kept.keys, kept.words)
    before = len(holder.audit(by="auditor", verb="commit"))
    assert before == 1
    assert committing.commit(holder.ctx) == "2026-11"
    assert len(holder.audit(by="auditor", verb="commit")) == before


# --- what is kept, and who joins -------------------------------------------------------------------------------------


def kept_of(node, member):
    """(month, digest) of what is kept of a member's keys."""
    with node.ctx.db.read() as connection:
        sql = "SELECT epoch, digest FROM {} WHERE member = ?"
        return [
            (epoch, bytes(seen))
            for table in ("hit_key", "hit_witness")
            for epoch, seen in rows(connection, sql.format(table), [member])
        ]


def passed_on(node):
    """How many entries the node has written for others."""
    return sum(exchanging.sizes(node.ctx).values())


@pytest.mark.parametrize("epoch", ["9999-99", "2027-01", "2026-13", "0000-00", "2026-09"])
def test_keys_of_a_month_that_is_not_near_are_neither_kept_nor_passed_on(tmp_path, epoch):
    states, holder, asker = a_pair(tmp_path)
    before = kept_of(asker, "ID")
    words = signed_keys(holder, tagged_keys(), epoch=epoch)
    said(holder, Kind.HIT_KEYS, ["PH", "SG"], words)
    said(states["SG"], Kind.HIT_WITNESS, ["PH"], words)
    sent = passed_on(asker)
    deliver(states)
    assert kept_of(asker, "ID") == before
    assert passed_on(asker) == sent
    assert len(put_aside(asker)) == (0 if epoch < "2026-10" else 2)  # what comes late is no fault


def test_a_month_that_there_is_not_is_none_that_is_near(tmp_path):
    clock = Clock()
    clock.forward(days=20)
    states = federation(tmp_path, ["ID", "PH"], clock)
    said(states["ID"], Kind.HIT_KEYS, ["PH"], signed_keys(states["ID"], tagged_keys(), epoch="2026-13"))
    deliver(states)
    assert kept_of(states["PH"], "ID") == []


def test_of_many_sets_for_a_month_to_come_two_are_kept(tmp_path):
    states = federation(tmp_path, ["ID", "PH", "SG"])
    holder, asker, witness = states.values()
    for seed in range(1, 31):
        words = signed_keys(holder, tagged_keys(seed=bytes([seed]) * 32), epoch="2026-12")
        said(witness, Kind.HIT_WITNESS, ["PH"], words)
    deliver(states)
    assert len(kept_of(asker, "ID")) == 2
    assert len(told_apart(asker)) == 1  # and it is known at once, though nothing was shown to PH


def test_people_are_told_once_that_a_member_says_different_things(tmp_path):
    states = federation(tmp_path, ["ID", "MY", "PH", "SG", "TH"])
    holder, asker = states["ID"], states["PH"]
    agreed(holder, "PH")
    deliver(states)
    words = committing.evidence(asker.ctx, "ID", "2026-11")[0].words.decode()
    said(holder, Kind.HIT_KEYS, ["PH", "SG", "TH", "MY"], signed_keys(holder, tagged_keys()))
    for _ in range(20):
        said(states["SG"], Kind.HIT_WITNESS, ["PH"], {"said": words})
    deliver(states)
    assert len(told_apart(asker)) == len(asker.audit(by="auditor", verb="equivocation")) == 1


def test_keys_of_old_months_go_and_what_proves_two_sets_stays(tmp_path):
    clock = Clock()
    states, holder, asker = a_pair(tmp_path, clock)
    liar = states["SG"]
    agreed(liar, "PH")
    deliver(states)
    said(liar, Kind.HIT_KEYS, ["PH"], signed_keys(liar, tagged_keys()))
    deliver(states)
    clock.forward(days=20)  # December: clocks and channels may still be in November
    publishing.keep(asker.ctx)
    assert kept_of(asker, "ID")
    clock.forward(days=31)
    for node in (asker, holder):
        publishing.keep(node.ctx)
    assert kept_of(asker, "ID") == []
    assert len({seen for _, seen in kept_of(asker, "SG")}) == 2
    assert "2026-11" in {epoch for epoch, _ in kept_of(holder, "ID")}  # what we signed ourselves is not forgotten


def test_who_joins_in_the_middle_of_a_month_can_ask_once_the_others_noticed(tmp_path):
    states = federation(tmp_path, ["ID", "MY", "PH", "SG", "TH"])
    holder, newcomer = states["ID"], states["MY"]
    whole = holder.ctx.roster
    old = {name: node for name, node in states.items() if name != "MY"}
    for node in old.values():
        node.ctx.roster = replace(whole, members={name: one for name, one in whole.members.items() if name != "MY"})
    hold(holder, "phone-number", PHONE, red("PH", "MY"))
    agreed(holder, "PH")
    deliver(old)
    for node in old.values():
        node.ctx.roster = whole
    agreed(holder, "MY")
    deliver(states)
    fetched(newcomer, holder)
    assert "2 of 3 other members that were shown the same, found 0" in refusal(newcomer, "ID")
    for node in old.values():
        publishing.keep(node.ctx)
    deliver(states)
    assert len(put(newcomer, holder, "phone", [PHONE]).hits) == 1
    sent = passed_on(old["SG"])
    publishing.keep(old["SG"].ctx)
    assert passed_on(old["SG"]) == sent  # once


def test_who_joins_later_is_shown_both_sets_of_a_member_that_signed_two(tmp_path):
    states = federation(tmp_path, ["ID", "MY", "PH", "SG"])
    holder, witness = states["ID"], states["SG"]
    whole = holder.ctx.roster
    for node in (holder, witness, states["PH"]):
        node.ctx.roster = replace(whole, members={name: one for name, one in whole.members.items() if name != "MY"})
    agreed(holder, "PH")
    said(holder, Kind.HIT_KEYS, ["SG"], signed_keys(holder, tagged_keys()))
    deliver({"ID": holder, "SG": witness})
    assert told_apart(witness)
    witness.ctx.roster = whole
    publishing.keep(witness.ctx)
    deliver({"MY": states["MY"], "SG": witness})
    assert told_apart(states["MY"])


@pytest.mark.parametrize("days", [3, 20])
def test_a_clock_that_ran_ahead_into_another_month_and_was_set_back_costs_neither_month(tmp_path, days):
    clock = Clock()
    clock.forward(days=5)  # 29 November
    states, holder, asker = a_pair(tmp_path, clock)
    for ahead in (days, -days):
        clock.forward(days=ahead)
        publishing.keep(holder.ctx)
        deliver(states)
    assert put(asker, holder, "phone", [PHONE]).hits
    clock.forward(days=days)
    publishing.keep(holder.ctx)
    deliver(states)
    assert put(asker, holder, "phone", [PHONE]).subjects == 1


def test_the_secret_of_a_month_goes_a_month_after_it(tmp_path):
    clock = Clock()
    _states, holder, _asker = a_pair(tmp_path, clock)
    kept = []
    for _ in range(3):
        publishing.keep(holder.ctx)
        with holder.ctx.db.read() as connection:
            kept.append([hits.seed(connection, month) is not None for month in ("2026-11", "2026-12", "2027-01")])
        clock.forward(days=31)
    assert kept == [[True, False, False], [True, True, False], [False, True, True]]


@pytest.mark.parametrize("instead", [None, b"\x07" * 32], ids=["none", "another"])
def test_a_node_that_lost_the_secret_of_keys_it_showed_says_so_and_shows_no_others(tmp_path, instead):
    states, holder, asker = a_pair(tmp_path)
    with holder.ctx.db.read() as connection:
        shown = hits.committed(connection, "ID", "2026-11")

    def lose(connection):
        connection.exec_driver_sql("DELETE FROM hit_seed")
        if instead:
            hits.put_seed(connection, "2026-11", instead, holder.ctx.now())

    holder.ctx.db.write(lose)
    for work in (publishing.publish, publishing.publish, committing.commit):
        with pytest.raises(VerificationError, match="2026-11"):
            work(holder.ctx)
    deliver(states)
    assert len([row for row, *_ in holder.inbox() if "are lost" in row.headline]) == 1
    with holder.ctx.db.read() as connection:
        assert hits.committed(connection, "ID", "2026-11") == shown
        assert hits.seed(connection, "2026-11") == instead
    assert not told_apart(asker)
