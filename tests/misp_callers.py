"""Callers at the MISP door and the events they push, without a socket."""

from __future__ import annotations

from typing import Any

from oureyes.model.accounts import Account, Caller
from oureyes.model.markings import PAP, TLP, Marking
from oureyes.node import Node
from oureyes.node.accounts import approve_account, create

UUID = "5bad1b96-53bc-4148-87eb-50d50a0162{:02x}"
CERT = {"name": "Fictional CERT", "uuid": "55f6ea5e-51ac-4344-bc8c-4170950d210f"}


def a_caller(node: Node, name: str, *, to: tuple[str, ...] = (), **more: Any) -> Caller:
    """An account approved by two, whose postings go to `to`."""
    marking = Marking(TLP.GREEN, PAP.GREEN, releasable_to=frozenset(to))
    said = {"ceiling": TLP.AMBER, "marking": marking, "speaks_for": frozenset({CERT["uuid"]}), **more}
    create(node.ctx, Account(name, scopes=frozenset({"misp:read", "misp:write"}), **said), by="ayu")
    account = approve_account(node.ctx, name, by="budi")
    return Caller(account, account.scopes)


def an_event(number: int, value: str = "a.example", **more: Any) -> dict[str, Any]:
    """An event of one attribute; its uuid is `number`'s, the attribute's 100 further."""
    part = {"uuid": UUID.format(number + 100), "type": "text", "value": value, "timestamp": "1700000000"}
    head = {"uuid": UUID.format(number), "info": "x", "date": "2023-11-14", "timestamp": "1700000000", "Orgc": CERT}
    return {**head, "distribution": "1", "Attribute": [part], **more}
