"""Who reaches this node from outside the federation, and what each may see there.

An `Account` is a CERT, a bank, a platform, a script: never a member. A `Collection` is a standing view that accounts
poll (TAXII collection, feed, export). Both let somebody have something for as long as they stand, so both have an
author and an approver; what needs two people is given only while two different people stand behind both.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from oureyes.errors import InvalidObject
from oureyes.model.grades import Grade
from oureyes.model.instants import nanoseconds
from oureyes.model.markings import TLP, Marking
from oureyes.model.persons import people
from oureyes.model.sharing import Recipient

__all__ = [
    "OFFICER",
    "SCOPES",
    "Account",
    "Caller",
    "Collection",
    "Token",
    "View",
    "bounded",
    "is_account_id",
    "is_group",
]

# What a credential may do, one word per door and direction.
SCOPES: Mapping[str, str] = {
    "taxii:read": "read TAXII collections",
    "taxii:write": "post to and delete from TAXII collections",
    "misp:read": "read by the MISP door",
    "misp:write": "push by the MISP door",
    "api:read": "read by the node's own interface",
    "api:write": "post objects by the node's own interface, as the account's word",
    "api:record": "import, tag, and settle what was put aside (officers)",
    "api:release": "mark, propose, approve, decline and take back (officers)",
    "api:exchange": "prove channels and take back lost entries (officers)",
    "api:correlate": "judge matches (officers)",
    "api:alert": "move alerts and say who is told (officers)",
    "api:probe": "ask partners without showing what, and answer them (officers)",
    "api:plan": "write plans and accept their gaps (officers)",
    "api:oversee": "read the audit log, who has what, figures; write files (officers)",
    "api:admit": "let accounts in, open collections, poll others (officers)",
    "api:care": "look the node over and install a roster (officers)",
    "export:read": "fetch exports and feeds",
}
# One of the state's own people: sees what an analyst at this node sees, and acts under the account's id.
OFFICER = "officer"
# What no outsider may hold, whoever lets it in.
_OFFICERS_ONLY = frozenset(name for name in SCOPES if name.startswith("api:")) - {"api:read", "api:write"}
_ACCOUNT = re.compile(r"[a-z0-9][a-z0-9_-]{1,60}")
_GROUP = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,60}")
_SOURCES, _INFORMATION = "ABCDEFG", "123456"


def is_account_id(text: str) -> bool:
    """Small letters, digits, dash and underscore: it stands in markings, logs and user names."""
    return _ACCOUNT.fullmatch(text) is not None


def is_group(text: str) -> bool:
    """The name of an agreement or community."""
    return _GROUP.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Account:
    """`marking` is what it posts carries where it says nothing; `max_grade` the best grade it may claim; `types` what
    it may post (none named: all). `certificate` is the SHA-256, in hex, of the client certificate it may present.
    At the MISP door it is the organisation `organisation` (a uuid; one of its own where none is given), and may speak
    for the organisations `speaks_for` (uuids; "*" for a hub trusted to pass on anybody's); `misp_version` is what the
    node calls itself there."""

    id: str
    kind: str = "partner"
    title: str = ""
    ceiling: TLP = TLP.GREEN
    groups: frozenset[str] = frozenset()
    scopes: frozenset[str] = frozenset({"taxii:read"})
    marking: Marking = field(default_factory=Marking)
    max_grade: Grade | None = None
    types: frozenset[str] = frozenset()
    per_minute: int = 600
    burst: int = 120
    certificate: str = ""
    author: str = ""
    approver: str = ""
    enabled: bool = True
    created: str = ""
    organisation: str = ""
    speaks_for: frozenset[str] = frozenset()
    misp_version: str = ""

    def __post_init__(self) -> None:
        if not is_account_id(self.id):
            raise InvalidObject(f"account {self.id[:30]}", "small letters, digits, - and _", "another form")
        wrong = [name for name in self.groups if not is_group(name)] + sorted(self.scopes - SCOPES.keys())
        if wrong:
            raise InvalidObject(
                f"account {self.id}", f"groups of plain words; scopes {', '.join(SCOPES)}", wrong[0][:40]
            )
        if self.kind != OFFICER and (above := sorted(self.scopes & _OFFICERS_ONLY)):
            raise InvalidObject(f"account {self.id}", "scopes an outsider may have", above[0], f"or kind {OFFICER}")
        if self.per_minute < 1 or self.burst < 1:
            raise InvalidObject(f"account {self.id}", "rates of at least 1", "less")

    @property
    def recipient(self) -> Recipient:
        """As release policy sees it."""
        return Recipient(self.id, "account", self.ceiling, self.groups)

    @property
    def officer(self) -> bool:
        """Whether it stands for one of the state's own people."""
        return self.kind == OFFICER

    @property
    def approved(self) -> bool:
        """Whether two different people stand behind what it may have."""
        return two_people(self.author, self.approver)

    def but(self, **changes: Any) -> Account:
        """The same account with something changed."""
        return replace(self, **changes)

    def to_json(self) -> dict[str, Any]:
        """As it is kept."""
        return {
            "id": self.id,
            "kind": self.kind,
            "title": self.title,
            "ceiling": self.ceiling.name,
            "groups": sorted(self.groups),
            "scopes": sorted(self.scopes),
            "marking": self.marking.to_json(),
            "max_grade": self.max_grade.text if self.max_grade else "",
            "types": sorted(self.types),
            "per_minute": self.per_minute,
            "burst": self.burst,
            "certificate": self.certificate,
            "author": self.author,
            "approver": self.approver,
            "enabled": self.enabled,
            "created": self.created,
            "organisation": self.organisation,
            "speaks_for": sorted(self.speaks_for),
            "misp_version": self.misp_version,
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Account:
        """The inverse of `to_json`."""
        read = dict(content)
        read["ceiling"] = TLP[read["ceiling"]]
        read["marking"] = Marking.from_json(read["marking"])
        read["max_grade"] = Grade.admiralty(read["max_grade"]) if read["max_grade"] else None
        for name in ("groups", "scopes", "types", "speaks_for"):
            read[name] = frozenset(read.get(name, ()))
        return cls(**read)


@dataclass(frozen=True, slots=True)
class Token:
    """A bearer token as the node keeps it: the SHA-256 of what was shown once, to whoever issued it."""

    id: str
    account: str
    digest: bytes
    scopes: frozenset[str]
    expires: str
    issued: str
    revoked: bool = False
    author: str = ""
    approver: str = ""

    @property
    def approved(self) -> bool:
        """Whether two different people stand behind it: whoever saw its text could otherwise be the outsider."""
        return two_people(self.author, self.approver)

    def good(self, now: str) -> bool:
        """Whether it may be used now."""
        return self.approved and not self.revoked and nanoseconds(now) < nanoseconds(self.expires)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks at a door, and what the credential shown allows."""

    account: Account
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class View:
    """What a collection shows of everything that its reader may have: nothing named means all of it. `named` are
    agreements or members that the marking must name; `tlp_up_to` the tightest TLP shown."""

    types: frozenset[str] = frozenset()
    origins: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()
    tlp_up_to: TLP = TLP.RED

    def fits(self, marking: Marking) -> bool:
        """Whether what carries the marking belongs here."""
        return marking.tlp <= self.tlp_up_to and (not self.named or bool(self.named & marking.releasable_to))


@dataclass(frozen=True, slots=True)
class Collection:
    """A standing view. `readers` and `writers` are account ids or groups; `view` None shows only what was posted to
    it. It does not change: what enters by another view would lie before where its readers have read."""

    id: str
    title: str
    description: str = ""
    alias: str = ""
    readers: frozenset[str] = frozenset()
    writers: frozenset[str] = frozenset()
    view: View | None = None
    purpose: str = "investigation"
    author: str = ""
    approver: str = ""
    created: str = ""

    @property
    def approved(self) -> bool:
        """Whether two different people stand behind it."""
        return two_people(self.author, self.approver)

    def readable(self, account: Account) -> bool:
        """Whether the account may read here."""
        return bool(account.recipient.names & self.readers)

    def writable(self, account: Account) -> bool:
        """Whether the account may post here."""
        return bool(account.recipient.names & self.writers)

    def but(self, **changes: Any) -> Collection:
        """The same collection with something changed."""
        return replace(self, **changes)

    def to_json(self) -> dict[str, Any]:
        """As it is kept."""
        view = self.view
        return {
            "id": self.id,
            "title": self.title,
            "description": self.description,
            "alias": self.alias,
            "readers": sorted(self.readers),
            "writers": sorted(self.writers),
            "view": None
            if view is None
            else {
                "types": sorted(view.types),
                "origins": sorted(view.origins),
                "tags": sorted(view.tags),
                "named": sorted(view.named),
                "tlp_up_to": view.tlp_up_to.name,
            },
            "purpose": self.purpose,
            "author": self.author,
            "approver": self.approver,
            "created": self.created,
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Collection:
        """The inverse of `to_json`."""
        read, view = dict(content), content["view"]
        for name in ("readers", "writers"):
            read[name] = frozenset(read[name])
        if view is not None:
            sets = {name: frozenset(view[name]) for name in ("types", "origins", "tags", "named")}
            read["view"] = View(**sets, tlp_up_to=TLP[view["tlp_up_to"]])
        return cls(**read)


def bounded(said: Marking | None, default: Marking, max_grade: Grade | None) -> Marking:
    """The marking of what an outsider sends. Its own word on TLP and handling counts; whom it may go to is only what
    this node's people set in `default`, or less; nor may it grade itself too high, or speak as an originator."""
    if said is None:
        return default.but(grade=_capped(default.grade, max_grade))
    named = default.releasable_to & said.releasable_to if said.releasable_to else default.releasable_to
    made = Marking.from_json({**default.to_json(), **said.to_json(), "releasable_to": sorted(named)})
    told = {"hit_no_hit": default.hit_no_hit, "answers_to": default.answers_to}  # ours to say, too
    return made.but(grade=_capped(made.grade, max_grade), originator=default.originator, **told)


def _capped(grade: Grade | None, cap: Grade | None) -> Grade | None:
    if grade is None or cap is None:
        return grade
    source = max(grade.source, cap.source, key=_SOURCES.index)
    return Grade(source, max(grade.information, cap.information, key=_INFORMATION.index))


def two_people(author: str, approver: str) -> bool:
    """Whether these are names of two, however they are spelt."""
    return len(people((author, approver))) == 2
