"""Certificates are compared byte for byte, and nothing older than TLS 1.3 is spoken."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
import uvloop
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from oureyes.exchange.certificates import new_certificate
from oureyes.exchange.tls import client_context, server_context


@pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_a_certificate_that_the_partners_own_key_signed_is_not_the_partners(tmp_path: Path, loop) -> None:
    """The library alone would believe it: roster certificates are their own authority."""
    now = datetime.now(UTC)
    mine, theirs = (new_certificate(member, ["127.0.0.1"], now) for member in ("SG", "ID"))
    for name, pem in (("mine", mine[0]), ("theirs", theirs[0])):
        (tmp_path / name).write_bytes(pem)
    key, issued = _issued_by(theirs, now)
    (tmp_path / "issued").write_bytes(key)

    async def asked(certificate: bytes, key_file: str) -> int:
        listening = server_context(certificate, tmp_path / key_file, [mine[1]])

        async def answer(reader, writer):
            with suppress(OSError):
                await reader.readuntil(b"\r\n\r\n")
                writer.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
                await writer.drain()
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

        server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=listening)
        port = server.sockets[0].getsockname()[1]
        tls = client_context(mine[1], tmp_path / "mine", theirs[1])
        try:
            async with (
                aiohttp.ClientSession() as session,
                session.get(f"https://127.0.0.1:{port}/", ssl=tls) as response,
            ):
                return response.status
        finally:
            server.close()
            await server.wait_closed()

    with asyncio.Runner(loop_factory=loop) as runner:
        assert runner.run(asked(theirs[1], "theirs")) == 204
        with pytest.raises((aiohttp.ClientError, ssl.SSLError)):
            runner.run(asked(issued, "issued"))


def _issued_by(authority: tuple[bytes, bytes], now: datetime) -> tuple[bytes, bytes]:
    signer, issuer = load_pem_private_key(authority[0], None), x509.load_der_x509_certificate(authority[1])
    key = ec.generate_private_key(ec.SECP256R1())
    made = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "oureyes ID")]))
        .issuer_name(issuer.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(signer, hashes.SHA256())
    )
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), made.public_bytes(Encoding.DER)
