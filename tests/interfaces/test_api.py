"""The mission through the interface alone: recorded, marked, released, received, matched, told, planned, overseen.

Everything is done by the typed client as two officers of one state; the partner's node is a real one beside it.
"""

import json

import pytest
from a_case import an_indicator, an_object
from api_parties import ApiSite
from simulated import deliver, for_

from oureyes.client import Problem, forms


@pytest.fixture
def site(tmp_path):
    made = ApiSite(tmp_path)
    made.ayu, made.budi = made.officer("ayu"), made.officer("budi")
    yield made
    made.close()


def bundle(*objects):
    return json.dumps({"type": "bundle", "id": "bundle--1", "objects": [dict(one.content) for one in objects]}).encode()


def test_what_is_recorded_here_is_released_by_two_and_known_there(site):
    made = an_indicator(value="fund-relief.example")
    report = site.ayu.import_("case.json", bundle(made), tlp="GREEN", to=["MY"], grade="B2")
    assert (report.stored, report.files) == (1, 1)
    again = site.ayu.import_("case.json", bundle(made), tlp="GREEN", to=["MY"], grade="B2")
    assert (again.stored, again.unchanged) == (0, 1)
    assert [one.recipient for one in site.ayu.rehearse(["MY"], [made.id]) if one.allowed] == ["MY"]
    draft = site.ayu.propose(["MY"], source="case.json", reason="arrest")
    assert [one.id for one in site.budi.releases()] == [draft.id]
    shown = site.budi.release(draft.id)
    assert json.loads(shown.preview[0].text)["id"] == made.id
    assert site.budi.approve(draft.id, if_match=site.budi.etag).outcome["MY"]["sent"]
    deliver(site.nodes)
    assert site.nodes["MY"].show(made.id, by="lim").raw == site.ayu.raw(made.id)
    deliver(site.nodes)
    holder = site.ayu.who_has(made.id)[0]
    assert (holder.member, holder.received, holder.opened_at != "") == ("MY", True, True)
    assert site.ayu.partners()[0].lag == 0
    assert site.ayu.verify().whole
    log = site.ayu.log("ID/MY/1")
    assert site.ayu.verify_file(log).channels[0].entries == 1


def test_correcting_and_taking_back_reach_every_holder(site):
    made = an_indicator(value="wrong.example")
    site.record(made, to=("MY",))
    site.budi.approve(site.ayu.propose(["MY"], [made.id]).id)
    newer = an_indicator(value="right.example", id=made.id, modified="2026-11-21T08:00:00.000Z")
    site.ayu.import_("case-2.json", bundle(newer), tlp="GREEN", to=["MY"])
    site.budi.approve(site.ayu.supersede([made.id], reason="the number was misread").id)
    assert site.ayu.retract([made.id], "the source withdrew it").told == {"MY": [made.id]}
    site.record(other := an_indicator(value="other.example"), to=("MY",))
    declined = site.ayu.propose(["MY"], [other.id])
    assert site.budi.decline(declined.id, "not yet").state == "declined"
    assert [one.state for one in site.ayu.releases(all=True)].count("declined") == 1


