"""Asks an ASGI application without a socket or a client library: what is sent and what comes back, byte for byte."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.routing import BaseRoute


@dataclass(frozen=True)
class Reply:
    """An answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Door:
    """One application, asked by one account on one event loop."""

    def __init__(self, routes: Iterable[BaseRoute], credential: str = "", certificate: bytes = b"") -> None:
        self.app = Starlette(routes=list(routes))
        self.credential, self.certificate = credential, certificate
        self.runner = asyncio.Runner()

    def close(self) -> None:
        self.runner.close()

    def get(self, path: str, query: Any = "", **headers: str) -> Reply:
        return self.ask("GET", path, query, **headers)

    def ask(self, method: str, path: str, query: Any = "", body: bytes = b"", **headers: str) -> Reply:
        """`headers` with underscores for dashes; an empty value leaves out what would be sent by itself."""
        return self.runner.run(self.asked(method, path, query, body, **headers))

    async def asked(self, method: str, path: str, query: Any = "", body: bytes = b"", **headers: str) -> Reply:
        said = {"authorization": self.credential, "accept": "application/taxii+json;version=2.1"}
        said |= {name.replace("_", "-").lower(): value for name, value in headers.items()}
        if isinstance(query, Mapping):
            query = "&".join(f"{quote(name)}={quote(str(value))}" for name, value in query.items())
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "https",
            "path": path, "raw_path": path.encode(), "query_string": query.encode(), "root_path": "",
            "headers": [(name.encode(), value.encode("latin-1")) for name, value in said.items() if value],
            "server": ("127.0.0.1", 8444), "client": ("127.0.0.1", 40000), "oureyes.certificate": self.certificate,
        }  # fmt: skip
        chunks = [body[at : at + 65_536] for at in range(0, len(body), 65_536)] or [b""]
        waiting = [{"type": "http.request", "body": one, "more_body": True} for one in chunks]
        waiting[-1]["more_body"] = False
        sent: list[Any] = []

        async def receive() -> Any:
            return waiting.pop(0) if waiting else {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            sent.append(message)

        await self.app(scope, receive, send)
        start = sent[0]
        headers_back = {name.decode(): value.decode("latin-1") for name, value in start["headers"]}
        return Reply(start["status"], headers_back, b"".join(one.get("body", b"") for one in sent[1:]))


def basic(name: str, password: str) -> str:
    """An Authorization header (RFC 7617)."""
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()
