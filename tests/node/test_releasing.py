"""Marking, proposing, approving, correcting, and consent to pass on (a state's word, enforced by another's node)."""

from __future__ import annotations

import pytest
from a_case import an_indicator, an_object
from simulated import Clock, deliver, federation, for_

from oureyes.errors import ConfigError, NotHeld, NotReleasable, Refused
from oureyes.model.grades import Grade
from oureyes.model.markings import TLP, Onward
from oureyes.model.sharing import Kind


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def states(tmp_path, clock):
    nodes = federation(tmp_path, ["ID", "MY", "SG"], clock)
    yield nodes
    for node in nodes.values():
        node.close()


def recorded(node, *found, **marking):
    node.record_objects(found, by="ayu", marking=for_(*marking.pop("to", ("MY",)), **marking))
    return [obj.id for obj in found]


def has(node, identifier):
    try:
        return node.show(identifier, by="reader").raw
    except NotHeld:
        return None


def test_a_mark_is_ours_to_give_and_keeps_the_grade(states):
    node, obj = states["ID"], an_indicator()
    recorded(node, obj, grade=Grade("B", "2"))
    assert node.mark([obj.id, obj.id], for_("SG", originator="MY"), by="ayu") == 1
    now = node.marking_of(obj.id)
    assert (now.releasable_to, now.originator, now.grade) == (frozenset({"SG"}), "ID", Grade("B", "2"))
    node.approve(node.propose([obj.id], ["SG"], by="ayu").id, by="budi")
    deliver(states)
    with pytest.raises(NotHeld):
        states["SG"].mark([obj.id], for_("MY"), by="lim")


def test_nothing_is_proposed_to_nobody_to_strangers_to_ourselves_or_without_a_purpose(states):
    node, obj = states["ID"], an_indicator()
    recorded(node, obj)
    for ids, to in (([], ["MY"]), ([obj.id], [])):
        with pytest.raises(NotReleasable, match="nobody is the default"):
            node.propose(ids, to, by="ayu")
    for to in ("XX", "ID"):
        with pytest.raises(ConfigError):
            node.propose([obj.id], [to], by="ayu")
    with pytest.raises(NotHeld):
        node.propose(["malware--none"], ["MY"], by="ayu")
    for how in ({"by": ""}, {"by": "ayu", "purpose": ""}, {"by": "ayu", "purpose": "curiosity"}):
        with pytest.raises(Refused):
            node.propose([obj.id], ["MY"], **how)


def test_a_preview_shows_the_very_bytes_and_sends_nothing(states):
    node = states["ID"]
    one, other = an_indicator(), an_indicator()
    recorded(node, one)
    recorded(node, other, to=("SG",))
    draft = node.propose([one.id, other.id], ["MY", "SG"], by="ayu")
    seen = {(each.recipient, each.object): each.decision for each in node.preview(draft.id, approver="budi")}
    assert {pair: said.allowed for pair, said in seen.items()} == {
        ("MY", one.id): True, ("MY", other.id): False, ("SG", one.id): False, ("SG", other.id): True,
    }  # fmt: skip
    assert seen["MY", one.id].object.raw == one.raw
    assert "MY is not among" in seen["MY", other.id].reason
    assert all(partner.sent == 0 for partner in node.partners())
    assert [said.decision.allowed for said in node.rehearse([one.id], ["MY"], by="ayu", approver="budi")] == [True]
    outcome = node.approve(draft.id, by="budi")
    deliver(states)
    assert [sent["object"] for sent in outcome["MY"]["sent"]] == [one.id]
    assert has(states["MY"], one.id) == one.raw
    assert has(states["SG"], one.id) is None


def test_a_declined_proposal_stays_declined(states):
    node, obj = states["ID"], an_indicator()
    recorded(node, obj)
    draft = node.propose([obj.id], ["MY"], by="ayu")
    node.decline(draft.id, by="budi", reason="not yet")
    for attempt in (node.approve, lambda one, by: node.decline(one, by=by, reason="again")):
        with pytest.raises(Refused, match="declined"):
            attempt(draft.id, by="citra")
    assert node.partners()[0].sent == 0


def test_when_nothing_may_go_the_proposal_stays_open(states, clock):
    node, obj = states["ID"], an_indicator()
    recorded(node, obj, embargo="2026-12-01T00:00:00Z")
    draft = node.propose([obj.id], ["MY"], by="ayu")
    with pytest.raises(NotReleasable, match="embargo"):
        node.approve(draft.id, by="budi")
    clock.forward(days=30)
    node.approve(draft.id, by="budi")
    deliver(states)
    assert has(states["MY"], obj.id)


def test_an_expired_marking_releases_nothing_more_and_is_read_no_more(states, clock):
    node, obj = states["ID"], an_indicator()
    recorded(node, obj, expires="2026-12-01T00:00:00Z")
    node.approve(node.propose([obj.id], ["MY"], by="ayu").id, by="budi")
    deliver(states)
    clock.forward(days=30)
    assert has(states["MY"], obj.id) is None
    assert states["MY"].search("fund", by="reader") == []
    with pytest.raises(NotReleasable, match="expired"):
        node.approve(node.propose([obj.id], ["MY"], by="ayu").id, by="budi")


