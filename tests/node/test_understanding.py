"""Every answer passes the rules for its reader, and says whose it is."""

from __future__ import annotations

import json

import pytest
from a_case import a_bundle, an_indicator, an_object
from paths import DATA
from simulated import deliver, federation, for_

from oureyes.errors import InvalidObject, NotHeld, Refused
from oureyes.model.markings import Handling
from oureyes.model.objects import StixObject
from oureyes.model.zawgyi import NOTE

held = pytest.mark.skipif(not DATA.exists(), reason="the shared data is not here")
PASSED = "2026-01-01T00:00:00Z"


@pytest.fixture
def states(tmp_path):
    nodes = federation(tmp_path, ["ID", "MY"])
    yield nodes
    for node in nodes.values():
        node.close()


@pytest.fixture
def node(states):
    return states["ID"]


def linked(node, *, hidden):
    """An actor that uses a malware that uses a server; the one in the middle may be hidden."""
    actor = an_object("threat-actor", name="actor", threat_actor_types=["terrorist"])
    middle = an_object("malware", name="secretmiddle", is_family=False)
    server = an_object("infrastructure", name="server")
    links = [
        an_object("relationship", relationship_type="uses", source_ref=actor.id, target_ref=middle.id),
        an_object("relationship", relationship_type="uses", source_ref=middle.id, target_ref=server.id),
    ]
    node.record_objects([actor, server, *links], by="ayu", marking=for_())
    node.record_objects([middle], by="ayu", marking=for_(expires=PASSED if hidden else None, originator="MY"))
    return actor, middle, server


def test_nobody_reads_without_a_name_and_a_purpose(node):
    obj = an_indicator()
    node.record_objects([obj], by="ayu", marking=for_())
    for how in ({"by": ""}, {"by": "ayu", "purpose": ""}, {"by": "ayu", "purpose": "curiosity"}):
        for ask in (
            lambda how=how: node.search("fund", **how),
            lambda how=how: node.show(obj.id, **how),
            lambda how=how: node.graph(obj.id, **how),
            lambda how=how: node.timeline([obj.id], **how),
            lambda how=how: node.path(obj.id, obj.id, **how),
            lambda how=how: node.trends(**how),
            lambda how=how: node.holders("fund-relief.example", **how),
        ):
            with pytest.raises(Refused):
                ask()


def test_the_graph_walks_what_may_be_seen(node):
    actor, middle, server = linked(node, hidden=False)
    assert {actor.id, middle.id, server.id} <= {one.id for one in node.graph(actor.id, by="ayu").nodes}
    assert node.path(actor.id, server.id, by="ayu").nodes == (actor.id, middle.id, server.id)


def test_the_graph_hides_what_the_reader_may_not_see_and_every_way_through_it(node):
    actor, middle, server = linked(node, hidden=True)
    assert middle.id not in repr(node.graph(actor.id, by="ayu", hops=3))
    assert middle.id not in repr(node.timeline([actor.id], by="ayu"))
    assert node.path(actor.id, server.id, by="ayu").nodes == ()
    assert "secretmiddle" not in repr(node.show(actor.id, by="ayu").card)
    assert node.search("secretmiddle", by="ayu") == []
    for ask in (node.graph, node.show):
        with pytest.raises(NotHeld):
            ask(middle.id, by="ayu")


def test_h1_of_a_partner_is_read_for_an_investigation_and_not_for_a_trial(node):
    obj = an_indicator()
    node.record_objects([obj], by="ayu", marking=for_(handling=Handling.H1, originator="MY"))
    assert node.show(obj.id, by="ayu")
    with pytest.raises(NotHeld):
        node.show(obj.id, by="ayu", purpose="prosecution")
    assert node.search("fund", by="ayu", purpose="prosecution") == []


