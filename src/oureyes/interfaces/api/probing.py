"""Ask without showing, and answer: private questions, hits, their cases, and with whom and how often it is agreed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from oureyes.interfaces.api import forms
from oureyes.interfaces.api.route import Bytes, Call, Route, as_form
from oureyes.interfaces.probing import Wanted
from oureyes.node import answering, committing, confirming, probing, publishing, revoking, searchsets

__all__ = ["ROUTES"]


def probe(call: Call) -> forms.Probed:
    """Ask partners whether they hold something, without showing what, and without seeing what else they hold. They
    learn that you asked, when, how many at most and for which purpose; never what, nor whether it hit."""
    said: forms.Probe = call.body
    wanted = Wanted(said.kind, said.values, said.to, call.by, call.purpose, said.basis, said.case, said.country)
    found = call.ask(wanted, fresh=said.fresh)
    return forms.Probed(
        [forms.ProbeAnswer(one.partner, one.subjects, _hits(one.hits), one.left, one.refusal) for one in found]
    )


def _hits(found: Sequence[probing.Found]) -> list[forms.HitFound]:
    return [as_form(forms.HitFound, one, value=one.value.partition(":")[2]) for one in found]


def hits(call: Call) -> forms.HitsFound:
    """Hits known here, newest first. `found` is known to nobody else; `opened` has a case with the holder."""
    return forms.HitsFound(_hits(probing.found(call.node.ctx)))


def open_(call: Call) -> forms.HitCase:
    """Open a confirmation case: only now does the holder learn of the hit."""
    return _case(call, confirming.open_case(call.node.ctx, call.path["id"], by=call.by))


def cases(call: Call) -> forms.HitCases:
    """Confirmation cases at both ends, with the time left."""
    return forms.HitCases([_case(call, one) for one in confirming.cases(call.node.ctx)])


def _case(call: Call, one: confirming.Case) -> forms.HitCase:
    due = confirming.clock(one).due() if one.received else ""
    return as_form(forms.HitCase, one, due=due, stands=confirming.words(call.node.ctx, one))


def records(call: Call) -> forms.HitRecords:
    """The records of ours that a partner's case is about. Looking is logged."""
    found = confirming.records(call.node.ctx, call.path["id"], by=call.by, purpose=call.purpose)
    return forms.HitRecords(call.path["id"], found)


def answer(call: Call) -> forms.HitCase:
    """Answer a partner's case: name the release that went to it, or refuse on one of the agreed grounds."""
    said: forms.HitAnswer = call.body
    done = confirming.answer(call.node.ctx, call.path["id"], by=call.by, release=said.release, ground=said.ground)
    return _case(call, done)


def quotas(call: Call) -> forms.Quotas:
    """What each partner answers, and how much of today's budget is left."""
    return forms.Quotas([as_form(forms.Quota, one) for one in probing.quotas(call.node.ctx)])


def evidence(call: Call) -> forms.KeyEvidence:
    """Who was shown which words on a member's keys, as the member signed them."""
    member, month = call.path["id"], call.query.epoch or committing.epoch_of(call.node.ctx.now())
    found = committing.evidence(call.node.ctx, member, month)
    shown = [forms.KeysShown(one.witness, one.digest.hex(), one.words.decode()) for one in found]
    return forms.KeyEvidence(member, month, shown)


def ledger(call: Call) -> forms.Ledger:
    """Every question asked and answered: with whom, how many, what for, by what right; never about what."""
    found = probing.ledger(call.node.ctx, call.query.limit)
    return forms.Ledger([as_form(forms.LedgerLine, one, at=_moment(one.at_us)) for one in found])


