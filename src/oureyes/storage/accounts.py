"""Outside accounts, their tokens, the collections they read, and what became of what they posted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import msgspec
from sqlalchemy import Connection

from oureyes.model.accounts import Account, Collection, Token, two_people
from oureyes.storage.changes import noted
from oureyes.storage.dialect import insert_many, quick, rows, run
from oureyes.storage.texts import from_text, to_text

__all__ = [
    "Kept",
    "Seen",
    "Shown",
    "account",
    "account_by_certificate",
    "accounts",
    "approve_token",
    "certificates",
    "collection",
    "collections",
    "drop_collection",
    "edition",
    "extract_of",
    "forget_shown",
    "posting",
    "put_account",
    "put_collection",
    "put_edition",
    "put_extracts",
    "put_posting",
    "put_seen",
    "put_shown",
    "put_token",
    "revoke_token",
    "seen",
    "shown",
    "token_by_digest",
    "tokens",
]


@dataclass(frozen=True, slots=True)
class Kept:
    """An account with what only the node may know of it, and who set its password and who approved that."""

    account: Account
    password: str
    certificate: bytes
    password_author: str = ""
    password_approver: str = ""

    @property
    def right(self) -> str:
        """The password that lets it in: none before two people stand behind it."""
        return self.password if two_people(self.password_author, self.password_approver) else ""


_ACCOUNT = "body, password, certificate, password_author, password_approver"


# The text in the row is the account: equal texts are read once, however many requests ask.
@lru_cache(1024)
def _account(text: str) -> Account:
    return Account.from_json(msgspec.json.decode(text))


@lru_cache(1024)
def _collection(text: str) -> Collection:
    return Collection.from_json(msgspec.json.decode(text))


def account(connection: Connection, identifier: str) -> Kept | None:
    """One account."""
    return _one(quick(connection, f"SELECT {_ACCOUNT} FROM account WHERE id = ?", [identifier]))


def account_by_certificate(connection: Connection, certificate: bytes) -> Kept | None:
    """The account that may present this client certificate (DER)."""
    found = quick(connection, f"SELECT {_ACCOUNT} FROM account WHERE certificate = ?", [certificate])
    return _one(found)


def accounts(connection: Connection) -> list[Kept]:
    """Every account."""
    found = rows(connection, f"SELECT {_ACCOUNT} FROM account ORDER BY id")
    return [kept for row in found if (kept := _one([row])) is not None]


def certificates(connection: Connection) -> list[bytes]:
    """The client certificates that accounts may present, DER: enabled ones that two people stand behind."""
    found = [one for one in accounts(connection) if one.account.enabled and one.account.approved]
    return [one.certificate for one in found if one.certificate]


def _one(found: Sequence[Sequence[object]]) -> Kept | None:
    if not found:
        return None
    body, password, certificate, author, approver = found[0]
    raw = bytes(certificate) if isinstance(certificate, bytes | memoryview) else b""
    return Kept(_account(str(body)), str(password), raw, str(author), str(approver))


def put_account(connection: Connection, kept: Kept) -> None:
    """Keep an account as it stands."""
    noted(connection, "account", kept.account.id)
    run(connection, "DELETE FROM account WHERE id = ?", [kept.account.id])
    body, by = to_text(kept.account.to_json()), (kept.password_author, kept.password_approver)
    row = (kept.account.id, body, kept.password, kept.certificate or None, *by)
    insert_many(connection, "account", f"id, {_ACCOUNT}", [row])


_TOKEN = "SELECT id, account, digest, scopes, expires, issued, revoked, author, approver FROM token "  # noqa: S105 - SQL, no secret


def token_by_digest(connection: Connection, digest: bytes) -> Token | None:
    """The token whose SHA-256 this is."""
    found = quick(connection, _TOKEN + "WHERE digest = ?", [digest])
    return _token(found[0]) if found else None


def tokens(connection: Connection, of: str) -> list[Token]:
    """The tokens of an account, oldest first."""
    return [_token(row) for row in rows(connection, _TOKEN + "WHERE account = ? ORDER BY issued, id", [of])]


def _token(row: Sequence[object]) -> Token:
    identifier, of, digest, scopes, expires, issued, revoked, author, approver = row
    assert isinstance(digest, bytes | memoryview)
    words = frozenset(str(scopes).split())
    return Token(
        str(identifier), str(of), bytes(digest), words, str(expires), str(issued), bool(revoked), str(author),
        str(approver),
    )  # fmt: skip


def put_token(connection: Connection, token: Token) -> None:
    """Keep a token's digest."""
    insert_many(
        connection,
        "token",
        "digest, id, account, scopes, issued, expires, revoked, author, approver",
        [
            (
                token.digest, token.id, token.account, " ".join(sorted(token.scopes)), token.issued, token.expires,
                token.revoked, token.author, token.approver,
            )
        ],
    )  # fmt: skip