def test_search_finds_by_words_filters_and_never_what_was_taken_back(node):
    keep, gone = an_indicator(value="keep.example"), an_indicator(value="gone.example")
    node.record_objects([keep, gone], by="ayu", marking=for_())
    node.retract([gone.id], by="budi", reason="r")
    assert [hit.id for hit in node.search("type:indicator", by="ayu")] == [keep.id]
    assert [hit.id for hit in node.search("keep.example tlp:green from:id since:2026-01-01", by="ayu")] == [keep.id]
    assert node.search("keep.example until:2020-01-01", by="ayu") == []
    assert node.search("gone.example", by="ayu") == []
    with pytest.raises(InvalidObject):
        node.search("  ", by="ayu")


def test_a_name_is_found_in_another_script_after_what_is_written_so_and_says_what_it_matched(node):
    latin = an_object("identity", name="Thongdi Phromma", identity_class="individual")
    thai = an_object("identity", name="ทองดี พรหมมา", identity_class="individual")
    node.record_objects([thai, latin], by="ayu", marking=for_())
    assert [(hit.id, hit.matched_as) for hit in node.search("Thongdi", by="ayu")] == [
        (latin.id, ""), (thai.id, "ทองดี พรหมมา")
    ]  # fmt: skip
    assert [(hit.id, hit.matched_as) for hit in node.search("ทองดี", by="ayu", limit=2)] == [
        (thai.id, ""), (latin.id, "Thongdi Phromma")
    ]  # fmt: skip
    assert [hit.id for hit in node.search("ทองดี", by="ayu", limit=1)] == [thai.id]
    assert [hit.id for hit in node.search("Thongdi", by="ayu", only_written=True)] == [latin.id]
    assert node.search("ทองดี type:indicator", by="ayu") == []


def test_a_name_recorded_in_one_script_is_found_by_the_partner_in_another(states):
    indonesia, malaysia = states.values()
    person = an_object("identity", name="ทองดี พรหมมา", identity_class="individual", description="โอนเงินให้สมชาย")
    secret = an_object("identity", name="ทองดี ใจดี", identity_class="individual")
    indonesia.record_objects([person, secret], by="ayu", marking=for_("MY"))
    assert malaysia.search("Thongdi Phromma", by="aziz") == []
    indonesia.approve(indonesia.propose([person.id], ["MY"], by="ayu").id, by="budi")
    deliver(states)
    [hit] = malaysia.search("Thongdi", by="aziz")
    assert (hit.id, hit.origin, hit.matched_as) == (person.id, "ID", "ทองดี พรหมมา")
    assert [hit.matched_as for hit in malaysia.search("Somchai", by="aziz")] == ["สมชาย"]
    indonesia.retract([person.id], by="budi", reason="withdrawn")
    deliver(states)
    assert malaysia.search("Thongdi", by="aziz") == []


def test_what_sounds_so_is_not_told_to_who_may_not_see_it(node):
    hidden = an_object("identity", name="ทองดี พรหมมา", identity_class="individual")
    node.record_objects([hidden], by="ayu", marking=for_(expires=PASSED, originator="MY"))
    assert node.search("Thongdi", by="ayu") == []
    [row] = node.audit(by="auditor", verb="search")
    assert row.detail["hits"] == 0


def test_zawgyi_is_found_and_shown_in_unicode_kept_as_it_came_and_said_so(node, tmp_path):
    zawgyi, unicode = "ေအာင္ဝင္းေဇာ္", "အောင်ဝင်းဇော်"
    person = an_object("identity", name=zawgyi, identity_class="individual")
    report = node.record([a_bundle(tmp_path, person)], by="ayu")
    assert [one["warning"] for one in report.warnings] == [NOTE]
    for asked in (unicode, zawgyi):
        [hit] = node.search(asked, by="ayu")
        assert (hit.id, hit.name, hit.zawgyi) == (person.id, unicode, True)
    shown = node.show(person.id, by="ayu")
    assert json.loads(shown.raw)["name"] == zawgyi
    assert shown.card.title == unicode
    assert NOTE in shown.card.said_by
    assert node.names([person.id], by="ayu") == {person.id: unicode}


