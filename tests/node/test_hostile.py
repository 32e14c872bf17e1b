"""What a closed field leaves behind anywhere (nothing), and what a hostile member can do (nothing that is not seen)."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest
from a_case import AT, a_bundle, a_plan_on, a_report, an_indicator, an_object
from simulated import Clock, carry, deliver, federation, for_

from oureyes.errors import Equivocation, OurEyesError, Refused, VerificationError
from oureyes.exchange.envelope import sign_statement
from oureyes.exchange.inbox import Opened, open_entry
from oureyes.exchange.log import make_entry, origin_line, sign_checkpoint
from oureyes.model.findings import Subscription
from oureyes.model.markings import TLP, TLP_IDS, Marking, Onward, Role
from oureyes.model.merkle import Frontier
from oureyes.model.sharing import Channel, Item, Kind, Statement
from oureyes.node import Node
from oureyes.node.opening import put_back
from oureyes.node.sending import RESTORED, send
from oureyes.release import QUESTIONS, Answers
from oureyes.storage import channels, desk, objects
from oureyes.storage.schema import metadata

RED = next(ref for ref, tlp in TLP_IDS.items() if tlp is TLP.RED)
WALLET = "TKBQpjpi7ud7NxPuAopzsiijD7bi8pQubY"
CANARY = "canary4711"
EXTENSION = "extension-definition--5b1b2a54-6a0e-5a2e-9d2c-0e7f0a1c0077"


@pytest.fixture
def states(tmp_path):
    nodes = federation(tmp_path, ["ID", "MY", "SG"])
    yield nodes
    for node in nodes.values():
        node.close()


def released(origin: Node, *found, to=("MY",), marking: Marking | None = None, **how):
    """Record and release with two people."""
    origin.record_objects(found, by="ayu", marking=marking or for_(*to))
    return send_out(origin, [obj.id for obj in found], to, **how)


def send_out(origin: Node, ids, to, **how):
    draft = origin.propose(ids, to, by="ayu", **how)
    return origin.approve(draft.id, by="budi")


def says(node: Node, kind: Kind, to, items=(), refs=(), reason="", detail=None, **changes) -> Statement:
    """A statement that a hostile node signs and writes into its log, past all its own rules."""
    made = Statement(node.ctx.make_id(), node.member, tuple(sorted(to)), kind, AT, tuple(items), tuple(refs), reason,
                     detail or {})  # fmt: skip
    made = replace(made, **changes)
    node.ctx.db.write(lambda connection: send(node.ctx, connection, made))
    return made


def everything(node: Node) -> bytes:
    """All that the node's database holds, every column of every table, in the clear."""
    out = []
    with node.ctx.db.read() as connection:
        for table in metadata.tables.values():
            for row in connection.execute(table.select()).all():
                out += [cell if isinstance(cell, bytes) else str(cell).encode() for cell in row]
    return b"\n".join(out)


def opened(node: Node, origin: str) -> list[bytes]:
    """Every envelope that a partner's channel brought, decrypted."""
    signers = {member.id: member.keys.sign for member in node.roster.members.values()}
    with node.ctx.db.read() as connection:
        lines = channels.entries(connection, Channel(origin, node.member), 0, 1_000)
    found = [
        open_entry(line.entry, {node.ctx.keys.seal.id: node.ctx.keys.seal}, signers, node.member) for line in lines
    ]
    return [one.envelope for one in found if isinstance(one, Opened)]


def poisoned(node: Node) -> list[str]:
    with node.ctx.db.read() as connection:
        return [reason for *_, reason in channels.poison(connection)]


def held(node: Node, identifier: str, origin: str = "") -> list[objects.Held]:
    with node.ctx.db.read() as connection:
        found = objects.latest(connection, [identifier]).get(identifier, [])
    return [one for one in found if not origin or one.origin == origin]


# --- canaries --------------------------------------------------------------------------------------------------------


def a_secret_case(*closed: str):
    """Canaries in every kind of field; those named are closed to everybody else."""
    return an_object(
        "x-oureyes-case",
        name=f"{CANARY}-name",
        description=f"{CANARY}-description {CANARY}.example",
        labels=[f"{CANARY}-label"],
        external_references=[{"source_name": f"{CANARY}-source", "url": f"https://{CANARY}.example/"}],
        extensions={EXTENSION: {"inside": {"deep": [f"{CANARY}-deep"]}}},
        **({"granular_markings": [{"marking_ref": RED, "selectors": list(closed)}]} if closed else {}),
    )  # fmt: skip


