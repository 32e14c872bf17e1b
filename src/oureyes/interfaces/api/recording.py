"""A state records: imports, what was put aside, markings, terms, vocabularies, hashes of media."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from oureyes.errors import InvalidObject, NotHeld
from oureyes.interfaces.api import forms
from oureyes.interfaces.api.route import Bytes, Call, Route, as_form, changed, paged
from oureyes.interfaces.exports import omitted
from oureyes.model.markings import Marking
from oureyes.model.ports import Options
from oureyes.understand.actors import Actor

__all__ = ["ROUTES"]

_RULES = tuple(forms.MarkingSaid.__struct_fields__)


def _marking(call: Call) -> Marking | None:
    said: dict[str, Any] = {rule: text for rule in _RULES if (text := getattr(call.query, rule, ""))}
    if not said:
        return None
    for rule in {"to", "hit"} & said.keys():
        said[rule] = [one for one in said[rule].split(",") if one]
    try:
        asked = msgspec.convert(said, forms.MarkingSaid)
    except msgspec.ValidationError as error:
        raise InvalidObject("marking", "words as the marking options have them", str(error)[:100]) from None
    return changed(call.node.ctx.default_marking(), asked)


def _file(call: Call) -> Path:
    assert call.file is not None
    return call.file.rename(call.file.with_name(call.query.name))


def import_(call: Call) -> forms.Report:
    """Read a file as units and partners send it: STIX, MISP, a table, a list, a report. The format is recognised. The
    same file twice adds nothing. What you say of its marking holds where the file itself says nothing."""
    query: forms.ImportAsked = call.query
    marking, file = _marking(call), _file(call)
    if query.edition:
        found = call.node.record_list(
            file, query.edition, query.date, by=call.by, purpose=call.purpose, marking=marking
        )
        lists: dict[str, Any] = {"edition": found.name, "date": found.date, "added": len(found.added)}
        lists |= {"changed": len(found.changed), "removed": list(found.removed)}
        return msgspec.convert({**found.report.to_json(), **lists}, forms.Report)
    options = Options(country=query.country or None, mapping=_mapping(query.mapping), date=query.date)
    report = call.node.record(
        [file], by=call.by, purpose=call.purpose, marking=marking, options=options, again=query.again,
        remark=query.remark,
    )  # fmt: skip
    return msgspec.convert(report.to_json(), forms.Report)


def _mapping(text: str) -> dict[str, str]:
    try:
        return msgspec.json.decode(text, type=dict[str, str]) if text else {}
    except msgspec.DecodeError:
        raise InvalidObject("mapping", "a JSON object: a column's name, what it holds", "another form") from None


def aside(call: Call) -> forms.AsideAll:
    """What waits for a person: what could not be read (by number), and what was held back (by id)."""
    found, following = paged(call, call.node.quarantine(by=call.by), lambda one: (one.n,))
    held = [
        forms.HeldBack(one.object.id, one.origin, one.source, one.hold)
        for one in (call.node.held_back(by=call.by) if not call.query.cursor else [])
    ]
    return forms.AsideAll([as_form(forms.Aside, one) for one in found], held, following)


def aside_one(call: Call) -> forms.AsideOne:
    """One thing put aside: what was expected, what was found, what to do."""
    return as_form(forms.AsideOne, _aside(call))


def aside_raw(call: Call) -> Bytes:
    """Its bytes as they came. They are whatever somebody sent: do not render them."""
    return Bytes(_aside(call).raw)


def _aside(call: Call) -> Any:
    number = call.path["n"]
    found = call.node.quarantine(int(number), by=call.by) if number.isdecimal() and len(number) < 18 else []
    if not found:
        raise NotHeld("quarantine", "an item put aside", "none by that number", "GET /quarantine")
    return found[0]


def held_one(call: Call) -> forms.HeldBack:
    """One thing held back, why, and where it came from; the object itself is under /objects."""
    found = call.node.held_back(call.path["id"], by=call.by)
    if not found:
        raise NotHeld("quarantine", "something held back", "nothing by that id", "GET /quarantine")
    return forms.HeldBack(found[0].object.id, found[0].origin, found[0].source, found[0].hold)


def retry(call: Call) -> forms.Report:
    """Read something put aside once more: the mended bytes of the body, or without one what was kept."""
    mended = call.file.read_bytes() if call.file and call.file.stat().st_size else None
    report = call.node.retry(_aside(call).n, by=call.by, purpose=call.purpose, raw=mended)
    return msgspec.convert(report.to_json(), forms.Report)


def confirm(call: Call) -> forms.Done:
    """Say that a person has looked at what was held back: from now on it counts, under the marking you give."""
    identifier, said = call.path["id"], call.body
    marked = said is not None and said != forms.MarkingSaid()
    marking = changed(call.node.marking_of(identifier), said) if marked else None
    call.node.confirm(identifier, by=call.by, purpose=call.purpose, marking=marking)
    return forms.Done(identifier, "confirmed")


def marking(call: Call) -> forms.MarkingRead:
    """The marking of an object of ours."""
    return forms.MarkingRead(call.path["id"], call.node.marking_of(call.path["id"]).to_json())


def mark(call: Call) -> forms.MarkingRead:
    """Say who may have an object of ours, and how good it is. What you do not say stays. A partner's marking is the
    partner's. With `If-Match` nobody else's change is overwritten unseen."""
    identifier = call.path["id"]
    now = changed(call.node.marking_of(identifier), call.body)
    call.node.mark([identifier], now, by=call.by, purpose=call.purpose)
    return marking(call)


def tag(call: Call) -> forms.Tagged:
    """Put objects of ours under terms of a taxonomy."""
    said: forms.Tagging = call.body
    slips = [] if said.new else call.node.unknown_terms(said.tags)
    if slips:
        raise InvalidObject(slips[0][:60], "a term its taxonomy has", "another", "GET /vocabularies, or `new`")
    return forms.Tagged(call.node.tag(said.ids, said.tags, by=call.by, purpose=call.purpose))


def vocabularies(call: Call) -> forms.Vocabularies:
    """The taxonomies, galaxies and warninglists this node knows."""
    return forms.Vocabularies([as_form(forms.Vocabulary, one) for one in call.node.vocabularies()])


def load(call: Call) -> forms.Vocabularies:
    """Load a MISP taxonomy, galaxy cluster file or warninglist. Warninglists count from the node's next start on."""
    found = call.node.load_vocabulary(_file(call), by=call.by)
    return forms.Vocabularies([as_form(forms.Vocabulary, one) for one in found])


