"""Exports by address, for what can fetch a URL and no more: firewalls, resolvers, sensors, scripts.

    GET /export/1/                          what there is: collections and formats
    GET /export/1/{collection}/{format}     one collection, by id or alias, in one format

A token is shown as a bearer token; what can only be given an address with a user in it shows the account's id and, as
its password, the token. `ETag` and `Last-Modified` answer whoever asks again. What was left out is told by headers, by
reason and number; what the account may not know of is 404, like what is not there.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Iterable
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from oureyes.errors import OurEyesError, Refused
from oureyes.interfaces.gate import CHALLENGES, Gate, Shown, TooMany, Unknown, shown
from oureyes.interfaces.problems import problem, problem_of
from oureyes.model.accounts import Account, Caller
from oureyes.model.instants import nanoseconds, to_datetime
from oureyes.node.accounts import is_token
from oureyes.node.editions import Edition, edition
from oureyes.node.exporting import FORMATS, counted
from oureyes.node.serving import Connection, Serving

__all__ = ["Exports", "omitted"]

ROOT = "/export/1/"
_LOG = logging.getLogger(__name__)
_SCOPE = "export:read"
_MANY = 10_000
_KEPT = {"Cache-Control": "private, no-cache", "X-Content-Type-Options": "nosniff", "Vary": "Authorization"}


@dataclass(frozen=True, slots=True)
class _Known:
    """What an account was last told it has: good while nobody writes to the store and no instant passes at which
    something ends. So a device that asks every minute costs no more than being known."""

    account: Account
    generation: int
    until: int
    tag: str
    since: datetime


class Exports:
    """The routes of one node's exports."""

    def __init__(self, serving: Serving, gate: Gate, executor: Executor) -> None:
        self._serving, self._gate, self._executor = serving, gate, executor
        self._ctx = serving.ctx
        self._known: dict[tuple[str, str, str], _Known] = {}

    def routes(self) -> list[BaseRoute]:
        """To be mounted under `/`."""
        return [
            Route(ROOT, self._answer, methods=["GET", "HEAD"]),
            Route(ROOT + "{collection}/{format}", self._answer, methods=["GET", "HEAD"]),
            Route("/export/{rest:path}", self._answer, methods=["GET", "HEAD"]),
        ]

    async def _answer(self, request: Request) -> Response:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._executor, self._said, request)
        except Unknown:
            answer = problem(401, "who asks is not known")
            answer.headers["WWW-Authenticate"] = CHALLENGES
            return answer
        except TooMany as wait:
            answer = problem(429, "asked too often")
            answer.headers["Retry-After"] = str(wait.after_s)
            return answer
        except OurEyesError as error:
            _LOG.info("export: %s", error)
            return problem_of(error)
        except Exception as error:  # a fault of ours is told by its type alone: no content in answers or logs
            _LOG.error("export: unforeseen %s", type(error).__name__)
            return problem(500, "this node failed")

    def _said(self, request: Request) -> Response:
        generation = self._ctx.db.generation()  # before anything is read: what is written from here on is news
        with self._ctx.db.read() as connection:
            caller = self._caller(connection, request)
            name, form = request.path_params.get("collection", ""), request.path_params.get("format", "")
            if request.scope["path"] == ROOT:
                return self._listed(connection, caller)
            known = self._known.get((caller.account.id, name, form))
            if known is not None and self._holds(known, caller, generation) and _has(request, known.tag, known.since):
                return Response(b"", 304, _dated(known.tag, known.since))
            made = edition(self._serving, connection, caller, name, form)
        return self._given(request, caller, made, (caller.account.id, name, form), generation)

    def _holds(self, known: _Known, caller: Caller, generation: int) -> bool:
        now = nanoseconds(self._ctx.now())
        return (known.account, known.generation) == (caller.account, generation) and now < known.until

    def _caller(self, connection: Connection, request: Request) -> Caller:
        address = request.client.host if request.client else ""
        seen = shown(request.headers, address, request.scope.get("oureyes.certificate", b""))
        by_token = is_token(seen.password)
        caller = self._gate.caller(connection, Shown(address, token=seen.password) if by_token else seen)
        if by_token and caller.account.id != seen.name:
            raise Unknown
        if _SCOPE not in caller.scopes:
            raise Refused("export", f"the scope {_SCOPE}", "another", "ask for a token with it")
        return caller

    def _listed(self, connection: Connection, caller: Caller) -> Response:
        found = [one for one in self._serving.collections(connection, caller) if one.readable(caller.account)]
        body = {
            "collections": [{"id": one.id, "title": one.title, "alias": one.alias} for one in found],
            "formats": list(FORMATS),
        }
        return Response(msgspec.json.encode(body), headers=_KEPT, media_type="application/json")

    def _given(
        self, request: Request, caller: Caller, made: Edition, key: tuple[str, str, str], generation: int
    ) -> Response:
        digest, since, form = hashlib.sha256(made.body).hexdigest(), to_datetime(made.at), key[2]
        tag = f'"{digest}"'
        if made.then is not None:
            self._ctx.db.write(made.then)
        if len(self._known) >= _MANY:
            self._known.clear()
        self._known[key] = _Known(caller.account, generation, made.until, tag, since)
        if _has(request, tag, since):
            return Response(b"", 304, _dated(tag, since))
        self._serving.notes.add(
            caller.account.id, "serve", made.collection.id, made.collection.purpose,
            door=made.collection.id, shown=made.shown if request.method == "GET" else (),
            count=made.count, omitted=len(made.left), digest=digest, endpoint=f"export-{form}",
        )  # fmt: skip
        body = b"" if request.method == "HEAD" else made.body
        headers = {**_dated(tag, since), **_described(made, form)}
        answer = Response(body, 200, headers, media_type=FORMATS[form].media)
        answer.headers["Content-Length"] = str(len(made.body))
        return answer


def _dated(tag: str, since: datetime) -> dict[str, str]:
    return {**_KEPT, "ETag": tag, "Last-Modified": format_datetime(since, usegmt=True)}


def _has(request: Request, tag: str, since: datetime) -> bool:
    """Whether the client has it already (RFC 9110 §13.2.2: a tag goes before a date)."""
    asked = request.headers.get("if-none-match")
    if asked is not None:
        return "*" in asked or tag in (one.strip().removeprefix("W/") for one in asked.split(","))
    try:
        date = parsedate_to_datetime(request.headers.get("if-modified-since", ""))
    except ValueError:
        return False
    return (date if date.tzinfo else date.replace(tzinfo=UTC)) >= since


def _described(made: Edition, form: str) -> dict[str, str]:
    """How the whole is marked, until when, and what is not in it. Reasons are words of ours; a list's name is made
    one."""
    said = {
        "Content-Disposition": f'attachment; filename="{made.collection.id}-{form}{FORMATS[form].suffix}"',
        "X-OurEyes-Count": str(made.count),
        "X-OurEyes-Omitted": omitted((one.id, one.reason) for one in made.left),
        "X-OurEyes-TLP": made.sheet.tlp.label,
        "X-OurEyes-PAP": made.sheet.pap.name,
        "X-OurEyes-Until": made.sheet.until,
    }
    return {name: text for name, text in said.items() if text}


def omitted(left: Iterable[tuple[str, str]]) -> str:
    """How many are not in it for each reason, as a header says it; of each the id and the reason."""
    found = counted((identifier, _token(reason)) for identifier, reason in left)
    return "; ".join(f"{reason}={number}" for reason, number in found.items())[:4000]


def _token(reason: str) -> str:
    return "".join(one if one.isascii() and one.isalnum() else "-" for one in reason)[:100].strip("-")
