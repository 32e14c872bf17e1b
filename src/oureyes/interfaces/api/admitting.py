"""Who may come in from outside, what they are shown, and whom this node polls.

An officer's word is an officer's: nobody gives another officer's account a credential here, or one who lets accounts in
could be both people of a release. Officers get theirs at the machine (`oureyes account token`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from oureyes.errors import InvalidObject, NotHeld, Refused
from oureyes.interfaces.api import forms
from oureyes.interfaces.api.route import Call, Route, as_form, changed, paged
from oureyes.model.accounts import Account, Collection, View
from oureyes.model.grades import Grade
from oureyes.model.markings import TLP
from oureyes.model.remotes import Remote
from oureyes.node import accounts as known
from oureyes.node import polling
from oureyes.node.polling import Standing

__all__ = ["ROUTES"]


def accounts(call: Call) -> forms.Accounts:
    """Every account, what it may do, and whether two people stand behind it."""
    found = [one for one, _ in known.listed(call.node.ctx)]
    given, following = paged(call, found, lambda one: (one.id,))
    return forms.Accounts([_account(one) for one in given], following)


def account(call: Call) -> forms.AccountOne:
    """One account with its tokens."""
    found = _held(call, call.path["id"])
    tokens = [
        forms.TokenRead(one.id, sorted(one.scopes), one.expires, one.revoked, one.approved, one.author, one.approver)
        for one in known.tokens(call.node.ctx, found.id)
    ]
    return forms.AccountOne(_account(found), tokens)


def _held(call: Call, identifier: str) -> Account:
    found = next((one for one, _ in known.listed(call.node.ctx) if one.id == identifier), None)
    if found is None:
        raise NotHeld("account", "an account of this node", "none by that id", "GET /accounts")
    return found


def _account(one: Account) -> forms.Account:
    return forms.Account(**one.to_json(), approved=one.approved)


def create(call: Call) -> forms.Account:
    """Let an account in. It has no credential yet; what needs two people it gets once somebody else has approved it,
    and an officer's account does nothing before."""
    said: forms.AccountMade = call.body
    marking = changed(call.node.ctx.default_marking(), said.marking)
    made = Account(
        said.id, said.kind, said.title, TLP.of(said.ceiling), frozenset(said.groups), frozenset(said.scopes), marking,
        Grade.admiralty(said.max_grade) if said.max_grade else None, frozenset(said.types), said.per_minute,
        organisation=said.organisation, speaks_for=frozenset(one.lower() for one in said.speaks_for),
        misp_version=said.misp_version,
    )  # fmt: skip
    if made.officer and said.certificate:
        raise Refused(made.id, "an officer's credentials from the machine", "a certificate", "leave it out")
    return _account(known.create(call.node.ctx, made, by=call.by, certificate=said.certificate.encode()))


def approve(call: Call) -> forms.Account:
    """Be the second person behind what an account may have."""
    return _account(known.approve_account(call.node.ctx, call.path["id"], by=call.by))


def switch(call: Call) -> forms.Account:
    """Shut an account out at once, with whatever credential; or let it in again."""
    known.disable(call.node.ctx, call.path["id"], by=call.by, enabled=call.body.enabled)
    return _account(_held(call, call.path["id"]))


def password(call: Call) -> forms.Done:
    """Set the password for HTTP Basic. The old one ends at once; the new one lets nobody in before somebody else has
    approved it."""
    _not_another_officer(call)
    known.set_password(call.node.ctx, call.path["id"], call.body.password, by=call.by)
    return forms.Done(call.path["id"], "new password, which waits for a second person")


def issue(call: Call) -> forms.Issued:
    """Issue a bearer token. It is shown this once and kept nowhere, and lets nobody in before somebody else has
    approved it."""
    said: forms.Issue = call.body
    _not_another_officer(call)
    made, text = known.issue(
        call.node.ctx, call.path["id"], by=call.by, scopes=frozenset(said.scopes), days=said.days
    )  # fmt: skip
    return forms.Issued(made.id, made.account, text, sorted(made.scopes), made.expires)


def approve_credentials(call: Call) -> forms.Approved:
    """Be the second person behind the tokens and the password that somebody else gave an account."""
    _not_another_officer(call)
    return forms.Approved(
        call.path["id"], known.approve_credentials(call.node.ctx, call.path["id"], by=call.by)
    )  # fmt: skip


def _not_another_officer(call: Call) -> None:
    if _held(call, call.path["id"]).officer:
        raise Refused(
            call.path["id"], "an account of an outsider", "an officer's", "`oureyes account token` at the machine"
        )


def revoke(call: Call) -> forms.Done:
    """End a token at once."""
    known.revoke(call.node.ctx, call.path["id"], by=call.by)
    return forms.Done(call.path["id"], "revoked")


# --- collections -----------------------------------------------------------------------------------------------------


def collections(call: Call) -> forms.Collections:
    """Every collection, who reads and who writes."""
    given, following = paged(call, known.collections(call.node.ctx), lambda one: (one.id,))
    return forms.Collections([_collection(one) for one in given], following)


def _collection(one: Collection) -> forms.Collection:
    return forms.Collection(**one.to_json(), approved=one.approved)


def add_collection(call: Call) -> forms.Collection:
    """Make a view that accounts may poll. Every reader still gets only what names it; what needs two people waits for
    an approval."""
    said: forms.CollectionMade = call.body
    types, origins, tags, named = (frozenset(one) for one in (said.types, said.origins, said.tags, said.named))
    view = None if said.posted_only else View(types, origins, tags, named, TLP.of(said.up_to))
    made = Collection(
        "", said.title, said.description, said.alias, frozenset(said.readers), frozenset(said.writers), view,
        call.purpose,
    )  # fmt: skip
    return _collection(known.add_collection(call.node.ctx, made, by=call.by))


