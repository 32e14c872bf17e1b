"""Under oversight, and between states: audit log, who has what, files, figures; partners, logs, roster, health."""

from __future__ import annotations

from collections.abc import Sequence

from oureyes.errors import InvalidObject, NotHeld
from oureyes.interfaces.api import forms
from oureyes.interfaces.api.knowing import plain_id
from oureyes.interfaces.api.route import Bytes, Call, Page, Route, as_form
from oureyes.model.sharing import Channel, Member
from oureyes.node import membership
from oureyes.node.checking import examine, sqlite_version
from oureyes.node.exchanging import Verified
from oureyes.oversee.audit import VERBS, describe

__all__ = ["ROUTES"]


def audit(call: Call) -> forms.AuditRows:
    """Who did what to which thing, when and for what purpose; the newest first. Looking is written down too."""
    query: forms.AuditAsked = call.query
    if query.verb and query.verb not in VERBS:
        raise InvalidObject("verb", "a verb of the audit log", "another word")
    page = Page(call.node.ctx.keys.extract)
    before = int(page.at(call.bound, query.cursor)) if query.cursor else 0
    found = call.node.audit(
        by=call.by, subject=plain_id(query.subject), actor=query.actor, verb=query.verb, limit=query.limit,
        before=before,
    )  # fmt: skip
    rows = [as_form(forms.AuditRow, one, detail=dict(one.detail), words=describe(one)) for one in found]
    more = len(found) == query.limit and found[-1].seq > 0
    return forms.AuditRows(rows, page.text(call.bound, found[-1].seq) if more else "")


def prove_audit(call: Call) -> forms.AuditProof:
    """The proof that one row of the audit log is under its signed head."""
    number = call.path["n"]
    if not number.isdecimal() or len(number) > 15:
        raise NotHeld("audit row", "a row of the log", "none by that number", "GET /audit")
    found = call.node.prove_audit(int(number), by=call.by)
    leaf, path = found.leaf.decode("utf-8", "replace"), [one.hex() for one in found.path]
    return forms.AuditProof(
        found.row.seq, found.size, describe(found.row), leaf, path, found.head.decode("utf-8", "replace")
    )


def who_has(call: Call) -> forms.Recipients:
    """Who received, opened and matched an object of ours, anywhere; and which outside accounts were given it."""
    found = call.node.who_has(plain_id(call.path["id"]), by=call.by)
    return forms.Recipients(call.path["id"], [as_form(forms.Recipient, one) for one in found])


def export(call: Call) -> forms.Exported:
    """Objects as one file: a bundle, MISP JSON, a table, rules, a list. Every one passes the release rules for whom it
    is for; what needs two people does not leave by a file; what went is remembered, so a correction finds its holder.
    """
    said: forms.Export = call.body
    wanted = [*said.ids, *(call.node.of_source(said.source) if said.source else ())]
    if said.query:
        wanted += [
            hit.id
            for hit in call.node.search(
                said.query, by=call.by, purpose=call.purpose, limit=said.limit, only_written=True
            )
        ]
    made = call.node.export(wanted, said.form, by=call.by, purpose=call.purpose, to=said.to, whole=said.whole)
    refused, omitted = (
        [forms.NotExported(identifier, reason) for identifier, reason in some] for some in (made.refused, made.omitted)
    )
    document = made.body.decode("utf-8", "replace")
    return forms.Exported(made.count, said.form, said.to or call.by, document, refused, omitted)


def figures(call: Call) -> forms.Figures:
    """What the node holds, in numbers; with `year`, the figures of a year that may be published. No personal data."""
    year = call.query.year
    if year is None:
        return forms.Figures(dict(call.node.figures()))
    found = call.node.yearly(year)
    states = {name: dict(counts) for name, counts in found.partners.items()}
    return forms.Figures(dict(found.counts), year, states, dict(found.grounds), dict(found.verdicts))


def verify_audit(call: Call) -> forms.AuditVerified:
    """The audit log, line by line, against its signed head."""
    found = call.node.verify_audit(by=call.by)
    fault = found.flaw.words if found.flaw else ""
    return forms.AuditVerified(found.size, found.covered, found.root.hex(), fault, not fault)


# --- between states --------------------------------------------------------------------------------------------------


def partners(call: Call) -> forms.Partners:
    """How we stand with every partner: what it has not confirmed yet, its last receipt, and what went wrong."""
    return forms.Partners([as_form(forms.Partner, one) for one in call.node.partners()])


def verify(call: Call) -> forms.Verified:
    """Every line of every channel against signed heads and receipts: nothing missing, altered or out of place."""
    return _verified(call.node.verify(by=call.by))


def verify_file(call: Call) -> forms.Verified:
    """The same for an exported log (the body), by the roster in force here."""
    return _verified([call.node.verify_export(_given(call))])


def _given(call: Call) -> bytes:
    assert call.file is not None
    return call.file.read_bytes()


def _verified(found: Sequence[Verified]) -> forms.Verified:
    return forms.Verified([as_form(forms.ChannelVerified, one) for one in found], not any(one.fault for one in found))


def log(call: Call) -> Bytes:
    """A channel's log in one file that anybody with the roster can check."""
    name = f"{call.path['origin']}/{call.path['recipient']}/{call.path['epoch']}"
    try:
        channel = Channel.of(name)
    except ValueError:
        raise InvalidObject("channel", "a channel such as ID/SG/1", "another form") from None
    return Bytes(call.node.export_channel(channel), "application/json", f"log-{name.replace('/', '-')}.json")


