"""Step 5 of the story: a node that was cut off catches up, and can prove that it misses nothing."""

from __future__ import annotations

import time

import msgspec

from oureyes.interfaces.demo.federation import STATES
from oureyes.interfaces.demo.proof import Step
from oureyes.interfaces.demo.stage import (
    APPROVER,
    AUTHOR,
    HOME,
    PARTNERS,
    WHY,
    Stage,
    in_ms,
    raw_of,
)
from oureyes.model.objects import StixObject
from oureyes.model.sharing import Channel
from oureyes.node.exchanging import export_channel, verify_export

__all__ = ["cut_off"]


def cut_off(stage: Stage, step: Step) -> None:
    states, home, away = stage.states, stage.home, "LA"
    channel = Channel(HOME, away)
    had = stage.node(away).next_of(channel)
    states.cut_off(away)
    made = [_late_item(stage, number) for number in range(1, 4)]
    for one in made:
        home.record_objects([one], by=AUTHOR, purpose=WHY, marking=stage.marking)
        draft = home.propose([one.id], PARTNERS, by=AUTHOR, purpose=WHY)
        home.approve(draft.id, by=APPROVER)
    states.settle(but=[away])
    waiting = next(one for one in home.partners() if one.member == away).lag
    step.must("what it misses is counted at the sender", waiting == len(made), waiting)
    step.must("it has got nothing meanwhile", stage.node(away).next_of(channel) == had, "something came")
    others = [one.member for one in home.partners() if one.lag == 0]
    stage.tell.line(
        f"{STATES[away]} is cut off, and {len(made)} releases go out: {len(others)} states have them, "
        f"{waiting} entries wait for {STATES[away]}."
    )
    started = time.perf_counter()
    states.start(away)
    took = states.settle() - started
    same = [raw_of(stage.node(away), one.id, HOME) == one.raw for one in made]
    step.must("it has all of them, byte for byte", all(same), same)
    stage.tell.line(f"It comes back, and has caught up {in_ms(took)} later, byte for byte.")
    _verify_everywhere(stage, step)
    _tamper(stage, step, channel)
    step.note(missed=waiting, catch_up_ms=round(took * 1000, 1))


def _late_item(stage: Stage, number: int) -> StixObject:
    now = stage.home.ctx.now()
    return StixObject.make(
        {
            "type": "indicator",
            "spec_version": "2.1",
            "id": stage.home.ctx.new_id("indicator"),
            "created": now,
            "modified": now,
            "name": f"Mirror {number} of the donation page",
            "indicator_types": ["malicious-activity"],
            "pattern": f"[domain-name:value = 'mirror-{number}.lentera-samar.example']",
            "pattern_type": "stix",
            "valid_from": now,
        }
    )


def _verify_everywhere(stage: Stage, step: Step) -> None:
    logs = {member: node.verify() for member, node in stage.states.nodes.items()}
    faults = [one.fault for some in logs.values() for one in some if one.fault]
    step.must("every log of every node holds", not faults, faults)
    ours = {one.channel: one.entries for one in logs[HOME]}
    theirs = {one.channel: one.entries for one in logs["LA"]}
    name = Channel(HOME, "LA").name
    step.must("it misses no line of Indonesia's channel", theirs[name] == ours[name], (theirs[name], ours[name]))
    lines = sum(one.entries for some in logs.values() for one in some)
    total = sum(len(some) for some in logs.values())
    step.note(logs=total, lines=lines)
    stage.tell.line(
        f"verify: {total} logs, {lines} lines, at {len(logs)} nodes. Every line, signed head and receipt holds."
    )


def _tamper(stage: Stage, step: Step, channel: Channel) -> None:
    """In a copy: one bit of one line of an exported log."""
    ctx = stage.node("LA").ctx
    export = export_channel(ctx, channel)
    untouched = verify_export(ctx.roster, export)
    step.must("the exported log holds offline", not untouched.fault, untouched.fault)
    body = msgspec.json.decode(export)
    place = body["size"] // 2
    line = bytearray(_unbase64(body["lines"][place][1]))
    line[len(line) // 2] ^= 1
    body["lines"][place][1] = bytes(line)
    found = verify_export(ctx.roster, msgspec.json.encode(body))
    step.must("a tampered line is found at its position", f"line {place} " in found.fault, found.fault)
    step.note(tampered_line=place, found=found.fault[:120])
    stage.tell.line(
        f"One bit is turned in a copy of its log: “{found.fault.partition(':')[0]}”, of {body['size']}, counted from 0."
    )


def _unbase64(text: str) -> bytes:
    from base64 import b64decode

    return b64decode(text)
