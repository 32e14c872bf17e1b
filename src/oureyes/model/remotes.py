"""Servers of others that this node polls or pushes to, and how far each may be trusted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from oureyes.errors import InvalidObject
from oureyes.model.accounts import is_group
from oureyes.model.grades import Grade
from oureyes.model.markings import Marking

__all__ = ["KINDS", "Progress", "Remote", "wait_ms"]

KINDS = ("taxii", "misp", "feed")
_LONGEST_WAIT_MS = 6 * 3_600_000


@dataclass(frozen=True, slots=True)
class Remote:
    """A TAXII 2.1 collection elsewhere; or (`kind`) a `misp` or a `feed` of its events, whose word is that of the
    `account` that stands for it here, and which is given what that account may have. A collection polled: `marking` is
    what its objects carry where they say nothing, `max_grade` the best grade it may give itself, `types` what is taken
    (none named: all). Pushed to: `account` reads `collection` here in its name, so that release decides what it gets.
    `ca` is a certificate (PEM) that its server is known by, where no public authority vouches for it."""

    name: str
    url: str
    push: bool = False
    interval_s: int = 900
    user: str = ""
    types: frozenset[str] = frozenset()
    max_grade: Grade | None = None
    marking: Marking = field(default_factory=Marking)
    account: str = ""
    collection: str = ""
    limit: int = 1_000
    overlap_s: int = 1
    ca: str = ""
    author: str = ""
    kind: str = "taxii"

    def __post_init__(self) -> None:
        if not is_group(self.name):
            raise InvalidObject(f"remote {self.name[:30]}", "letters, digits, - and _", "another form")
        if self.interval_s < 10 or self.limit < 1 or self.overlap_s < 0:
            raise InvalidObject(f"remote {self.name}", "10 s or more between polls, a page of 1 or more", "less")
        if self.kind not in KINDS:
            raise InvalidObject(f"remote {self.name}", " or ".join(KINDS), self.kind[:20])
        if self.kind == "taxii" and self.push and not (self.account and self.collection):
            raise InvalidObject(f"remote {self.name}", "the account and collection it is given", "none")
        if self.kind != "taxii" and not self.account:
            raise InvalidObject(f"remote {self.name}", "the account that stands for it here", "none")

    def but(self, **changes: Any) -> Remote:
        """The same remote with something changed."""
        return replace(self, **changes)

    def to_json(self) -> dict[str, Any]:
        """As it is kept; the secret is beside it."""
        plain = (
            "name",
            "url",
            "push",
            "interval_s",
            "user",
            "account",
            "collection",
            "limit",
            "overlap_s",
            "ca",
            "author",
            "kind",
        )
        return {name: getattr(self, name) for name in plain} | {
            "types": sorted(self.types),
            "max_grade": self.max_grade.text if self.max_grade else "",
            "marking": self.marking.to_json(),
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Remote:
        """The inverse of `to_json`."""
        read = dict(content)
        read["types"] = frozenset(read["types"])
        read["max_grade"] = Grade.admiralty(read["max_grade"]) if read["max_grade"] else None
        read["marking"] = Marking.from_json(read["marking"])
        return cls(**read)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a remote is read, or given. `after` is where the run began and `following` its `next`: a run that was cut
    off goes on there. `newest` is the latest date_added seen; `place` how far the local collection has been pushed."""

    after: str = ""
    following: str = ""
    newest: str = ""
    place: int = 0
    pages: int = 0
    objects: int = 0
    stored: int = 0
    put_aside: int = 0
    left_out: int = 0

    def but(self, **changes: Any) -> Progress:
        return replace(self, **changes)

    def went(self, following: str, done: int, aside: int) -> Progress:
        """One page on: `done` were taken or given, `aside` were not."""
        return self.but(
            following=following,
            pages=self.pages + 1,
            objects=self.objects + done + aside,
            stored=self.stored + done,
            put_aside=self.put_aside + aside,
        )


def wait_ms(interval_s: int, attempts: int, luck: float) -> int:
    """How long until the next try: the usual interval, doubled for each failure in a row; `luck` (0–1) spreads it."""
    usual = interval_s * 1_000
    if not attempts:
        return usual
    return int(min(usual * 2 ** min(attempts, 12), max(_LONGEST_WAIT_MS, usual)) * (0.75 + luck / 2))