def look_everywhere(node: Node, caplog) -> bytes:
    """Everything anybody at this node can see, hear or read, tried to the last."""
    seen = [everything(node), *opened(node, "ID")]
    for words in (CANARY, f"{CANARY}*", f"{CANARY}.example"):
        seen += [repr(hit).encode() for hit in node.search(words, by="spy")]
    for row, *_ in node.inbox():
        seen.append(repr(row).encode())
    for row in node.audit(by="spy", limit=10_000):
        seen.append(repr(row).encode())
    for obj in _ids(node):
        try:
            seen += [repr(node.graph(obj, by="spy")).encode(), repr(node.show(obj, by="spy")).encode()]
            seen.append(repr(node.timeline([obj], by="spy")).encode())
        except OurEyesError as error:
            seen.append(str(error).encode())
    seen += [repr(node.trends(by="spy")).encode(), repr(node.figures()).encode(), repr(node.matches()).encode()]
    seen += [repr(one).encode() for one in node.quarantine()]
    seen += [record.getMessage().encode() for record in caplog.records]
    return b"\n".join(seen)


def _ids(node: Node) -> list[str]:
    with node.ctx.db.read() as connection:
        return [str(text) for (text,) in connection.exec_driver_sql("SELECT id FROM ident").all()]


def test_what_a_partner_may_not_have_is_nowhere_at_that_partner(states, tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    indonesia, singapore = states["ID"], states["SG"]
    closed = ["description", "labels", "external_references", "extensions", "name"]
    case = a_secret_case(*closed)
    wallet = an_indicator("cryptocurrency-wallet:value", WALLET, description=f"{CANARY}-wallet")
    secret = an_object("domain-name", value=f"{CANARY}.example")
    link = an_object("relationship", relationship_type="uses", source_ref=case.id, target_ref=secret.id)
    report = an_object("report", name="r", published=AT, object_refs=[case.id, secret.id])
    singapore.record([a_report(tmp_path, f"pay to {WALLET}")], by="lim")
    indonesia.record_objects([case, link, report], by="ayu", marking=for_("MY", "SG"))
    indonesia.record_objects([secret], by="ayu", marking=for_())
    indonesia.record_objects([wallet], by="ayu", marking=for_("MY"))
    outcome = send_out(indonesia, [case.id, link.id, report.id, wallet.id, secret.id], ["MY", "SG"])
    deliver(states)
    indonesia.retract([wallet.id], by="budi", reason="withdrawn")
    deliver(states)

    seen = look_everywhere(singapore, caplog)
    assert CANARY.encode() not in seen
    for identifier in (case.id, secret.id, wallet.id):
        assert identifier.encode() not in seen
    assert outcome["SG"]["sent"]
    assert {one["object"] for one in outcome["SG"]["refused"]} == {secret.id, wallet.id, link.id}


def test_matches_and_notifications_of_what_a_partner_has_tell_nothing_of_what_it_has_not(states, tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    indonesia, malaysia, _ = states.values()
    lines = [{"marking_ref": RED, "selectors": ["description"]}]
    wallet = an_indicator("cryptocurrency-wallet:value", WALLET, description=f"{CANARY}-who", granular_markings=lines)
    malaysia.subscribe(Subscription("all", "desk", notifier="webhook", address="https://ops.example/"), by="aziz")
    malaysia.record([a_report(tmp_path, f"pay to {WALLET}")], by="aziz")
    released(indonesia, wallet)
    deliver(states)
    sent = []
    with malaysia.ctx.db.read() as connection:
        sent = [desk.alerts(connection, n=alert)[0][0] for _, alert, *_ in desk.notifications(connection, 1 << 60)]
    from oureyes.alert.notice import notice

    told = repr([notice(alert) for alert in sent]).encode()
    assert sent
    assert malaysia.matches()
    assert CANARY.encode() not in look_everywhere(malaysia, caplog) + told
    assert WALLET.encode() not in told
    assert all(WALLET not in row.headline for row, *_ in malaysia.inbox())
    assert CANARY.encode() not in b"".join(opened(indonesia, "MY"))  # what Malaysia tells back


def test_the_origins_own_log_and_audit_carry_ids_and_never_content(states, tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    indonesia = states["ID"]
    case = a_secret_case()
    indonesia.record([a_bundle(tmp_path, case)], by="ayu")
    bad = tmp_path / "bad.json"
    bad.write_text(f'{{"type":"bundle","id":"bundle--1","objects":[{{"type":"{CANARY}","id":"{CANARY}"}}, 7, {CANARY}')
    indonesia.record([bad], by="ayu")
    indonesia.mark([case.id], for_("MY"), by="ayu")
    send_out(indonesia, [case.id], ["MY"])
    for attempt in (
        lambda: indonesia.show(f"x--{CANARY}", by="ayu"),
        lambda: indonesia.propose([case.id], ["XX"], by="ayu"),
        lambda: indonesia.approve("release--none", by="budi"),
        lambda: indonesia.search(f"{CANARY}", by="ayu", purpose="curiosity"),
    ):
        with pytest.raises(OurEyesError) as told:
            attempt()
        assert f"{CANARY}-name" not in str(told.value)
    indonesia.search(CANARY, by="ayu")
    rows = repr(indonesia.audit(by="auditor", limit=10_000))
    assert CANARY not in rows
    assert not any(CANARY in record.getMessage() for record in caplog.records)


def test_a_failing_write_tells_no_content(states):
    def twice(connection):
        for _ in range(2):
            desk.put_audit(connection, [desk.AuditLine(0, AT, CANARY, "read", CANARY, "", CANARY.encode(), b"")])

    with pytest.raises(OurEyesError) as told:
        states["ID"].ctx.db.write(twice)
    assert CANARY not in str(told.value)


def test_nothing_of_what_was_taken_back_is_left_in_the_holders_database(states):
    indonesia, malaysia, _ = states.values()
    wallet = an_indicator("cryptocurrency-wallet:value", WALLET, description=CANARY)
    released(indonesia, wallet)
    deliver(states)
    assert WALLET.encode() in everything(malaysia)
    indonesia.retract([wallet.id], by="budi", reason="withdrawn")
    deliver(states)
    left = everything(malaysia)
    assert CANARY.encode() not in left
    assert WALLET.encode() not in left
    assert wallet.digest in left  # the tombstone


def test_a_reference_does_not_tell_what_a_tear_line_cut_out_of_its_target(states):
    """An SCO's id is a hash of its value: who guesses the value could check it (STIX 2.1 §2.9)."""
    indonesia, malaysia, _ = states.values()
    lines = [{"marking_ref": RED, "selectors": ["value"]}]
    domain = an_object("domain-name", value="secret.example", granular_markings=lines)
    actor = an_object("threat-actor", name="a", threat_actor_types=["terrorist"])
    link = an_object("relationship", relationship_type="uses", source_ref=actor.id, target_ref=domain.id)
    indonesia.record_objects([domain, actor, link], by="ayu", marking=for_("MY"))
    send_out(indonesia, [actor.id, link.id], ["MY"])  # the domain itself is not proposed
    deliver(states)
    assert domain.id.encode() not in everything(malaysia)
    assert b"secret.example" not in everything(malaysia)


def test_a_reference_does_not_tell_of_what_could_not_leave_at_all(states):
    indonesia, malaysia, _ = states.values()
    lines = [{"marking_ref": "marking-definition--00000000-0000-4000-8000-000000000000", "selectors": ["value"]}]
    domain = an_object("domain-name", value="secret.example", granular_markings=lines)
    report = an_object("report", name="r", published=AT, object_refs=[domain.id])
    indonesia.record_objects([domain, report], by="ayu", marking=for_("MY"))
    with pytest.raises(OurEyesError):
        send_out(indonesia, [domain.id], ["MY"])
    send_out(indonesia, [domain.id, report.id], ["MY"])
    deliver(states)
    assert domain.id.encode() not in everything(malaysia)


# --- a hostile origin ------------------------------------------------------------------------------------------------


def test_a_statement_addressed_to_others_is_put_aside_and_the_channel_goes_on(states):
    indonesia, malaysia, _ = states.values()
    obj, good = an_indicator(), an_indicator()
    envelope = sign_statement(
        Statement("s1", "ID", ("SG",), Kind.RELEASE, AT, (Item(obj, for_("SG")),)), indonesia.ctx.keys.sign
    )

    def write(connection):  # into Malaysia's channel, though it names Singapore
        from oureyes.node.sending import _write

        made = Statement("s1", "ID", ("SG",), Kind.RELEASE, AT)
        _write(indonesia.ctx, connection, "MY", envelope, made)

    indonesia.ctx.db.write(write)
    released(indonesia, good)
    deliver(states)
    assert held(malaysia, obj.id) == []
    assert "re-addressed" in poisoned(malaysia)[0]
    assert held(malaysia, good.id)
    assert any("put aside" in row.headline for row, *_ in malaysia.inbox())


def test_entries_altered_swapped_or_missing_on_the_way_change_nothing(states):
    indonesia, malaysia, _ = states.values()
    for _ in range(3):
        released(indonesia, an_indicator())
    channel = Channel("ID", "MY")
    served = indonesia.serve("MY", 0)
    lines = [(entry.header, entry.sealed) for entry in served.entries]
    spoilt = [
        [(lines[0][0], lines[1][1]), *lines[1:]],
        [(lines[0][0], lines[0][1][:-1] + bytes([lines[0][1][-1] ^ 1])), *lines[1:]],
        [lines[1], lines[0], lines[2]],
        [lines[0], lines[2]],
        lines[1:],
        lines[:2],
        [*lines, (lines[0][0], b"x")],
    ]
    for some in spoilt:
        with pytest.raises(OurEyesError):
            malaysia.receive(channel, some, served.note)
        assert malaysia.next_of(channel) == 0
    malaysia.receive(channel, lines, served.note)
    malaysia.receive(channel, [*lines, *lines], served.note)  # replayed
    assert malaysia.next_of(channel) == 3
    assert not [one for one in malaysia.verify() if one.fault]


def test_a_second_history_is_evidence_and_nothing_more_is_taken(states):
    indonesia, malaysia, _ = states.values()
    released(indonesia, an_indicator())
    deliver(states)
    channel, key = Channel("ID", "MY"), indonesia.ctx.keys.sign
    other = make_entry(channel, 0, b"another history", malaysia.ctx.keys.seal.public)
    note = sign_checkpoint(origin_line(channel), 1, Frontier().append(other.leaf).root(), key).note
    with pytest.raises(Equivocation) as found:
        malaysia.receive(channel, [], note)
    assert len(found.value.evidence) == 2
    with malaysia.ctx.db.read() as connection:
        row = channels.find(connection, channel)
    assert row.state == "quarantined"
    assert note in row.evidence
    released(indonesia, an_indicator())
    with pytest.raises(VerificationError, match="good standing"):
        carry(indonesia, malaysia)
    assert any("two histories" in one.headline for one, *_ in malaysia.inbox())
    assert [row.verb for row in malaysia.audit(by="auditor", verb="equivocation")] == ["equivocation"]


def test_a_log_begun_anew_is_refused(states):
    indonesia, malaysia, _ = states.values()
    released(indonesia, an_indicator())
    deliver(states)
    for channel in (Channel("ID", "MY", 2), Channel("ID", "SG"), Channel("TH", "MY")):
        with pytest.raises(Refused):
            malaysia.receive(channel, [], b"")
    assert malaysia.next_of(Channel("ID", "MY", 2)) == 0


def test_one_statement_id_has_one_content(states):
    indonesia, malaysia, _ = states.values()
    first, second = an_indicator(), an_indicator()
    says(indonesia, Kind.RELEASE, ["MY"], [Item(first, for_("MY"))], id="the-id")
    says(indonesia, Kind.RELEASE, ["MY"], [Item(second, for_("MY"))], id="the-id")
    says(indonesia, Kind.RELEASE, ["MY"], [Item(first, for_("MY"))], id="the-id")
    deliver(states)
    assert held(malaysia, first.id)
    assert not held(malaysia, second.id)
    assert "one content under one statement id" in poisoned(malaysia)[0]


def test_an_origin_cannot_take_back_or_replace_what_another_said(states):
    indonesia, malaysia, singapore = states.values()
    obj = an_indicator()
    released(indonesia, obj, to=("MY", "SG"))
    deliver(states)
    says(singapore, Kind.RETRACT, ["MY"], refs=[obj.id], reason="I say so")
    newer = type(obj).make({**obj.content, "modified": "2026-12-01T00:00:00.000Z", "name": "harmless"})
    says(singapore, Kind.SUPERSEDE, ["MY"], [Item(newer, for_("MY"))], refs=[obj.id])
    deliver(states)
    assert [one.object.raw for one in held(malaysia, obj.id, "ID")] == [obj.raw]


def test_an_item_of_another_originator_needs_that_originators_own_consent(states):
    indonesia, malaysia, _ = states.values()
    obj = an_indicator()
    theirs = for_("MY", "SG").but(originator="SG")
    says(indonesia, Kind.RELEASE, ["MY"], [Item(obj, theirs)])
    says(indonesia, Kind.CONSENT, ["ID", "MY"], refs=[obj.id], detail={"recipient": "MY", "expires": ""})
    says(indonesia, Kind.RELEASE, ["MY"], [Item(obj, theirs)])
    deliver(states)
    assert held(malaysia, obj.id) == []
    assert [reason for reason in poisoned(malaysia) if "SG's consent" in reason]


def test_an_item_whose_marking_does_not_name_us_is_put_aside(states):
    indonesia, malaysia, _ = states.values()
    obj = an_indicator()
    for marking in (for_("SG"), for_(), for_("SG", tlp=TLP.CLEAR).but(onward=Onward.FREE)):
        says(indonesia, Kind.RELEASE, ["MY"], [Item(obj, marking)])
    deliver(states)
    assert held(malaysia, obj.id) == []
    assert all("names MY" in reason for reason in poisoned(malaysia))


def test_consent_that_nobody_asked_for_or_that_another_gives_opens_nothing(states):
    indonesia, malaysia, singapore = states.values()
    ours, theirs = an_indicator(), an_indicator()
    released(singapore, theirs, to=("ID",), marking=for_("ID").but(onward=Onward.CONSENT))
    indonesia.record_objects([ours], by="ayu", marking=for_("SG"))
    deliver(states)
    indonesia.ask_consent(theirs.id, "MY", by="ayu", purpose="investigation", reason="they should know")
    for ref in (ours.id, theirs.id):
        says(malaysia, Kind.CONSENT, ["ID", "MY"], refs=[ref], detail={"recipient": "MY", "expires": ""})
    deliver(states)
    for identifier in (ours.id, theirs.id):
        with pytest.raises(OurEyesError, match=r"not among|not consented"):
            send_out(indonesia, [identifier], ["MY"])
    assert len(poisoned(indonesia)) == 2
    assert {row[4] for row in indonesia.consents()} == {"asked"}


def test_a_partner_cannot_withdraw_the_consent_another_gave(states):
    indonesia, malaysia, singapore = states.values()
    theirs = an_indicator()
    released(singapore, theirs, to=("ID",), marking=for_("ID").but(onward=Onward.CONSENT))
    deliver(states)
    indonesia.ask_consent(theirs.id, "MY", by="ayu", purpose="investigation", reason="they should know")
    deliver(states)
    singapore.answer_consent(theirs.id, "ID", "MY", by="tan", grant=True)
    deliver(states)
    says(malaysia, Kind.DENY, ["ID", "MY"], refs=[theirs.id], detail={"recipient": "MY"})
    deliver(states)
    send_out(indonesia, [theirs.id], ["MY"])
    deliver(states)
    assert held(malaysia, theirs.id, "ID")


def test_what_a_partner_said_without_naming_itself_is_still_the_partners(states):
    indonesia, malaysia, _ = states.values()
    obj = an_indicator()
    says(indonesia, Kind.RELEASE, ["MY"], [Item(obj, for_("MY", "SG"))])
    deliver(states)
    with pytest.raises(OurEyesError, match="ID has not consented"):
        send_out(malaysia, [obj.id], ["SG"])


def test_what_was_passed_on_is_taken_back_from_there_too(states):
    indonesia, malaysia, singapore = states.values()
    obj = an_indicator()
    released(indonesia, obj, to=("MY",), marking=for_("MY").but(onward=Onward.CONSENT))
    deliver(states)
    malaysia.ask_consent(obj.id, "SG", by="aziz", purpose="investigation", reason="they hold the wallet")
    deliver(states)
    indonesia.answer_consent(obj.id, "MY", "SG", by="budi", grant=True)
    deliver(states)
    send_out(malaysia, [obj.id], ["SG"])
    deliver(states)
    assert held(singapore, obj.id, "MY")
    indonesia.retract([obj.id], by="budi", reason="withdrawn")
    deliver(states)
    assert not held(malaysia, obj.id)
    assert not held(singapore, obj.id)


@pytest.mark.parametrize(
    "content",
    [
        {"modified": "9999-12-31T23:59:59Z"},
        {"modified": "never"},
        {"created": 7, "modified": None},
        {"name": "\u0000\ud7ff" * 100},
        {"pattern": "[" * 500},
        {"pattern": "[a:b = '" + "\\'" * 5_000},
        {"object_refs": [{"x_ref": ["report--1"]}]},
        {"labels": 5, "granular_markings": "x", "object_marking_refs": 7, "external_references": {"a": []}},
        {"x": [[[[[[[[[[[[1]]]]]]]]]]]]},
    ],
    ids=repr,
)
def test_hostile_content_never_stops_the_channel(states, content):
    indonesia, malaysia, _ = states.values()
    good = an_indicator()
    evil = an_object("indicator", **{"pattern": "[a:b = 'c']", "pattern_type": "stix", **content})
    says(indonesia, Kind.RELEASE, ["MY"], [Item(evil, for_("MY"))])
    released(indonesia, good)
    deliver(states)
    assert held(malaysia, good.id)
    malaysia.search("fund", by="aziz")
    malaysia.show(good.id, by="aziz")


def test_a_plan_that_cannot_be_read_keeps_nobody_from_anything(states, tmp_path):
    indonesia, malaysia, _ = states.values()
    broken = an_object("x-oureyes-plan", objective=7, claims="none")
    malaysia.record([a_bundle(tmp_path, broken)], by="aziz")
    says(indonesia, Kind.RELEASE, ["MY"], [Item(an_object("x-oureyes-plan", claims=[7]), for_("MY"))])
    good = an_indicator()
    released(indonesia, good)
    deliver(states)
    assert held(malaysia, good.id)
    assert malaysia.plan(a_plan_on(good), by="aziz", marking=for_()).validity
    malaysia.plans()


def test_hostile_details_of_other_statements_are_taken_or_put_aside(states):
    indonesia, malaysia, _ = states.values()
    for detail in (
        {"events": "all"},
        {"events": [7, {"object": [], "what": {}, "at": None}]},
        {"recipient": ["x"]},
        {},
    ):
        for kind in (
            Kind.ACTIVITY,
            Kind.CONSENT_REQUEST,
            Kind.CONSENT,
            Kind.DENY,
            Kind.NOTICE,
            Kind.PLAN_VOTE,
            Kind.RETRACT,
        ):
            says(indonesia, kind, ["MY"], refs=["no id", "x" * 300, "malware--\u0000"], detail=detail)
    good = an_indicator()
    released(indonesia, good)
    deliver(states, rounds=10)
    assert held(malaysia, good.id)
    assert not [one for one in malaysia.verify() if one.fault]


def test_deep_and_huge_input_is_put_aside_by_the_node_too(states, tmp_path):
    node = states["ID"]
    deep = tmp_path / "deep.json"
    deep.write_text('{"type":"bundle","id":"bundle--1","objects":[' + '{"a":[' * 5_000 + "]}" * 5_000 + "]}")
    huge = an_object("note", content="x" * 3_000_000, object_refs=[])
    report = node.record([deep, a_bundle(tmp_path, huge, name="huge.json")], by="ayu")
    assert report.read == report.stored + report.unchanged + report.quarantined
    assert report.quarantined == 1
    node.mark([huge.id], for_("MY"), by="ayu")
    with pytest.raises(OurEyesError, match="bytes"):
        send_out(node, [huge.id], ["MY"])
    assert node.drafts(state="proposed")  # nothing went, and nothing was half done
    assert node.partners()[0].sent == 0


# --- restored from an old backup -------------------------------------------------------------------------------------


def test_a_node_restored_from_an_old_backup_never_forks_and_recovers(tmp_path):
    clock = Clock()
    states = federation(tmp_path, ["ID", "MY", "SG"], clock)
    indonesia, malaysia, singapore = states.values()
    released(indonesia, an_indicator(), to=("MY",))
    deliver(states)
    indonesia.backup(tmp_path / "old.db")
    late = an_indicator()
    released(indonesia, late, to=("MY",))
    deliver(states)
    indonesia.close()
    put_back(tmp_path / "ID", tmp_path / "old.db")
    states["ID"] = indonesia = Node.open(tmp_path / "ID", clock=clock)

    waiting = an_indicator()
    released(indonesia, waiting, to=("MY",))  # what would have been another entry 1: it waits
    assert [one.sent for one in indonesia.partners() if one.member == "MY"] == [1]
    assert carry(singapore, indonesia) == 0
    with pytest.raises(VerificationError):
        indonesia.serve("MY", malaysia.next_of(Channel("ID", "MY")))
    done = indonesia.recover_from(malaysia.export_channel(Channel("ID", "MY")))
    assert (done.channel.recipient, done.size, done.entries, done.unknown) == ("MY", 2, 1, 0)
    fresh = an_indicator()
    released(indonesia, fresh, to=("MY",))
    indonesia.serve("SG", 0)  # Singapore never had anything: nothing can have been lost
    released(indonesia, an_indicator(), to=("SG",))
    deliver(states)
    assert held(malaysia, fresh.id)
    assert held(malaysia, waiting.id)
    assert not [one for node in states.values() for one in node.verify() if one.fault]
    for node in states.values():
        node.close()


def test_a_receipt_shows_a_restored_node_that_it_lost_nothing(tmp_path):
    clock = Clock()
    states = federation(tmp_path, ["ID", "MY"], clock)
    indonesia, malaysia = states.values()
    released(indonesia, an_indicator())
    deliver(states)
    with indonesia.ctx.db.read() as connection:
        receipt = channels.find(connection, Channel("ID", "MY")).receipt_note
    indonesia.backup(tmp_path / "now.db")
    indonesia.close()
    put_back(tmp_path / "ID", tmp_path / "now.db")
    states["ID"] = indonesia = Node.open(tmp_path / "ID", clock=clock)
    with indonesia.ctx.db.read() as connection:
        assert channels.find(connection, Channel("ID", "MY")).state == RESTORED
    indonesia.receipted(receipt, "MY", Channel("ID", "MY"))
    released(indonesia, an_indicator())
    deliver(states)
    indonesia.close()
    again = Node.open(tmp_path / "ID", clock=clock)  # it waits once, not at every start
    released(again, an_indicator())
    again.close()
    malaysia.close()


def test_while_our_log_is_held_we_still_read_what_comes(states, tmp_path):
    indonesia, malaysia, _ = states.values()
    malaysia.record([a_report(tmp_path, f"pay to {WALLET}")], by="aziz")
    malaysia.ctx.db.write(
        lambda c: (
            channels.open_channel(c, Channel("MY", "ID")) and channels.set_state(c, Channel("MY", "ID"), "held: x")
        )
    )
    wallet = an_indicator("cryptocurrency-wallet:value", WALLET)
    released(indonesia, wallet)
    carry(indonesia, malaysia)
    assert poisoned(malaysia) == []
    assert malaysia.matches()
    assert malaysia.show(wallet.id, by="aziz").raw == wallet.raw


# --- people ----------------------------------------------------------------------------------------------------------


def test_one_person_never_releases_alone_what_needs_two(states):
    node = states["ID"]
    obj = an_indicator()
    node.record_objects([obj], by="ayu", marking=for_("MY", tlp=TLP.AMBER))
    draft = node.propose([obj.id], ["MY"], by="ayu")
    for name in ("ayu", " ayu", "AYU", "ayu "):
        with pytest.raises(OurEyesError, match="two people"):
            node.approve(draft.id, by=name)
    for name in ("", "  "):
        with pytest.raises(OurEyesError):
            node.approve(draft.id, by=name)
    node.approve(draft.id, by="budi")
    with pytest.raises(Refused, match="open"):
        node.approve(draft.id, by="citra")
    with pytest.raises(Refused, match="open"):
        node.decline(draft.id, by="ayu", reason="regret")
    assert node.drafts()[0].state == "released"


def test_a_release_cannot_be_disguised_as_another_kind_of_statement(states):
    node = states["ID"]
    obj = an_indicator()
    node.record_objects([obj], by="ayu", marking=for_("MY"))
    for kind in (Kind.RETRACT, Kind.ACTIVITY, Kind.NOTICE, Kind.CONSENT):
        with pytest.raises(Refused):
            node.propose([obj.id], ["MY"], by="ayu", kind=kind)


def test_a_notice_needs_its_answers_and_a_changed_notice_new_ones(states):
    node = states["ID"]
    notice = an_object("x-oureyes-notice", name="wanted", colour="red")
    node.record_objects([notice], by="ayu", marking=for_("MY"))
    draft = node.propose([notice.id], ["MY"], by="ayu")
    with pytest.raises(OurEyesError, match="have not been answered"):
        node.approve(draft.id, by="budi")
    node.neutral(notice.id, Answers("ayu", dict.fromkeys(QUESTIONS, "no")))
    assert node.preview(draft.id, approver="budi")[0].decision.allowed
    newer = type(notice).make(
        {**notice.content, "modified": "2026-12-01T00:00:00.000Z", "name": "wanted for his faith"}
    )
    node.record_objects([newer], by="ayu", marking=for_("MY"))
    with pytest.raises(OurEyesError, match="have not been answered"):
        node.approve(draft.id, by="budi")


def test_an_unknown_marking_is_held_back_until_a_person_confirms(states, tmp_path):
    node = states["ID"]
    odd = an_indicator(object_marking_refs=["marking-definition--00000000-0000-4000-8000-0000000000aa"])
    report = node.record([a_bundle(tmp_path, odd)], by="ayu", marking=for_("MY"))
    assert (report.stored, report.quarantined) == (0, 1)
    with pytest.raises(OurEyesError):
        node.propose([odd.id], ["MY"], by="ayu")
    node.mark([odd.id], for_("MY"), by="ayu")  # marking it is not looking at it
    with pytest.raises(OurEyesError):
        node.propose([odd.id], ["MY"], by="ayu")
    assert [one.object.id for one in node.held_back()] == [odd.id]
    node.confirm(odd.id, by="budi", marking=for_("MY"))
    send_out(node, [odd.id], ["MY"])
    deliver(states)
    assert held(states["MY"], odd.id)


@pytest.mark.parametrize("role", [Role.VICTIM, Role.WITNESS])
def test_victims_and_witnesses_raise_no_watch_alert(states, role, tmp_path):
    indonesia, malaysia, _ = states.values()
    phone = "+62 812 3456 7890"
    victim = an_object("phone-number", value=phone)
    malaysia.record_objects([an_object("phone-number", value=phone)], by="aziz", marking=for_())
    released(indonesia, victim, marking=for_("MY", role=role))
    deliver(states)
    assert malaysia.matches()
    assert [row.event for row, *_ in malaysia.inbox()] == []
    indonesia.retract([victim.id], by="budi", reason="it was a mistake")
    deliver(states)
    assert [row.event for row, *_ in malaysia.inbox()] == ["retracted"]


def test_superseding_by_an_extract_reaches_each_holder_under_the_id_it_knows(states):
    indonesia, malaysia, singapore = states.values()
    identifier = an_object("x-oureyes-case").id
    lines = [{"marking_ref": RED, "selectors": ["description"]}]
    open_to_all = an_object("x-oureyes-case", id=identifier, name="case", description="d1")
    cut = an_object(
        "x-oureyes-case",
        id=identifier,
        name="case",
        description="d2",
        granular_markings=lines,
        modified="2026-11-21T08:00:00.000Z",
    )
    whole = an_object(
        "x-oureyes-case", id=identifier, name="case", description="d3", modified="2026-11-22T08:00:00.000Z"
    )
    released(indonesia, open_to_all, to=("MY",))
    deliver(states)
    indonesia.record_objects([cut], by="ayu", marking=for_("MY", "SG"))
    outcome = send_out(indonesia, [identifier], ["MY", "SG"], kind=Kind.SUPERSEDE)
    deliver(states)
    extract = outcome["MY"]["sent"][0]["as"]
    assert not held(malaysia, identifier)
    assert held(malaysia, extract)
    assert held(singapore, extract)
    indonesia.record_objects([whole], by="ayu", marking=for_("MY", "SG"))
    send_out(indonesia, [identifier], ["MY"], kind=Kind.SUPERSEDE)
    deliver(states)
    assert held(malaysia, identifier)
    assert not held(malaysia, extract)
    assert held(singapore, extract)
    indonesia.retract([identifier], by="budi", reason="withdrawn")
    deliver(states)
    assert not any(held(node, one) for node in (malaysia, singapore) for one in (identifier, extract))


def test_nobody_learns_from_a_newer_version_that_another_had_an_extract(states):
    indonesia, malaysia, singapore = states.values()
    identifier = an_object("x-oureyes-case").id
    lines = [{"marking_ref": RED, "selectors": ["description"]}]
    first = an_object("x-oureyes-case", id=identifier, name="case", description="d", granular_markings=lines)
    released(indonesia, first, to=("SG",))
    second = an_object(
        "x-oureyes-case", id=identifier, name="case", description="d", modified="2026-11-22T08:00:00.000Z"
    )
    indonesia.record_objects([second], by="ayu", marking=for_("MY", "SG"))
    send_out(indonesia, [identifier], ["MY", "SG"], kind=Kind.SUPERSEDE)
    deliver(states)
    with indonesia.ctx.db.read() as connection:
        extract = next(sent for who, sent, *_ in desk.released_to(connection, identifier) if sent != identifier)
    assert extract.encode() not in everything(malaysia) + b"".join(opened(malaysia, "ID"))
    assert not held(singapore, extract)
    assert held(singapore, identifier)


def test_a_value_that_a_newer_version_no_longer_names_matches_no_more(states, tmp_path):
    indonesia, malaysia, _ = states.values()
    wallet = an_indicator("cryptocurrency-wallet:value", WALLET)
    malaysia.record([a_report(tmp_path, f"pay to {WALLET}")], by="aziz")
    released(indonesia, wallet)
    deliver(states)
    assert malaysia.matches()
    other = dict(an_indicator("domain-name:value", "other.example").content)
    newer = type(wallet).make({**other, "id": wallet.id, "modified": "2026-12-01T00:00:00.000Z"})
    indonesia.record_objects([newer], by="ayu", marking=for_("MY"))
    send_out(indonesia, [wallet.id], ["MY"], kind=Kind.SUPERSEDE)
    deliver(states)
    assert malaysia.matches() == []
    assert malaysia.matches(warned=True) == []
