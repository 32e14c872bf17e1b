"""A node's own certificate."""

from datetime import UTC, datetime

from cryptography import x509

from oureyes.exchange.certificates import new_certificate, to_pem

AT = datetime(2026, 11, 24, tzinfo=UTC)


def test_it_names_the_hosts_it_is_reached_at_and_runs_out() -> None:
    _, raw = new_certificate("ID", ["node.example", "192.0.2.1"], AT, days=30)
    found = x509.load_der_x509_certificate(raw)
    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["node.example"]
    assert [str(one) for one in names.get_values_for_type(x509.IPAddress)] == ["192.0.2.1"]
    assert found.not_valid_before_utc < AT < found.not_valid_after_utc
    assert (found.not_valid_after_utc - AT).days == 30


def test_two_nodes_never_share_a_key() -> None:
    assert new_certificate("ID", ["a.example"], AT)[0] != new_certificate("ID", ["a.example"], AT)[0]


def test_the_text_form_is_the_same_certificate() -> None:
    _, raw = new_certificate("ID", ["a.example"], AT)
    assert x509.load_pem_x509_certificate(to_pem(raw).encode()) == x509.load_der_x509_certificate(raw)
