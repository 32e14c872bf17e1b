"""Who may come in from outside, what they are shown, and whom this node polls: account, collection, taxii."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from oureyes.interfaces.cli import exits
from oureyes.interfaces.cli.frame import Session, command, group

if TYPE_CHECKING:
    from oureyes.model.accounts import Account, Collection, Token
    from oureyes.model.markings import TLP
    from oureyes.node.polling import Standing

__all__ = ["add_to"]

_PANEL = "Let in"
_WAITS = "waits for a second person"
_Account = Annotated[str, typer.Argument(metavar="ACCOUNT", help="Its id: small letters, digits, - and _.")]
_Collection = Annotated[str, typer.Argument(metavar="COLLECTION", help="Its id or alias.")]
_Remote = Annotated[str, typer.Argument(metavar="NAME", help="What this node calls the server.")]
_Ceiling = Annotated[str, typer.Option("--ceiling", metavar="WORD", help="The tightest TLP it may hold.")]
_Groups = Annotated[str, typer.Option("--groups", metavar="A,B", help="Agreements it is party to; markings name them.")]
_Scopes = Annotated[str, typer.Option("--scopes", metavar="A,B", help="What it may do: taxii:read, taxii:write …")]
_MaxGrade = Annotated[str, typer.Option("--max-grade", metavar="C3", help="The best grade it may give itself.")]
_Types = Annotated[str, typer.Option("--types", metavar="A,B", help="The types of object taken; else all.")]
_Certificate = Annotated[Path | None, typer.Option("--certificate", help="The client certificate it may show, PEM.")]
_Description = Annotated[str, typer.Option("--description", metavar="TEXT", help="More, in a sentence.")]
_Tlp = Annotated[str, typer.Option("--up-to", metavar="WORD", help="Only up to this TLP.")]


def add_to(app: typer.Typer) -> None:
    """Register this file's commands."""
    account, collection, taxii, misp = group("list"), group("list"), group("list"), group("list")
    says = "Those outside the federation who may come in: CERTs, banks, platforms, scripts."
    app.add_typer(account, name="account", rich_help_panel=_PANEL, help=says, epilog="Example:\n\noureyes account")
    command(account, "list", example="oureyes account list")(accounts)
    command(account, "show", example="oureyes account show cert-a")(show)
    lines = "oureyes account create cert-a --groups csirts --ceiling AMBER --scopes taxii:read,taxii:write --tlp GREEN"
    command(account, "create", example=lines, marking=True)(create)
    command(account, "approve", example="oureyes account approve cert-a --by budi")(approve)
    command(account, "disable", example="oureyes account disable cert-a")(disable)
    command(account, "enable", example="oureyes account enable cert-a")(enable)
    command(account, "password", example="oureyes account password cert-a < password.txt")(password)
    command(account, "token", example="oureyes account token cert-a --scopes taxii:read --days 90")(token)
    lines = "oureyes account approve-credentials cert-a --by budi"
    command(account, "approve-credentials", example=lines)(approve_credentials)
    command(account, "revoke", example="oureyes account revoke token--0d7c…")(revoke)
    says = "The standing views that accounts read and post to (TAXII collections)."
    app.add_typer(
        collection, name="collection", rich_help_panel=_PANEL, help=says, epilog="Example:\n\noureyes collection"
    )
    command(collection, "list", example="oureyes collection list")(collections)
    lines = (
        "oureyes collection add 'For the CSIRTs' --readers csirts --named csirts\n"
        "oureyes collection add 'From banks' --readers desk --writers banks --posted-only --alias banks"
    )
    command(collection, "add", example=lines)(add_collection)
    command(collection, "approve", example="oureyes collection approve banks --by budi")(approve_collection)
    command(collection, "close", example="oureyes collection close banks")(close_collection)
    says = "TAXII servers of others that this node polls or pushes to."
    app.add_typer(taxii, name="taxii", rich_help_panel=_PANEL, help=says, epilog="Example:\n\noureyes taxii")
    command(taxii, "list", example="oureyes taxii list")(remotes)
    lines = (
        "oureyes taxii add cert-b https://cert-b.example/api/collections/91a7…/ --user us --max-grade C3 --tlp AMBER"
    )
    command(taxii, "add", example=lines, marking=True)(add_remote)
    command(taxii, "poll", example="oureyes taxii poll\noureyes taxii poll cert-b")(poll)
    command(taxii, "remove", example="oureyes taxii remove cert-b")(remove)
    says = "MISP instances and feeds of others that this node pulls from or pushes to."
    app.add_typer(misp, name="misp", rich_help_panel=_PANEL, help=says, epilog="Example:\n\noureyes misp")
    command(misp, "list", example="oureyes misp list")(remotes)
    lines = "oureyes misp add cert-c https://misp.cert-c.example/ --as cert-c\n"
    lines += "oureyes misp add osint feeds/osint --feed --as osint"
    command(misp, "add", example=lines)(add_misp)
    command(misp, "poll", example="oureyes misp poll\noureyes misp poll cert-c")(poll)
    command(misp, "remove", example="oureyes misp remove cert-c")(remove)