def recover(call: Call) -> forms.Recovered:
    """After a restore from an old backup: take our own lost entries back from the log their recipient exported (the
    body). Nothing is forked."""
    found = call.node.recover_from(_given(call))
    return as_form(forms.Recovered, found, channel=found.channel.name)


def roster(call: Call) -> forms.RosterRead:
    """The roster in force: every member with the fingerprint of its key, and who has signed."""
    home = call.node.ctx.config.home
    found = membership.current(home)
    if found is not None:
        return _roster(found)
    return forms.RosterRead(0, "", [_member(membership.own_member(home))], [], 0, False, "no roster yet")


def check_roster(call: Call) -> forms.RosterRead:
    """Whether a roster (the body) may be installed here: it follows ours, and enough members signed."""
    return _roster(membership.check(call.node.ctx.config.home, _given(call)))


def install_roster(call: Call) -> forms.RosterRead:
    """Take a roster (the body), once enough members have signed it. From then on its members are our partners."""
    raw = _given(call)
    call.node.join(raw)
    return _roster(membership.check(call.node.ctx.config.home, raw))


def _roster(found: membership.Standing) -> forms.RosterRead:
    members = [_member(one) for one in found.roster.members.values()]
    signed, fault = list(found.signed), found.fault
    return forms.RosterRead(
        found.roster.version, found.fingerprint, members, signed, found.needed, not fault, fault
    )  # fmt: skip


def _member(one: Member) -> forms.Member:
    ceiling = "observer" if one.observer else one.ceiling.label
    return forms.Member(one.id, one.name, one.url, ceiling, membership.words_of_key(one))


# --- its health ------------------------------------------------------------------------------------------------------


def doctor(call: Call) -> forms.Checks:
    """The node looked over: keys and their modes, database, clock, disk space, roster. No partner is called."""
    found = [as_form(forms.Check, one) for one in examine(call.node.ctx.config.home, clock=call.node.ctx.clock)]
    return forms.Checks(all(one.good for one in found), found)


def settings(call: Call) -> forms.Settings:
    """Every setting, its value and what it does. No key is shown."""
    from oureyes.config import SETTINGS

    config = call.node.ctx.config

    def value(name: str) -> str:
        hidden = name in ("database_key", "database") and config.text(name)  # a DSN may hold a password
        return "(not shown)" if hidden else config.text(name)

    return forms.Settings(
        [forms.Setting(one.name, value(one.name), str(one.default), one.variable, one.says) for one in SETTINGS]
    )


def versions(call: Call) -> forms.Versions:
    """This software's version, and the versions of what it rests on."""
    import platform
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    from oureyes import __version__

    found = {"python": platform.python_version(), "sqlite": sqlite_version()[0]}
    for name in ("cryptography", "msgspec", "sqlalchemy", "sqlcipher3"):
        try:
            found[name] = installed(name)
        except PackageNotFoundError:
            found[name] = "?"
    return forms.Versions(__version__, found)


_O, _E, _K = "api:oversee", "api:exchange", "api:care"
ROUTES = (
    Route("audit", "GET", "/audit", _O, audit, forms.AuditRows, forms.AuditAsked, cli=("audit",)),
    Route("verify_audit", "GET", "/audit/verification", _O, verify_audit, forms.AuditVerified, cli=("verify",)),
    Route("prove_audit", "GET", "/audit/{n}/proof", _O, prove_audit, forms.AuditProof, cli=("verify",)),
    Route("who_has", "GET", "/objects/{id}/holders", _O, who_has, forms.Recipients, cli=("who-has",)),
    Route("export", "POST", "/exports", _O, export, forms.Exported, body=forms.Export, cli=("export",)),
    Route("figures", "GET", "/figures", _O, figures, forms.Figures, forms.FiguresAsked, cli=("figures",)),
    Route("partners", "GET", "/partners", _E, partners, forms.Partners, cli=("partners",)),
    Route("verify", "GET", "/verification", _E, verify, forms.Verified, cli=("verify",)),
    Route("verify_file", "POST", "/verification", _E, verify_file, forms.Verified, body=bytes, cli=("verify",)),
    Route("log", "GET", "/channels/{origin}/{recipient}/{epoch}", _O, log, bytes, cli=("verify",)),
    Route("recover", "POST", "/recovery", _E, recover, forms.Recovered, body=bytes, cli=("recover",)),
    Route("roster", "GET", "/roster", _E, roster, forms.RosterRead, cli=("roster show",)),
    Route("check_roster", "POST", "/roster/check", _K, check_roster, forms.RosterRead, body=bytes,
          cli=("roster check", "roster show")),
    Route("install_roster", "PUT", "/roster", _K, install_roster, forms.RosterRead, body=bytes, guard="roster",
          cli=("roster install",)),
    Route("doctor", "GET", "/health", _K, doctor, forms.Checks, cli=("doctor",)),
    Route("settings", "GET", "/settings", _K, settings, forms.Settings, cli=("doctor",)),
    Route("versions", "GET", "/versions", "api:read", versions, forms.Versions, cli=("version",)),
)  # fmt: skip
