"""Forms of private questions: what is asked without showing it, hits, their cases, and with whom it is agreed."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from oureyes.interfaces.api.forms.shared import Answer, Asked, Ident

__all__ = [
    "Agreement",
    "AgreementMade",
    "Agreements",
    "EvidenceAsked",
    "HitAnswer",
    "HitCase",
    "HitCases",
    "HitFound",
    "HitRecords",
    "HitsFound",
    "KeyEvidence",
    "KeysShown",
    "Ledger",
    "LedgerAsked",
    "LedgerLine",
    "Probe",
    "ProbeAnswer",
    "Probed",
    "Published",
    "PublishedFilters",
    "Quota",
    "Quotas",
    "RevocationsTaken",
    "SetCheck",
    "SetChecked",
    "SetRead",
    "Sets",
]

_Kind = Literal["phone", "wallet", "document", "account", "email", "media", "name"]
_Value = Annotated[str, Meta(min_length=1, max_length=500)]
_Members = Annotated[list[Ident], Meta(min_length=1, max_length=64)]


class Probe(Asked, frozen=True):
    """Ask members whether they hold something, without showing what. `case` stays here; a digest travels."""

    kind: _Kind
    values: Annotated[list[_Value], Meta(min_length=1, max_length=512)]
    to: _Members
    basis: Annotated[str, Meta(min_length=1, max_length=40)]
    case: Annotated[str, Meta(min_length=1, max_length=200)]
    country: Annotated[str, Meta(max_length=2)] = ""
    fresh: bool = False


class HitFound(Answer, frozen=True):
    """A hit, known here alone until a case is opened on it."""

    id: str
    partner: str
    kind: str
    value: str
    at: str
    by: str
    state: str


class ProbeAnswer(Answer, frozen=True):
    """What one partner answered; `refusal` is empty where it did."""

    partner: str
    asked: int
    hits: list[HitFound]
    left: int
    refusal: str


class Probed(Answer, frozen=True):
    """What all of them answered."""

    answers: list[ProbeAnswer]


class HitsFound(Answer, frozen=True):
    """Hits known here, newest first."""

    hits: list[HitFound]


class HitCase(Answer, frozen=True, kw_only=True):
    """A confirmation case; the clock is the holder's, and the same at both ends."""

    id: str
    side: str
    partner: str
    kind: str
    purpose: str
    basis: str
    opened: str
    received: str
    answered: str
    refused: str
    ground: str
    due: str
    stands: str


class HitCases(Answer, frozen=True):
    """Every case, at both ends."""

    cases: list[HitCase]


class HitRecords(Answer, frozen=True):
    """The records of ours that a partner's case is about."""

    case: str
    records: list[str]


class HitAnswer(Asked, frozen=True):
    """The release that went to who asked, or the ground on which it is refused."""

    release: Annotated[str, Meta(max_length=250)] = ""
    ground: Annotated[str, Meta(max_length=40)] = ""


class Quota(Answer, frozen=True):
    """What a partner answers, how much of today's budget is left, and how many members bear out its keys."""

    partner: str
    kinds: list[str]
    purposes: list[str]
    daily: int
    left: int
    epoch: str
    witnesses: int
    refusal: str


class Quotas(Answer, frozen=True):
    """Every partner's."""

    quotas: list[Quota]


class EvidenceAsked(Asked, frozen=True):
    """The month; without one, this."""

    epoch: Annotated[str, Meta(pattern="^([0-9]{4}-[0-9]{2})?$")] = ""


class KeysShown(Answer, frozen=True):
    """What one member was shown of another's keys, as that other signed it."""

    shown_to: str
    keys: str
    words: str


class KeyEvidence(Answer, frozen=True):
    """Two words that differ prove to anybody that their signer told members apart."""

    member: str
    epoch: str
    shown: list[KeysShown]


class LedgerAsked(Asked, frozen=True):
    """How many, newest first."""

    limit: Annotated[int, Meta(ge=1, le=10_000)] = 100


class LedgerLine(Answer, frozen=True):
    """A question asked, answered or refused: with whom, how many, what for, by what right; never about what."""

    side: str
    partner: str
    by: str
    kind: str
    keys: int
    subjects: int
    hits: int
    purpose: str
    basis: str
    case: str
    at: str
    reason: str
    times: int


class Ledger(Answer, frozen=True):
    """Every one of them."""

    questions: list[LedgerLine]


class SetRead(Answer, frozen=True):
    """A private search set that was made or taken here."""

    id: str
    name: str
    origin: str
    audience: str
    made: str
    expires: str
    revoked: str


class Sets(Answer, frozen=True):
    """Every one of them."""

    sets: list[SetRead]


class SetCheck(Asked, frozen=True):
    """Values to look up in a set that was taken."""

    kind: _Kind
    values: Annotated[list[_Value], Meta(min_length=1, max_length=1_000)]
    country: Annotated[str, Meta(max_length=2)] = ""


class SetChecked(Answer, frozen=True):
    """Which of the values, in their order, a set holds. `listed` is the date of the list of revocations that it went
    by, "" where nobody looked; `standing` says it in words."""

    set: str
    origin: str
    expires: str
    hits: list[bool]
    listed: str
    standing: str


class RevocationsTaken(Answer, frozen=True):
    """Whose list it is, of when, and how many of its sets it revokes."""

    origin: str
    at: str
    sets: int


class AgreementMade(Asked, frozen=True):
    """Whom to answer, about what, for which purposes, and how many keys a day."""

    partner: Ident
    kinds: Annotated[list[_Kind], Meta(min_length=1, max_length=10)]
    purposes: Annotated[list[Annotated[str, Meta(max_length=40)]], Meta(min_length=1, max_length=20)]
    daily: Annotated[int, Meta(ge=1, le=1_000_000)] = 1024


class Agreement(Answer, frozen=True):
    """An agreement, and who stands behind it."""

    partner: str
    state: str
    kinds: list[str]
    purposes: list[str]
    daily: int
    author: str
    approver: str
    at: str


class Agreements(Answer, frozen=True):
    """Whom we answer."""

    agreements: list[Agreement]


class PublishedFilters(Answer, frozen=True):
    """What was published for a partner."""

    partner: str
    anew: int
    added: int
    size: int


class Published(Answer, frozen=True):
    """What was published."""

    published: list[PublishedFilters]
