"""TLS 1.3 between nodes: a certificate is right when it is, byte for byte, the one in the roster."""

from __future__ import annotations

import ssl
import tempfile
from collections.abc import Iterable
from pathlib import Path

from oureyes.exchange.certificates import to_pem

__all__ = ["client_context", "server_context", "trust"]


def server_context(certificate: bytes, key_file: Path, trusted: Iterable[bytes]) -> ssl.SSLContext:
    """For a node that listens. Whoever presents a certificate must present a member's; whoever presents none may be a
    member behind a proxy, and is known by the signature on each request."""
    context = _context(ssl.PROTOCOL_TLS_SERVER, certificate, key_file)
    context.verify_mode = ssl.CERT_OPTIONAL
    trust(context, trusted)
    return context


def client_context(certificate: bytes, key_file: Path, partner: bytes) -> ssl.SSLContext:
    """For dialling one partner, and nobody else. Names are not compared: the bytes are."""
    context = _context(ssl.PROTOCOL_TLS_CLIENT, certificate, key_file)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(cadata=partner)
    context.sslobject_class = _pinned(partner)
    return context


def trust(context: ssl.SSLContext, certificates: Iterable[bytes]) -> None:
    """Also believe these; for new members, while connections stand."""
    context.load_verify_locations(cadata=b"".join(dict.fromkeys(certificates)))


def _context(kind: int, certificate: bytes, key_file: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(kind)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:  # the library reads certificates from files only
        file.write(to_pem(certificate))
        file.flush()
        context.load_cert_chain(file.name, key_file)
    return context


def _pinned(partner: bytes) -> type[ssl.SSLObject]:
    """A roster certificate can sign others (it is its own authority), and those would pass the library's check; so the
    presented one is compared itself, before a byte of ours is sent."""

    class Pinned(ssl.SSLObject):
        def do_handshake(self) -> None:
            super().do_handshake()
            if self.getpeercert(True) != partner:
                raise ssl.SSLCertVerificationError("not the certificate the roster names")

    return Pinned
