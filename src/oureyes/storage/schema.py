"""The tables, once, for SQLite and PostgreSQL.

An *object* is one version of one thing, kept as its bytes. A *holding* is that object as one origin's source says it:
its marking (label), state and time of arrival belong to the holding, because two states may record the same domain
under different markings. Keys and matches hang on holdings. Ids are interned as integers (`ident`).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

__all__ = ["MIN_READER", "NUMBER", "RARE", "metadata"]

# The schema's number, and the oldest software schema number that may still open it.
NUMBER = 1
MIN_READER = 1
RARE = "('marking-definition', 'x-oureyes-plan', 'x-oureyes-request')"

metadata = MetaData()
_Id = BigInteger().with_variant(Integer, "sqlite")  # SQLite: INTEGER PRIMARY KEY is the row itself


def _table(name: str, *parts: Column[object] | UniqueConstraint | Index, rowid: bool = True) -> Table:
    return Table(name, metadata, *parts, sqlite_with_rowid=rowid)


def _n() -> Column[object]:
    return Column("n", _Id, primary_key=True, autoincrement=True)


setting = _table("setting", Column("name", String, primary_key=True), Column("value", Text, nullable=False))

ident = _table("ident", _n(), Column("id", String, nullable=False, unique=True))
label = _table(
    "label",
    _n(),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("tlp", Integer, nullable=False),
    Column("marking", Text, nullable=False),
)
source = _table(
    "source",
    _n(),
    Column("origin", String, nullable=False),
    Column("name", String, nullable=False),
    Column("kind", String, nullable=False, server_default=""),
    Column("date", String, nullable=False, server_default=""),
    UniqueConstraint("origin", "name"),
)
original = _table(
    "original",
    Column("digest", LargeBinary, primary_key=True),
    Column("source", _Id, nullable=False),
    Column("name", String, nullable=False),
    Column("format", String, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("at", String, nullable=False),
    Column("done", BigInteger, nullable=False, server_default="0"),
    Column("state", String, nullable=False),
    Column("report", Text, nullable=False, server_default="{}"),
    rowid=True,
)
object_ = _table(
    "object",
    _n(),
    Column("ident", _Id, nullable=False),
    Column("version", String, nullable=False),
    Column("instant", BigInteger, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("type", String, nullable=False),
    Column("body", LargeBinary),
    Column("upgraded", LargeBinary),
    Column("whole", Boolean, nullable=False),  # no part is marked apart and no gate stands before it
    Column("refs", LargeBinary, nullable=False),  # idents it refers to, eight bytes each: a reference can tell, too
    UniqueConstraint("ident", "instant", "digest"),
    # Few, and asked for with every release and arrival; whoever asks repeats the condition (objects.of_type).
    Index("object_rare", "type", sqlite_where=text(f"type IN {RARE}"), postgresql_where=text(f"type IN {RARE}")),
)
holding = _table(
    "holding",
    _n(),
    Column("object", _Id, nullable=False),
    Column("ident", _Id, nullable=False),
    Column("source", _Id, nullable=False),
    Column("origin", String, nullable=False),
    Column("label", _Id, nullable=False),
    Column("state", String, nullable=False),  # held | held-back | superseded | retracted | withdrawn | erased
    Column("last", Boolean, nullable=False),
    Column("added", BigInteger, nullable=False),
    Column("placed", BigInteger, nullable=False),  # where outside readers find it: anew when its marking changes
    Column("statement", String),
    Column("hold", Text, nullable=False, server_default=""),
    Column("tags", Text, nullable=False, server_default=""),
    Index("holding_object", "object"),
    Index("holding_ident", "ident", "last", "state", "label", "source"),
    Index("holding_placed", "placed", unique=True),
)
edge = _table(
    "edge",
    Column("source", _Id, primary_key=True, autoincrement=False),
    Column("kind", String, primary_key=True),
    Column("target", _Id, primary_key=True, autoincrement=False),
    Column("object", _Id, primary_key=True, autoincrement=False),
    Index("edge_target", "target"),
    rowid=False,
)
key = _table(
    "key",
    Column("value", String, primary_key=True),
    Column("matcher", String, primary_key=True),
    Column("source", _Id, primary_key=True, autoincrement=False),
    Column("implied", Integer, primary_key=True, autoincrement=False),  # 0 where the object names the value itself
    Column("holding", _Id, primary_key=True, autoincrement=False),
    rowid=False,
)
vector = _table(
    "vector",  # of texts, by one model: derived and rebuildable; numbers below zero are sample reports
    Column("object", _Id, primary_key=True, autoincrement=False),
    Column("model", String, primary_key=True),
    Column("language", String, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
match = _table(
    "match",
    _n(),
    Column("left", _Id, nullable=False),
    Column("right", _Id, nullable=False),
    Column("left_source", _Id, nullable=False),
    Column("right_source", _Id, nullable=False),
    Column("matcher", String, nullable=False),
    Column("key", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("score", Float, nullable=False),
    Column("rank", Float, nullable=False),
    Column("reason", Text, nullable=False),
    Column("warned", String, nullable=False, server_default=""),
    Column("at", String, nullable=False),
    Column("state", String, nullable=False, server_default="open"),  # open | gone
    UniqueConstraint("left_source", "right_source", "matcher", "key"),
    Index("match_left", "left"),
    Index("match_right", "right"),
)
judgement = _table(
    "judgement",
    _n(),
    Column("left", String, nullable=False),
    Column("right", String, nullable=False),
    Column("verdict", String, nullable=False),
    Column("by", String, nullable=False),
    Column("at", String, nullable=False),
    Column("why", Text, nullable=False, server_default=""),
    Index("judgement_pair", "left", "right"),
)
quarantine = _table(
    "quarantine",
    _n(),
    Column("source", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("expected", Text, nullable=False),
    Column("found", Text, nullable=False),
    Column("remedy", Text, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("at", String, nullable=False),
    Column("state", String, nullable=False),  # waiting | taken | dropped
    UniqueConstraint("source", "digest"),
)

channel = _table(
    "channel",
    _n(),
    Column("origin", String, nullable=False),
    Column("recipient", String, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("frontier", LargeBinary, nullable=False),
    Column("note", LargeBinary, nullable=False),
    Column("receipted", BigInteger, nullable=False, server_default="0"),
    Column("receipt_note", LargeBinary, nullable=False),
    Column("receipt_at", String, nullable=False, server_default=""),
    Column("applied", BigInteger, nullable=False, server_default="0"),
    Column("state", String, nullable=False),  # open | quarantined
    Column("evidence", LargeBinary),
    UniqueConstraint("origin", "recipient", "epoch"),
)
entry = _table(
    "entry",
    Column("channel", _Id, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("header", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("leaf", LargeBinary, nullable=False),
    Column("statement", String, nullable=False, server_default=""),
    Column("state", String, nullable=False),  # written (ours) | stored | applied | poison
    Column("reason", Text, nullable=False, server_default=""),
    Column("at", String, nullable=False),
    Index("entry_state", "state"),
)
statement = _table(
    "statement",
    Column("id", String, primary_key=True),
    Column("origin", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("audience", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("at", String, nullable=False),
    Column("size", Integer, nullable=False),
)
delivery = _table(
    "delivery",
    Column("partner", String, primary_key=True),
    Column("state", String, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_try", BigInteger, nullable=False),
    Column("error", Text, nullable=False, server_default=""),
    Column("at", String, nullable=False, server_default=""),
)
postponed = _table(
    "postponed",  # statements for a channel that is held: written, in this order, once it is open again
    _n(),
    Column("member", String, nullable=False),
    Column("statement", String, nullable=False),
    Column("envelope", LargeBinary, nullable=False),
    Column("at", String, nullable=False),
)
nonce = _table(
    "nonce", Column("nonce", String, primary_key=True), Column("expires", BigInteger, nullable=False), rowid=False
)

release = _table(
    "release",
    Column("id", String, primary_key=True),
    Column("author", String, nullable=False),
    Column("at", String, nullable=False),
    Column("purpose", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Column("recipients", Text, nullable=False),
    Column("objects", Text, nullable=False),
    Column("approvals", Text, nullable=False, server_default="[]"),
    Column("state", String, nullable=False),  # proposed | released | declined
    Column("outcome", Text, nullable=False, server_default=""),
)
released = _table(
    "released",
    Column("ident", _Id, primary_key=True, autoincrement=False),
    Column("recipient", String, primary_key=True),
    Column("sent", String, primary_key=True),  # the id it went under: its own, or its extract's
    Column("statement", String, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("state", String, nullable=False),  # out | superseded | retracted
    Column("at", String, nullable=False),
    Index("released_sent", "sent"),
)
consent = _table(
    "consent",  # an origin's signed word that an object may be passed on; `state` asked | given | refused | withdrawn
    Column("object", String, primary_key=True),
    Column("recipient", String, primary_key=True),
    Column("asker", String, primary_key=True),
    Column("origin", String, nullable=False),
    Column("state", String, nullable=False),
    Column("expires", String, nullable=False, server_default=""),
    Column("reason", Text, nullable=False, server_default=""),
    Column("envelope", LargeBinary, nullable=False),
    Column("at", String, nullable=False),
)
neutrality = _table(
    "neutrality",
    Column("id", String, primary_key=True),
    Column("answers", Text, nullable=False),
)
subscription = _table(
    "subscription",
    Column("id", String, primary_key=True),
    Column("owner", String, nullable=False),
    Column("rule", Text, nullable=False),
)
alert = _table(
    "alert",
    Column("id", String, primary_key=True),
    Column("cause", String, nullable=False),
    Column("event", String, nullable=False),
    Column("headline", Text, nullable=False),
    Column("objects", Text, nullable=False),
    Column("origin", String, nullable=False),
    Column("owner", String, nullable=False),
    Column("state", String, nullable=False),
    Column("reason", Text, nullable=False),
    Column("rank", Float, nullable=False),
    Column("at", String, nullable=False),
    Column("assignee", String, nullable=False, server_default=""),
    Column("count", Integer, nullable=False, server_default="1"),
    Index("alert_cause", "cause", "owner"),
)
notification = _table(
    "notification",
    _n(),
    Column("alert", String, nullable=False),
    Column("notifier", String, nullable=False),
    Column("address", String, nullable=False),
    Column("state", String, nullable=False),  # waiting | sent | failed
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_try", BigInteger, nullable=False, server_default="0"),
    Column("error", Text, nullable=False, server_default=""),
    Index("notification_state", "state", "next_try"),
)
standing = _table(
    "standing",  # of plans: what `plan.assess` said last, derived and rebuildable
    Column("plan", String, primary_key=True),
    Column("status", String, nullable=False),
    Column("reason", Text, nullable=False),
    Column("claims", Text, nullable=False),
    Column("at", String, nullable=False),
)
activity = _table(
    "activity",  # what partners told us they did with ours: received, opened, matched
    _n(),
    Column("origin", String, nullable=False),
    Column("object", String, nullable=False),
    Column("what", String, nullable=False),
    Column("at", String, nullable=False),
    Column("statement", String, nullable=False),
    Index("activity_object", "object"),
    UniqueConstraint("origin", "object", "what", "statement"),
)


def _agreement() -> tuple[Column[Any], ...]:
    return (
        Column("partner", String, primary_key=True),
        Column("kinds", Text, nullable=False),
        Column("purposes", Text, nullable=False),
        Column("daily", Integer, nullable=False),
        Column("author", String, nullable=False),
        Column("approver", String, nullable=False, server_default=""),
        Column("state", String, nullable=False),  # proposed | open | ended
        Column("at", String, nullable=False),
    )


# with whom we answer hit/no-hit: about what, for which purposes, how often; by two people
hit_agreement = _table("hit_agreement", *_agreement())
hit_proposal = _table("hit_proposal", *_agreement())  # what one proposes while another stands
hit_seed = _table(
    "hit_seed",  # what an epoch's private keys come from; gone when the epoch is
    Column("epoch", String, primary_key=True),
    Column("seed", LargeBinary, nullable=False),
    Column("at", String, nullable=False),
)
hit_key = _table(
    "hit_key",  # public keys that members, we among them, have committed to in their logs
    Column("member", String, primary_key=True),
    Column("epoch", String, primary_key=True),
    Column("keys", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("statement", String, nullable=False),
    Column("words", LargeBinary, nullable=False),  # as the member signed them
    Column("at", String, nullable=False),
)
hit_witness = _table(
    "hit_witness",  # which keys of a member another member was shown, as that member signed them
    Column("member", String, primary_key=True),
    Column("epoch", String, primary_key=True),
    Column("witness", String, primary_key=True),
    Column("digest", LargeBinary, primary_key=True),
    Column("words", LargeBinary, nullable=False),
    Column("at", String, nullable=False),
)
hit_tag = _table(
    "hit_tag",  # outputs of our own values under an epoch's key, truncated
    Column("epoch", String, primary_key=True),
    Column("value", String, primary_key=True),
    Column("tag", LargeBinary, nullable=False),
    Index("hit_tag_tag", "tag"),
    rowid=False,
)
hit_part = _table(
    "hit_part",  # filters: ours for each partner, and theirs for us
    Column("origin", String, primary_key=True),
    Column("audience", String, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("epoch", String, nullable=False),
    Column("size", Integer, nullable=False),
    Column("held", Integer, nullable=False, server_default="0"),  # outputs that stand for something; ours only
    Column("digest", String, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("at", String, nullable=False),
)
hit_list = _table(
    "hit_list",  # the signed list of those filters, and when it was last looked for
    Column("origin", String, primary_key=True),
    Column("audience", String, primary_key=True),
    Column("serial", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("seen", BigInteger, nullable=False, server_default="0"),  # the last change that ours was looked through for
    Column("until_us", BigInteger, nullable=False, server_default="0"),  # when a marking that ours rests on expires
)
hit_changed = _table(
    "hit_changed",  # holdings that may answer fewer than when filters were made of them
    _n(),
    Column("holding", _Id, nullable=False),
    Column("label", _Id, nullable=False),  # that it had before: of its change no partner learns whom that did not name
)
hit_question = _table(
    "hit_question",  # every question, at both ends: how many and what for, never about what
    _n(),
    Column("side", String, nullable=False),  # asked | answered | refused
    Column("partner", String, nullable=False),
    Column("by", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("keys", Integer, nullable=False),  # of the batch, fillers included
    Column("subjects", Integer, nullable=False, server_default="0"),  # the asker alone knows
    Column("hits", Integer, nullable=False, server_default="0"),  # likewise
    Column("purpose", String, nullable=False),
    Column("basis", String, nullable=False),
    Column("case", String, nullable=False),  # a digest
    Column("at_us", BigInteger, nullable=False),
    Column("reason", String, nullable=False, server_default=""),  # why it was refused
    Column("times", Integer, nullable=False, server_default="1"),  # of refusals that come too fast, how many at once
    Index("hit_question_partner", "side", "partner", "at_us"),
)
hit = _table(
    "hit",  # what we asked and a partner's filter holds: nobody else knows
    Column("id", String, primary_key=True),
    Column("partner", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("epoch", String, nullable=False),
    Column("value", String, nullable=False),
    Column("tag", LargeBinary, nullable=False),
    Column("by", String, nullable=False),
    Column("purpose", String, nullable=False),
    Column("basis", String, nullable=False),
    Column("case", String, nullable=False),
    Column("at", String, nullable=False),
    Column("state", String, nullable=False),  # found | opened
)
hit_case = _table(
    "hit_case",  # a confirmation case, at both ends, with one clock
    Column("id", String, primary_key=True),
    Column("side", String, nullable=False),  # asker | holder
    Column("partner", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("value", String, nullable=False),  # "" at a holder that finds no record behind it
    Column("purpose", String, nullable=False),
    Column("basis", String, nullable=False),
    Column("opened", String, nullable=False),
    Column("received", String, nullable=False, server_default=""),
    Column("answered", String, nullable=False, server_default=""),
    Column("refused", String, nullable=False, server_default=""),
    Column("ground", String, nullable=False, server_default=""),
    Column("release", String, nullable=False, server_default=""),
    Column("by", String, nullable=False),
    Column("tag", String, nullable=False, server_default=""),  # what hit, as the asker sent it
)
search_set = _table(
    "search_set",  # one-way filters for checks without a line: made here, or taken from others
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("origin", String, nullable=False),
    Column("audience", String, nullable=False),
    Column("made", String, nullable=False),
    Column("expires", String, nullable=False, server_default=""),
    Column("revoked", String, nullable=False, server_default=""),
    Column("description", LargeBinary),  # of those that were taken; of ours only what stands above is kept
    Column("bloom", LargeBinary),
    Column("key", LargeBinary),
)
account = _table(
    "account",
    Column("id", String, primary_key=True),
    Column("body", Text, nullable=False),
    Column("password", String, nullable=False, server_default=""),  # scrypt: salt and hash in hex
    Column("certificate", LargeBinary),  # DER; the digest is in the body
    Column("password_author", String, nullable=False, server_default=""),
    Column("password_approver", String, nullable=False, server_default=""),
)
token = _table(
    "token",
    Column("digest", LargeBinary, primary_key=True),
    Column("id", String, nullable=False, unique=True),
    Column("account", String, nullable=False),
    Column("scopes", String, nullable=False),
    Column("issued", String, nullable=False),
    Column("expires", String, nullable=False),
    Column("revoked", Boolean, nullable=False),
    Column("author", String, nullable=False),
    Column("approver", String, nullable=False, server_default=""),
    Index("token_account", "account"),
)
collection = _table(
    "collection",
    Column("id", String, primary_key=True),
    Column("alias", String, unique=True),
    Column("body", Text, nullable=False),
)
seen = _table(
    "seen",  # what of each collection an account could have read so far: labels, and the newest there was
    Column("collection", String, primary_key=True),
    Column("account", String, primary_key=True),
    Column("newest", BigInteger, nullable=False),
    Column("labels", Text, nullable=False),
)
extract = _table(
    "extract",  # ids under which outside readers find a tear-line extract
    Column("sent", String, primary_key=True),
    Column("ident", _Id, nullable=False),
)
shown = _table(
    "shown",  # which outside account was given which version, and since when: whom a correction concerns
    Column("holding", _Id, primary_key=True, autoincrement=False),
    Column("account", String, primary_key=True),
    Column("sent", String, primary_key=True),  # the id it was shown under; "" for its own
    Column("door", String, nullable=False),  # the collection, the MISP door, the API, or the remote it was pushed to
    Column("at", String, nullable=False),
    Index("shown_at", "at"),
)
change = _table(
    "change",  # the last change of each thing that is no object, for whoever follows along; objects have `placed`
    Column("n", _Id, primary_key=True, autoincrement=False),
    Column("kind", String, nullable=False),
    Column("id", String, nullable=False),
    UniqueConstraint("kind", "id"),
)
reply = _table(
    "reply",  # what a write under an idempotency key was answered; while it is being done it has no answer
    Column("account", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("request", LargeBinary, nullable=False),  # a MAC of all that makes it the same request
    Column("doing", String, nullable=False),  # the process that does it; "" once it is answered
    Column("status", Integer, nullable=False, server_default="0"),
    Column("headers", Text, nullable=False, server_default="{}"),
    Column("body", LargeBinary),  # NULL: not kept, since it shows a secret or is too large
    Column("at", BigInteger, nullable=False),
    Index("reply_at", "at"),
)
posting = _table(
    "posting",  # what became of what an account posted (TAXII status resource)
    Column("id", String, primary_key=True),
    Column("account", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("posting_at", "at"),
)
edition = _table(
    "edition",  # what an account last fetched of an export, and since when it has been that
    Column("collection", String, primary_key=True),
    Column("account", String, primary_key=True),
    Column("format", String, primary_key=True),
    Column("digest", LargeBinary, nullable=False),
    Column("at", String, nullable=False),
    rowid=False,
)
remote = _table(
    "remote",  # a server of others that is polled or pushed to, and how far it is read
    Column("name", String, primary_key=True),
    Column("body", Text, nullable=False),
    Column("secret", Text, nullable=False, server_default=""),
    Column("state", String, nullable=False),  # idle | failing | stopped
    Column("progress", Text, nullable=False, server_default="{}"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_try", BigInteger, nullable=False, server_default="0"),
    Column("error", Text, nullable=False, server_default=""),
    Column("at", String, nullable=False, server_default=""),
)
given = _table(
    "given",  # events that a remote was pushed, so that what is taken back can be taken back there
    Column("remote", String, primary_key=True),
    Column("uuid", String, primary_key=True),
)
audit = _table(
    "audit",
    Column("seq", _Id, primary_key=True, autoincrement=False),
    Column("at", String, nullable=False),
    Column("actor", String, nullable=False),
    Column("verb", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("purpose", String, nullable=False),
    Column("leaf", LargeBinary, nullable=False),  # the exact bytes; the columns before it are for finding it
    Column("hash", LargeBinary, nullable=False),
    Index("audit_subject", "subject"),
)
