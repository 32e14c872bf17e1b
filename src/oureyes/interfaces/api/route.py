"""What a route is, and what it is given: the nouns of this interface.

A route is thin: it reads what is asked, calls one verb of the node, and gives the answer its form. It knows nothing of
HTTP but its method, path and status.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from oureyes.errors import InvalidObject
from oureyes.interfaces.api.forms import MarkingSaid, Nothing, Paged
from oureyes.interfaces.probing import Asking
from oureyes.interfaces.words import meaning
from oureyes.model.accounts import Caller
from oureyes.model.markings import Marking
from oureyes.node import Node
from oureyes.node.reading import Reading

__all__ = ["OFFICERS_READ", "STIX", "Bytes", "Call", "Page", "Route", "as_form", "changed", "paged"]

T = TypeVar("T")
F = TypeVar("F", bound=msgspec.Struct)
STIX = "application/stix+json;version=2.1"
# Verbs whose reading a token with `api:read` alone does not allow.
_APART = ("api:oversee", "api:admit", "api:care", "api:probe")
OFFICERS_READ = "api:read"
_MAC = 12


@dataclass(frozen=True, slots=True)
class Bytes:
    """An answer that is not JSON of ours: its bytes as they are. `omitted` counts what is not in it."""

    body: bytes
    media: str = "application/octet-stream"
    name: str = ""
    omitted: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """One request, read and allowed. `ask` carries private questions; `file` holds a body that was not JSON,
    `raw` the bytes of one that was."""

    node: Node
    reading: Reading
    caller: Caller
    purpose: str
    path: Mapping[str, str]
    ask: Asking
    query: Any = field(default_factory=Nothing)
    body: Any = None
    raw: bytes = b""
    file: Path | None = None
    said_purpose: bool = False
    bound: str = ""

    @property
    def by(self) -> str:
        """Who does it, for the audit log: the account, and no name that anybody could type."""
        return self.caller.account.id

    @property
    def officer(self) -> bool:
        return self.caller.account.officer

    def purpose_or(self, usual: str) -> str:
        """The purpose said, else what this is usually for."""
        return self.purpose if self.said_purpose else usual


@dataclass(frozen=True, slots=True)
class Route:
    """`scope` is what a token needs (for a GET, `api:read` is enough unless the verb is one apart); `everyone` lets
    outside accounts in, too. `body` is a form, or `bytes` for a file. `secret`: the answer is kept nowhere. `guard`
    names the GET whose ETag an `If-Match` is compared with. `cli` are the commands it covers."""

    name: str
    method: str
    path: str
    scope: str
    run: Callable[[Call], Any]
    answer: type
    query: type[msgspec.Struct] = Nothing
    body: type | None = None
    status: int = 200
    everyone: bool = False
    secret: bool = False
    optional: bool = False
    guard: str = ""
    cli: tuple[str, ...] = ()

    @property
    def reads(self) -> bool:
        return self.method == "GET"

    @property
    def scopes(self) -> frozenset[str]:
        """Any of these is enough."""
        wide = {OFFICERS_READ} if self.reads and self.scope not in _APART else set[str]()
        return frozenset({self.scope, *wide})

    @property
    def says(self) -> str:
        """What it does, in a sentence or two: its function's docstring."""
        return " ".join((self.run.__doc__ or "").split())


def as_form(form: type[F], found: Any, **more: Any) -> F:
    """A value of the node's as a form of the same field names."""
    plain = {name: getattr(found, name) for name in form.__struct_fields__ if name not in more and hasattr(found, name)}
    return msgspec.convert({**plain, **more}, form, from_attributes=True)


def changed(before: Marking, said: MarkingSaid) -> Marking:
    """`before` with the rules that were said. InvalidObject names the rule whose word means nothing."""
    rules = {name: value for name in said.__struct_fields__ if (value := getattr(said, name)) is not None}
    found: dict[str, Any] = {}
    for rule, value in rules.items():
        try:
            key, meant = meaning(rule, ",".join(value) if isinstance(value, list) else value)
        except (InvalidObject, ValueError) as error:
            expected = error.expected if isinstance(error, InvalidObject) else str(error).removeprefix("expected ")
            raise InvalidObject(f"marking, {rule}", expected[:200], "another word") from None
        found[key] = meant
        if key == "answers_to":
            found["hit_no_hit"] = bool(meant)
    return before.but(**found)


class Page:
    """Cursors: where a page ended, bound to the list, its filters and its reader, so that none is used elsewhere."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def text(self, bound: str, at: Any) -> str:
        """A cursor for what comes after `at`."""
        plain = msgspec.json.encode(at)
        return base64.urlsafe_b64encode(self._mac(bound, plain) + plain).decode()

    def at(self, bound: str, cursor: str) -> Any:
        """The inverse. InvalidObject when it was not given for this list to this reader."""
        try:
            raw = base64.urlsafe_b64decode(cursor.encode("ascii"))
        except (binascii.Error, ValueError):
            raw = b""
        if len(raw) <= _MAC or not hmac.compare_digest(raw[:_MAC], self._mac(bound, raw[_MAC:])):
            raise InvalidObject("cursor", "the `next` of this list with these filters", "another", "begin without one")
        return msgspec.json.decode(raw[_MAC:])

    def _mac(self, bound: str, plain: bytes) -> bytes:
        return hmac.digest(self._secret, bound.encode() + b"\0" + plain, "sha256")[:_MAC]


def paged(call: Call, found: Sequence[T], order: Callable[[T], tuple[Any, ...]]) -> tuple[list[T], str]:
    """A page of a list that is at hand, in an order that tells any two apart; what comes or goes moves nothing else."""
    query: Paged = call.query
    page = Page(call.node.ctx.keys.extract)
    ordered = sorted(found, key=order)
    if query.cursor:
        at = page.at(call.bound, query.cursor)
        ordered = [one for one in ordered if list(order(one)) > at]
    given = ordered[: query.limit]
    more = len(ordered) > query.limit
    return given, page.text(call.bound, list(order(given[-1]))) if more else ""
