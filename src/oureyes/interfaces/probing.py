"""Carries private questions: to all partners at once, each answer believed by its proof and looked up here.

The wire shows who asks whom, when and about which kind, and sizes that depend on the number of selectors only. A hit
sends nothing, and delays nothing: answers are looked up once all have come and the lines are closed, so that what is
done about a hit stands between no two things that a partner or a listener sees.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

from oureyes.errors import OurEyesError, Refused
from oureyes.exchange.client import Dialler, PartnerSaid
from oureyes.exchange.tls import client_context
from oureyes.node import Node, probing
from oureyes.node.context import Context
from oureyes.node.opening import member_of
from oureyes.node.probing import Opened, Outcome, Prepared

__all__ = ["Wanted", "ask", "ask_all", "fetch"]

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


def ask(
    node: Node, wanted: Wanted, addresses: Mapping[str, str] | None = None, *, fresh: bool = False
) -> list[Outcome]:
    """Ask, and wait for all. `fresh` looks for newer filters first. Blocks."""
    with asyncio.Runner() as runner:
        return runner.run(ask_all(node, wanted, addresses, fresh=fresh))


async def ask_all(
    node: Node, wanted: Wanted, addresses: Mapping[str, str] | None = None, *, fresh: bool = False
) -> list[Outcome]:
    """As `ask`, in a loop that runs already."""
    ctx, to = node.ctx, tuple(dict.fromkeys(wanted.partners))
    strangers = sorted(set(to) - (set(ctx.roster.members) - {ctx.me}))
    if strangers or not to:
        named = f"member {', '.join(strangers)[:40] or 'nobody'}"
        raise Refused(named, "other members of the roster", "none by that id", "`oureyes roster` names them")
    await asyncio.to_thread(probing.vetted, ctx, wanted.kind, wanted.values, len(to), **wanted.said)
    async with _diallers(node, to, addresses or {}) as dial:
        stale = to if fresh else await asyncio.to_thread(probing.partners_stale, ctx, to)
        await asyncio.gather(*(fetch(ctx, dial[one]) for one in stale), return_exceptions=True)
        prepared = await asyncio.to_thread(probing.prepare, ctx, wanted.kind, wanted.values, to, **wanted.said)
        answers = await asyncio.gather(*(_answer(ctx, dial[one.partner], one) for one in prepared))
    answered = [(one, said) for one, said in zip(prepared, answers, strict=True) if isinstance(said, Opened)]
    settled = {one.partner: one for one in await asyncio.to_thread(probing.settle_all, ctx, answered)}
    return [
        settled.get(one.partner) or _unanswered(one, str(said)) for one, said in zip(prepared, answers, strict=True)
    ]


async def fetch(ctx: Context, dial: Dialler, in_thread: _InThread = asyncio.to_thread) -> None:
    """A partner's newest list, and the filters of it that are not here yet."""
    raw = await dial.hit_list()
    lacking = await in_thread(probing.missing, ctx, dial.partner, raw)
    bodies = {name: await dial.hit_filter(name, limit) for name, limit in lacking}
    await in_thread(probing.keep_list, ctx, dial.partner, raw, bodies)


async def _answer(ctx: Context, dial: Dialler, one: Prepared) -> Opened | str:
    """Ask one partner; in words, why there is no answer. What goes wrong with it keeps nobody else's from anybody."""
    if one.asked is None:
        return one.refusal
    try:
        raw = await dial.hit_question(one.asked.question.raw)
        answer: Opened = await asyncio.to_thread(probing.opened, ctx, one, raw)
        if await asyncio.to_thread(probing.look_again, ctx, one, answer):
            await fetch(ctx, dial)
        return answer
    except Exception as fault:  # whatever a partner says: the others' answers are paid for, and are kept
        return _words(fault)


def _unanswered(one: Prepared, why: str) -> Outcome:
    return Outcome(one.partner, len(one.asked.selectors) if one.asked else 0, (), 0, why)


def _words(fault: BaseException) -> str:
    if isinstance(fault, PartnerSaid) and fault.status == 403:
        return "it does not answer this: see the agreement's kinds and purposes"
    return str(fault) if isinstance(fault, OurEyesError) else f"it cannot be reached now ({type(fault).__name__})"


@asynccontextmanager
async def _diallers(node: Node, to: Sequence[str], addresses: Mapping[str, str]) -> AsyncIterator[dict[str, Dialler]]:
    ctx, home = node.ctx, node.ctx.config.home
    own = member_of(home).keys.certificate
    async with aiohttp.ClientSession(auto_decompress=False) as session:
        yield {
            one: Dialler(
                session,
                client_context(own, home / "tls.key", ctx.roster.members[one].keys.certificate),
                ctx.me,
                ctx.keys.sign,
                one,
                addresses.get(one, ctx.roster.members[one].url),
                lambda: int(ctx.clock().timestamp()),
            )
            for one in to
        }
