"""The line to a node: one connection that is dialled again when it breaks, requests, problems, and the stream.

A write goes out under an idempotency key, so that asking again after a line broke does nothing twice.
"""

from __future__ import annotations

import base64
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote, urlencode, urlsplit
from uuid import uuid4

import msgspec

from oureyes.interfaces.api import forms

__all__ = ["Changed", "Line", "Problem", "place"]

F = TypeVar("F", bound=msgspec.Struct)
_BASE = "/api/1"
_JSON, _FILE = "application/json", "application/octet-stream"
_LONGEST_LINE = 1 << 16
_LONGEST_WAIT_S = 60.0


class Problem(Exception):
    """The node said no: `status`, `title` and `detail` as it told them; `retry_after_s` when it said when to come."""

    def __init__(self, said: forms.Problem, retry_after_s: int = 0) -> None:
        super().__init__(f"{said.status} {said.title}" + (f": {said.detail}" if said.detail else ""))
        self.status, self.title, self.detail, self.retry_after_s = said.status, said.title, said.detail, retry_after_s


@dataclass(frozen=True, slots=True)
class Changed:
    """Something changed. `last_event_id` is where to go on, also in another process."""

    id: str
    kind: str
    revision: int
    last_event_id: str


class Line:
    """To one node, as one account. Safe to use from several threads, which then wait for each other."""

    def __init__(
        self,
        url: str,
        *,
        token: str = "",
        user: str = "",
        password: str = "",
        ca: str | Path | None = None,
        certificate: str | Path | None = None,
        purpose: str = "",
        timeout_s: float = 60.0,
    ) -> None:
        where = urlsplit(url)
        self._host, self._port, self._timeout_s = where.hostname or "", where.port, timeout_s
        self._tls = ssl.create_default_context(cafile=str(ca) if ca else None) if where.scheme == "https" else None
        if self._tls is not None and certificate is not None:
            self._tls.load_cert_chain(str(certificate))
        self._headers = {"Accept": "application/json, application/problem+json"}
        if token:
            self._headers["Authorization"] = f"Bearer {token}"
        elif user:
            self._headers["Authorization"] = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
        if purpose:
            self._headers["OE-Purpose"] = purpose
        self._open: HTTPConnection | None = None
        self._lock = threading.Lock()
        self.etag = ""

    def close(self) -> None:
        """Hang up."""
        with self._lock:
            self._hang_up()

    def _hang_up(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None

    def ask(
        self, method: str, path: str, query: Mapping[str, Any], body: bytes | None, headers: Mapping[str, str]
    ) -> bytes:
        """One request. Problem when the node says no."""
        said = {**self._headers, **headers}
        if method != "GET":
            said.setdefault("Idempotency-Key", str(uuid4()))
        with self._lock:
            answer, raw = self._sent(method, _BASE + path + _text(query), body, said)
            self.etag = answer.headers.get("ETag", "")
        if answer.status >= 400:
            raise _problem(answer, raw)
        return raw

    def get(self, form: type[F], path: str, **query: Any) -> F:
        return msgspec.json.decode(self.ask("GET", path, query, None, {}), type=form)

    def pages(self, form: type[F], path: str, **query: Any) -> Iterator[F]:
        cursor = ""
        while True:
            page = self.get(form, path, **query, cursor=cursor)
            yield page
            cursor = str(getattr(page, "next", ""))
            if not cursor:
                return

    def do(self, form: type[F], method: str, path: str, said: msgspec.Struct | None = None, *, if_match: str = "") -> F:
        headers = {"If-Match": if_match} if if_match else {}
        body = None if said is None else msgspec.json.encode(said)
        if body is not None:
            headers["Content-Type"] = _JSON
        return msgspec.json.decode(self.ask(method, path, {}, body, headers), type=form)

    def file(self, form: type[F], method: str, path: str, raw: bytes, **query: Any) -> F:
        return msgspec.json.decode(self.ask(method, path, query, raw, {"Content-Type": _FILE}), type=form)

    def _sent(
        self, method: str, target: str, body: bytes | None, headers: Mapping[str, str]
    ) -> tuple[HTTPResponse, bytes]:
        try:
            return self._once(method, target, body, headers)
        except (HTTPException, ConnectionError, ssl.SSLEOFError):  # the node hung up on a line kept too long
            self._hang_up()
        try:
            return self._once(method, target, body, headers)
        except BaseException:
            self._hang_up()  # what might still come on this line is no answer to what is asked next
            raise

    def _once(
        self, method: str, target: str, body: bytes | None, headers: Mapping[str, str]
    ) -> tuple[HTTPResponse, bytes]:
        if self._open is None:
            self._open = self._dial()
        self._open.request(method, target, body, dict(headers))
        answer = self._open.getresponse()
        return answer, answer.read()

    def _dial(self) -> HTTPConnection:
        if self._tls is None:
            return HTTPConnection(self._host, self._port, timeout=self._timeout_s)
        return HTTPSConnection(self._host, self._port, timeout=self._timeout_s, context=self._tls)

    # --- the stream --------------------------------------------------------------------------------------------------

    def events(self, last_event_id: str, *, reconnect: bool) -> Iterator[Changed]:
        """What changes, as it does; from now on, or since `last_event_id`. It ends when the node says no."""
        place = _Place(last_event_id)
        while True:
            line = self._dial()
            try:
                with suppress(HTTPException, OSError):  # the line broke: it is dialled again, and goes on where it was
                    yield from self._stream(line, place)
            finally:
                line.close()
            if not reconnect:
                return
            time.sleep(min(place.wait_s, _LONGEST_WAIT_S))

    def _stream(self, line: HTTPConnection, place: _Place) -> Iterator[Changed]:
        """One line of it, as WHATWG HTML §9.2.6 reads one."""
        resumed = {"Last-Event-ID": place.at} if place.at else {}
        line.request("GET", f"{_BASE}/events", headers={**self._headers, "Accept": "text/event-stream", **resumed})
        answer = line.getresponse()
        if answer.status != 200:
            raise _problem(answer, answer.read())
        data = ""
        while text := answer.readline(_LONGEST_LINE).decode("utf-8"):
            name, _, value = text.rstrip("\r\n").partition(":")
            value = value.removeprefix(" ")
            if name == "id":
                place.at = value
            elif name == "retry" and value.isdecimal():
                place.wait_s = int(value) / 1000
            elif name == "data":
                data += value
            elif not text.strip("\r\n"):
                if data:
                    said = msgspec.json.decode(data, type=forms.EventSaid)
                    yield Changed(said.id, said.kind, said.revision, place.at)
                data = ""


@dataclass(slots=True)
class _Place:
    """How far a stream was read, and how long to wait before dialling again."""

    at: str
    wait_s: float = 2.0


def place(text: str) -> str:
    """An id as it stands in a path."""
    return quote(text, safe="")


def _text(query: Mapping[str, Any]) -> str:
    said = {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in query.items()
        if value not in ("", None)
    }
    return f"?{urlencode(said, quote_via=quote)}" if said else ""


def _problem(answer: HTTPResponse, raw: bytes) -> Problem:
    wait = answer.headers.get("Retry-After", "")
    try:
        said = msgspec.json.decode(raw, type=forms.Problem)
    except msgspec.MsgspecError:
        said = forms.Problem(answer.reason or "no problem was told", answer.status)
    return Problem(said, int(wait) if wait.isdecimal() else 0)