def approve_token(connection: Connection, identifier: str, approver: str) -> None:
    """Name the second person behind a token."""
    run(connection, "UPDATE token SET approver = ? WHERE id = ?", [approver, identifier])


def revoke_token(connection: Connection, identifier: str) -> bool:
    """It is good no more; whether there was one."""
    return run(connection, "UPDATE token SET revoked = ? WHERE id = ?", [True, identifier]) > 0


def collection(connection: Connection, name: str) -> Collection | None:
    """One collection, by its id or its alias."""
    found = quick(connection, "SELECT body FROM collection WHERE id = ? OR alias = ?", [name, name])
    return _collection(str(found[0][0])) if found else None


def collections(connection: Connection) -> list[Collection]:
    """Every collection, by id: the same order each time (TAXII 2.1 §3.3)."""
    return [_collection(str(body)) for (body,) in rows(connection, "SELECT body FROM collection ORDER BY id")]


def put_collection(connection: Connection, made: Collection) -> None:
    """Keep a collection as it stands."""
    noted(connection, "collection", made.id)
    run(connection, "DELETE FROM collection WHERE id = ?", [made.id])
    body = to_text(made.to_json())
    insert_many(connection, "collection", "id, alias, body", [(made.id, made.alias or None, body)])


def drop_collection(connection: Connection, identifier: str) -> bool:
    """There is no such view any more; what it showed stays where it is."""
    noted(connection, "collection", identifier)
    run(connection, "DELETE FROM seen WHERE collection = ?", [identifier])
    run(connection, "DELETE FROM edition WHERE collection = ?", [identifier])
    return run(connection, "DELETE FROM collection WHERE id = ?", [identifier]) > 0


@dataclass(frozen=True, slots=True)
class Seen:
    """The labels an account could read in a collection, of all up to `newest`."""

    newest: int
    labels: frozenset[int]


@dataclass(frozen=True, slots=True)
class Shown:
    """That an account was given an object, through which door, since when, and what became of that version since."""

    account: str
    sent: str
    door: str
    at: str
    state: str


def seen(connection: Connection, of: str, by: str) -> Seen | None:
    """What was to be read the last time its rights were worked out."""
    found = rows(connection, "SELECT newest, labels FROM seen WHERE collection = ? AND account = ?", [of, by])
    return Seen(int(found[0][0]), frozenset(from_text(found[0][1]))) if found else None


def put_seen(connection: Connection, of: str, by: str, now: Seen) -> None:
    """Remember it."""
    run(connection, "DELETE FROM seen WHERE collection = ? AND account = ?", [of, by])
    labels = to_text(sorted(now.labels))
    insert_many(connection, "seen", "collection, account, newest, labels", [(of, by, now.newest, labels)])


def put_extracts(connection: Connection, found: Iterable[tuple[str, int]]) -> None:
    """Remember (id it is shown under, ident) of extracts that outside readers were shown."""
    insert_many(connection, "extract", "sent, ident", list(found), ignore=True)