def _moment(microseconds: int) -> str:
    return datetime.fromtimestamp(microseconds / 1e6, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def agreements(call: Call) -> forms.Agreements:
    """Whom we answer: about which kinds, for which purposes, how many keys a day, and who agreed to it."""
    found = [*answering.agreements(call.node.ctx).values(), *answering.proposals(call.node.ctx)]
    return forms.Agreements([as_form(forms.Agreement, one) for one in found])


def allow(call: Call) -> forms.Agreement:
    """Propose to answer a member's private questions. Somebody else must agree."""
    said: forms.AgreementMade = call.body
    made = answering.allow(call.node.ctx, said.partner, tuple(said.kinds), tuple(said.purposes), said.daily, by=call.by)
    return as_form(forms.Agreement, made)


def agree(call: Call) -> forms.Agreement:
    """Agree to what somebody else proposed, and publish the filters."""
    made = answering.agree(call.node.ctx, call.path["id"], by=call.by)
    publishing.publish(call.node.ctx, by=call.by)
    return as_form(forms.Agreement, made)


def end(call: Call) -> forms.Agreement:
    """Answer a member no more, at once."""
    return as_form(forms.Agreement, answering.end(call.node.ctx, call.path["id"], by=call.by))


def publish(call: Call) -> forms.Published:
    """Bring partners' filters up to date now; a running node does it once a day."""
    done = publishing.publish(call.node.ctx, by=call.by)
    return forms.Published([as_form(forms.PublishedFilters, one) for one in done])


def sets(call: Call) -> forms.Sets:
    """Private search sets that were made or taken here."""
    return forms.Sets([as_form(forms.SetRead, one) for one in searchsets.sets(call.node.ctx)])


def check_set(call: Call) -> forms.SetChecked:
    """Whether a set that was taken, by its name, holds something. One that expired or was revoked is not answered
    from, nor one whose maker's list of revocations is too old to tell."""
    said: forms.SetCheck = call.body
    found = searchsets.check_taken(
        call.node.ctx, call.path["id"], said.kind, said.values, by=call.by, purpose=call.purpose, country=said.country
    )
    return as_form(forms.SetChecked, found)


def revoke_set(call: Call) -> forms.SetRead:
    """A set holds no longer."""
    return as_form(forms.SetRead, searchsets.revoke(call.node.ctx, call.path["id"], by=call.by))


def revocations(call: Call) -> Bytes:
    """The signed list of our sets that hold no longer, for devices without a line."""
    return Bytes(searchsets.revocations(call.node.ctx), name="revocations.dsse")


def take_revocations(call: Call) -> forms.RevocationsTaken:
    """Take a maker's newest list of revocations: its sets that were taken here are judged by it. One older than was
    seen before is refused."""
    assert call.file is not None
    found = revoking.take(call.node.ctx, call.file.read_bytes(), by=call.by)
    return forms.RevocationsTaken(found.origin, found.at, len(found.ids))


_P, _CASE, _AGREED = "api:probe", "/hit-cases/{id}", "/agreements/{id}"
ROUTES = (
    Route("probe", "POST", "/probes", _P, probe, forms.Probed, body=forms.Probe, cli=("probe",)),
    Route("hits", "GET", "/hits", _P, hits, forms.HitsFound, cli=("hits list",)),
    Route("open_hit", "POST", "/hits/{id}/open", _P, open_, forms.HitCase, status=201, cli=("hits open",)),
    Route("hit_cases", "GET", "/hit-cases", _P, cases, forms.HitCases, cli=("hits cases",)),
    Route("hit_records", "GET", _CASE, _P, records, forms.HitRecords, cli=("hits show",)),
    Route("answer_hit", "POST", _CASE + "/answer", _P, answer, forms.HitCase, body=forms.HitAnswer,
          cli=("hits answer",)),
    Route("quotas", "GET", "/quotas", _P, quotas, forms.Quotas, cli=("hits quota",)),
    Route("key_evidence", "GET", "/key-evidence/{id}", _P, evidence, forms.KeyEvidence, forms.EvidenceAsked,
          cli=("hits evidence",)),
    Route("ledger", "GET", "/ledger", _P, ledger, forms.Ledger, forms.LedgerAsked, cli=("hits ledger",)),
    Route("agreements", "GET", "/agreements", _P, agreements, forms.Agreements, cli=("hits agreements",)),
    Route("allow", "POST", "/agreements", _P, allow, forms.Agreement, body=forms.AgreementMade, status=201,
          cli=("hits allow",)),
    Route("agree", "POST", _AGREED + "/agree", _P, agree, forms.Agreement, guard="agreements", cli=("hits agree",)),
    Route("end_agreement", "DELETE", _AGREED, _P, end, forms.Agreement, cli=("hits end",)),
    Route("sets", "GET", "/search-sets", _P, sets, forms.Sets, cli=("pss list",)),
    Route("revocations", "GET", "/search-sets/revocations", _P, revocations, bytes, cli=("pss revocations",)),
    Route("take_revocations", "POST", "/search-sets/revocations", _P, take_revocations, forms.RevocationsTaken,
          body=bytes, cli=("pss update",)),
    Route("check_set", "POST", "/search-sets/{id}/check", _P, check_set, forms.SetChecked, body=forms.SetCheck,
          cli=("pss check",)),
    Route("revoke_set", "POST", "/search-sets/{id}/revoke", _P, revoke_set, forms.SetRead, cli=("pss revoke",)),
    Route("publish", "POST", "/filters", _P, publish, forms.Published, cli=("hits publish",)),
)  # fmt: skip
