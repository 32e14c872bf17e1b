"""Outside accounts: who may come in by which door, with what credentials, and how a credential is known.

A token is 256 random bits, so its SHA-256 is enough to keep and to look up. A password is not, so it is kept by scrypt
— and scrypt costs 50 ms of a core, which no poll can pay each time: a credential that was right is remembered for a
while as an HMAC under a key of this process, which is worthless elsewhere. The account itself is read on every
request, so disabling it, or giving it another password, ends it at once, also from another process.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
import ssl
import threading
from base64 import urlsafe_b64encode
from dataclasses import replace
from typing import Any

from oureyes.errors import ConfigError, InvalidObject, NotHeld, Refused
from oureyes.model.accounts import SCOPES, Account, Caller, Collection, Token, two_people
from oureyes.node.context import Context
from oureyes.storage import Connection, accounts

__all__ = [
    "Credentials",
    "add_collection",
    "approve_account",
    "approve_collection",
    "approve_credentials",
    "change",
    "client_certificates",
    "close_collection",
    "collections",
    "create",
    "disable",
    "is_token",
    "issue",
    "listed",
    "revoke",
    "set_password",
    "tokens",
]

_N, _R, _P = 1 << 14, 8, 1  # scrypt: 16 MiB and about 50 ms (OWASP's floor for interactive use)
_REMEMBERED_MS = 15 * 60_000
_PREFIX = "oe_"
_TOKEN = re.compile(r"oe_[A-Za-z0-9_-]{43}=?")
_MIN_PASSWORD = 12


def create(ctx: Context, made: Account, *, by: str, certificate: bytes = b"") -> Account:
    """A new account; it has no credential yet. Somebody else approves it before it may have what needs two people."""
    if any(made.id == member.casefold() for member in ctx.roster.members):
        raise ConfigError(f"account {made.id}", "a name no member bears", "a member's", "choose another")
    der, digest = _certificate(certificate)
    kept = made.but(author=by, approver="", created=ctx.now(), enabled=True, certificate=digest)

    def write(connection: Connection) -> Account:
        if accounts.account(connection, made.id) is not None:
            raise ConfigError(f"account {made.id}", "a new name", "one that exists", "`oureyes account list`")
        accounts.put_account(connection, accounts.Kept(kept, "", der))
        ctx.audit(connection, by, "account", made.id, "", change="created", tlp=kept.ceiling.name)
        return kept

    return ctx.db.write(write)


def _certificate(raw: bytes) -> tuple[bytes, str]:
    if not raw:
        return b"", ""
    try:
        der = ssl.PEM_cert_to_DER_cert(raw.decode("ascii")) if raw.startswith(b"-----BEGIN") else raw
    except (ValueError, UnicodeDecodeError):
        raise InvalidObject("client certificate", "one certificate, PEM or DER", "something else") from None
    return der, hashlib.sha256(der).hexdigest()


def change(ctx: Context, identifier: str, *, by: str, certificate: bytes | None = None, **changes: Any) -> Account:
    """Change an account. What it may have must be approved again, and not by who changed it."""

    def write(connection: Connection) -> Account:
        before = _held(connection, identifier)
        der, digest = (
            (before.certificate, before.account.certificate) if certificate is None else _certificate(certificate)
        )
        now = before.account.but(**changes, author=by, approver="", certificate=digest)
        accounts.put_account(connection, replace(before, account=now, certificate=der))
        ctx.audit(connection, by, "account", identifier, "", change="changed", tlp=now.ceiling.name)
        return now

    return ctx.db.write(write)


def approve_account(ctx: Context, identifier: str, *, by: str) -> Account:
    """The second person."""

    def write(connection: Connection) -> Account:
        before = _held(connection, identifier)
        now = before.account.but(approver=by)
        if not now.approved:
            raise Refused(identifier, "another person than its author", by or "nobody", "ask a colleague")
        accounts.put_account(connection, replace(before, account=now))
        ctx.audit(connection, by, "account", identifier, "", change="approved", author=now.author)
        return now

    return ctx.db.write(write)


def disable(ctx: Context, identifier: str, *, by: str, enabled: bool = False) -> None:
    """Shut an account out at once, whatever credential it shows; or let it in again."""

    def write(connection: Connection) -> None:
        before = _held(connection, identifier)
        accounts.put_account(connection, replace(before, account=before.account.but(enabled=enabled)))
        ctx.audit(connection, by, "account", identifier, "", change="enabled" if enabled else "disabled")

    ctx.db.write(write)


def set_password(ctx: Context, identifier: str, password: str, *, by: str) -> None:
    """For HTTP Basic. The old one ends at once; the new one waits for a second person."""
    if len(password) < _MIN_PASSWORD:
        raise InvalidObject(f"account {identifier}", f"at least {_MIN_PASSWORD} characters", str(len(password)))
    kept = _hashed(password.encode(), os.urandom(16))

    def write(connection: Connection) -> None:
        before = _held(connection, identifier)
        now = replace(before, password=kept, password_author=by, password_approver="")
        accounts.put_account(connection, now)
        ctx.audit(connection, by, "account", identifier, "", change="credential")

    ctx.db.write(write)


def issue(ctx: Context, identifier: str, *, by: str, scopes: frozenset[str], days: int) -> tuple[Token, str]:
    """A bearer token, and its text, which is shown this once and never kept. It waits for a second person."""
    wrong = sorted(scopes - SCOPES.keys())
    if wrong or not scopes or days < 1:
        raise InvalidObject(f"token of {identifier}", f"scopes of {', '.join(SCOPES)}; a day or more", str(wrong)[:60])
    text = _PREFIX + urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b"=").decode()
    name = f"token--{ctx.make_id()}"
    made = Token(name, identifier, _digest(text), scopes, ctx.in_days(days), ctx.now(), author=by)

    def write(connection: Connection) -> None:
        held = _held(connection, identifier).account
        if scopes - held.scopes:
            raise Refused(
                identifier, "scopes the account has", ", ".join(sorted(scopes - held.scopes)), "widen it first"
            )
        accounts.put_token(connection, made)
        ctx.audit(connection, by, "account", identifier, "", change="issued", credential=name)

    ctx.db.write(write)
    return made, text


def approve_credentials(ctx: Context, identifier: str, *, by: str) -> list[str]:
    """Be the second person behind the tokens and the password of an account that others gave it and that wait: the ids
    of the tokens, and `password`."""

    def write(connection: Connection) -> list[str]:
        held = _held(connection, identifier)
        done = {
            one.id: one.author
            for one in accounts.tokens(connection, identifier)
            if not (one.approved or one.revoked) and two_people(one.author, by)
        }
        for one in done:
            accounts.approve_token(connection, one, by)
        if held.password and not held.right and two_people(held.password_author, by):
            accounts.put_account(connection, replace(held, password_approver=by))
            done["password"] = held.password_author
        if not done:
            raise Refused(
                identifier, f"a credential that waits and was not given by {by or 'nobody'}", "none", "ask a colleague"
            )
        for one, author in done.items():
            ctx.audit(connection, by, "account", identifier, "", change="approved", credential=one, author=author)
        return list(done)

    return ctx.db.write(write)


def revoke(ctx: Context, token: str, *, by: str) -> None:
    """End a token at once."""

    def write(connection: Connection) -> None:
        if not accounts.revoke_token(connection, token):
            raise NotHeld(token, "a token of this node", "none by that id", "`oureyes account show`")
        ctx.audit(connection, by, "account", token, "", change="revoked")

    ctx.db.write(write)


def listed(ctx: Context) -> list[tuple[Account, bool]]:
    """Every account, and whether it has a password that lets it in."""
    with ctx.db.read() as connection:
        return [(kept.account, bool(kept.right)) for kept in accounts.accounts(connection)]


def client_certificates(ctx: Context) -> list[bytes]:
    """The client certificates that accounts may present, DER."""
    with ctx.db.read() as connection:
        return accounts.certificates(connection)


def collections(ctx: Context) -> list[Collection]:
    """Every collection."""
    with ctx.db.read() as connection:
        return accounts.collections(connection)


def tokens(ctx: Context, identifier: str) -> list[Token]:
    """The tokens of an account."""
    with ctx.db.read() as connection:
        _held(connection, identifier)
        return accounts.tokens(connection, identifier)


def add_collection(ctx: Context, made: Collection, *, by: str) -> Collection:
    """A new view; somebody else approves it before it gives what needs two people."""
    ctx.require_purpose(by, made.purpose, "collection")
    kept = made.but(id=made.id or ctx.make_id(), author=by, approver="", created=ctx.now())

    def write(connection: Connection) -> Collection:
        for name in (kept.id, kept.alias):
            if name and accounts.collection(connection, name) is not None:
                raise ConfigError(f"collection {name[:40]}", "a new id and alias", "one that exists", "choose another")
        accounts.put_collection(connection, kept)
        said = {"readers": tuple(sorted(kept.readers)), "writers": tuple(sorted(kept.writers))}
        ctx.audit(connection, by, "collection", kept.id, kept.purpose, change="created", **said)
        return kept

    return ctx.db.write(write)


def approve_collection(ctx: Context, name: str, *, by: str) -> Collection:
    """The second person."""

    def write(connection: Connection) -> Collection:
        now = _collection(connection, name).but(approver=by)
        if not now.approved:
            raise Refused(now.id, "another person than its author", by or "nobody", "ask a colleague")
        accounts.put_collection(connection, now)
        ctx.audit(connection, by, "collection", now.id, now.purpose, change="approved", author=now.author)
        return now

    return ctx.db.write(write)


def close_collection(ctx: Context, name: str, *, by: str) -> None:
    """Nobody reads or posts there any more; what it showed is untouched."""

    def write(connection: Connection) -> None:
        found = _collection(connection, name)
        accounts.drop_collection(connection, found.id)
        ctx.audit(connection, by, "collection", found.id, found.purpose, change="closed")

    ctx.db.write(write)


def _held(connection: Connection, identifier: str) -> accounts.Kept:
    found = accounts.account(connection, identifier)
    if found is None:
        raise NotHeld(f"account {identifier[:60]}", "an account of this node", "none", "`oureyes account list`")
    return found


def _collection(connection: Connection, name: str) -> Collection:
    found = accounts.collection(connection, name)
    if found is None:
        raise NotHeld(f"collection {name[:60]}", "a collection of this node", "none", "`oureyes collection list`")
    return found


class Credentials:
    """Knows callers by what they show. One per process; safe to ask from several threads."""

    def __init__(self, ctx: Context) -> None:
        self._ctx, self._key = ctx, os.urandom(32)
        self._right: dict[
            bytes, tuple[str, int]
        ] = {}  # HMAC of a credential → the hash it was right for, and until when
        self._one_at_a_time = threading.Lock()

    def known(self, identifier: str, password: str) -> bool:
        """Whether this password needs no key derivation now: it was right a while ago."""
        found = self._right.get(self._mark(identifier, password))
        return found is not None and self._ctx.now_ms() < found[1]

    def basic(self, connection: Connection, identifier: str, password: str) -> Caller | None:
        """By name and password. An unknown name costs what a wrong password costs."""
        kept = accounts.account(connection, identifier)
        right = kept.right if kept is not None and kept.account.enabled else ""
        mark, now = self._mark(identifier, password), self._ctx.now_ms()
        stamp, until = self._right.get(mark, ("", 0))
        if not (right and stamp == right and now < until):
            if not self._derived(right, password):
                return None
            self._remember(mark, right, now)
        assert kept is not None
        return Caller(kept.account, kept.account.scopes)

    def _derived(self, right: str, password: str) -> bool:
        salt = bytes.fromhex(right.partition("$")[0]) if right else bytes(16)
        with self._one_at_a_time:  # 16 MiB each: a flood of guesses must not take the memory too
            made = _hashed(password.encode(), salt)
        return bool(right) and hmac.compare_digest(made, right)

    def _remember(self, mark: bytes, right: str, now: int) -> None:
        if len(self._right) > 10_000:
            self._right.clear()
        self._right[mark] = (right, now + _REMEMBERED_MS)

    def _mark(self, identifier: str, password: str) -> bytes:
        return hmac.digest(self._key, f"{identifier}\0{password}".encode(), "sha256")

    def bearer(self, connection: Connection, text: str) -> Caller | None:
        """By token."""
        token = accounts.token_by_digest(connection, _digest(text))
        if token is None or not token.good(self._ctx.now()):
            return None
        kept = accounts.account(connection, token.account)
        if kept is None or not kept.account.enabled:
            return None
        return Caller(kept.account, token.scopes & kept.account.scopes)

    def certificate(self, connection: Connection, der: bytes) -> Caller | None:
        """By client certificate: byte for byte the one that was registered, and approved with the account."""
        kept = accounts.account_by_certificate(connection, der)
        if kept is None or not (kept.account.enabled and kept.account.approved):
            return None
        return Caller(kept.account, kept.account.scopes)


def is_token(text: str) -> bool:
    """Whether a text has the form of a token of ours: what can only show a name and password shows it as the latter."""
    return _TOKEN.fullmatch(text) is not None


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _hashed(password: bytes, salt: bytes) -> str:
    return f"{salt.hex()}${hashlib.scrypt(password, salt=salt, n=_N, r=_R, p=_P, dklen=32).hex()}"
