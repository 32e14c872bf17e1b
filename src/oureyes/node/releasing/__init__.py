"""A state marks and releases: proposals, previews, approvals, corrections, and consent to pass on.

What leaves is written here and only here: each decision is `release.decide`'s, each statement goes into the channels
of its audience in the same transaction as the record of who got what, so a correction always finds every holder.
"""

from oureyes.node.releasing.consenting import answer_consent, ask_consent
from oureyes.node.releasing.correcting import recipients_of, retract
from oureyes.node.releasing.deciding import decided_of, door_decision
from oureyes.node.releasing.marking import answers_of, mark, marking_of, neutral
from oureyes.node.releasing.proposing import Draft, Preview, approve, decline, preview, propose, rehearse

__all__ = [
    "Draft",
    "Preview",
    "answer_consent",
    "answers_of",
    "approve",
    "ask_consent",
    "decided_of",
    "decline",
    "door_decision",
    "mark",
    "marking_of",
    "neutral",
    "preview",
    "propose",
    "recipients_of",
    "rehearse",
    "retract",
]