# --- accounts --------------------------------------------------------------------------------------------------------


def accounts(at: Session) -> None:
    """Every account, what it may do, and whether two people stand behind it."""
    from oureyes.node.accounts import listed

    with at.node() as node:
        found = listed(node.ctx)
    columns = ("account", "kind", "ceiling", "groups", "may", "stands")
    rows = [
        (
            one.id,
            one.kind,
            one.ceiling.label,
            ", ".join(sorted(one.groups)),
            ", ".join(sorted(one.scopes)),
            _stands(one),
        )
        for one, _ in found
    ]
    body = [{**one.to_json(), "approved": one.approved, "password": known} for one, known in found]
    at.screen.answer({"count": len(body), "accounts": body}, lambda: at.screen.table(columns, rows))


def _stands(one: Account) -> str:
    return "disabled" if not one.enabled else "approved" if one.approved else _WAITS


def show(at: Session, account: _Account) -> None:
    """One account with its tokens."""
    from oureyes.node import accounts as known

    with at.node() as node:
        tokens = known.tokens(node.ctx, account)
        one = next(one for one, _ in known.listed(node.ctx) if one.id == account)
    rows = [
        (token.id, " ".join(sorted(token.scopes)), token.expires[:10], _token_stands(token), token.author,
         token.approver)
        for token in tokens
    ]  # fmt: skip
    body = [
        {
            "id": token.id, "scopes": sorted(token.scopes), "expires": token.expires, "revoked": token.revoked,
            "approved": token.approved, "author": token.author, "approver": token.approver,
        }
        for token in tokens
    ]  # fmt: skip

    def draw() -> None:
        at.screen.line(f"{one.id} {_stands(one)}; {one.per_minute} requests a minute")
        at.screen.table(("token", "may", "until", "stands", "by", "approved by"), rows)

    at.screen.answer({**one.to_json(), "approved": one.approved, "tokens": body}, draw)


def _token_stands(one: Token) -> str:
    return "revoked" if one.revoked else "approved" if one.approved else _WAITS


def create(
    at: Session,
    account: _Account,
    kind: Annotated[
        str, typer.Option("--kind", metavar="WORD", help="What it is: partner, platform, script …")
    ] = "partner",
    title: Annotated[str, typer.Option("--title", metavar="TEXT", help="Its name, for people.")] = "",
    ceiling: _Ceiling = "GREEN",
    groups: _Groups = "",
    scopes: _Scopes = "taxii:read",
    max_grade: _MaxGrade = "",
    types: _Types = "",
    per_minute: Annotated[int, typer.Option("--per-minute", min=1, help="Requests a minute, in the long run.")] = 600,
    certificate: _Certificate = None,
    organisation: Annotated[
        str, typer.Option("--organisation", metavar="UUID", help="What it is at the MISP door.")
    ] = "",
    speaks_for: Annotated[
        str, typer.Option("--speaks-for", metavar="UUID,…", help="Whose events it may push; * any.")
    ] = "",
    misp_version: Annotated[
        str, typer.Option("--misp-version", metavar="X.Y.Z", help="What it is told this MISP is.")
    ] = "",
) -> None:
    """Let an account in. The marking options say what its postings carry where they say nothing.

    It has no credential yet: give it a token or a password, which somebody else approves; a certificate lets it in once
    the account is approved. What needs two people (AMBER and up, unless set otherwise) it gets only then, too.
    """
    from oureyes.model.accounts import Account
    from oureyes.node import accounts as known

    with at.node() as node:
        marking = at.marking(node.ctx.default_marking())
        made = Account(
            account, kind, title, _tlp(ceiling, "--ceiling"), _set(groups), _set(scopes), marking, _grade(max_grade),
            _set(types), per_minute, organisation=organisation, speaks_for=_set(speaks_for.lower()),
            misp_version=misp_version,
        )  # fmt: skip
        kept = known.create(node.ctx, made, by=at.by, certificate=certificate.read_bytes() if certificate else b"")
    at.screen.answer(kept.to_json(), lambda: at.screen.line(f"{kept.id} is let in; {_stands(kept)}"))


