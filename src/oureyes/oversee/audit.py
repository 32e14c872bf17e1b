"""Every act as a row of a Merkle log: who did what to which thing, when, for what purpose.

A row never holds content. `detail` takes ids, counts and digests (a search is the digest of its words), and the
`reason` of a decision in the node's own words; keys that carry content are refused, and so are values with the look
of it. The auditor of a third-party item may then read every row (Directive (EU) 2016/680 Art. 25).

Each row is kept with its leaf hash, and heads of the log are signed and cosigned by partners. `verify` recomputes:

* an altered row no longer hashes to its leaf; a missing or moved row breaks the numbering: named exactly;
* a row altered together with its leaf makes the next signed head differ: named as lying between two heads;
* rows cut off the end fall short of the newest head, and rows added after it are not covered yet.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from oureyes.errors import InvalidObject, VerificationError
from oureyes.model.instants import is_instant
from oureyes.model.merkle import Frontier, leaf_hash
from oureyes.model.sharing import Checkpoint

__all__ = ["VERBS", "Flaw", "Row", "Sealed", "Verified", "describe", "seal", "verify"]

Value = str | int | bool | tuple[str, ...]

# What may be done, and how it reads. {subject} and the keys of detail stand in braces; a missing one is left out.
VERBS: Mapping[str, str] = {
    "record": "recorded {subject}",
    "import": "imported {count} new objects of the {read} in {subject}",
    "mark": "marked {subject}",
    "tag": "put {subject} under {count} terms",
    "release": "released {subject} to {to}",
    "reindex": "built the search index anew, {count} objects",
    "refuse": "was refused {subject} for {to}",
    "send": "sent {subject} to {to}",
    "receive": "received {count} entries of {subject} from {origin}",
    "take-in": "took in {count} objects that {origin} gave by {subject}",
    "receipt": "confirmed {subject} up to entry {size}",
    "supersede": "replaced {subject} by a newer version",
    "retract": "retracted {subject}",
    "correct": "corrected {subject}",
    "read": "opened {subject}",
    "search": "searched ({hits} found)",
    "export": "exported {count} objects",
    "match": "found {found} matches",
    "opinion": "said of {subject}: {verdict}",
    "judge": "judged {subject} and {with}: {verdict}",
    "alert": "moved {subject} to {state}",
    "preview": "looked at what {subject} would give {to}",
    "inbox": "looked at {count} alerts",
    "propose": "proposed the release {subject}",
    "decline": "declined the release {subject}",
    "neutrality": "answered the neutrality questions on {subject}",
    "confirm": "confirmed {subject} after looking at it",
    "consent-request": "asked {origin} whether {subject} may go on to {to}",
    "consent": "agreed that {with} passes {subject} on to {to}",
    "deny": "refused that {with} passes {subject} on to {to}",
    "activity": "told what was done with {count} of our objects",
    "notice": "gave notice {subject}",
    "plan-vote": "voted on {subject}",
    "equivocation": "showed two histories of {subject}",
    "poison": "sent {subject}, which could not be read",
    "recover": "took {count} entries of {subject} back from their recipient; {unknown} are not known in full",
    "subscribe": "asked to be told by the rule {subject}",
    "graph": "followed the links of {subject}",
    "path": "looked for the way from {subject} to {with}",
    "timeline": "looked at the times of {subject}",
    "forget-shown": "forgot that {subject} was given {count} versions before {until} that stand no more",
    "audit": "looked at the audit log of {subject}",
    "who-has": "asked who has {subject}",
    "plan": "changed {subject}",
    "waive": "waived a claim of {subject} until {until}",
    "request": "asked {to} about {subject}",
    "acknowledge": "acknowledged {subject}",
    "answer": "answered {subject}",
    "expire": "let {subject} expire",
    "hide": "hid {subject}",
    "erase": "erased {subject}, leaving a tombstone",
    "hold": "stopped {subject}, which no longer fits what its partner holds",
    "quarantine": "held {subject} back",
    "similar": "looked for reports like {subject}",
    "screen": "screened a name",
    "retry": "tried {subject} again",
    "roster": "changed the roster to version {version}",
    "key": "changed a key of {subject}",
    "verify": "verified {subject}",
    "login": "signed in",
    "serve": "was given {count} objects of {subject}",
    "post": "posted {count} objects to {subject}",
    "withdraw": "deleted {subject}, which it had posted",
    "poll": "read {count} objects from {subject}",
    "push": "sent {count} objects to {subject}",
    "account": "changed the account {subject}",
    "collection": "changed the collection {subject}",
    "setting": "changed the setting {subject}",
    "agree": "put the agreement on private questions with {subject} to {state}",
    "commit": "committed to the keys {subject} of private questions",
    "publish": "published {count} filters for {subject}",
    "probe": "asked {to} privately about {count} selectors of kind {kind}",
    "evaluate": "was given {count} evaluations of kind {kind}",
    "turn-away": "was turned away with a question of kind {kind}: {reason}",
    "open-case": "opened the case {subject} on a hit with {to}",
    "revocations": "took the list of revoked search sets of {subject} of {listed}: {count}",
    "search-set": "{state} the search set {subject} of {count} values",
    "answer-case": "answered the case {subject}: {state}",
}
_CONTENT = frozenset(
    [
        "abstract", "aliases", "body", "content", "description", "email", "headline", "labels", "message", "name",
        "names", "object", "objects", "password", "pattern", "phone", "query", "raw", "secret", "statement", "text",
        "title", "token", "value", "values", "words",
    ]
)  # fmt: skip
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9:._+/-]{0,249}|")
# An address, a domain or a file name has the form of a plain word, and is content all the same.
_VALUE = re.compile(r"(?:\d{1,3}\.){3}\d{1,3}|.*://.*|[^:]*[A-Za-z0-9]\.[A-Za-z]{2,}")
_SLOT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Row:
    """One act. `seq` counts from 0; `actor` is a person, `ID:sari`, or the node itself; `subject` is an id."""

    seq: int
    at: str
    actor: str
    verb: str
    subject: str = ""
    purpose: str = ""
    detail: Mapping[str, Value] = field(default_factory=dict)

    def __post_init__(self) -> None:
        where = f"audit row {self.seq}"
        if self.verb not in VERBS:
            raise InvalidObject(where, "a verb of the audit log", self.verb[:30])
        if self.seq < 0 or not is_instant(self.at) or not self.actor:
            raise InvalidObject(where, "a position, a UTC instant and an actor", "one missing")
        if not _PLAIN.fullmatch(self.subject) or len(self.purpose) > 200:
            raise InvalidObject(where, "an id as subject and a short purpose", "another form")
        for key, value in self.detail.items():
            if not _allowed(key, value):
                raise InvalidObject(where, "ids, counts, digests or a reason in detail", f"key {key[:30]}")

    def leaf(self) -> bytes:
        """The bytes the log's leaf hash covers: JSON, keys sorted, nothing left out."""
        return msgspec.json.encode(self, order="sorted")

    @classmethod
    def of(cls, leaf: bytes) -> Row:
        """The inverse of `leaf`."""
        try:
            row = msgspec.json.decode(leaf, type=_Form)
        except msgspec.MsgspecError as error:
            raise InvalidObject("audit row", "a row as `leaf` writes it", type(error).__name__) from None
        detail = {key: tuple(value) if isinstance(value, list) else value for key, value in row.detail.items()}
        return cls(row.seq, row.at, row.actor, row.verb, row.subject, row.purpose, detail)


