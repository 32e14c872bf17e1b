"""A server on a socket of ours: what it is configured with, the socket it takes, and the loop it runs in."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from oureyes.errors import ConfigError

__all__ = ["KEEP_ALIVE_S", "Server", "configured", "listen", "loop_factory"]

KEEP_ALIVE_S = 75


class Server(uvicorn.Server):
    """Signals are the process's matter (`run`), not one server's: several live in one process."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def configured(routes: Sequence[BaseRoute], tls: Any, http: Any = "auto") -> uvicorn.Config:
    return uvicorn.Config(
        Starlette(routes=list(routes)),
        ssl_context_factory=lambda config, default: tls,
        http=http,
        log_config=None,
        log_level="warning",
        access_log=False,
        lifespan="off",
        server_header=False,
        date_header=False,
        proxy_headers=False,
        ws="none",
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=2,
        backlog=128,
    )


def listen(where: str) -> socket.socket:
    """A bound socket for `address:port`; port 0 takes a free one."""
    host, _, port = where.rpartition(":")
    host = host.strip("[]")
    if not host or not port.isdecimal():
        raise ConfigError("listen", "address:port", where[:60], "set `listen` in node.toml")
    # named TCP, or asyncio leaves Nagle's algorithm on, and an answer in two pieces waits for the other end's late ACK
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, int(port)))
    except OSError as error:
        bound.close()
        raise ConfigError("listen", f"a free {where}", error.strerror or "none", "is the node running?") from None
    return bound


def loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop
