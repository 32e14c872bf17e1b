"""The audit log's proof, and who has what anywhere."""

from __future__ import annotations

import pytest
from a_case import a_report, an_indicator
from simulated import deliver, federation, for_

from oureyes.errors import InvalidObject, NotHeld, VerificationError
from oureyes.exchange.log import verify_checkpoint
from oureyes.model.merkle import leaf_hash, verify_inclusion
from oureyes.oversee.audit import describe

WALLET = "TKBQpjpi7ud7NxPuAopzsiijD7bi8pQubY"


@pytest.fixture
def states(tmp_path):
    nodes = federation(tmp_path / "nodes", ["ID", "MY", "SG"])
    yield nodes
    for node in nodes.values():
        node.close()


@pytest.fixture
def node(states):
    found = states["ID"]
    for _ in range(6):
        found.record_objects([an_indicator()], by="ayu", marking=for_())
    found.seal_audit()
    for _ in range(3):
        found.record_objects([an_indicator()], by="budi", marking=for_())
    return found


def spoil(node, sql, *values):
    node.ctx.db.write(lambda connection: connection.exec_driver_sql(sql, values))


def test_a_log_as_it_was_written_adds_up_and_says_how_far_a_head_covers_it(node):
    found = node.verify_audit()
    assert found.flaw is None
    assert (found.size, found.covered) == (9, 6)


def test_an_altered_line_is_named(node):
    leaf = node.audit(by="auditor")  # one more line
    assert leaf
    with node.ctx.db.read() as connection:
        raw = bytes(connection.exec_driver_sql("SELECT leaf FROM audit WHERE seq = 3").scalar())
    spoil(node, "UPDATE audit SET leaf = ? WHERE seq = 3", raw.replace(b'"ayu"', b'"eve"'))
    flaw = node.verify_audit().flaw
    assert (flaw.first, flaw.last, flaw.what) == (3, 3, "altered")


def test_a_line_altered_with_its_hash_is_found_by_the_signed_head(node):
    from oureyes.model.merkle import leaf_hash

    with node.ctx.db.read() as connection:
        raw = bytes(connection.exec_driver_sql("SELECT leaf FROM audit WHERE seq = 3").scalar())
    forged = raw.replace(b'"ayu"', b'"eve"')
    spoil(node, "UPDATE audit SET leaf = ?, hash = ? WHERE seq = 3", forged, leaf_hash(forged))
    flaw = node.verify_audit().flaw
    assert flaw.what == "rewritten"
    assert flaw.first <= 3 <= flaw.last


def test_a_line_altered_with_its_hash_after_the_last_head_is_found_too(node):
    from oureyes.model.merkle import leaf_hash

    with node.ctx.db.read() as connection:
        raw = bytes(connection.exec_driver_sql("SELECT leaf FROM audit WHERE seq = 8").scalar())
    forged = raw.replace(b'"budi"', b'"eve"')
    spoil(node, "UPDATE audit SET leaf = ?, hash = ? WHERE seq = 8", forged, leaf_hash(forged))
    assert node.verify_audit().flaw.what == "rewritten"


@pytest.mark.parametrize(("gone", "what"), [(4, "missing or moved"), (8, "cut off")])
def test_a_missing_line_is_named(node, gone, what):
    spoil(node, "DELETE FROM audit WHERE seq = ?", gone)
    flaw = node.verify_audit().flaw
    assert (flaw.first, flaw.what) == (gone, what)


@pytest.mark.parametrize("kept", [0, 4, 6, 7])
def test_lines_cut_off_the_end_are_missed(node, kept):
    spoil(node, "DELETE FROM audit WHERE seq >= ?", kept)
    flaw = node.verify_audit().flaw
    assert (flaw.first, flaw.what) == (kept, "cut off")


def test_looking_at_the_log_is_a_line_of_the_log(node):
    node.audit(by="auditor", actor="ayu")
    assert node.audit(by="second")[0].verb == "audit"
    assert {row.actor for row in node.audit(by="auditor", actor="ayu")} == {"ayu"}
    assert [row.verb for row in node.audit(by="auditor", verb="record", limit=2)] == ["record"] * 2


def test_a_name_that_is_missing_is_no_act(node):
    with pytest.raises(InvalidObject):
        node.record_objects([an_indicator()], by="", marking=for_())
    with pytest.raises(InvalidObject):
        node.audit(by="")