class _Form(msgspec.Struct, forbid_unknown_fields=True):
    seq: int
    at: str
    actor: str
    verb: str
    subject: str
    purpose: str
    detail: dict[str, str | int | bool | list[str]]


@dataclass(frozen=True, slots=True)
class Sealed:
    """A row as the store keeps it: its exact bytes, and the leaf hash computed when it was written. What an auditor is
    shown comes from these bytes, never from columns beside them."""

    leaf: bytes
    leaf_hash: bytes

    @property
    def row(self) -> Row:
        return Row.of(self.leaf)


@dataclass(frozen=True, slots=True)
class Flaw:
    """Where the log does not add up: the first position that can be at fault, and the last."""

    first: int
    last: int
    what: str  # altered, missing or moved, repeated or moved, rewritten, cut off

    @property
    def words(self) -> str:
        """For the auditor."""
        place = f"row {self.first}" if self.first == self.last else f"somewhere in rows {self.first} to {self.last}"
        return f"{self.what}: {place}"


@dataclass(frozen=True, slots=True)
class Verified:
    """What a verification found: rows read, how many of them a signed head covers, and the first flaw, if any."""

    size: int
    covered: int
    root: bytes
    flaw: Flaw | None


def seal(row: Row, frontier: Frontier) -> tuple[Sealed, Frontier]:
    """The row as it is kept, and the log's edge after it. `row.seq` must be the next position."""
    if row.seq != frontier.size:
        raise VerificationError("audit log", f"row {frontier.size}", f"row {row.seq}", "append in order")
    leaf = row.leaf()
    return Sealed(leaf, leaf_hash(leaf)), frontier.append(leaf)