def test_a_newer_version_takes_the_place_of_the_older_everywhere(states):
    node, obj = states["ID"], an_indicator()
    recorded(node, obj, to=("MY", "SG"))
    node.approve(node.propose([obj.id], ["MY", "SG"], by="ayu").id, by="budi")
    newer = type(obj).make({**obj.content, "modified": "2026-12-01T00:00:00.000Z", "description": "seen again"})
    recorded(node, newer, to=("MY", "SG"))
    assert node.recipients_of([obj.id]) == ("MY", "SG")
    node.approve(node.propose([obj.id], ["MY", "SG"], by="ayu", kind=Kind.SUPERSEDE, reason="more").id, by="budi")
    deliver(states)
    assert {has(states[state], obj.id) for state in ("MY", "SG")} == {newer.raw}
    assert "superseded" in {row.event for row, *_ in states["MY"].inbox()}


def test_a_retraction_says_why_and_reaches_whoever_holds_it(states):
    node, obj = states["ID"], an_indicator()
    recorded(node, obj, to=("MY", "SG"))
    node.approve(node.propose([obj.id], ["MY"], by="ayu").id, by="budi")
    deliver(states)
    with pytest.raises(Refused, match="a reason"):
        node.retract([obj.id], by="budi", reason="")
    assert node.retract([obj.id], by="budi", reason="the source withdrew it") == {"MY": [obj.id]}
    with pytest.raises(NotHeld):
        node.retract([obj.id], by="budi", reason="again")
    deliver(states)
    assert has(states["MY"], obj.id) is None
    assert "the source withdrew it" in states["MY"].inbox()[0][0].reason
    assert node.who_has(obj.id, by="auditor")[0].state == "retracted"
    assert states["SG"].partners()[0].received == 0


def test_what_was_taken_back_may_be_given_again(states):
    node, obj = states["ID"], an_indicator()
    recorded(node, obj)
    node.approve(node.propose([obj.id], ["MY"], by="ayu").id, by="budi")
    deliver(states)
    node.retract([obj.id], by="budi", reason="a mistake")
    deliver(states)
    newer = type(obj).make({**obj.content, "modified": "2026-12-01T00:00:00.000Z"})
    recorded(node, newer)
    node.approve(node.propose([obj.id], ["MY"], by="ayu").id, by="budi")
    deliver(states)
    assert has(states["MY"], obj.id) == newer.raw


def passed_on(states, obj, tlp=TLP.GREEN):
    indonesia, malaysia, _ = states.values()
    recorded(indonesia, obj, tlp=tlp)
    indonesia.mark([obj.id], for_("MY", tlp=tlp).but(onward=Onward.CONSENT), by="ayu")
    indonesia.approve(indonesia.propose([obj.id], ["MY"], by="ayu").id, by="budi")
    deliver(states)
    origin = malaysia.ask_consent(obj.id, "SG", by="aziz", purpose="investigation", reason="they hold the wallet")
    deliver(states)
    return origin


def test_consent_is_asked_granted_used_and_withdrawn(states):
    indonesia, malaysia, singapore = states.values()
    obj = an_indicator()
    assert passed_on(states, obj) == "ID"
    assert any("asks to pass" in row.headline for row, *_ in indonesia.inbox())
    with pytest.raises(NotReleasable, match=r"not among|has not consented"):
        malaysia.approve(malaysia.propose([obj.id], ["SG"], by="aziz").id, by="badrul")
    indonesia.answer_consent(obj.id, "MY", "SG", by="budi", grant=True)
    deliver(states)
    malaysia.approve(malaysia.propose([obj.id], ["SG"], by="aziz").id, by="badrul")
    deliver(states)
    assert has(singapore, obj.id) == obj.raw
    indonesia.answer_consent(obj.id, "MY", "SG", by="budi", grant=False, reason="no longer")
    deliver(states)
    with pytest.raises(NotReleasable, match=r"not among|has not consented"):
        malaysia.approve(malaysia.propose([obj.id], ["SG"], by="aziz").id, by="badrul")
    assert {row[4] for row in malaysia.consents()} == {"withdrawn"}


def test_a_refused_or_expired_consent_opens_nothing(states, clock):
    indonesia, malaysia, _ = states.values()
    obj = an_indicator()
    passed_on(states, obj)
    indonesia.answer_consent(obj.id, "MY", "SG", by="budi", grant=True, expires="2026-12-01T00:00:00Z")
    deliver(states)
    clock.forward(days=30)
    with pytest.raises(NotReleasable):
        malaysia.approve(malaysia.propose([obj.id], ["SG"], by="aziz").id, by="badrul")
    with pytest.raises(NotHeld):
        indonesia.answer_consent(obj.id, "MY", "MY", by="budi", grant=True)
    with pytest.raises(NotHeld):
        malaysia.ask_consent(an_object("malware").id, "SG", by="aziz", purpose="investigation", reason="r")


def test_every_step_is_in_the_audit_log(states):
    node, obj = states["ID"], an_indicator()
    recorded(node, obj)
    node.mark([obj.id], for_("MY"), by="ayu")
    node.approve(node.propose([obj.id], ["MY"], by="ayu").id, by="budi")
    node.retract([obj.id], by="budi", reason="r")
    verbs = {row.verb for row in node.audit(by="auditor")}
    assert {"record", "mark", "propose", "release", "retract"} <= verbs
    [release] = node.audit(by="auditor", verb="release")
    assert (release.actor, release.detail["author"], release.detail["to"]) == ("budi", "ayu", "MY")
