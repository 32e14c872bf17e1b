"""Alerts by e-mail: what is sent, and what must never be."""

import smtplib
from email.message import EmailMessage

import pytest

from oureyes.alert.mail import message, send
from oureyes.errors import ConfigError, OurEyesError
from oureyes.model.findings import Alert

ALERT = Alert(
    "a1", "c", "match", "h", ("indicator--00000000-0000-4000-8000-000000000001",), "ID", "2026-07-01T00:00:00Z"
)


class Server:
    """An SMTP server that remembers."""

    def __init__(self) -> None:
        self.said: list[object] = []
        self.failing = False

    def __call__(self, host: str, port: int, timeout: float) -> "Server":
        if self.failing:
            raise smtplib.SMTPServerDisconnected
        self.said.append((host, port))
        return self

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def starttls(self, context: object) -> None:
        self.said.append("tls")

    def send_message(self, mail: EmailMessage) -> None:
        self.said.append(mail["To"])


def test_a_mail_names_what_to_open_and_nothing_more() -> None:
    mail = message(ALERT, "node@a.example", "sari@b.example")
    assert mail["Subject"] == "[Our Eyes] match: 1 object from ID"
    assert mail.get_content().split("\r\n" if "\r\n" in mail.get_content() else "\n")[0] == "match: 1 object from ID"
    assert "1 × indicator" in mail.get_content()


def test_tls_comes_before_the_mail() -> None:
    server = Server()
    send(ALERT, "sari@b.example", server="mail.example", port=587, connect=server)
    assert server.said == [("mail.example", 587), "tls", "sari@b.example"]


def test_without_tls_only_this_machine_is_spoken_to() -> None:
    with pytest.raises(ConfigError):
        send(ALERT, "sari@b.example", server="mail.example", tls=False, connect=Server())
    server = Server()
    send(ALERT, "sari@b.example", tls=False, connect=server)
    assert "tls" not in server.said


def test_a_server_that_is_away_is_a_failure_to_try_again() -> None:
    server = Server()
    server.failing = True
    with pytest.raises(OurEyesError, match="tried again"):
        send(ALERT, "sari@b.example", connect=server)


@pytest.mark.parametrize("address", ["", "sari", "a@b.example\nBcc: c@d.example", "a@b.example, c@d.example", "<a@b>"])
def test_one_mailbox_and_no_header_can_be_slipped_in(address: str) -> None:
    with pytest.raises(ConfigError):
        message(ALERT, "node@a.example", address)
