"""A remote MISP stands for an account here: what it gives enters as that account's word, what cannot is put aside."""

import pytest
from misp_callers import UUID, a_caller, an_event
from simulated import federation

from oureyes.errors import InvalidObject, NotHeld
from oureyes.model.remotes import Remote
from oureyes.node.accounts import disable
from oureyes.node.peers import Peer
from oureyes.node.serving import Serving


@pytest.fixture
def node(tmp_path):
    made = federation(tmp_path, ("ID",))["ID"]
    yield made
    made.close()


def a_peer(node, **more):
    a_caller(node, "peer", **more)
    return Peer.of(Serving(node.ctx), Remote("there", "https://misp.example/", kind="misp", account="peer"))


def test_an_event_is_wanted_until_it_is_here_and_again_when_it_is_later(node):
    peer = a_peer(node)
    assert peer.wanted(UUID.format(1), "1700000000")
    assert peer.take(an_event(1))
    assert not peer.wanted(UUID.format(1), "1700000000")
    assert peer.wanted(UUID.format(1), "1700000001")


def test_what_breaks_the_agreement_is_put_aside_with_its_reason(node):
    peer = a_peer(node)
    assert not peer.take(an_event(2, Orgc={"name": "x", "uuid": UUID.format(200)}), b"{}")
    (letter,) = node.quarantine()
    assert (letter.source, letter.subject) == ("misp:there", f"event {UUID.format(2)}")


def test_its_own_events_are_not_given_back_and_a_draft_is_not_given(node):
    peer, sea = a_peer(node), a_caller(node, "sea", to=("peer",))
    peer.take(an_event(3, distribution="3", published=True))
    for number, published, distribution in ((4, True, "3"), (5, False, "3"), (6, True, "1")):
        peer.pushing.add(sea, an_event(number, distribution=distribution, published=published))
    assert [head.uuid for head in peer.outgoing()] == [UUID.format(4)]


def test_an_account_that_is_shut_out_takes_its_remote_along(node):
    peer = a_peer(node)
    disable(node.ctx, "peer", by="ayu")
    with pytest.raises(NotHeld):
        peer.caller()


def test_a_remote_misp_needs_an_account():
    with pytest.raises(InvalidObject):
        Remote("there", "https://misp.example/", kind="misp")
    with pytest.raises(InvalidObject):
        Remote("there", "https://misp.example/", kind="gopher", account="peer")