def called(call: Call) -> forms.Aliases:
    """What the galaxies know by a name, and what is held about each bearer under any of its names. It is a hypothesis:
    what is known only by a name that two share is shown as doubtful beside both."""
    found = call.node.actor(call.query.name, by=call.by, purpose=call.purpose)
    return forms.Aliases([_bearer(one) for one in found])


def _bearer(one: Actor) -> forms.Cluster:
    held, doubtful = ([as_form(forms.KnownAs, known) for known in some] for some in (one.held, one.doubtful))
    shared = {name: list(others) for name, others in one.shared.items()}
    return forms.Cluster(one.galaxy, one.value, list(one.names[1:]), held, doubtful, shared)


def add_media(call: Call) -> forms.Report:
    """Hash a picture or document and record the hash. The file is not kept."""
    query: forms.MediaAsked = call.query
    labels = tuple(label for label in query.labels.split(",") if label)
    report = call.node.add_media(
        [_file(call)], by=call.by, purpose=call.purpose, marking=_marking(call), bank=query.bank, labels=labels
    )
    return msgspec.convert(report.to_json(), forms.Report)


def banks(call: Call) -> forms.Banks:
    """The banks of hashes, and how many each holds."""
    return forms.Banks([forms.Bank(name, number) for name, number in call.node.banks()])


def bank(call: Call) -> forms.BankRead:
    """A bank: its hashes with labels, how often each was met, and which states agree or disagree."""
    found = call.node.bank(call.path["name"], by=call.by, purpose=call.purpose)
    given, following = paged(call, found, lambda one: (one.object.id,))
    return forms.BankRead([as_form(forms.BankHash, one, id=one.object.id) for one in given], following)


