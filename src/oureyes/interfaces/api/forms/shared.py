"""Forms that every group of routes uses: markings, pages, acts without more to say, problems."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct

__all__ = [
    "Answer",
    "Asked",
    "Day",
    "Done",
    "Ident",
    "Ids",
    "Index",
    "MarkingRead",
    "MarkingSaid",
    "Name",
    "Nothing",
    "Paged",
    "Problem",
    "Reason",
    "Report",
    "Words",
]

# An id, or the name of an account, a remote, a list: as it may stand in the audit log.
Ident = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9:._+/-]{0,249}$(?!\n)", max_length=250)]
Ids = Annotated[list[Ident], Meta(min_length=1, max_length=10_000)]
Name = Annotated[str, Meta(max_length=200)]
Words = Annotated[str, Meta(max_length=2_000)]
Reason = Annotated[str, Meta(max_length=1_000)]
Day = Annotated[str, Meta(max_length=40, description="A day such as 2026-12-31, or an instant.")]


class Answer(Struct, frozen=True):
    """What is answered. More properties may come; who reads leaves alone what it does not know."""


class Asked(Struct, frozen=True, forbid_unknown_fields=True):
    """What is asked. An unknown property is an error: a misspelt one would silently not count."""


class Nothing(Asked, frozen=True):
    """No query."""


class Paged(Asked, frozen=True, kw_only=True):
    """A list is read in pages: ask again with `cursor` as `next` was, until there is no `next`."""

    limit: Annotated[int, Meta(ge=1, le=1000)] = 100
    cursor: Annotated[str, Meta(max_length=600)] = ""


class Problem(Answer, frozen=True):
    """RFC 9457 problem details. `detail` says what was expected, what was found and what to do."""

    title: str
    status: int
    type: str = "about:blank"
    detail: str = ""


class Index(Answer, frozen=True):
    """Which node this is, and who it takes the caller for."""

    member: str
    version: str
    account: str
    officer: bool
    scopes: list[str]


class Done(Answer, frozen=True):
    """It is done; `subject` is what it was done to."""

    subject: str
    state: str = "done"


class MarkingSaid(Asked, frozen=True, kw_only=True):
    """Rules of a marking, in the words of the command line. What is left out stays as it is."""

    tlp: Annotated[str, Meta(max_length=20)] | None = None
    to: Annotated[list[Ident], Meta(max_length=500)] | None = None
    hit: Annotated[list[Ident], Meta(max_length=500, description="Whose private questions it answers.")] | None = None
    grade: Annotated[str, Meta(max_length=20)] | None = None
    pap: Annotated[str, Meta(max_length=20)] | None = None
    handling: Annotated[str, Meta(max_length=20)] | None = None
    onward: Annotated[str, Meta(max_length=20)] | None = None
    embargo: Day | None = None
    expires: Day | None = None
    review: Day | None = None
    fact: Annotated[str, Meta(max_length=20)] | None = None
    role: Annotated[str, Meta(max_length=20)] | None = None
    conditions: Words | None = None


class MarkingRead(Answer, frozen=True):
    """The marking of an object of ours: its rules by name; what is not said is left out."""

    id: str
    marking: dict[str, Any]


class Report(Answer, frozen=True, kw_only=True):
    """What came of reading something: `read` = `stored` + `unchanged` + `quarantined`. Of what is unchanged,
    `retracted` was taken back before, `other_marking` is held under another marking, `remarked` was put under yours."""

    files: int
    read: int
    stored: int
    unchanged: int
    quarantined: int
    conflicts: int
    dangling: int
    matches: int
    retracted: int
    other_marking: int
    remarked: int
    seconds: float
    units: dict[str, int]
    warnings: list[dict[str, str]]
    errors: list[dict[str, str]]
    edition: str = ""
    date: str = ""
    added: int = 0
    changed: int = 0
    removed: list[str] = []
