"""Forms of the node itself: accounts, collections, remotes, partners, the audit log, its health."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta

from oureyes.interfaces.api.forms.shared import Answer, Asked, Ident, MarkingSaid, Name, Paged, Words

__all__ = [
    "Account",
    "AccountMade",
    "AccountOne",
    "AccountSwitch",
    "Accounts",
    "Approved",
    "AuditAsked",
    "AuditProof",
    "AuditRow",
    "AuditRows",
    "AuditVerified",
    "ChannelVerified",
    "Check",
    "Checks",
    "Collection",
    "CollectionMade",
    "Collections",
    "Figures",
    "FiguresAsked",
    "Issue",
    "Issued",
    "Member",
    "Partner",
    "Partners",
    "PasswordSaid",
    "Recipient",
    "Recipients",
    "Recovered",
    "Remote",
    "RemoteMade",
    "Remotes",
    "RosterRead",
    "Setting",
    "Settings",
    "TokenRead",
    "Verified",
    "Versions",
]

_Names = Annotated[list[Ident], Meta(max_length=500)]
_Scopes = Annotated[list[Annotated[str, Meta(max_length=40)]], Meta(max_length=30)]
_Short = Annotated[str, Meta(max_length=20)]


class AccountMade(Asked, frozen=True, kw_only=True):
    """Somebody who may come in. `marking` is what its postings carry where they say nothing; `certificate` is PEM."""

    id: Annotated[str, Meta(min_length=2, max_length=61)]
    kind: Annotated[str, Meta(max_length=40)] = "partner"
    title: Name = ""
    ceiling: _Short = "GREEN"
    groups: _Names = []
    scopes: _Scopes = []
    marking: MarkingSaid = MarkingSaid()
    max_grade: _Short = ""
    types: _Names = []
    per_minute: Annotated[int, Meta(ge=1, le=1_000_000)] = 600
    certificate: Annotated[str, Meta(max_length=20_000)] = ""
    organisation: Annotated[str, Meta(max_length=40)] = ""
    speaks_for: Annotated[list[Annotated[str, Meta(max_length=40)]], Meta(max_length=500)] = []
    misp_version: _Short = ""


class Account(Answer, frozen=True, kw_only=True):
    """An account, and whether two people stand behind it."""

    id: str
    kind: str
    title: str
    ceiling: str
    groups: list[str]
    scopes: list[str]
    marking: dict[str, Any]
    max_grade: str
    types: list[str]
    per_minute: int
    burst: int
    certificate: str
    author: str
    approver: str
    enabled: bool
    created: str
    organisation: str
    speaks_for: list[str]
    misp_version: str
    approved: bool


class TokenRead(Answer, frozen=True):
    """A token, without what it says; who issued it, and who approved that. It lets nobody in before."""

    id: str
    scopes: list[str]
    expires: str
    revoked: bool
    approved: bool
    author: str
    approver: str


class AccountOne(Answer, frozen=True):
    """One account with its tokens."""

    account: Account
    tokens: list[TokenRead]


class Accounts(Answer, frozen=True):
    """Every account."""

    accounts: list[Account]
    next: str = ""


class AccountSwitch(Asked, frozen=True):
    """Let in again, or shut out at once."""

    enabled: bool


class PasswordSaid(Asked, frozen=True):
    """For HTTP Basic."""

    password: Annotated[str, Meta(min_length=12, max_length=1024)]


class Issue(Asked, frozen=True):
    """A bearer token: what it may do, and for how long."""

    scopes: Annotated[_Scopes, Meta(min_length=1)]
    days: Annotated[int, Meta(ge=1, le=3660)] = 365


class Issued(Answer, frozen=True):
    """The token, shown this once."""

    id: str
    account: str
    token: str
    scopes: list[str]
    expires: str


class Approved(Answer, frozen=True):
    """What of an account's now lets it in: ids of tokens, and `password`."""

    id: str
    credentials: list[str]


class CollectionMade(Asked, frozen=True, kw_only=True):
    """A view that accounts may poll; `posted_only`: an inbox that shows only what is posted to it."""

    title: Annotated[str, Meta(min_length=1, max_length=200)]
    readers: _Names = []
    writers: _Names = []
    alias: Annotated[str, Meta(max_length=60, pattern=r"^[A-Za-z0-9_-]*$(?!\n)")] = ""
    description: Words = ""
    types: _Names = []
    origins: _Names = []
    tags: Annotated[list[Annotated[str, Meta(max_length=300)]], Meta(max_length=100)] = []
    named: _Names = []
    up_to: _Short = "RED"
    posted_only: bool = False


class Collection(Answer, frozen=True, kw_only=True):
    """A collection, and whether two people stand behind it."""

    id: str
    title: str
    description: str
    alias: str
    readers: list[str]
    writers: list[str]
    view: dict[str, Any] | None
    purpose: str
    author: str
    approver: str
    created: str
    approved: bool


class Collections(Answer, frozen=True):
    """Every collection."""

    collections: list[Collection]
    next: str = ""


