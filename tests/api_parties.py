"""A node whose own interface stands on a real socket, the accounts of its people and of others, and clients of both."""

from __future__ import annotations

import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import msgspec
import uvicorn
from simulated import federation
from starlette.applications import Starlette

from oureyes.client import Client
from oureyes.interfaces.api.server import Api
from oureyes.interfaces.doors import DoorProtocol
from oureyes.interfaces.gate import Gate
from oureyes.model.accounts import OFFICER, SCOPES, Account
from oureyes.model.markings import PAP, TLP, Marking
from oureyes.model.objects import StixObject
from oureyes.node import Node
from oureyes.node.accounts import Credentials, approve_account, approve_credentials, create, issue
from oureyes.node.serving import Serving

FAST = {"per_minute": 10**9, "burst": 10**6}
ALL = frozenset(name for name in SCOPES if name.startswith("api:"))
OUTSIDE = frozenset({"api:read", "api:write"})


class ApiSite:
    """One node, its interface, and a client for each account."""

    def __init__(self, folder: Path, members: tuple[str, ...] = ("ID", "MY"), beat_s: float = 0.3, **settings: Any):
        self.nodes = federation(folder, members, **settings)
        self.node: Node = self.nodes[members[0]]
        self.tokens: dict[str, str] = {}
        self._clients: list[Client] = []
        self._beat_s = beat_s
        self._start()

    def _start(self) -> None:
        ctx = self.node.ctx
        self.executor = ThreadPoolExecutor(4)
        self.serving = Serving(ctx)
        self.api = Api(self.node, self.serving, Gate(Credentials(ctx)), self.executor)
        self.api.streams._beat_s = self._beat_s
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", getattr(self, "port", 0)))
        self.port = int(self._socket.getsockname()[1])
        config = uvicorn.Config(
            Starlette(routes=self.api.routes()), log_level="critical", lifespan="off", ws="none",
            timeout_graceful_shutdown=1, http=DoorProtocol,
        )  # fmt: skip
        self._server = uvicorn.Server(config)
        self._server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]  # not in the main thread
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), daemon=True)
        self._thread.start()
        while not self._server.started:
            time.sleep(0.005)

    def _stop(self) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()
        self.api.close()
        self.executor.shutdown()
        self.serving.notes.close()

    def restart(self) -> None:
        """A new process on the same home, as far as anything kept in memory goes; the address stays."""
        self._stop()
        self._start()

    def close(self) -> None:
        for client in self._clients:
            client.close()
        self._stop()
        for node in self.nodes.values():
            node.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def officer(self, name: str, scopes: frozenset[str] = ALL, *, approver: str = "chief", **more: Any) -> Client:
        """One of the state's own people, let in by two others."""
        return self.account(name, scopes, kind=OFFICER, approver=approver, **more)

    def account(
        self,
        name: str,
        scopes: frozenset[str] = OUTSIDE,
        *,
        kind: str = "partner",
        approver: str = "chief",
        **more: Any,
    ) -> Client:
        """An account with a token."""
        marking = Marking(TLP.GREEN, PAP.GREEN)
        said = {"ceiling": TLP.AMBER, "marking": marking, **FAST, **more}
        create(self.node.ctx, Account(name, kind, scopes=scopes, **said), by="registrar")
        if approver:
            approve_account(self.node.ctx, name, by=approver)
        return self.client(name, scopes)

    def client(self, name: str, scopes: frozenset[str], **more: Any) -> Client:
        """A client with a fresh token of an account's."""
        _, text = issue(self.node.ctx, name, by="registrar", scopes=scopes, days=30)
        approve_credentials(self.node.ctx, name, by="chief")
        self.tokens[name] = text
        return self.stands(token=text, **more)

    def stands(self, **credential: Any) -> Client:
        """Somebody with what they show."""
        self._clients.append(Client(self.url, **{"timeout_s": 20.0, **credential}))
        return self._clients[-1]

    def record(self, *made: StixObject, to: tuple[str, ...] = (), tlp: TLP = TLP.GREEN, **more: Any) -> None:
        """Recorded by the node's own people, at the machine."""
        marking = Marking(tlp, PAP.GREEN, releasable_to=frozenset(to), purpose="investigation", **more)
        self.node.record_objects(list(made), by="sari", marking=marking)

    def ask(self, name: str, method: str, path: str, body: Any = None, **headers: str) -> Reply:
        """One request as this account, or as nobody, exactly as given."""
        said = {"Authorization": f"Bearer {self.tokens[name]}"} if name in self.tokens else {}
        data = body if isinstance(body, bytes) or body is None else msgspec.json.encode(body)
        if data is not None and "Content_Type" not in headers:
            said["Content-Type"] = "application/json"
        said |= {key.replace("_", "-"): value for key, value in headers.items() if value}
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, "/api/1" + path, data, said)
            answer = connection.getresponse()
            return Reply(answer.status, answer.headers, answer.read())
        finally:
            connection.close()


@dataclass(frozen=True)
class Reply:
    """An answer."""

    status: int
    headers: Message
    body: bytes

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.body)