def approve(at: Session, account: _Account) -> None:
    """Be the second person behind what an account may have."""
    from oureyes.node.accounts import approve_account

    with at.node() as node:
        kept = approve_account(node.ctx, account, by=at.by)
    at.screen.answer(kept.to_json(), lambda: at.screen.line(f"{kept.id} is approved"))


def disable(at: Session, account: _Account) -> None:
    """Shut an account out at once, with whatever credential."""
    _switch(at, account, enabled=False)


def enable(at: Session, account: _Account) -> None:
    """Let an account in again."""
    _switch(at, account, enabled=True)


def _switch(at: Session, account: str, *, enabled: bool) -> None:
    from oureyes.node import accounts as known

    with at.node() as node:
        known.disable(node.ctx, account, by=at.by, enabled=enabled)
    said = f"{account} is {'enabled' if enabled else 'disabled'}"
    at.screen.answer({"account": account, "enabled": enabled}, lambda: at.screen.line(said))


def password(at: Session, account: _Account) -> None:
    """Set the password for HTTP Basic, read from the standard input so that no list of processes shows it. The old one
    ends at once; the new one lets nobody in before somebody else has approved it."""
    from oureyes.node.accounts import set_password

    text = sys.stdin.readline().rstrip("\r\n")
    with at.node() as node:
        set_password(node.ctx, account, text, by=at.by)
    said = f"{account} has a new password; {_WAITS}"
    at.screen.answer({"account": account, "password": True, "approved": False}, lambda: at.screen.line(said))


def token(
    at: Session,
    account: _Account,
    scopes: _Scopes = "taxii:read",
    days: Annotated[int, typer.Option("--days", min=1, max=3660, help="How long it is good.")] = 365,
) -> None:
    """Issue a bearer token. It is shown this once and kept nowhere, and lets nobody in before somebody else has
    approved it."""
    from oureyes.node.accounts import issue

    with at.node() as node:
        made, text = issue(node.ctx, account, by=at.by, scopes=_set(scopes), days=days)
    body = {
        "id": made.id, "account": account, "token": text, "scopes": sorted(made.scopes), "expires": made.expires,
        "approved": False,
    }  # fmt: skip
    at.screen.answer(body, lambda: at.screen.lines([text, f"{made.id}, good until {made.expires[:10]}; {_WAITS}"]))


def approve_credentials(at: Session, account: _Account) -> None:
    """Be the second person behind the tokens and the password that somebody else gave an account."""
    from oureyes.node import accounts as known

    with at.node() as node:
        done = known.approve_credentials(node.ctx, account, by=at.by)
    said = [f"{one} is approved" for one in done]
    at.screen.answer({"account": account, "approved": done}, lambda: at.screen.lines(said))


def revoke(at: Session, name: Annotated[str, typer.Argument(metavar="TOKEN", help="Its id, token--….")]) -> None:
    """End a token at once."""
    from oureyes.node import accounts as known

    with at.node() as node:
        known.revoke(node.ctx, name, by=at.by)
    at.screen.answer({"id": name, "revoked": True}, lambda: at.screen.line(f"{name} is revoked"))


# --- collections -----------------------------------------------------------------------------------------------------


def collections(at: Session) -> None:
    """Every collection, who reads and who writes."""
    from oureyes.node import accounts as known

    with at.node() as node:
        found = known.collections(node.ctx)
    columns = ("id", "alias", "title", "readers", "writers", "stands")
    rows = [
        (one.id, one.alias, one.title, ", ".join(sorted(one.readers)), ", ".join(sorted(one.writers)), _state(one))
        for one in found
    ]
    body = [{**one.to_json(), "approved": one.approved} for one in found]
    at.screen.answer({"count": len(body), "collections": body}, lambda: at.screen.table(columns, rows))


def _state(one: Collection) -> str:
    return "approved" if one.approved else _WAITS


