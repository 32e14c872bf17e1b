"""Carries private questions: to all partners at once, each answer believed by its proof and looked up here.

The wire shows who asks whom, when and about which kind, and sizes that depend on the size of the batch only. What takes
longer the more of a batch are real, or where something is met, comes before the first byte or after the last: blinds
are drawn before any line is used, and answers are opened and looked up once all have been read to their ends and newer
filters fetched, in one step for all. Nothing is done with a line from then on. What becomes of it after that (closed
here, or left idle in a node that runs and keeps it) was settled before anybody looked.
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


@dataclass(frozen=True, slots=True)
class _Carried:
    """A question and the answer as it came, "" where there is none; in words, why not, or why filters may be older."""

    one: Prepared
    raw: bytes
    why: str


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
    said = wanted.said
    about = await asyncio.to_thread(probing.vetted, ctx, wanted.kind, wanted.values, len(to), **said)
    blinds = await asyncio.to_thread(probing.draw, about, len(to))
    stale = to if fresh else await asyncio.to_thread(probing.partners_stale, ctx, to)
    await asyncio.gather(*(_fetched(ctx, lines, one) for one in stale), return_exceptions=True)
    prepared = await asyncio.to_thread(probing.prepare, ctx, wanted.kind, wanted.values, to, blinds=blinds, **said)
    return await asyncio.gather(*(_answer(ctx, lines, one) for one in prepared))


async def _looked_up(ctx: Context, carried: Sequence[_Carried]) -> list[Outcome]:
    opened = await asyncio.gather(*(asyncio.to_thread(_opened, each) for each in carried))
    answered = [(one, said) for one, said in opened if isinstance(said, Opened)]
    settled = {one.partner: one for one in await asyncio.to_thread(probing.settle_all, ctx, answered)}
    return [settled.get(one.partner) or _unanswered(one, str(said)) for one, said in opened]


def _opened(each: _Carried) -> tuple[Prepared, Opened | str]:
    """A question and its answer; in words, why there is none that can be believed."""
    if not each.raw:
        return each.one, each.why
    try:
        return each.one, replace(probing.opened(each.one, each.raw), older=each.why)
    except Exception as fault:  # as in `_answer`
        return each.one, _words(fault)


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


async def _answer(ctx: Context, lines: Lines, one: Prepared) -> _Carried:
    """Ask one partner. What goes wrong with it keeps nobody else's answer from anybody."""
    if one.asked is None:
        return _Carried(one, b"", one.refusal)
    try:
        async with lines.to(one.partner) as dial:
            raw = await dial.hit_question(one.asked.question.raw)
        newer = await asyncio.to_thread(probing.look_again, ctx, one, raw)
    except Exception as fault:  # whatever a partner says: the others' answers are paid for, and are kept
        return _Carried(one, b"", _words(fault))
    if newer:
        try:
            await _fetched(ctx, lines, one.partner)
        except Exception as fault:  # the answer is paid for, and a hit by the filters of before is a hit
            return _Carried(one, raw, f"its newest filters are not here ({_words(fault)}); ask again")
    return _Carried(one, raw, "")


def _unanswered(one: Prepared, why: str) -> Outcome:
    return Outcome(one.partner, len(one.asked.selectors) if one.asked else 0, (), 0, why)


def _words(fault: BaseException) -> str:
    if isinstance(fault, PartnerSaid) and fault.status == 403:
        return "it does not answer this: see the agreement's kinds and purposes"
    return str(fault) if isinstance(fault, OurEyesError) else f"it cannot be reached now ({type(fault).__name__})"
