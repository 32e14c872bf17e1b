"""Nodes that ask each other privately, joined in memory: what the wire carries, without a wire."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from simulated import Clock, deliver, federation, for_

from oureyes.correlate import blind
from oureyes.errors import VerificationError
from oureyes.exchange.envelope import pack
from oureyes.model.markings import TLP
from oureyes.model.objects import StixObject
from oureyes.model.observables import Observable, sco
from oureyes.model.sharing import Kind
from oureyes.node import Node, answering, committing, probing, publishing, searchsets
from oureyes.node.probing import Outcome, Prepared
from oureyes.node.sending import send, statement_of

PHONE, OTHER_PHONE = "+66812345678", "+66812345679"
WALLET = "TKBQpjpi7ud7NxPuAopzsiijD7bi8pQubY"
SAID = {"by": "lia", "purpose": "investigation", "basis": "treaty", "case": "KN-2026-118"}
BORDER = {"audience": "border", "kinds": ["phone"], "days": 7, "by": "ayu", "approver": "budi", "purpose": "detection"}


def red(*answers_to: str, **more: object):
    """A marking under which nothing leaves, and these members may learn hit or no hit."""
    return for_(tlp=TLP.RED, hit_no_hit=True, answers_to=frozenset(answers_to), **more)


def hold(node: Node, kind: str, value: str, marking) -> StixObject:
    """A record of a value."""
    made = sco(Observable(kind, value))
    node.record_objects([made], by="ayu", marking=marking)
    return made


def agreed(holder: Node, partner: str, kinds: Sequence[str] = ("phone", "wallet"), daily: int = 1024, **more) -> None:
    """An agreement by two people, with its filters published."""
    answering.allow(holder.ctx, partner, kinds, more.get("purposes", ("investigation",)), daily, by="ayu")
    answering.agree(holder.ctx, partner, by="budi")
    publishing.publish(holder.ctx)


def a_pair(folder: Path, clock: Clock | None = None, **settings: object) -> tuple[dict[str, Node], Node, Node]:
    """ID holds one RED phone number and answers PH about phones and wallets; SG bears out ID's keys."""
    states = federation(folder, ["ID", "PH", "SG"], clock, **settings)
    holder, asker = states["ID"], states["PH"]
    hold(holder, "phone-number", PHONE, red("PH"))
    agreed(holder, "PH")
    deliver(states)
    return states, holder, asker


def fetched(asker: Node, holder: Node) -> None:
    """The holder's list and filters, as they are fetched."""
    raw = answering.list_for(holder.ctx, asker.member)
    lacking = probing.missing(asker.ctx, holder.member, raw)
    bodies = {name: answering.part_for(holder.ctx, asker.member, name) for name, _ in lacking}
    probing.keep_list(asker.ctx, holder.member, raw, bodies)


def prepared(asker: Node, holder: Node, kind: str, values: Sequence[str], **changes: str) -> Prepared:
    """A question, booked and ready to be sent."""
    (one,) = probing.prepare(asker.ctx, kind, values, [holder.member], **{**SAID, **changes})
    assert not one.refusal, one.refusal
    return one


def put(asker: Node, holder: Node, kind: str, values: Sequence[str], **changes: str) -> Outcome:
    """Ask, and have the answer looked up."""
    fetched(asker, holder)
    one = prepared(asker, holder, kind, values, **changes)
    answer = answering.evaluate(holder.ctx, asker.member, one.asked.question.raw)
    return probing.settle(asker.ctx, one, probing.opened(one, answer))


def borne_out(asker: Node, holder: str) -> Callable[[], bool]:
    """Whether the asker has the holder's keys, and enough others were shown the same."""

    def fact() -> bool:
        with asker.ctx.db.read() as connection, contextlib.suppress(VerificationError):
            committing.borne_out(asker.ctx, connection, holder, committing.epoch_of(asker.ctx.now()))
            return True
        return False

    return fact


def said(node: Node, kind: Kind, audience: Sequence[str], detail: Mapping[str, object]) -> None:
    """A statement such as a node under somebody's command would send."""
    node.ctx.db.write(
        lambda connection: send(node.ctx, connection, statement_of(node.ctx, kind, audience, detail=detail))
    )


def tagged_keys(*, seed: bytes = b"\x07" * 32) -> dict[str, str]:
    """Keys of a holder that are not those it shows to all."""
    return {kind: blind.derive_key(seed, b"tag " + kind.encode()).public.hex() for kind in blind.KINDS}


def signed_keys(node: Node, keys: Mapping[str, str], epoch: str = "2026-11", member: str = "") -> dict[str, object]:
    """What says keys: words that `node` signs."""
    words = pack(blind.KEYS_TYPE, blind.write_commitment(member or node.member, epoch, keys), (node.ctx.keys.sign,))
    return {"said": words.decode()}


def a_set(folder: Path, **changes: object):
    """ID made a set for its border police: one number that may answer it, one that may not."""
    states = federation(folder / "nodes", ["ID", "SG"], Clock())
    maker = states["ID"]
    hold(maker, "phone-number", PHONE, red("border"))
    hold(maker, "phone-number", OTHER_PHONE, red("PH"))
    made = searchsets.make(maker.ctx, folder / "border", **{**BORDER, **changes})
    return states, maker, folder / "border", bytes.fromhex((folder / "border.key").read_text()), made