def add_collection(
    at: Session,
    title: Annotated[str, typer.Argument(metavar="TITLE", help="What its readers see it called.")],
    readers: Annotated[str, typer.Option("--readers", metavar="A,B", help="Accounts or groups that may read.")] = "",
    writers: Annotated[str, typer.Option("--writers", metavar="A,B", help="Accounts or groups that may post.")] = "",
    alias: Annotated[str, typer.Option("--alias", metavar="WORD", help="A short name for addresses.")] = "",
    description: _Description = "",
    types: Annotated[str, typer.Option("--types", metavar="A,B", help="Only objects of these types.")] = "",
    origins: Annotated[str, typer.Option("--origins", metavar="A,B", help="Only what these states say.")] = "",
    tags: Annotated[str, typer.Option("--tags", metavar="A,B", help="Only under these terms.")] = "",
    named: Annotated[str, typer.Option("--named", metavar="A,B", help="Only what is marked for these by name.")] = "",
    up_to: _Tlp = "RED",
    posted_only: Annotated[bool, typer.Option("--posted-only", help="Only what is posted to it: an inbox.")] = False,
) -> None:
    """Make a view that accounts may poll: of all that release lets them have, or of a part.

    Every reader still gets only what names it, or an agreement of its; what needs two people waits for an approval.
    """
    from oureyes.model.accounts import Collection, View
    from oureyes.node import accounts as known

    view = View(_set(types), _set(origins), _set(tags), _set(named), _tlp(up_to, "--up-to"))
    with at.node() as node:
        made = Collection(
            "", title, description, alias, _set(readers), _set(writers), None if posted_only else view, at.purpose
        )
        kept = known.add_collection(node.ctx, made, by=at.by)
    at.screen.answer(kept.to_json(), lambda: at.screen.line(f"{kept.id} {kept.title}; {_state(kept)}"))


def approve_collection(at: Session, name: _Collection) -> None:
    """Be the second person behind a collection."""
    from oureyes.node import accounts as known

    with at.node() as node:
        kept = known.approve_collection(node.ctx, name, by=at.by)
    at.screen.answer(kept.to_json(), lambda: at.screen.line(f"{kept.id} is approved"))


def close_collection(at: Session, name: _Collection) -> None:
    """Nobody reads or posts there any more; what it showed stays where it is."""
    from oureyes.node import accounts as known

    with at.node() as node:
        known.close_collection(node.ctx, name, by=at.by)
    at.screen.answer({"collection": name, "closed": True}, lambda: at.screen.line(f"{name} is closed"))


# --- polling ---------------------------------------------------------------------------------------------------------


def remotes(at: Session) -> None:
    """Every server that is polled or pushed to: how far, how it stands, when it is next."""
    from oureyes.node import polling

    with at.node() as node:
        found, now = polling.listed(node.ctx), node.ctx.now_ms()
    _draw(at, found, now)


def _draw(at: Session, found: list[Standing], now_ms: int) -> None:
    columns = ("name", "way", "stands", "objects", "stored", "put aside", "read up to", "last", "next in", "fault")
    rows = [
        (
            one.remote.name,
            "push" if one.remote.push else "poll",
            one.state,
            one.progress.objects,
            one.progress.stored,
            one.progress.put_aside,
            one.progress.newest[:19],
            one.at[:19],
            f"{max(0, one.next_try - now_ms) // 1000} s",
            one.error,
        )
        for one in found
    ]
    body = [_standing(one, now_ms) for one in found]
    at.screen.answer({"count": len(body), "remotes": body}, lambda: at.screen.table(columns, rows))


def _standing(one: Standing, now_ms: int) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "name": one.remote.name, "url": one.remote.url, "push": one.remote.push, "state": one.state, "error": one.error,
        "attempts": one.attempts, "last": one.at, "next_in_s": max(0, one.next_try - now_ms) // 1000,
        "progress": asdict(one.progress),
    }  # fmt: skip


