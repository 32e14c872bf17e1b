"""It travels: serve, partners, verify, recover."""

from __future__ import annotations

from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from oureyes.errors import ConfigError
from oureyes.interfaces.cli import exits
from oureyes.interfaces.cli.frame import Session, command

if TYPE_CHECKING:
    from oureyes.node.exchanging import Verified
    from oureyes.node.overseeing import Proof
    from oureyes.oversee.audit import Verified as AuditVerified

__all__ = ["add_to"]

_PANEL = "Exchange"


def add_to(app: typer.Typer) -> None:
    """Register this file's commands."""
    command(app, "serve", panel=_PANEL, example="oureyes --home ~/id serve")(serve)
    command(app, "partners", panel=_PANEL, example="oureyes partners")(partners)
    lines = "oureyes verify --audit\noureyes verify --export ID/SG/1 log.json\noureyes verify --file log.json"
    command(app, "verify", panel=_PANEL, example=lines)(verify)
    command(app, "recover", panel=_PANEL, example="oureyes recover log-from-SG.json")(recover)


def serve(at: Session) -> int:
    """Run the node: reach partners and be reached, take in what arrives, send what is due. Ends with Ctrl-C."""
    from oureyes.node.membership import own_member

    member = own_member(at.home).id

    def ready(service: Any) -> None:
        partners = len(service.node.ctx.roster.members) - 1
        at.screen.line(f"{member} listens on {service.url}; {partners} partners on the roster. Ctrl-C ends it.")

    return int(import_module("oureyes.interfaces.service").run(at.home, ready=ready) or exits.OK)


def partners(at: Session) -> None:
    """How we stand with every partner: what it has not confirmed yet and since when, what waits for a log of ours that
    is held, its last receipt, and what went wrong."""
    with at.node() as node:
        found = node.partners()
    columns = (
        "partner",
        "name",
        "state",
        "sent",
        "confirmed",
        "lag",
        "s behind",
        "waiting",
        "last receipt",
        "signed there",
        "received",
        "taken in",
        "error",
    )
    rows = [
        (
            one.member,
            one.name,
            one.state,
            one.sent,
            one.receipted,
            one.lag,
            one.behind_s,
            one.waiting,
            one.last_receipt[:19],
            one.signed_at[:19],
            one.received,
            one.applied,
            one.error,
        )
        for one in found
    ]
    at.screen.answer(
        {"partners": [{**asdict(one), "lag": one.lag} for one in found]},
        lambda: at.screen.table(columns, rows, empty="no partner: `oureyes roster install FILE`"),
    )


def verify(
    at: Session,
    audit: Annotated[bool, typer.Option("--audit", help="The audit log instead of the channels.")] = False,
    export: Annotated[
        tuple[str, Path] | None,
        typer.Option("--export", metavar="CHANNEL FILE", help="Write a channel's log, such as ID/SG/1, to a file."),
    ] = None,
    file: Annotated[Path | None, typer.Option("--file", metavar="FILE", help="Check an exported log, offline.")] = None,
    row: Annotated[
        int | None, typer.Option("--row", metavar="N", help="With --audit: the proof that row N is in the signed log.")
    ] = None,
    roster: Annotated[
        Path | None, typer.Option("--roster", metavar="FILE", help="With --file: by this roster; no node is needed.")
    ] = None,
) -> int:
    """Check every line of every channel against signed heads and receipts: nothing missing, altered or out of place.

    A fault is named at its position and gives exit 1. An exported log needs no key to be checked, only the roster: an
    auditor without a node gives it by --roster, and compares the digest that is shown with the one the members publish.
    """
    if roster is not None:
        return _by_roster(at, roster, file)
    with at.node() as node:
        if export is not None:
            return _export(at, node, *export)
        if audit and row is not None:
            return _proved(at, node.prove_audit(row, by=at.by))
        if audit:
            return _audited(at, node.verify_audit(by=at.by))
        found = [node.verify_export(file.read_bytes())] if file is not None else node.verify(by=at.by)
    return _verified(at, found)


