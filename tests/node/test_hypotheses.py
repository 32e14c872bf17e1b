"""What words on pairs come to: side by side, by whose channel, for whom, and how far."""

from __future__ import annotations

import pytest
from simulated import Clock, deliver, federation, for_
from two_records import a_person, both_hold, give, tell

from oureyes.correlate.judgements import opinion_id, to_stix
from oureyes.model.findings import Judgement, Verdict
from oureyes.model.markings import Onward
from oureyes.model.sharing import Item, Kind
from oureyes.node.sending import send, statement_of


@pytest.fixture
def states(tmp_path):
    nodes = federation(tmp_path / "nodes", ["ID", "MY", "SG"], Clock(), two_person_from="RED")
    yield nodes
    for node in nodes.values():
        node.close()


def send_as(node, obj, marking):
    """What a node that keeps no rule would send."""
    said = statement_of(node.ctx, Kind.RELEASE, ["ID"], [Item(obj, marking)])
    node.ctx.db.write(lambda connection: send(node.ctx, connection, said))


def test_states_that_differ_are_shown_side_by_side(states):
    one, other = both_hold(states)
    for name, verdict, to in (("MY", Verdict.SAME, "ID"), ("ID", Verdict.NOT_SAME, "MY")):
        tell(states[name], states[name].judge(one, other, verdict, by="x").opinion, to)
    deliver(states)
    for name in ("ID", "MY"):
        (found,) = states[name].clusters(by="ayu")
        assert found.contradicted
        assert ([word.state for word in found.same], [word.state for word in found.against]) == (["MY"], ["ID"])
        links = {edge.link for edge in states[name].graph(one, by="ayu").edges}
        assert "hypothesis: the same (not the same, says ID)" in links


def test_a_state_cannot_put_a_word_into_anothers_mouth(states):
    one, other = both_hold(states)
    ends, at = sorted((one, other)), "2026-11-24T08:00:00Z"
    forged = to_stix(Judgement(*ends, Verdict.SAME, "", at, "", "SG", opinion_id("SG", *ends)), at)
    give(states["MY"], forged, to=("ID",))
    deliver(states)
    assert [word.state for word in states["ID"].judgements(one, by="ayu")] == ["MY"]
    passed_on = for_("ID").but(originator="SG", onward=Onward.FREE)  # so it says; SG never said it to us
    send_as(states["MY"], forged, passed_on)
    deliver(states)
    assert "SG, says MY," in [word.state for word in states["ID"].judgements(one, by="ayu")]
    assert "SG" not in [word.state for word in states["ID"].judgements(one, by="ayu")]


def test_a_word_that_a_reader_may_not_see_any_more_is_no_hypothesis_for_it(states):
    node = states["ID"]
    one, other = both_hold(states)
    said = states["MY"].judge(one, other, Verdict.SAME, by="aziz")
    states["MY"].mark([said.opinion], for_("ID", expires="2026-11-25T00:00:00Z"), by="aziz")
    states["MY"].approve(states["MY"].propose([said.opinion], ["ID"], by="aziz").id, by="salmah")
    deliver(states)
    assert node.clusters(by="ayu")
    node.ctx.clock.forward(days=2)
    assert node.clusters(by="ayu") == ()
    assert node.judgements(one, by="ayu") == ()
    assert not [edge for edge in node.graph(one, by="ayu").edges if "hypothesis" in edge.link]


def test_words_of_same_are_followed_from_thing_to_thing(states):
    node = states["ID"]
    made = [a_person(name) for name in "ABCD"]
    node.record_objects(made, by="ayu", marking=for_())
    for left, right in ((0, 1), (1, 2)):
        node.judge(made[left].id, made[right].id, Verdict.SAME, by="ayu")
    node.judge(made[0].id, made[2].id, Verdict.NOT_SAME, by="budi")
    (found,) = node.clusters(made[2].id, by="ayu")
    assert set(found.members) == {obj.id for obj in made[:3]}
    assert found.contradicted
    assert node.clusters(made[3].id, by="ayu") == ()
    assert found == node.clusters(by="ayu")[0]


def test_a_word_that_came_in_with_an_import_is_not_ours(states):
    node = states["ID"]
    one, other = both_hold(states)
    ends, at = sorted((one, other)), "2026-11-24T08:00:00Z"
    forged = to_stix(Judgement(*ends, Verdict.SAME, "", at, "", "ID", opinion_id("ID", *ends)), at)
    node.record_objects([forged], by="ayu", marking=for_())
    assert "ID" not in [word.state for word in node.judgements(one, by="ayu")]
    node.judge(one, other, Verdict.NOT_SAME, by="budi")
    assert [(word.state, word.verdict) for word in node.judgements(one, by="ayu")] == [("ID", Verdict.NOT_SAME)]
