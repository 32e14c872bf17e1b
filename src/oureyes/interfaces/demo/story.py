"""The story, in the order of the mission: recorded in one state, known, understood and planned for in the others.

Every step calls the nodes' own verbs and checks its own proof; what is told is what was found. The officers and the
case are fictional (`data/README.md`).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from statistics import median

from oureyes.exchange import roster
from oureyes.interfaces.demo.federation import STATES
from oureyes.interfaces.demo.logs import cut_off
from oureyes.interfaces.demo.matches import understood
from oureyes.interfaces.demo.plans import planned
from oureyes.interfaces.demo.proof import Step, played
from oureyes.interfaces.demo.release import recorded
from oureyes.interfaces.demo.stage import (
    AUDITOR,
    CONCERNED,
    DESK,
    HOME,
    PARTNERS,
    WHY,
    Stage,
    in_ms,
    raw_of,
    reticent,
)
from oureyes.model.sharing import Channel

__all__ = ["play"]


def play(stage: Stage) -> Iterator[Step]:
    """Play the steps; each is given out when its proof stands. ProofFailed names the one that does not."""
    return played(stage, stage.tell, _STEPS)


def _nodes(stage: Stage, step: Step) -> None:
    rows = [_node_row(stage, step, member) for member in STATES]
    stage.tell.table(("State", "Address", "Signing key", "Database"), rows)
    one = stage.home.roster
    signers = roster.signers(one.raw, one)
    step.must("every member signed the roster", set(signers) == set(STATES), signers)
    fingerprints = {roster.fingerprint(node.roster.raw) for node in stage.states.nodes.values()}
    step.must("all nodes hold the same roster", len(fingerprints) == 1, len(fingerprints))
    keys = {member.keys.sign for member in one.members.values()}
    step.must("each node has a key of its own", len(keys) == len(STATES), len(keys))
    streams = stage.states.meet()
    step.must("every node follows every other", streams == len(STATES) * (len(STATES) - 1), streams)
    greetings = [stage.states.greet(HOME, partner) for partner in PARTNERS]
    step.must("they speak TLS 1.3", {one.version for one in greetings} == {"TLSv1.3"}, greetings[0].version)
    step.must("each shows the certificate the roster names", all(one.named for one in greetings), "another")
    stage.trip_s = median(one.trip_s for one in greetings)
    for member in ("MY", "SG"):
        node = stage.node(member)
        node.record([stage.case.files[member]], by=DESK[member][0], purpose=WHY, marking=reticent(node))
    step.note(
        nodes=len(rows),
        streams=streams,
        round_trip_ms=round(stage.trip_s * 1000, 3),
        roster_signatures=len(signers),
        roster=fingerprints.pop()[:16],
    )
    stage.tell.line(
        f"All {len(signers)} signed the roster. {streams} streams join them, {greetings[0].version.replace('v', ' ')} "
        "with the certificates it names."
    )
    stage.tell.line("Malaysia and Singapore each hold a report that nobody else has seen.")


def _node_row(stage: Stage, step: Step, member: str) -> tuple[str, ...]:
    node = stage.node(member)
    file = node.ctx.db.path
    head = file.read_bytes()[:16] if file else b""
    step.must(f"{member}'s file is encrypted", len(head) == 16 and not head.startswith(b"SQLite"), member)
    address = node.public.url
    step.must(f"{member} listens on this machine only", address.startswith("https://127.0.0.1:"), address)
    return STATES[member], address, f"{node.public.keys.sign.hex()[:16]}…", "encrypted"


def _known(stage: Stage, step: Step) -> None:
    home, states = stage.home, stage.states
    states.settle()
    checked = {one.channel: one for one in home.verify()}
    lag = {one.member: one.lag for one in home.partners()}
    rows, durable = [], []
    for member in PARTNERS:
        written = states.first(stage.released_at, HOME, "grew", member)
        came = states.last(stage.released_at, member, "received", HOME) - written
        back = states.last(stage.released_at, HOME, "receipted", member) - written
        log = checked[Channel(HOME, member).name]
        step.must(f"{member}'s signed receipt covers the whole channel", log.receipted == log.entries > 0, log)
        step.must(f"the log for {member} holds, line by line", not log.fault, log.fault)
        step.must(f"nothing waits for {member}", lag[member] == 0, lag[member])
        same = sum(raw_of(stage.node(member), made.id, HOME) == made.raw for made in stage.promised[member].values())
        step.must(f"{member} holds the promised bytes", same == len(stage.promised[member]), same)
        durable.append(came)
        rows.append(
            (STATES[member], f"{came * 1000:.0f}", f"{back * 1000:.0f}", log.entries, "verified", lag[member], same)
        )
    stage.tell.table(("State", "Durable, ms", "Receipt, ms", "Entries", "Cosignature", "Lag", "Same bytes"), rows)
    middle, slowest = median(durable), max(durable)
    step.note(
        median_ms=round(middle * 1000, 1),
        slowest_ms=round(slowest * 1000, 1),
        receipts=len(rows),
        objects_compared=sum(len(sent) for sent in stage.promised.values()),
    )
    stage.tell.line(
        f"From Indonesia's commit to a durable copy: {in_ms(middle)} in the middle, {in_ms(slowest)} at most."
    )
    stage.tell.line(
        f"A bare round trip takes {stage.trip_s * 1000:.1f} ms here; the rest is the work of {len(STATES)} nodes "
        f"on {os.cpu_count()} processors."
    )


def _overseen(stage: Stage, step: Step) -> None:
    home, ids = stage.home, stage.case.ids
    holders = home.who_has(ids["wallet"], by=AUDITOR)
    step.must("every state that received it is listed", {one.member for one in holders} == set(PARTNERS), len(holders))
    step.must("each gave a receipt", all(one.received for one in holders), "one did not")
    opened = {one.member for one in holders if one.opened_at}
    matched = {one.member for one in holders if one.matched_at}
    step.must("who opened it is known", opened == {*CONCERNED, "TH"}, opened)
    step.must("who matched it is known", "MY" in matched, matched)
    rows = [
        (
            STATES[one.member],
            "whole" if one.sent_as == ids["wallet"] else "tear-line",
            _clock(one.sent_at),
            "signed" if one.received else "no",
            _clock(one.opened_at),
            _clock(one.matched_at),
        )
        for one in sorted(holders, key=lambda one: one.member)
    ]
    stage.tell.table(("State", "Sent", "At (UTC)", "Receipt", "Opened", "Matched"), rows, title="The wallet indicator")
    gone = home.who_has(ids["phone"], by=AUDITOR)
    step.must("of the retracted item nobody holds a copy", {one.state for one in gone} == {"retracted"}, len(gone))
    lines = 0
    for member, node in stage.states.nodes.items():
        covered = node.seal_audit()
        checked = node.verify_audit()
        step.must(f"{member}'s audit log holds", checked.flaw is None and checked.covered == covered, checked.flaw)
        lines += checked.size
    step.note(
        look_at={"wallet": ids["wallet"], "plan": stage.plan_id},
        holders=len(holders),
        opened=sorted(opened),
        matched=sorted(matched),
        audit_lines=lines,
    )
    stage.tell.line(f"Of the item that was taken back, {len(gone)} states held a copy and none does now.")
    stage.tell.line(f"{len(STATES)} audit logs, {lines:,} lines: every line and every signed head holds.")


def _clock(instant: str) -> str:
    return instant[11:19] or "–"


_Act = Callable[[Stage, Step], None]
_STEPS: tuple[tuple[str, str, _Act], ...] = (
    ("The nodes", "Eleven states, eleven nodes: own keys, own encrypted file, own HTTPS port.", _nodes),
    ("Recorded and released", "Indonesia records a case, grades and marks it, and two officers release it.", recorded),
    ("Known", "It is known in the other ten states, and each has signed for it.", _known),
    ("Understood", "Three states hold reports of their own; what they share is found on both sides.", understood),
    ("Planned for", "Three states plan on it; two items are corrected, and copies, alerts and plans follow.", planned),
    ("Cut off and back", "A node that was cut off catches up, and can prove that it misses nothing.", cut_off),
    ("Overseen", "An auditor asks who received, opened and matched the item, anywhere.", _overseen),
)