def test_what_meets_is_told_judged_and_joined(site):
    theirs = an_indicator(value="shared.example")
    site.record(ours := an_indicator(value="shared.example"))
    rule = site.ayu.subscribe(forms.RuleSaid(events=["match"], owner="desk"))
    malaysia = site.nodes["MY"]
    malaysia.record_objects([theirs], by="lim", marking=for_("ID"))
    malaysia.approve(malaysia.propose([theirs.id], ["ID"], by="lim").id, by="tan")
    deliver(site.nodes)
    match = next(site.ayu.matches(ours.id))
    assert {match.left, match.right} == {ours.id, theirs.id}
    assert [one.origin for one in site.ayu.holders("shared.example")].count("MY") == 1
    alert = next(one for one in site.ayu.alerts(owner="desk") if ours.id in one.objects or theirs.id in one.objects)
    assert site.ayu.move(alert.id, "assigned").assignee == "ayu"
    site.ayu.alert(alert.id)
    tag = site.ayu.etag
    assert site.budi.move(alert.id, "done").state == "done"
    with pytest.raises(Problem) as said:
        site.ayu.move(alert.id, "seen", if_match=tag)
    assert said.value.status == 412
    word = site.ayu.judge(ours.id, theirs.id, "same", "one domain")
    assert (word.by, word.state) == ("ayu", "ID")
    assert [sorted(one.members) for one in site.ayu.clusters()] == [sorted([ours.id, theirs.id])]
    other = site.ayu.replace_rule(rule.id, forms.RuleSaid(events=["plan"], owner="desk"))
    assert (site.ayu.rule(rule.id), other.id) == (other, rule.id)
    site.ayu.unsubscribe(rule.id)
    with pytest.raises(Problem) as said:
        site.ayu.rule(rule.id)
    assert said.value.status == 404


def test_understanding_follows_links_times_money_and_methods(site):
    made = an_indicator(value="walk.example")
    site.record(made)
    assert [one.id for one in site.ayu.search("walk.example").hits] == [made.id]
    assert site.ayu.graph(made.id, hops=1).nodes[0].id == made.id
    assert site.ayu.path(made.id, made.id).nodes == [made.id]
    assert {one.object for one in site.ayu.timeline(made.id).events} == {made.id}
    assert site.ayu.money(made.id, made.id).routes[0].cost == 0
    assert site.ayu.flow("TKBQpjpi7ud7NxPuAopzsiijD7bi8pQubY").transfers == []
    assert site.ayu.cases().alike == []
    assert site.ayu.alarm().alerts == 0
    assert site.ayu.similar(made.id).alike == []
    named = an_object("identity", identity_class="individual", name="สมชาย ทองดี")
    site.record(named)
    [met] = site.ayu.screen("Somchai Thongdi", born=1979, country="TH", kind="person").found
    assert (met.id, "same sounds" in met.reason) == (named.id, True)
    with pytest.raises(Problem) as said:
        site.ayu.screen("Somchai Thongdi", country="XX")
    assert said.value.status == 400
    assert isinstance(site.ayu.trends("week").bursts, list)


def test_a_plan_stands_and_falls_with_its_evidence(site):
    site.record(proof := an_indicator(value="proof.example"))
    plan = site.ayu.add_plan(
        {
            "objective": "Cut the network's funding",
            "states": ["ID"],
            "owners": ["planners"],
            "claims": [{"text": "The domain is the network's", "evidence": [proof.id]}],
            "measures": [],
        }
    )
    assert [one.id for one in site.ayu.plans()] == [plan.id]
    before = site.ayu.plan(plan.id).status
    site.ayu.retract([proof.id], "the source withdrew it")
    now = site.ayu.plan(plan.id)
    assert now.status != before
    assert now.claims[0].evidence[0].state == "retracted"
    waived = site.ayu.waive(plan.id, now.claims[0].id, "2026-12-31", "the raid is set", if_match=site.ayu.etag)
    assert waived.claims[0].waived_until.startswith("2026-12-31")


def test_a_question_goes_out_when_it_is_approved_and_is_answered(site):
    asked = site.ayu.question(forms.QuestionAsked(to="MY", question="Is he known to you?", urgency="urgent"))
    site.budi.approve(asked.draft)
    deliver(site.nodes)
    assert [one.id for one in site.ayu.requests()] == [asked.id]
    with pytest.raises(Problem) as said:
        site.ayu.reply(asked.id, "answered")
    assert said.value.status in (403, 404)


