"""Carries private questions: to all partners at once, each answer believed by its proof and looked up here.

The wire shows who asks whom, when and about which kind, and sizes that depend on the number of selectors only. A hit
sends nothing, and delays nothing: answers are looked up once all have been read to their ends, in one step for all, and
nothing is done with a line from then on. What becomes of it after that (closed here, or left idle in a node that runs
and keeps it) was settled before anybody looked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from oureyes.errors import OurEyesError, Refused
from oureyes.exchange.client import Dialler, PartnerSaid
from oureyes.interfaces.lines import Lines
from oureyes.node import Node, probing
from oureyes.node.context import Context
from oureyes.node.probing import Opened, Outcome, Prepared

__all__ = ["Asking", "Wanted", "ask", "ask_all", "ask_over", "fetch"]

_FETCH_S = 120.0  # for one partner's list and filters, when a question waits for them
_Carried = tuple[Prepared, Opened | str]
_InThread = Callable[..., Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A private question as a person puts it."""

    kind: str
    values: Sequence[str]
    partners: Sequence[str]
    by: str
    purpose: str
    basis: str
    case: str
    country: str = ""

    @property
    def said(self) -> dict[str, str]:
        """What it is asked for."""
        return {
            "by": self.by,
            "purpose": self.purpose,
            "basis": self.basis,
            "case": self.case,
            "country": self.country,
        }


class Asking(Protocol):
    """`ask` of one node, whichever lines it goes over."""

    def __call__(self, wanted: Wanted, *, fresh: bool = False) -> list[Outcome]: ...


def ask(
    node: Node, wanted: Wanted, addresses: Mapping[str, str] | None = None, *, fresh: bool = False
) -> list[Outcome]:
    """Ask over lines that are closed after it, and wait for all. `fresh` looks for newer filters first. Blocks."""
    with asyncio.Runner() as runner:
        return runner.run(ask_all(node, wanted, addresses, fresh=fresh))


async def ask_all(
    node: Node, wanted: Wanted, addresses: Mapping[str, str] | None = None, *, fresh: bool = False
) -> list[Outcome]:
    """As `ask`, in a loop that runs already."""
    async with Lines(node, addresses) as lines:
        carried = await _carried(node, wanted, lines, fresh)
    return await _looked_up(node.ctx, carried)


async def ask_over(node: Node, lines: Lines, wanted: Wanted, *, fresh: bool = False) -> list[Outcome]:
    """As `ask`, over lines that stay open."""
    return await _looked_up(node.ctx, await _carried(node, wanted, lines, fresh))


async def _carried(node: Node, wanted: Wanted, lines: Lines, fresh: bool) -> list[_Carried]:
    """Each question with its answer, read to its end; nobody has looked at any."""
    ctx, to = node.ctx, tuple(dict.fromkeys(wanted.partners))
    strangers = sorted(set(to) - (set(ctx.roster.members) - {ctx.me}))
    if strangers or not to:
        named = f"member {', '.join(strangers)[:40] or 'nobody'}"
        raise Refused(named, "other members of the roster", "none by that id", "`oureyes roster` names them")
    await asyncio.to_thread(probing.vetted, ctx, wanted.kind, wanted.values, len(to), **wanted.said)
    stale = to if fresh else await asyncio.to_thread(probing.partners_stale, ctx, to)
    await asyncio.gather(*(_fetched(ctx, lines, one) for one in stale), return_exceptions=True)
    prepared = await asyncio.to_thread(probing.prepare, ctx, wanted.kind, wanted.values, to, **wanted.said)
    answers = await asyncio.gather(*(_answer(ctx, lines, one) for one in prepared))
    return list(zip(prepared, answers, strict=True))


async def _looked_up(ctx: Context, carried: Sequence[_Carried]) -> list[Outcome]:
    answered = [(one, said) for one, said in carried if isinstance(said, Opened)]
    settled = {one.partner: one for one in await asyncio.to_thread(probing.settle_all, ctx, answered)}
    return [settled.get(one.partner) or _unanswered(one, str(said)) for one, said in carried]


async def _fetched(ctx: Context, lines: Lines, partner: str) -> None:
    """In bounded time: a partner that lets its list drip keeps nobody's answers waiting."""
    async with asyncio.timeout(_FETCH_S), lines.to(partner) as dial:
        await fetch(ctx, dial)


async def fetch(ctx: Context, dial: Dialler, in_thread: _InThread = asyncio.to_thread) -> None:
    """A partner's newest list, and the filters of it that are not here yet."""
    raw = await dial.hit_list()
    lacking = await in_thread(probing.missing, ctx, dial.partner, raw)
    bodies = {name: await dial.hit_filter(name, limit) for name, limit in lacking}
    await in_thread(probing.keep_list, ctx, dial.partner, raw, bodies)


async def _answer(ctx: Context, lines: Lines, one: Prepared) -> Opened | str:
    """Ask one partner; in words, why there is no answer. What goes wrong with it keeps nobody else's from anybody."""
    if one.asked is None:
        return one.refusal
    try:
        async with lines.to(one.partner) as dial:
            raw = await dial.hit_question(one.asked.question.raw)
        answer, newer = await asyncio.to_thread(_opened, ctx, one, raw)
    except Exception as fault:  # whatever a partner says: the others' answers are paid for, and are kept
        return _words(fault)
    if newer:
        try:
            await _fetched(ctx, lines, one.partner)
        except Exception as fault:  # the answer is paid for, and a hit by the filters of before is a hit
            return replace(answer, older=f"its newest filters are not here ({_words(fault)}); ask again")
    return answer


def _opened(ctx: Context, one: Prepared, raw: bytes) -> tuple[Opened, bool]:
    answer = probing.opened(one, raw)
    return answer, probing.look_again(ctx, one, answer)


def _unanswered(one: Prepared, why: str) -> Outcome:
    return Outcome(one.partner, len(one.asked.selectors) if one.asked else 0, (), 0, why)


def _words(fault: BaseException) -> str:
    if isinstance(fault, PartnerSaid) and fault.status == 403:
        return "it does not answer this: see the agreement's kinds and purposes"
    return str(fault) if isinstance(fault, OurEyesError) else f"it cannot be reached now ({type(fault).__name__})"