def _by_roster(at: Session, roster: Path, file: Path | None) -> int:
    from oureyes.exchange.roster import parse
    from oureyes.model.objects import digest
    from oureyes.node.exchanging import verify_export

    if file is None:
        raise typer.BadParameter("with --file, the log to check", param_hint="--roster")
    raw = roster.read_bytes()
    members, _ = parse(raw)
    found = verify_export(members, file.read_bytes())
    if not at.json:
        at.screen.line(f"by roster version {members.version}, SHA-256 {digest(raw).hex()}")
    return _verified(at, [found])


def _export(at: Session, node: Any, name: str, file: Path) -> int:
    from oureyes.model.sharing import Channel

    try:
        channel = Channel.of(name)
    except ValueError:
        raise typer.BadParameter("a channel such as ID/SG/1", param_hint="--export") from None
    if file.exists():
        raise ConfigError(file.name, "a file that does not exist yet", "one that does", "choose another name")
    raw = node.export_channel(channel)
    file.write_bytes(raw)
    at.screen.answer(
        {"channel": name, "file": str(file), "bytes": len(raw)},
        lambda: at.screen.line(f"{name}: {len(raw)} bytes in {file}"),
    )
    return exits.OK


def _verified(at: Session, found: list[Verified]) -> int:
    rows = [(one.channel, one.entries, one.receipted, one.fault or "whole") for one in found]
    at.screen.answer(
        {"channels": [asdict(one) for one in found], "whole": not any(one.fault for one in found)},
        lambda: at.screen.table(
            ("channel", "lines", "confirmed", "found"), rows, empty="no channel holds anything yet"
        ),
    )
    return exits.NOTHING if any(one.fault for one in found) else exits.OK


def _audited(at: Session, found: AuditVerified) -> int:
    fault = found.flaw.words if found.flaw else ""
    body = {"rows": found.size, "covered": found.covered, "root": found.root.hex(), "fault": fault, "whole": not fault}
    said = fault or f"whole: {found.size} rows, {found.covered} of them under a signed head"
    at.screen.answer(body, lambda: at.screen.line(f"audit log: {said}"))
    return exits.NOTHING if fault else exits.OK


def _proved(at: Session, proof: Proof) -> int:
    from oureyes.oversee.audit import describe

    body = {"row": proof.row.seq, "size": proof.size, "says": describe(proof.row), "leaf": proof.leaf}
    body |= {"path": [one.hex() for one in proof.path], "head": proof.head}

    def draw() -> None:
        at.screen.line(f"row {proof.row.seq} is in the signed log of {proof.size} rows: {describe(proof.row)}")
        at.screen.line("the whole proof, for whoever checks it (RFC 6962 §2.1.1): --json")

    at.screen.answer(body, draw)
    return exits.OK


def recover(
    at: Session,
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="The recipient's `verify --export`; else it is asked.")
    ] = None,
) -> None:
    """After a restore from an old backup: take our own lost entries back from the partners that hold them.

    Without a file every partner that is ahead of us is asked. For one that cannot be reached, it exports the channel
    (`oureyes verify --export ID/SG/1 FILE`) and sends the file. Nothing is forked. The partners also tell what the lost
    entries said, so that a correction finds everybody who was given something.
    """
    if file is None:
        found = import_module("oureyes.interfaces.service").recover(at.home)
    else:
        with at.node() as node:
            found = [node.recover_from(file.read_bytes())]
    rows = [(one.channel.name, one.size, one.entries, one.unknown) for one in found]
    names = ("channel", "size", "recovered", "unknown")
    at.screen.answer(
        {"channels": [dict(zip(names, row, strict=True)) for row in rows]},
        lambda: at.screen.table(
            ("channel", "entries", "taken back", "whose words nobody told us"), rows, empty="no partner is ahead of us"
        ),
    )
