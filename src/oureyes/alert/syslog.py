"""Tells the operations room's log collector, in RFC 5424, over UDP or a local socket."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

from oureyes.alert.notice import notice
from oureyes.errors import ConfigError, OurEyesError
from oureyes.model.findings import Alert

__all__ = ["NAME", "message", "send"]

NAME = "syslog"
_FACILITY = 16  # local0
_SEVERITY = {"quarantine": 4, "lag": 4}  # warning; everything else is a notice (RFC 5424 §6.2.1)
_NOTICE = 5
_LARGEST = 2048  # RFC 5424 §6.1: what every receiver should take


def message(alert: Alert, host: str = "-", app: str = "oureyes") -> bytes:
    """One RFC 5424 message. 32473 is the number set aside for examples (RFC 5612), as we have none of our own."""
    said = notice(alert)
    priority = _FACILITY * 8 + _SEVERITY.get(alert.event, _NOTICE)
    data = " ".join(f'{key}="{_escaped(str(said[key]))}"' for key in ("id", "event", "origin", "rank"))
    event = said["event"] or "-"
    text = f"<{priority}>1 {said['at'] or '-'} {_field(host, 255)} {_field(app, 48)} - {event} [oureyes@32473 {data}] "
    return f"{text}{said['summary']}".encode()[:_LARGEST]


def send(alert: Alert, address: str, *, host: str = "-", timeout_s: float = 2.0) -> None:
    """To `udp://host:514` or `unix:///dev/log`."""
    family, place = _place(address)
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as out:
            out.settimeout(timeout_s)
            out.sendto(message(alert, host), place)
    except OSError as error:
        raise OurEyesError("syslog", "a message sent", type(error).__name__, "it is tried again") from error


def _place(address: str) -> tuple[socket.AddressFamily, str | tuple[str, int]]:
    try:
        parts = urlsplit(address)
        port = parts.port or 514
    except ValueError:
        raise ConfigError("syslog address", "udp://host:514 or unix:///path", "another form") from None
    if parts.scheme == "unix" and parts.path:
        return socket.AF_UNIX, parts.path
    if parts.scheme == "udp" and parts.hostname:
        return (socket.AF_INET6 if ":" in parts.hostname else socket.AF_INET), (parts.hostname, port)
    raise ConfigError("syslog address", "udp://host:514 or unix:///path", parts.scheme[:20] or "no scheme")


def _field(text: str, longest: int) -> str:
    """PRINTUSASCII of RFC 5424 §6, or the nil value."""
    return "".join(char for char in text if "!" <= char <= "~")[:longest] or "-"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("]", "\\]")
