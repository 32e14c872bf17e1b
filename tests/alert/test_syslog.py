"""Alerts by syslog, to the letter of RFC 5424."""

import socket
from pathlib import Path

import pytest

from oureyes.alert.syslog import message, send
from oureyes.errors import ConfigError, OurEyesError
from oureyes.model.findings import Alert

ALERT = Alert("a1", "c", "match", "h", ("indicator--1", "report--2"), "ID", "2026-07-01T00:00:00Z")


def test_a_message_is_rfc_5424() -> None:
    assert message(ALERT, "node.id") == (
        b'<133>1 2026-07-01T00:00:00Z node.id oureyes - match [oureyes@32473 id="a1" event="match" origin="ID" '
        b'rank="1.0"] match: 2 objects from ID'
    )


def test_a_late_partner_is_a_warning() -> None:
    assert message(Alert("a1", "c", "lag", "h", (), "ID", "2026-07-01T00:00:00Z")).startswith(b"<132>1 ")


def test_a_field_cannot_hold_a_space_or_a_line() -> None:
    assert b" a-b " in message(ALERT, "a-\n b")


def test_it_reaches_a_local_socket(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as log:
        log.bind(str(tmp_path / "log"))
        send(ALERT, f"unix://{tmp_path}/log")
        assert log.recv(4096) == message(ALERT)


def test_a_collector_that_is_away_is_a_failure_to_try_again(tmp_path: Path) -> None:
    with pytest.raises(OurEyesError, match="tried again"):
        send(ALERT, f"unix://{tmp_path}/nothing")


@pytest.mark.parametrize("address", ["", "tcp://host", "udp://", "unix:", "udp://host:99999"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ConfigError):
        send(ALERT, address)