def test_what_cannot_be_read_waits_and_is_read_once_mended(site):
    assert site.ayu.import_("bad.json", b'{"type":"bundle","objects":[{"type":"indicator"}]}').quarantined == 1
    aside = next(site.ayu.aside())
    assert site.ayu.aside_one(aside.n).expected == aside.expected
    assert site.ayu.aside_raw(aside.n) == b'{"type":"indicator"}'
    mended = an_indicator(value="mended.example")
    assert site.ayu.retry(aside.n, mended.raw).stored == 1
    assert list(site.ayu.aside()) == []
    text = b"The wallet TKBQpjpi7ud7NxPuAopzsiijD7bi8pQubY was seen in a post."
    site.ayu.import_("report.txt", text)
    held = [one for one in site.ayu.aside() if isinstance(one, forms.HeldBack)]
    assert site.ayu.confirm(held[0].id, forms.MarkingSaid(tlp="GREEN")).state == "confirmed"


def test_terms_vocabularies_banks_and_opinions(site):
    site.record(made := an_indicator(value="term.example"))
    term = 'asean-somtc:crime-area="terrorism"'
    assert site.ayu.tag([made.id], [term]) == 1
    with pytest.raises(Problem) as said:
        site.ayu.tag([made.id], ['asean-somtc:crime-area="terorism"'])
    assert said.value.status == 400
    assert "asean-somtc" in {one.name for one in site.ayu.vocabularies()}
    galaxy = {
        "type": "threat-actor", "name": "Threat actors", "uuid": "698774c7-8022-42c4-917f-8d6e4f06ada3",
        "values": [{"value": "Mustang Panda", "uuid": "78bf726c-a9e6-11e8-9e43-77249a2f7339",
                    "meta": {"synonyms": ["RedDelta"]}}],
    }  # fmt: skip
    assert site.ayu.load("threat-actor.json", json.dumps(galaxy).encode())[0].sort == "galaxies"
    assert [one.name for one in site.ayu.called("RedDelta")] == ["Mustang Panda"]
    assert list(site.ayu.banks()) == []


def test_files_leave_under_the_rules_and_are_remembered(site):
    site.record(made := an_indicator(value="file.example"), to=("MY",))
    site.record(kept := an_indicator(value="kept.example"))
    out = site.ayu.export(forms.Export(form="stix", ids=[made.id, kept.id], to="MY"))
    assert out.count >= 1
    assert made.id in out.document
    assert kept.id not in out.document
    assert [one.object for one in out.refused] == [kept.id]
    assert site.ayu.who_has(made.id)[0].member == "MY"


def test_the_node_is_overseen_and_looked_after(site):
    assert site.ayu.verify_audit().whole
    site.node.seal_audit()
    proof = site.ayu.prove_audit(0)
    assert (proof.row, proof.size > 0, len(proof.path) > 0) == (0, True, True)
    assert next(site.ayu.audit(verb="account")).verb == "account"
    assert site.ayu.figures().counts["audit lines"] > 0
    assert site.ayu.figures(2026).year == 2026
    assert site.ayu.doctor().checks
    assert {one.setting: one.value for one in site.ayu.settings()}["database_key"] == ""
    assert site.ayu.versions().oureyes
    roster = site.ayu.roster()
    assert (roster.valid, [one.id for one in roster.members]) == (True, ["ID", "MY"])
    raw = site.node.roster.raw
    assert site.ayu.check_roster(raw).valid
    with pytest.raises(Problem):
        site.ayu.install_roster(raw.replace(b'"MY"', b'"XX"'))