def verify(rows: Iterable[Sealed], checkpoints: Sequence[Checkpoint] = ()) -> Verified:
    """Whether rows, in the order kept, are those that the heads were signed over. Signatures are checked before."""
    waiting = sorted(checkpoints, key=lambda head: -head.size)
    frontier, covered, flaw = Frontier(), 0, None
    for position, kept in enumerate(rows):
        flaw, covered = _met(waiting, frontier, covered)
        flaw = flaw or _row_flaw(position, kept)
        if flaw:
            return Verified(position, covered, frontier.root(), flaw)
        frontier = frontier.append(kept.leaf)
    flaw, covered = _met(waiting, frontier, covered)
    if flaw is None and waiting:
        flaw = Flaw(frontier.size, waiting[0].size - 1, "cut off")
    return Verified(frontier.size, covered, frontier.root(), flaw)


def _met(waiting: list[Checkpoint], frontier: Frontier, covered: int) -> tuple[Flaw | None, int]:
    """Takes the heads of just this size off the list: the flaw one shows, and how many rows good heads cover."""
    while waiting and waiting[-1].size == frontier.size:
        head = waiting.pop()
        if head.root != frontier.root():
            return Flaw(covered, max(head.size - 1, covered), "rewritten"), covered
        covered = head.size
    return None, covered


def _row_flaw(position: int, kept: Sealed) -> Flaw | None:
    if leaf_hash(kept.leaf) != kept.leaf_hash:
        return Flaw(position, position, "altered")
    try:
        found = kept.row.seq
    except InvalidObject:
        return Flaw(position, position, "altered")
    if found == position:
        return None
    return Flaw(position, max(position, found - 1), "missing or moved" if found > position else "repeated or moved")


def describe(row: Row) -> str:
    """The act in plain words, for an overseer's timeline."""
    known: dict[str, Value] = {**row.detail, "subject": row.subject}
    said = _SLOT.sub(lambda slot: _shown(known.get(slot[1], "")) or "…", VERBS[row.verb])
    purpose = f", for {row.purpose}" if row.purpose else ""
    reason = f": {row.detail['reason']}" if "reason" in row.detail else ""
    return f"{row.at[:19].replace('T', ' ')} {row.actor} {said}{purpose}{reason}"


def _shown(value: Value) -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _allowed(key: str, value: Value) -> bool:
    """A content key never; a reason may be words; any other text is one plain word: an id, a code, a digest."""
    if key in _CONTENT or not _PLAIN.fullmatch(key):
        return False
    if isinstance(value, int):
        return True
    if key == "reason":
        return isinstance(value, str) and len(value) <= 500
    if key == "author":  # a person of the node, as in `actor`: `j.smith` looks like a domain and is none
        return isinstance(value, str) and len(value) <= 100
    parts = value if isinstance(value, tuple) else (value,)
    return all(isinstance(part, str) and _PLAIN.fullmatch(part) and not _VALUE.fullmatch(part) for part in parts)