def import_bank(call: Call) -> forms.Report:
    """Take a community's list of hashes (CSV, JSON or lines, as ThreatExchange writes them) into a bank."""
    report = call.node.import_bank(
        call.path["name"], _file(call), by=call.by, purpose=call.purpose, marking=_marking(call)
    )
    return msgspec.convert(report.to_json(), forms.Report)


def export_bank(call: Call) -> Bytes:
    """A bank as hash-sharing communities exchange it, for the member `to` or for you. Every hash passes the release
    rules and stands beside its marking; what may not go, and what the form has no word for, is counted in
    `X-OurEyes-Omitted`."""
    media = "text/csv" if call.query.form == "csv" else "application/json"
    name, form = call.path["name"], call.query.form
    made = call.node.export_bank(name, form, by=call.by, purpose=call.purpose, to=call.query.to)
    left = [*made.omitted, *((identifier, "may not go") for identifier, _ in made.refused)]
    return Bytes(made.body, media, f"bank.{form}", omitted(left))


def opine(call: Call) -> forms.Opined:
    """Say whether hashes are what they are taken for. Release the opinion to tell partners."""
    said: forms.Opinion = call.body
    made = [
        call.node.opine(one, said.agrees, why=said.why, by=call.by, purpose=call.purpose)
        for one in dict.fromkeys(said.ids)
    ]
    return forms.Opined([one.id for one in made], "agree" if said.agrees else "disagree")


_R = "api:record"
_MARK = "/objects/{id}/marking"
ROUTES = (
    Route("import", "POST", "/imports", _R, import_, forms.Report, forms.ImportAsked, bytes, cli=("import",)),
    Route("aside", "GET", "/quarantine", _R, aside, forms.AsideAll, forms.Paged, cli=("quarantine list",)),
    Route("aside_one", "GET", "/quarantine/{n}", _R, aside_one, forms.AsideOne, cli=("quarantine show",)),
    Route("aside_raw", "GET", "/quarantine/{n}/raw", _R, aside_raw, bytes, cli=("quarantine show",)),
    Route("held_one", "GET", "/held-back/{id}", _R, held_one, forms.HeldBack, cli=("quarantine show",)),
    Route("import_bank", "POST", "/banks/{name}/hashes", _R, import_bank, forms.Report, forms.MarkedAsked, bytes,
          cli=("media import",)),
    Route(
        "retry", "POST", "/quarantine/{n}/retry", _R, retry, forms.Report, body=bytes, optional=True,
        cli=("quarantine retry",),
    ),
    Route(
        "confirm", "POST", "/objects/{id}/confirm", _R, confirm, forms.Done, body=forms.MarkingSaid, optional=True,
        cli=("quarantine confirm",),
    ),
    Route("marking", "GET", _MARK, "api:release", marking, forms.MarkingRead),
    Route(
        "mark", "PATCH", _MARK, "api:release", mark, forms.MarkingRead, body=forms.MarkingSaid, guard="marking",
        cli=("mark",),
    ),
    Route("tag", "POST", "/tags", _R, tag, forms.Tagged, body=forms.Tagging, cli=("tag",)),
    Route("vocabularies", "GET", "/vocabularies", _R, vocabularies, forms.Vocabularies, cli=("vocabulary list",)),
    Route(
        "load", "POST", "/vocabularies", _R, load, forms.Vocabularies, forms.NamedAsked, bytes,
        cli=("vocabulary load",),
    ),
    Route("called", "GET", "/aliases", _R, called, forms.Aliases, forms.AliasAsked, cli=("vocabulary called",)),
    Route("add_media", "POST", "/media", _R, add_media, forms.Report, forms.MediaAsked, bytes, cli=("media add",)),
    Route("banks", "GET", "/banks", _R, banks, forms.Banks, cli=("media banks",)),
    Route("bank", "GET", "/banks/{name}", _R, bank, forms.BankRead, forms.Paged, cli=("media bank",)),
    Route(
        "export_bank", "GET", "/banks/{name}/export", "api:oversee", export_bank, bytes, forms.FormAsked,
        cli=("media export",),
    ),
    Route(
        "opine", "POST", "/opinions", _R, opine, forms.Opined, body=forms.Opinion,
        cli=("media agree", "media disagree"),
    ),
)  # fmt: skip