def test_others_are_let_in_by_two_and_shut_out_by_one(site):
    site.ayu.create_account(forms.AccountMade(id="cert-a", scopes=["api:read"], groups=["csirts"], ceiling="AMBER"))
    assert site.budi.approve_account("cert-a").approved
    issued = site.ayu.issue_token("cert-a", ["api:read"], 30)
    assert site.budi.approve_credentials("cert-a").credentials == [issued.id]
    with site.stands(token=issued.token) as cert:
        assert cert.index().account == "cert-a"
        site.ayu.revoke_token(issued.id)
        with pytest.raises(Problem) as said:
            cert.index()
        assert said.value.status == 401
    site.ayu.set_password("cert-a", "a long enough password")
    assert site.ayu.switch_account("cert-a", enabled=False).enabled is False
    made = site.ayu.add_collection(forms.CollectionMade(title="For the CSIRTs", readers=["csirts"], alias="csirts"))
    assert site.budi.approve_collection(made.id).approved
    assert [one.alias for one in site.ayu.collections()] == ["csirts"]
    site.ayu.close_collection("csirts")
    site.ayu.add_remote(
        forms.RemoteMade(name="cert-b", kind="taxii", url="https://cert-b.example/api/collections/1/", secret="s")
    )
    assert site.ayu.poll_remote("cert-b").next_in_s == 0
    assert "secret" not in repr(site.ayu.remote("cert-b"))
    with pytest.raises(Problem):
        site.ayu.add_remote(forms.RemoteMade(name="etc", kind="feed", url="/etc", account="cert-a"))
    site.ayu.remove_remote("cert-b")
    assert [one.id for one in site.ayu.accounts() if one.kind == "partner"] == ["cert-a"]


def test_who_is_answered_without_being_shown_is_agreed_by_two_and_ended_by_one(site):
    said = forms.AgreementMade(partner="MY", kinds=["phone"], purposes=["investigation"], daily=64)
    assert site.ayu.allow(said).state != "open"
    with pytest.raises(Problem) as refused:
        site.ayu.agree("MY")
    assert refused.value.status == 403
    assert site.budi.agree("MY").state == "open"
    assert [(one.partner, one.approver) for one in site.ayu.agreements()] == [("MY", "budi")]
    assert [one.partner for one in site.ayu.publish()] == ["MY"]
    assert [one.partner for one in site.ayu.quotas()] in ([], ["MY"])
    assert (site.ayu.hits(), site.ayu.hit_cases(), site.ayu.ledger()) == ([], [], [])
    assert (site.ayu.key_evidence("MY").shown, site.ayu.key_evidence("MY", "2026-10").epoch) == ([], "2026-10")
    for act in (site.ayu.open_hit, site.ayu.hit_records, site.ayu.answer_hit):
        with pytest.raises(Problem) as refused:
            act("case--none")
        assert refused.value.status in (403, 404)
    assert site.ayu.end_agreement("MY").state != "open"


def test_a_partner_that_does_not_answer_private_questions_says_so_and_learns_nothing(site):
    said = forms.Probe(kind="phone", values=["+62812345678"], to=["MY"], basis="treaty", case="KN-2026-118")
    found = site.ayu.probe(said)
    assert [(one.partner, one.hits, bool(one.refusal)) for one in found] == [("MY", [], True)]


def test_a_notice_passes_its_gate_only_after_its_questions(site):
    from a_case import an_object

    notice = an_object("x-oureyes-notice", name="wanted", colour="red")
    site.record(notice, to=("MY",))
    with pytest.raises(Problem) as said:
        site.ayu.neutrality(notice.id)
    assert said.value.status == 404
    no = dict.fromkeys(["political", "military", "religious", "racial", "refugee", "minor"], "no")
    assert site.ayu.neutral(notice.id, no).open
    shut = site.ayu.neutral(notice.id, {**no, "political": "unsure"})
    assert (shut.open, bool(shut.reason)) == (False, True)
    assert site.budi.review(notice.id, True).cleared


def test_a_third_state_gets_what_was_given_only_by_the_first_one_s_word(site):
    assert list(site.ayu.consents()) == []
    site.record(made := an_indicator(value="onward.example"))
    with pytest.raises(Problem) as said:
        site.ayu.ask_consent(made.id, "MY", "joint team")
    assert said.value.status == 404
    with pytest.raises(Problem) as said:
        site.ayu.answer_consent(forms.ConsentAnswer(object=made.id, asker="MY", to="MY", grant=True))
    assert said.value.status == 404
