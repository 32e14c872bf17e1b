"""Who must know, and how they are told.

A way to be told is a module with `NAME` and `send`; the tuple is the registry.
"""

from __future__ import annotations

from oureyes.alert import mail, syslog, webhook
from oureyes.model.ports import Notifier

__all__ = ["NOTIFIERS"]

NOTIFIERS: tuple[Notifier, ...] = (webhook, syslog, mail)