def approve_collection(call: Call) -> forms.Collection:
    """Be the second person behind a collection."""
    return _collection(known.approve_collection(call.node.ctx, call.path["id"], by=call.by))


def close_collection(call: Call) -> forms.Done:
    """Nobody reads or posts there any more; what it showed stays where it is."""
    known.close_collection(call.node.ctx, call.path["id"], by=call.by)
    return forms.Done(call.path["id"], "closed")


# --- polling ---------------------------------------------------------------------------------------------------------


def remotes(call: Call) -> forms.Remotes:
    """Every server that is polled or pushed to: how far, how it stands, when it is next."""
    given, following = paged(call, polling.listed(call.node.ctx), lambda one: (one.remote.name,))
    return forms.Remotes(_remotes(call, given), following)


def _remotes(call: Call, found: Sequence[Standing]) -> list[forms.Remote]:
    now = call.node.ctx.now_ms()
    return [
        as_form(
            forms.Remote, one, name=one.remote.name, kind=one.remote.kind, url=one.remote.url, push=one.remote.push,
            last=one.at, next_in_s=max(0, one.next_try - now) // 1000, progress=_progress(one),
        )
        for one in found
    ]  # fmt: skip


def _progress(one: Standing) -> dict[str, Any]:
    return asdict(one.progress)


def add_remote(call: Call) -> forms.Remote:
    """Poll a server of others from now on, or push to it: a TAXII collection, a MISP, a feed. Only by https here; a
    feed in a folder is added at the machine."""
    said: forms.RemoteMade = call.body
    try:
        grade = Grade.admiralty(said.max_grade) if said.max_grade else None
        said.ca.encode("ascii")
    except UnicodeEncodeError:
        raise InvalidObject("ca", "a certificate, PEM", "something else") from None
    marking = changed(call.node.ctx.default_marking(), said.marking)
    made = Remote(
        said.name, said.url, said.push, said.every, said.user, frozenset(said.types), grade, marking, said.account,
        said.collection, ca=said.ca, kind=said.kind,
    )  # fmt: skip
    polling.add(call.node.ctx, made, said.secret, by=call.by)
    return _remotes(call, [polling.one(call.node.ctx, said.name)])[0]


def poll(call: Call) -> forms.Remote:
    """Its time has come: the node polls it, or pushes to it, within seconds; look at it again for what came of it."""
    polling.hasten(call.node.ctx, call.path["id"], by=call.by)
    return _remotes(call, [polling.one(call.node.ctx, call.path["id"])])[0]


def remote(call: Call) -> forms.Remote:
    """One server that is polled or pushed to."""
    return _remotes(call, [polling.one(call.node.ctx, call.path["id"])])[0]


def remove_remote(call: Call) -> forms.Done:
    """No longer poll or push; what it gave stays."""
    polling.remove(call.node.ctx, call.path["id"], by=call.by)
    return forms.Done(call.path["id"], "removed")


_A = "api:admit"
_ACCOUNT, _COLLECTION, _REMOTE = "/accounts/{id}", "/collections/{id}", "/remotes/{id}"
ROUTES = (
    Route("accounts", "GET", "/accounts", _A, accounts, forms.Accounts, forms.Paged, cli=("account list",)),
    Route("create_account", "POST", "/accounts", _A, create, forms.Account, body=forms.AccountMade, status=201,
          cli=("account create",)),
    Route("account", "GET", _ACCOUNT, _A, account, forms.AccountOne, cli=("account show",)),
    Route("switch_account", "PATCH", _ACCOUNT, _A, switch, forms.Account, body=forms.AccountSwitch, guard="account",
          cli=("account enable", "account disable")),
    Route("approve_account", "POST", _ACCOUNT + "/approve", _A, approve, forms.Account, guard="account",
          cli=("account approve",)),
    Route("set_password", "PUT", _ACCOUNT + "/password", _A, password, forms.Done, body=forms.PasswordSaid,
          cli=("account password",)),
    Route("issue_token", "POST", _ACCOUNT + "/tokens", _A, issue, forms.Issued, body=forms.Issue, status=201,
          secret=True, cli=("account token",)),
    Route("approve_credentials", "POST", _ACCOUNT + "/credentials/approve", _A, approve_credentials, forms.Approved,
          guard="account", cli=("account approve-credentials",)),
    Route("revoke_token", "DELETE", "/tokens/{id}", _A, revoke, forms.Done, cli=("account revoke",)),
    Route("collections", "GET", "/collections", _A, collections, forms.Collections, forms.Paged,
          cli=("collection list",)),
    Route("add_collection", "POST", "/collections", _A, add_collection, forms.Collection,
          body=forms.CollectionMade, status=201, cli=("collection add",)),
    Route("approve_collection", "POST", _COLLECTION + "/approve", _A, approve_collection, forms.Collection,
          cli=("collection approve",)),
    Route("close_collection", "DELETE", _COLLECTION, _A, close_collection, forms.Done, cli=("collection close",)),
    Route("remotes", "GET", "/remotes", _A, remotes, forms.Remotes, forms.Paged, cli=("taxii list", "misp list")),
    Route("add_remote", "POST", "/remotes", _A, add_remote, forms.Remote, body=forms.RemoteMade, status=201,
          cli=("taxii add", "misp add")),
    Route("remote", "GET", _REMOTE, _A, remote, forms.Remote),
    Route("poll_remote", "POST", _REMOTE + "/poll", _A, poll, forms.Remote, status=202,
          cli=("taxii poll", "misp poll")),
    Route("remove_remote", "DELETE", _REMOTE, _A, remove_remote, forms.Done, guard="remote",
          cli=("taxii remove", "misp remove")),
)  # fmt: skip
