"""Forms of what belongs together: matches, words on pairs, hypotheses; vocabularies and banks of hashes."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from oureyes.interfaces.api.forms.shared import Answer, Asked, Ident, Ids, Paged, Words

__all__ = [
    "AliasAsked",
    "Aliases",
    "Bank",
    "BankHash",
    "BankRead",
    "Banks",
    "Cluster",
    "ClustersAsked",
    "ClustersFound",
    "FormAsked",
    "Holder",
    "Hypothesis",
    "Judged",
    "Judgement",
    "KnownAs",
    "Match",
    "Matches",
    "MatchesAsked",
    "Opined",
    "Opinion",
    "Vocabularies",
    "Vocabulary",
    "WordSaid",
]


class MatchesAsked(Paged, frozen=True, kw_only=True):
    """All matches, those of an object, or those on a value (and then everybody who holds it)."""

    id: Annotated[str, Meta(max_length=250)] = ""
    value: Annotated[str, Meta(max_length=2_000)] = ""
    warned: bool = False


class WordSaid(Answer, frozen=True):
    """What a state says of the pair."""

    state: str
    verdict: str
    why: str


class Match(Answer, frozen=True, kw_only=True):
    """Two things that may belong together, and why, in words. A hypothesis for a person to judge."""

    n: int
    left: str
    right: str
    left_origin: str
    right_origin: str
    left_source: str
    right_source: str
    matcher: str
    kind: str
    value: str
    score: float
    rank: float
    reason: str
    warned: str
    at: str
    judged: list[WordSaid] = []


class Holder(Answer, frozen=True):
    """Who holds a value, by which object and source."""

    id: str
    origin: str
    source: str


class Matches(Answer, frozen=True):
    """A page of matches, the rarest first."""

    matches: list[Match]
    holders: list[Holder] = []
    next: str = ""


class Judgement(Asked, frozen=True):
    """A person's word on a pair."""

    left: Ident
    right: Ident
    verdict: Literal["same", "not-same", "unsure", "withdrawn"]
    why: Words = ""


class Judged(Answer, frozen=True):
    """A word on a pair: whose it is, and the opinion object it is exchanged as. `drafts` are the proposals by which who
    holds the earlier word gets this one."""

    left: str
    right: str
    verdict: str
    state: str
    by: str
    at: str
    why: str
    opinion: str
    drafts: list[str] = []


class ClustersAsked(Asked, frozen=True):
    """Only the one that an object belongs to; else all."""

    id: Annotated[str, Meta(max_length=250)] = ""


class Hypothesis(Answer, frozen=True):
    """What states say is one thing: who says so, why, and who contradicts. Nothing is merged."""

    members: list[str]
    contradicted: bool
    words: list[Judged]


class ClustersFound(Answer, frozen=True):
    """The hypotheses."""

    clusters: list[Hypothesis]


class Vocabulary(Answer, frozen=True):
    """A taxonomy, galaxy or warninglist, and how many terms it has."""

    sort: str
    name: str
    terms: int


class Vocabularies(Answer, frozen=True):
    """Those this node knows, or those just loaded."""

    vocabularies: list[Vocabulary]


class AliasAsked(Asked, frozen=True):
    """A name or an alias."""

    name: Annotated[str, Meta(min_length=1, max_length=200)]


class KnownAs(Answer, frozen=True):
    """An object held about a bearer: which state says so, and by which of its names it is joined."""

    id: str
    name: str
    origin: str
    by: list[str]


class Cluster(Answer, frozen=True):
    """Somebody or something that bears the name, what else it is called, and what is held about it."""

    galaxy: str
    name: str
    also: list[str]
    held: list[KnownAs]
    doubtful: list[KnownAs]
    shared: dict[str, list[str]]


class Aliases(Answer, frozen=True):
    """Everything that bears the name."""

    clusters: list[Cluster]


class Bank(Answer, frozen=True):
    """A bank of hashes and its size."""

    name: str
    hashes: int


class Banks(Answer, frozen=True):
    """The banks of this node."""

    banks: list[Bank]


class BankHash(Answer, frozen=True):
    """A hash: its labels, how often it was met, which states agree and disagree."""

    id: str
    labels: list[str]
    hits: int
    agree: list[str]
    disagree: list[str]


class BankRead(Answer, frozen=True):
    """A page of a bank's hashes."""

    hashes: list[BankHash]
    next: str = ""


class FormAsked(Asked, frozen=True):
    """The form a bank is written in, and the member it is for."""

    form: Literal["csv", "json"] = "csv"
    to: str = ""


class Opinion(Asked, frozen=True):
    """Our state's word on hashes."""

    ids: Ids
    agrees: bool
    why: Words = ""


class Opined(Answer, frozen=True):
    """The opinion objects that say it; release them to tell partners."""

    ids: list[str]
    opinion: str