def test_who_received_opened_and_matched_is_told_by_the_partners_themselves(states, tmp_path):
    indonesia, malaysia, singapore = states.values()
    obj = an_indicator("cryptocurrency-wallet:value", WALLET)
    malaysia.record([a_report(tmp_path, f"pay to {WALLET}")], by="aziz", marking=for_("ID"))
    indonesia.record_objects([obj], by="ayu", marking=for_("MY", "SG"))
    indonesia.approve(indonesia.propose([obj.id], ["MY", "SG"], by="ayu").id, by="budi")
    before = {holder.member: holder for holder in indonesia.who_has(obj.id, by="auditor")}
    assert not any(holder.received for holder in before.values())
    deliver(states)
    singapore.show(obj.id, by="lim")
    deliver(states)
    after = {holder.member: holder for holder in indonesia.who_has(obj.id, by="auditor")}
    assert (after["MY"].received, bool(after["MY"].opened_at), bool(after["MY"].matched_at)) == (True, False, True)
    assert (after["SG"].received, bool(after["SG"].opened_at), bool(after["SG"].matched_at)) == (True, True, False)
    assert indonesia.who_has("malware--none", by="auditor") == []


def test_figures_hold_numbers_and_no_names(node):
    assert all(isinstance(number, int) for number in node.figures().values())
    assert "ayu" not in repr(node.yearly(2026))


def test_what_is_shown_to_somebody_leaves_a_row(tmp_path):
    nodes = federation(tmp_path, ["ID", "SG"])
    node, one = nodes["ID"], an_indicator()
    node.record_objects([one], by="ayu", marking=for_("SG"))
    draft = node.propose([one.id], ["SG"], by="ayu")
    node.rehearse([one.id], ["SG"], by="sari")
    node.preview(draft.id, approver="budi", by="budi")
    node.inbox(by="budi")
    node.verify(by="auditor")
    node.verify_audit(by="auditor")
    node.quarantine(by="sari")
    node.held_back(by="sari")
    found = {(row.actor, row.verb, row.subject) for row in node.audit(by="auditor")}
    assert {
        ("sari", "preview", one.id),
        ("budi", "preview", draft.id),
        ("budi", "inbox", ""),
        ("auditor", "verify", "channels"),
        ("auditor", "verify", "audit"),
        ("sari", "read", "quarantine"),
    } <= found


def test_what_comes_is_received_by_the_node_from_its_origin_and_counted_by_origin(tmp_path):
    nodes = federation(tmp_path, ["ID", "SG"])
    one = an_indicator()
    nodes["ID"].record_objects([one], by="ayu", marking=for_("SG"))
    nodes["ID"].approve(nodes["ID"].propose([one.id], ["SG"], by="ayu").id, by="budi")
    deliver(nodes)
    rows = nodes["SG"].audit(by="auditor")
    (received,) = [row for row in rows if row.verb == "receive"]
    assert describe(received).endswith("SG received 1 entries of ID/SG/1 from ID")
    (taken,) = [row for row in rows if row.verb == "take-in"]
    assert " SG took in 1 objects that ID gave by " in describe(taken)
    year = int(received.at[:4])
    assert nodes["SG"].yearly(year).counts["released"] == 0
    assert nodes["SG"].yearly(year).counts["received"] == 1
    assert sum(nodes["SG"].yearly(year).partners["receive"].values()) == 1


def test_one_row_is_proven_to_whoever_holds_the_signed_head_alone(node):
    proof = node.prove_audit(3, by="auditor")
    head = verify_checkpoint(proof.head, "oureyes/audit/ID", node.ctx.keys.sign.public)
    assert (proof.row.seq, proof.size) == (3, head.size)
    assert verify_inclusion(leaf_hash(proof.leaf), 3, head.size, proof.path, head.root)
    assert not verify_inclusion(leaf_hash(proof.leaf + b" "), 3, head.size, proof.path, head.root)
    assert node.audit(by="auditor", verb="audit")[0].subject == "audit:3"
    with pytest.raises(NotHeld):
        node.prove_audit(10_000)


def test_a_row_that_was_altered_is_not_proven(node):
    node.ctx.db.write(lambda c: c.exec_driver_sql("UPDATE audit SET leaf = CAST(leaf || ' ' AS BLOB) WHERE seq = 3"))
    with pytest.raises(VerificationError):
        node.prove_audit(3)