def add_remote(
    at: Session,
    name: _Remote,
    url: Annotated[str, typer.Argument(metavar="URL", help="Its collection, https://…/collections/ID/.")],
    user: Annotated[
        str, typer.Option("--user", metavar="NAME", help="For HTTP Basic; without it, a bearer token.")
    ] = "",
    every: Annotated[int, typer.Option("--every", min=10, help="Seconds between polls.")] = 900,
    max_grade: _MaxGrade = "",
    types: _Types = "",
    push_as: Annotated[str, typer.Option("--push-as", metavar="ACCOUNT", help="Push, as this account may read.")] = "",
    collection: Annotated[str, typer.Option("--collection", metavar="ID", help="The collection here to push.")] = "",
    ca: Annotated[Path | None, typer.Option("--ca", help="Its own certificate or authority, PEM.")] = None,
) -> None:
    """Poll another TAXII 2.1 server from now on, or push to it. Its password or token is read from the standard input.

    The marking options say what its objects carry where they say nothing. It replaces nothing this node holds itself.
    """
    from oureyes.model.remotes import Remote
    from oureyes.node import polling

    secret = sys.stdin.readline().rstrip("\r\n")
    with at.node() as node:
        made = Remote(
            name, url, bool(push_as), every, user, _set(types), _grade(max_grade),
            at.marking(node.ctx.default_marking()), push_as, collection, ca=ca.read_text("ascii") if ca else "",
        )  # fmt: skip
        polling.add(node.ctx, made, secret, by=at.by)
    at.screen.answer({"name": name, "url": url, "push": bool(push_as)}, lambda: at.screen.line(f"{name} is due now"))


def add_misp(
    at: Session,
    name: _Remote,
    url: Annotated[str, typer.Argument(metavar="URL", help="Its address; of a feed also a folder here.")],
    account: Annotated[str, typer.Option("--as", metavar="ACCOUNT", help="The account that stands for it here.")],
    push: Annotated[
        bool, typer.Option("--push", help="Push to it what the account may have, and do not pull.")
    ] = False,
    feed: Annotated[bool, typer.Option("--feed", help="It is a feed: manifest.json and a file an event.")] = False,
    every: Annotated[int, typer.Option("--every", min=10, help="Seconds between polls.")] = 900,
    ca: Annotated[Path | None, typer.Option("--ca", help="Its own certificate or authority, PEM.")] = None,
) -> None:
    """Pull from another MISP from now on, or push to it. Its key is read from the standard input.

    What it gives enters as the word of the account, under the rules of the account's agreement.
    """
    from oureyes.model.remotes import Remote
    from oureyes.node import polling

    secret = sys.stdin.readline().rstrip("\r\n")
    kind = "feed" if feed else "misp"
    pem = ca.read_text("ascii") if ca else ""
    with at.node() as node:
        polling.add(node.ctx, Remote(name, url, push, every, account=account, ca=pem, kind=kind), secret, by=at.by)
    at.screen.answer({"name": name, "url": url, "push": push}, lambda: at.screen.line(f"{name} is due now"))


def poll(
    at: Session, name: Annotated[str, typer.Argument(metavar="NAME", help="Only this one, even early.")] = ""
) -> int:
    """Poll and push now: what is due, or one by its name. Exit 1 when one of them failed."""
    from oureyes.interfaces.remotes import run
    from oureyes.node import polling
    from oureyes.node.serving import Serving

    with at.node() as node:
        serving = Serving(node.ctx)
        found = [run(serving, one, early=bool(name)) for one in ([name] if name else polling.due(node.ctx))]
        serving.notes.close()
        now = node.ctx.now_ms()
    _draw(at, found, now)
    return exits.NOTHING if any(one.state == "failing" for one in found) else exits.OK


def remove(at: Session, name: _Remote) -> None:
    """No longer poll or push; what it gave stays."""
    from oureyes.node import polling

    with at.node() as node:
        polling.remove(node.ctx, name, by=at.by)
    at.screen.answer({"name": name, "removed": True}, lambda: at.screen.line(f"{name} is polled no more"))


# --- what the words mean ---------------------------------------------------------------------------------------------


def _set(text: str) -> frozenset[str]:
    return frozenset(part.strip() for part in text.split(",") if part.strip())


def _tlp(text: str, option: str) -> TLP:
    from oureyes.errors import InvalidObject
    from oureyes.model.markings import TLP

    try:
        return TLP.of(text)
    except InvalidObject as error:
        raise typer.BadParameter(error.expected, param_hint=option) from None


def _grade(text: str) -> Any:
    from oureyes.errors import InvalidObject
    from oureyes.model.grades import Grade

    try:
        return Grade.admiralty(text) if text else None
    except InvalidObject as error:
        raise typer.BadParameter(error.expected, param_hint="--max-grade") from None
