"""Channels at work: what comes in is made durable, receipted, and only then read; what goes out is served by number.

Taking in (`receive`) and reading (`apply`) are two transactions. A receipt says "I hold it for good", which is true
after the first; reading may fail on any single entry without stopping the channel.
"""

from oureyes.node.exchanging.incoming import held_for, inbox_of, receive, received, submit_receive
from oureyes.node.exchanging.outgoing import Served, serve, unreceipted
from oureyes.node.exchanging.partners import PartnerState, newest, next_of, partners, sizes, stands, unread
from oureyes.node.exchanging.proofs import Exported, Verified, export_channel, read_export, verify, verify_export
from oureyes.node.exchanging.receipts import own_receipt, receipted, submit_receipted, taken
from oureyes.node.exchanging.recovery import Recovered, lacking, recover, recover_from
from oureyes.node.exchanging.statements import apply, submit_apply
from oureyes.node.exchanging.telling import said_by

__all__ = [
    "Exported",
    "PartnerState",
    "Recovered",
    "Served",
    "Verified",
    "apply",
    "export_channel",
    "held_for",
    "lacking",
    "inbox_of",
    "newest",
    "next_of",
    "own_receipt",
    "partners",
    "read_export",
    "receipted",
    "receive",
    "received",
    "recover",
    "recover_from",
    "said_by",
    "serve",
    "sizes",
    "stands",
    "submit_apply",
    "submit_receipted",
    "submit_receive",
    "taken",
    "unread",
    "unreceipted",
    "verify",
    "verify_export",
]