def test_whoever_opens_a_partners_object_tells_the_partner_once(states):
    indonesia, malaysia = states.values()
    obj = an_indicator()
    indonesia.record_objects([obj], by="ayu", marking=for_("MY"))
    indonesia.approve(indonesia.propose([obj.id], ["MY"], by="ayu").id, by="budi")
    deliver(states)
    for _ in range(3):
        malaysia.show(obj.id, by="aziz")
    deliver(states)
    [holder] = indonesia.who_has(obj.id, by="auditor")
    assert (holder.member, holder.received, bool(holder.opened_at)) == ("MY", True, True)
    assert next(one for one in malaysia.partners() if one.member == "ID").sent == 1
    assert [row.verb for row in malaysia.audit(by="auditor", verb="read")] == ["read"] * 3


def test_the_words_of_a_search_are_not_in_the_audit_log(node):
    node.search("canary-words", by="ayu")
    [row] = node.audit(by="auditor", verb="search")
    assert "canary" not in repr(row)
    assert row.detail["hits"] == 0


@held
@pytest.mark.parametrize(
    ("external", "successor"), [("T1158", "T1564.001"), ("T1107", "T1070.004"), ("T1094", "T1095")]
)
def test_a_revoked_technique_leads_to_what_took_its_place(tmp_path, external, successor):
    import gzip
    import json

    raw = json.loads(gzip.decompress((DATA / "stix/attack/enterprise-attack-18.1.json.gz").read_bytes()))
    names = {ref["external_id"]: obj for obj in raw["objects"] if obj["type"] == "attack-pattern"
             for ref in obj["external_references"] if "external_id" in ref}  # fmt: skip
    start, wanted = names[external], names[successor]
    links = [obj for obj in raw["objects"] if obj.get("relationship_type") == "revoked-by"]
    followed, at = [start], start["id"]
    while nexts := [one for one in links if one["source_ref"] == at]:
        at = nexts[0]["target_ref"]
        followed += [nexts[0], next(obj for obj in raw["objects"] if obj["id"] == at)]
    file = tmp_path / "techniques.json"
    file.write_text(json.dumps({"type": "bundle", "id": "bundle--1", "objects": followed}))
    node = federation(tmp_path / "nodes", ["ID"])["ID"]
    node.record([file], by="ayu")
    assert node.show(start["id"], by="ayu").successor == wanted["id"]
    assert node.show(wanted["id"], by="ayu").successor == ""
    node.close()


def test_a_ring_of_successors_ends(node):
    one, other = an_object("malware", name="a", is_family=False), an_object("malware", name="b", is_family=False)
    ring = [
        an_object("relationship", relationship_type="revoked-by", source_ref=a.id, target_ref=b.id)
        for a, b in ((one, other), (other, one))
    ]
    node.record_objects([one, other, *ring], by="ayu", marking=for_())
    assert node.show(one.id, by="ayu").successor in (one.id, other.id)


def test_a_name_is_taken_from_a_word_on_the_thing_that_the_reader_may_see(tmp_path):
    nodes = federation(tmp_path, ["ID", "MY"])
    ours, malaysia = nodes["ID"], nodes["MY"]
    made = an_object("malware", name="canary", is_family=False)
    newer = {**made.content, "name": "plain", "modified": "2026-11-23T08:00:00.000Z"}
    ours.record_objects([made], by="ayu", marking=for_(expires=PASSED, originator="MY"))
    assert ours.names([made.id], by="ayu") == {}
    malaysia.record_objects([StixObject.make(newer)], by="lim", marking=for_("ID"))
    malaysia.approve(malaysia.propose([made.id], ["ID"], by="lim").id, by="tan")
    deliver(nodes)
    assert ours.names([made.id], by="ayu") == {made.id: "plain"}
    for node in nodes.values():
        node.close()
