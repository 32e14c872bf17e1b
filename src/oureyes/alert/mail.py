"""Tells a mailbox: a plain-text mail with ids and kinds; to read more, the officer opens the node."""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP

from oureyes.alert.notice import notice
from oureyes.errors import ConfigError, OurEyesError
from oureyes.model.findings import Alert

__all__ = ["NAME", "message", "send"]

NAME = "mail"
_MAILBOX = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")


def message(alert: Alert, sender: str, to: str) -> EmailMessage:
    """The mail. Its subject and body hold what `notice` allows."""
    said = notice(alert)
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"] = _mailbox(sender), _mailbox(to)
    mail["Subject"] = f"[Our Eyes] {said['summary']}"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834 §5: no out-of-office answers
    lines = [said["summary"], "", f"Alert {said['id']}, {said['at']}", ""]
    lines += [f"{count} × {kind}" for kind, count in said["kinds"].items()]
    lines += ["", *said["objects"], "", "Open the inbox of your node to read it."]
    mail.set_content("\n".join(lines))
    return mail


def send(
    alert: Alert,
    address: str,
    *,
    sender: str = "oureyes@localhost",
    server: str = "localhost",
    port: int = 25,
    tls: bool = True,
    timeout_s: float = 10.0,
    connect: Callable[..., smtplib.SMTP] = smtplib.SMTP,
) -> None:
    """To one mailbox through the operator's server. Without `tls` the server must be this machine."""
    if not tls and server not in ("localhost", "127.0.0.1", "::1"):
        raise ConfigError("mail server", "TLS to another machine", "none", "set tls, or use a local relay")
    mail = message(alert, sender, address)
    try:
        with connect(server, port, timeout=timeout_s) as session:
            if tls:
                session.starttls(context=ssl.create_default_context())
            session.send_message(mail)
    except (OSError, smtplib.SMTPException) as error:
        raise OurEyesError("mail", "a mail accepted", type(error).__name__, "it is tried again") from error


def _mailbox(text: str) -> str:
    if not _MAILBOX.fullmatch(text):
        raise ConfigError("mail address", "one mailbox, name@host", "another form")
    return text