class RemoteMade(Asked, frozen=True, kw_only=True):
    """A server of others to poll or push to: a TAXII collection, a MISP, a MISP feed. `account` stands for it here."""

    name: Annotated[str, Meta(min_length=1, max_length=60)]
    kind: Literal["taxii", "misp", "feed"]
    url: Annotated[str, Meta(pattern="^https://", max_length=2_000)]
    secret: Annotated[str, Meta(max_length=2_000)] = ""
    push: bool = False
    user: Name = ""
    every: Annotated[int, Meta(ge=10, le=31_536_000)] = 900
    account: Annotated[str, Meta(max_length=61)] = ""
    collection: Annotated[str, Meta(max_length=100)] = ""
    max_grade: _Short = ""
    types: _Names = []
    marking: MarkingSaid = MarkingSaid()
    ca: Annotated[str, Meta(max_length=100_000)] = ""


class Remote(Answer, frozen=True, kw_only=True):
    """A server that is polled or pushed to, and how far it is."""

    name: str
    kind: str
    url: str
    push: bool
    state: str
    error: str
    attempts: int
    last: str
    next_in_s: int
    progress: dict[str, Any]


class Remotes(Answer, frozen=True):
    """Every one of them."""

    remotes: list[Remote]
    next: str = ""


class Partner(Answer, frozen=True, kw_only=True):
    """How we stand with a partner, both ways. Its last receipt came at `last_receipt` by our clock, and was signed at
    `signed_at` by its own."""

    member: str
    name: str
    url: str
    sent: int
    receipted: int
    lag: int
    behind_s: int
    waiting: int
    last_receipt: str
    signed_at: str
    received: int
    applied: int
    state: str
    attempts: int
    error: str


class Partners(Answer, frozen=True):
    """Every partner."""

    partners: list[Partner]


class ChannelVerified(Answer, frozen=True):
    """One channel's log, line by line; `fault` names the first thing that does not hold."""

    channel: str
    entries: int
    receipted: int
    fault: str


class Verified(Answer, frozen=True):
    """Every channel's."""

    channels: list[ChannelVerified]
    whole: bool


class AuditProof(Answer, frozen=True):
    """That one row is in the signed log, for whoever must not see the others (RFC 6962 §2.1.1)."""

    row: int
    size: int
    says: str
    leaf: str
    path: list[str]
    head: str


class AuditVerified(Answer, frozen=True):
    """The audit log against its signed head."""

    rows: int
    covered: int
    root: str
    fault: str
    whole: bool


class Recovered(Answer, frozen=True):
    """A channel of ours that is whole again; of `unknown` entries nobody has told us the words."""

    channel: str
    size: int
    entries: int
    unknown: int


class Member(Answer, frozen=True):
    """A member, with the fingerprint of its key."""

    id: str
    name: str
    url: str
    ceiling: str
    key: str


class RosterRead(Answer, frozen=True):
    """A roster, who has signed it, and why it may not be installed, if so."""

    version: int
    fingerprint: str
    members: list[Member]
    signed: list[str]
    needed: int
    valid: bool
    fault: str


class AuditAsked(Paged, frozen=True, kw_only=True):
    """About a subject, by an actor, of a verb; the newest first."""

    subject: Annotated[str, Meta(max_length=250)] = ""
    actor: Name = ""
    verb: Annotated[str, Meta(max_length=40)] = ""


class AuditRow(Answer, frozen=True):
    """One act: who, when, on what, for which purpose; and in words."""

    seq: int
    at: str
    actor: str
    verb: str
    subject: str
    purpose: str
    detail: dict[str, Any]
    words: str


class AuditRows(Answer, frozen=True):
    """A page of the audit log."""

    rows: list[AuditRow]
    next: str = ""


class Recipient(Answer, frozen=True):
    """Who received, opened and matched an object of ours; with a `door`, an outside account that was given it there."""

    member: str
    sent_as: str
    state: str
    statement: str
    sent_at: str
    received: bool
    opened_at: str
    matched_at: str
    door: str = ""


class Recipients(Answer, frozen=True):
    """Every one of them."""

    object: str
    holders: list[Recipient]


class FiguresAsked(Asked, frozen=True):
    """A year's, from the log; else what the node holds now."""

    year: Annotated[int, Meta(ge=2000, le=9999)] | None = None


class Figures(Answer, frozen=True):
    """Counts without personal data."""

    counts: dict[str, int]
    year: int | None = None
    partners: dict[str, dict[str, int]] = {}
    grounds: dict[str, int] = {}
    verdicts: dict[str, int] = {}


class Check(Answer, frozen=True):
    """One thing looked at: whether it is well, what was found, what to do when it is not."""

    name: str
    good: bool
    found: str
    remedy: str


class Checks(Answer, frozen=True):
    """Everything that was looked at."""

    well: bool
    checks: list[Check]


class Setting(Answer, frozen=True):
    """A setting, its value, its default, and what it does."""

    setting: str
    value: str
    default: str
    variable: str
    says: str


class Settings(Answer, frozen=True):
    """Every setting; the database key is not shown."""

    settings: list[Setting]


class Versions(Answer, frozen=True):
    """This software's version, and the versions of what it rests on."""

    oureyes: str
    rests_on: dict[str, str]
