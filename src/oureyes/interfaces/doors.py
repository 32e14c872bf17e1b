"""The doors for those outside the federation: a port of their own, with TLS 1.2 and 1.3, and accounts behind it.

Partners sign every request and speak TLS 1.3 with certificates the roster names; clients of the outside world can do
neither. So they have a second listener (`doors_listen`), threads of their own, and no way to the federation's routes.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import uvicorn
from starlette.routing import BaseRoute
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from oureyes.errors import ConfigError
from oureyes.exchange.certificates import to_pem
from oureyes.interfaces.api.server import Api
from oureyes.interfaces.exports import Exports
from oureyes.interfaces.gate import Gate
from oureyes.interfaces.misp import Misp
from oureyes.interfaces.probing import Asking
from oureyes.interfaces.problems import problem
from oureyes.interfaces.taxii import Taxii
from oureyes.node import Node
from oureyes.node.accounts import Credentials, client_certificates
from oureyes.node.opening import member_of
from oureyes.node.serving import Serving

__all__ = ["DoorProtocol", "Doors"]

# Forward secrecy and authenticated encryption only: nothing of the list of RFC 7540 Appendix A (TAXII 2.1 §8.2.2).
_CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"


class Doors:
    """Everything behind one node's second listener. `ask` carries private questions; else each has lines of its own."""

    def __init__(self, node: Node, ask: Asking | None = None) -> None:
        self._node = node
        self.executor = ThreadPoolExecutor(4, f"oureyes-doors-{node.member}")
        self.gate, self.serving = Gate(Credentials(node.ctx)), Serving(node.ctx)
        self.taxii = Taxii(self.serving, self.gate, self.executor)
        self.misp = Misp(self.serving, self.gate, self.executor)
        # threads of its own: a search over everything must hold up no partner's poll
        self._asking = ThreadPoolExecutor(4, f"oureyes-api-{node.member}")
        self.api = Api(node, self.serving, self.gate, self._asking, ask)
        self.exports = Exports(self.serving, self.gate, self.executor)
        self._trusted: frozenset[bytes] = frozenset()
        self._server: uvicorn.Server | None = None
        self.tls = self._context()

    def routes(self) -> list[BaseRoute]:
        """To be mounted under `/`."""
        return [*self.misp.routes(), *self.exports.routes(), *self.taxii.routes(), *self.api.routes()]

    def _context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers(_CIPHERS)
        context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # an account's certificate is trusted for itself
        context.verify_mode = ssl.CERT_OPTIONAL
        self._show(context)
        self._trusted = self._trust(context)
        return context

    def _show(self, context: ssl.SSLContext) -> None:
        config = self._node.ctx.config
        shown, key = config.text("doors_certificate"), config.text("doors_key")
        try:
            if shown:
                context.load_cert_chain(shown, key or None)
                return
            with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:  # the library reads from files only
                file.write(to_pem(member_of(config.home).keys.certificate))
                file.flush()
                context.load_cert_chain(file.name, config.home / "tls.key")
        except (OSError, ssl.SSLError) as error:
            name = Path(shown).name or "tls.der"
            raise ConfigError(name, "a certificate and its key, PEM", type(error).__name__, "see `doors_key`") from None

    def _trust(self, context: ssl.SSLContext) -> frozenset[bytes]:
        found = frozenset(client_certificates(self._node.ctx))
        if fresh := found - self._trusted:
            context.load_verify_locations(cadata=b"".join(sorted(fresh)))
        return self._trusted | found

    async def look(self) -> None:
        """Certificates of accounts added since; those of accounts that are gone are refused at the gate."""
        self._trusted = await asyncio.get_running_loop().run_in_executor(self.executor, self._trust, self.tls)

    def open(self, server: uvicorn.Server, sock: socket.socket, loop: Callable[[], Any] | None = None) -> None:
        """Serve in a thread with an event loop of its own: a large page must hold up no partner. Returns once it
        listens."""
        self._server = server

        def run() -> None:
            with asyncio.Runner(loop_factory=loop) as runner:
                runner.run(server.serve([sock]))

        self._thread = threading.Thread(target=run, name=f"oureyes-doors-{self._node.member}", daemon=True)
        self._thread.start()
        while not server.started:
            if not self._thread.is_alive():
                raise ConfigError("doors_listen", "a server that starts", "one that ended", "see the log")
            time.sleep(0.005)

    def close(self) -> None:
        """Let what is being answered end."""
        if self._server is not None:
            self._server.should_exit = True
            self._thread.join()
        self.executor.shutdown()
        self._asking.shutdown()
        self.api.close()
        self.serving.notes.close()


class DoorProtocol(HttpToolsProtocol):
    """Tells the application the certificate a client showed, which ASGI has no agreed place for in this server; what is
    no HTTP, or has a target longer than the parser takes, is told so as every other error is (RFC 9457)."""

    _certificate = b""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        tls = transport.get_extra_info("ssl_object")
        self._certificate = (tls.getpeercert(True) or b"") if tls is not None else b""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["oureyes.certificate"] = self._certificate  # type: ignore[typeddict-unknown-key]  # a key of ours

    def send_400_response(self, msg: str) -> None:
        answer = problem(400, "it cannot be read", f"{msg} Is its target over 64 KiB?")
        answer.headers["Connection"] = "close"
        lines = [b"%s: %s\r\n" % header for header in answer.raw_headers]
        self.transport.write(b"".join([b"HTTP/1.1 400 Bad Request\r\n", *lines, b"\r\n", bytes(answer.body)]))
        self.transport.close()