def put_shown(connection: Connection, account: str, door: str, at: str, found: Iterable[tuple[int, str]]) -> None:
    """Remember (holding, id it was shown under, "" for its own) of what an outside account was given."""
    rows_of = [(holding, account, sent, door, at) for holding, sent in found]
    insert_many(connection, "shown", "holding, account, sent, door, at", rows_of, ignore=True)


def shown(connection: Connection, identifier: str) -> list[Shown]:
    """Which accounts were given an object: of each, and of each id it went under, the newest version it was given."""
    found = rows(
        connection,
        "SELECT s.account, s.sent, s.door, s.at, h.state, h.last FROM ident i JOIN holding h ON h.ident = i.n"
        " JOIN object o ON o.n = h.object JOIN shown s ON s.holding = h.n WHERE i.id = ?"
        " ORDER BY s.account, s.sent, o.instant, s.at, h.n",
        [identifier],
    )
    out: dict[tuple[str, str], Shown] = {}
    for account, sent, door, at, state, last in found:
        now = (
            "out" if last and state in ("held", "held-back") else "superseded" if state == "superseded" else "retracted"
        )
        out[str(account), str(sent)] = Shown(str(account), str(sent) or identifier, str(door), str(at), now)
    return list(out.values())


def forget_shown(connection: Connection, before: str, hold: str) -> dict[str, int]:
    """Drop who was given a version before an instant, of versions that stand no more; of how many each account. What
    is only hidden may come back, and what bears the tag `hold` is somebody's evidence: both keep it."""
    found = rows(
        connection,
        "SELECT s.holding, s.account, s.sent FROM shown s JOIN holding h ON h.n = s.holding WHERE s.at < ?"
        " AND h.state NOT IN ('held', 'held-back', 'hidden') AND ('\n' || h.tags || '\n') NOT LIKE ?",
        [before, f"%\n{hold}\n%"],
    )
    out: dict[str, int] = {}
    for holding, account, sent in found:
        run(connection, "DELETE FROM shown WHERE holding = ? AND account = ? AND sent = ?", [holding, account, sent])
        out[str(account)] = out.get(str(account), 0) + 1
    return out


def extract_of(connection: Connection, identifier: str) -> int | None:
    """The ident an extract was cut from."""
    found = rows(connection, "SELECT ident FROM extract WHERE sent = ?", [identifier])
    return int(found[0][0]) if found else None


def edition(connection: Connection, of: str, by: str, form: str) -> tuple[bytes, str]:
    """(digest, since when) of what an account last fetched of an export; empty before it fetched any."""
    sql = "SELECT digest, at FROM edition WHERE collection = ? AND account = ? AND format = ?"
    found = rows(connection, sql, [of, by, form])
    return (bytes(found[0][0]), str(found[0][1])) if found else (b"", "")


def put_edition(connection: Connection, of: str, by: str, form: str, digest: bytes, at: str) -> None:
    """Remember it."""
    run(connection, "DELETE FROM edition WHERE collection = ? AND account = ? AND format = ?", [of, by, form])
    insert_many(connection, "edition", "collection, account, format, digest, at", [(of, by, form, digest, at)])


def put_posting(connection: Connection, identifier: str, by: str, at_us: int, body: bytes, *, keep_us: int) -> None:
    """Keep what became of a posting, and forget those older than `keep_us`."""
    run(connection, "DELETE FROM posting WHERE at < ?", [at_us - keep_us])
    insert_many(connection, "posting", "id, account, at, body", [(identifier, by, at_us, body)])


def posting(connection: Connection, identifier: str, by: str) -> bytes | None:
    """What became of a posting, for the account that made it."""
    found = rows(connection, "SELECT body FROM posting WHERE id = ? AND account = ?", [identifier, by])
    return bytes(found[0][0]) if found else None
