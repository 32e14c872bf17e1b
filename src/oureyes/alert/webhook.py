"""Tells a web service: a signed POST with ids and kinds, never content, to an address the guard has checked.

The address comes from a subscription, so from a person who may be wrong or worse. The guard allows https alone,
resolves the host once, refuses every address that is not on the public internet (a database, a cloud's metadata
service, this node itself) unless the operator lists it, connects to the very address it checked, follows no redirect
and reads no more than the status line and headers (OWASP SSRF prevention).
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import socket
import ssl
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, urlsplit

import msgspec

from oureyes.alert.notice import notice
from oureyes.errors import ConfigError, OurEyesError, Refused
from oureyes.model.findings import Alert

__all__ = ["NAME", "Target", "guarded", "payload", "pinned", "readable", "send", "signature"]

NAME = "webhook"
SIGNATURE_HEADER = "X-OurEyes-Signature"
_TIMEOUT_S = 5.0
_LARGEST = 32 * 1024
_TRANSLATED = IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address
# Special since RFC 8215 and RFC 9637, or withdrawn (RFC 3879); this Python's tables may not know them yet.
_SPECIAL = tuple(IPv6Network(text) for text in ("64:ff9b:1::/48", "3fff::/20", "fec0::/10"))

Resolve = Callable[[str, int], Sequence[str]]
Connect = Callable[["Target", float], http.client.HTTPConnection]


@dataclass(frozen=True, slots=True)
class Target:
    """Where to connect: the address that was checked, and the host as named, for TLS and the Host header."""

    secure: bool
    host: str
    port: int
    path: str
    address: str


def payload(alert: Alert) -> bytes:
    """The body: JSON of what `notice` allows."""
    return msgspec.json.encode(notice(alert))


def signature(body: bytes, secret: bytes) -> str:
    """`sha256=…`, HMAC over the exact body (RFC 2104); the body holds the alert's id, so a replay shows."""
    return "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()


def send(
    alert: Alert,
    address: str,
    *,
    secret: bytes = b"",
    allowed: Collection[str] = (),
    loopback_http: bool = False,
    timeout_s: float = _TIMEOUT_S,
    resolve: Resolve | None = None,
    connect: Connect | None = None,
) -> None:
    """POST the alert. `allowed` are hosts the operator lists although their address is private; `loopback_http` lets
    a test or a local relay be reached without TLS. Raises when it was not accepted; the node tries again."""
    target = guarded(address, allowed=allowed, loopback_http=loopback_http, resolve=resolve)
    body = payload(alert)
    if len(body) > _LARGEST:
        raise OurEyesError(f"alert {alert.id}", f"at most {_LARGEST} bytes", str(len(body)))
    headers = {"Content-Type": "application/json", "Host": _named(target), "Connection": "close"}
    if secret:
        headers[SIGNATURE_HEADER] = signature(body, secret)
    status = _post(target, body, headers, timeout_s, connect or pinned)
    if not 200 <= status < 300:
        raise OurEyesError(f"webhook {target.host}", "a status of 2xx", str(status), "redirects are not followed")


def guarded(
    address: str, *, allowed: Collection[str] = (), loopback_http: bool = False, resolve: Resolve | None = None
) -> Target:
    """The address, read, resolved and checked. ConfigError when it cannot be one; Refused when it may not be used."""
    parts, port = _parts(address)
    host = (parts.hostname or "").rstrip(".")
    found = [_unwrapped(text) for text in (resolve or _resolved)(host, port)]
    if not found:
        raise OurEyesError(f"webhook {host}", "an address", "none", "check the name")
    local = all(one.is_loopback for one in found)
    if parts.scheme == "http" and not (loopback_http and local):
        raise _plain(host)
    if host not in allowed and not (loopback_http and local) and not all(_public(one) for one in found):
        raise Refused(f"webhook {host}", "a public address", "a private or special one", "ask the operator to list it")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme == "https", host, port, path, str(found[0]))


def readable(address: str) -> None:
    """Refuse an address that could never be used, before anybody relies on it: ConfigError or Refused."""
    parts, _ = _parts(address)
    if parts.scheme == "http" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
        raise _plain(parts.hostname or "")


def _plain(host: str) -> Refused:
    return Refused(f"webhook {host}", "https", "http", "give an https address")


def _parts(address: str) -> tuple[SplitResult, int]:
    shown = "webhook address"
    if len(address) > 2_000 or any(char <= " " or char > "~" for char in address):
        raise ConfigError(shown, "a short ASCII URL", "another", "percent-encode it")
    try:
        parts = urlsplit(address)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        raise ConfigError(shown, "an https URL", "none", "give https://host/path") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigError(shown, "an https URL", parts.scheme[:20] or "no scheme", "give https://host/path")
    if parts.username is not None or parts.password is not None:
        raise ConfigError(shown, "no user or password in it", "some", "the signature authenticates; use a secret")
    return parts, port


def _unwrapped(text: str) -> IPv4Address | IPv6Address:
    """The address a packet would really reach: IPv4 inside IPv6 counts as IPv4."""
    found = ip_address(text.partition("%")[0])
    if isinstance(found, IPv4Address):
        return found
    if found.ipv4_mapped or found.sixtofour:
        return found.ipv4_mapped or found.sixtofour or found
    return IPv4Address(int(found) & 0xFFFFFFFF) if found in _TRANSLATED else found


def _public(address: IPv4Address | IPv6Address) -> bool:
    special = address.is_multicast or address.is_reserved or address.is_unspecified or address.is_link_local
    return address.is_global and not special and not any(address in network for network in _SPECIAL)


def _named(target: Target) -> str:
    host = f"[{target.host}]" if ":" in target.host else target.host
    return host if target.port == (443 if target.secure else 80) else f"{host}:{target.port}"


def _post(target: Target, body: bytes, headers: dict[str, str], timeout_s: float, connect: Connect) -> int:
    connection = connect(target, timeout_s)
    try:
        connection.request("POST", target.path, body, headers)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        raise OurEyesError(f"webhook {target.host}", "an answer", type(error).__name__, "it is tried again") from error
    finally:
        connection.close()


def _resolved(host: str, port: int) -> Sequence[str]:
    try:
        return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError) as error:
        raise OurEyesError(f"webhook {host}", "an address", type(error).__name__, "it is tried again") from error


def pinned(target: Target, timeout_s: float, ca: str = "") -> http.client.HTTPConnection:
    """A connection to the address that was checked. With TLS the certificate must be the name's, by a public authority
    or, where `ca` holds certificates in PEM, by those alone."""
    if not target.secure:
        return http.client.HTTPConnection(target.address, target.port, timeout=timeout_s)
    connection = _Pinned(target.address, target.port, timeout=timeout_s)
    connection.server_name, connection.ca = target.host, ca
    return connection


class _Pinned(http.client.HTTPConnection):
    """TLS to the checked address, whatever the name resolves to by now; the certificate must still be the name's."""

    server_name, ca = "", ""

    def connect(self) -> None:
        super().connect()
        context = ssl.create_default_context(cadata=self.ca or None)
        if self.ca:
            context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        self.sock = context.wrap_socket(self.sock, server_hostname=self.server_name)
