"""Words on pairs between real nodes: kept, released, changed, contradicted, taken back."""

from __future__ import annotations

import pytest
from simulated import Clock, deliver, federation, for_
from two_records import a_person, both_hold, tell

from oureyes.errors import NotHeld, NotReleasable, Refused
from oureyes.model.findings import Verdict


@pytest.fixture
def states(tmp_path):
    nodes = federation(tmp_path / "nodes", ["ID", "MY", "SG"], Clock(), two_person_from="RED")
    yield nodes
    for node in nodes.values():
        node.close()


def seen(node, identifier):
    found = node.graph(identifier, by="ayu")
    return node.show(identifier, by="ayu").card, found.nodes, found.edges


def test_a_word_is_a_named_persons_on_two_things_it_may_see(states):
    node = states["ID"]
    one, hidden = a_person("A"), a_person("B")
    node.record_objects([one], by="ayu", marking=for_())
    node.record_objects([hidden], by="ayu", marking=for_(originator="MY", expires="2026-01-01T00:00:00Z"))
    with pytest.raises(Refused):
        node.judge(one.id, one.id, Verdict.SAME, by="ayu")
    with pytest.raises(NotHeld):
        node.judge(one.id, hidden.id, Verdict.SAME, by="ayu")
    with pytest.raises(NotHeld):
        node.judge(one.id, hidden.id, Verdict.WITHDRAWN, by="ayu")
    with pytest.raises(Refused):
        node.judge(one.id, hidden.id, Verdict.SAME, by="ayu", purpose="curiosity")
    assert node.clusters(by="ayu") == ()


def test_a_word_taken_back_leaves_every_link_as_it_was_on_both_nodes(states):
    one, other = both_hold(states)
    before = {name: (seen(states[name], one), seen(states[name], other)) for name in ("ID", "MY")}
    said = states["MY"].judge(one, other, Verdict.SAME, by="aziz", why="the same number")
    tell(states["MY"], said.opinion, "ID")
    deliver(states)
    for name in ("ID", "MY"):
        (found,) = states[name].clusters(one, by="ayu")
        assert found.members == tuple(sorted((one, other)))
        assert [(word.state, word.why) for word in found.same] == [("MY", "the same number")]
        card, _, edges = seen(states[name], one)
        assert any("says the same" in line and "the same number" in line for line in card.hypotheses)
        assert "hypothesis: the same" in {edge.link for edge in edges}
    assert states["ID"].clusters(by="ayu")[0].same[0].by == ""  # the officer's name stays at home
    assert states["MY"].clusters(by="ayu")[0].same[0].by == "aziz"

    states["MY"].judge(one, other, Verdict.WITHDRAWN, by="aziz", why="another person after all")
    deliver(states)
    for name in ("ID", "MY"):
        assert states[name].clusters(by="ayu") == ()
        assert (seen(states[name], one), seen(states[name], other)) == before[name]

    again = states["MY"].judge(one, other, Verdict.SAME, by="aziz")
    assert again.opinion == said.opinion
    tell(states["MY"], again.opinion, "ID")
    deliver(states)
    assert len(states["ID"].clusters(by="ayu")) == 1


def test_a_changed_word_goes_to_who_holds_the_old_one_and_only_by_a_release(states):
    one, other = both_hold(states)
    said = states["MY"].judge(one, other, Verdict.SAME, by="aziz")
    assert not states["MY"].drafts(state="proposed")  # a judgement sends nothing
    tell(states["MY"], said.opinion, "ID")
    states["MY"].judge(one, other, Verdict.NOT_SAME, by="aziz", why="two birth years")
    deliver(states)
    assert len(states["ID"].clusters(by="ayu")) == 1  # not before somebody approves
    (waiting,) = states["MY"].drafts(state="proposed")
    assert waiting.objects == (said.opinion,)
    states["MY"].approve(waiting.id, by="salmah")
    deliver(states)
    assert states["ID"].clusters(by="ayu") == ()
    (word,) = states["ID"].judgements(one, by="ayu")
    assert (word.state, word.verdict, word.why) == ("MY", Verdict.NOT_SAME, "two birth years")


def test_a_word_on_what_a_partner_may_not_know_of_does_not_leave(states):
    """Cut to the side that may go, it would be an opinion on something else."""
    one, _ = both_hold(states)
    secret = a_person("Known at home only")
    states["MY"].record_objects([secret], by="aziz", marking=for_())
    said = states["MY"].judge(one, secret.id, Verdict.SAME, by="aziz")
    states["MY"].mark([said.opinion], for_("ID"), by="aziz")
    with pytest.raises(NotReleasable, match="something that may not go"):
        states["MY"].approve(states["MY"].propose([said.opinion], ["ID"], by="aziz").id, by="salmah")
    deliver(states)
    assert states["ID"].judgements(one, by="ayu") == ()


def test_a_word_is_marked_as_strictly_as_both_it_is_on(states):
    one, other = both_hold(states)
    said = states["MY"].judge(one, other, Verdict.SAME, by="aziz")
    marking = states["MY"].marking_of(said.opinion)
    assert marking.originator == "MY"
    assert marking.releasable_to <= {"ID", "MY"}
