"""A node's TLS certificate: self-signed, named in the roster, and trusted for no other reason.

No authority stands above the states, so there is no chain: a partner's certificate is right when it is, byte for
byte, the one in the roster. ECDSA P-256, since every TLS stack in the field takes it.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

__all__ = ["new_certificate", "to_pem"]


def new_certificate(member: str, hosts: Iterable[str], at: datetime, days: int = 825) -> tuple[bytes, bytes]:
    """(private key PEM, certificate DER) for a node reached at `hosts` (names or addresses), valid from `at`."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"oureyes {member}")])
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(hours=1))
        .not_valid_after(at + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([_host(host) for host in hosts]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), built.public_bytes(Encoding.DER)


def to_pem(certificate: bytes) -> str:
    """A DER certificate as PEM, for the TLS library."""
    return x509.load_der_x509_certificate(certificate).public_bytes(Encoding.PEM).decode()


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)
