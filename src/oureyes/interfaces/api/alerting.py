"""It meets what is held, and whom it concerns is told: matches, judgements, alerts, rules."""

from __future__ import annotations

from collections.abc import Mapping

from oureyes.errors import NotHeld
from oureyes.interfaces.api import forms
from oureyes.interfaces.api.knowing import plain_id
from oureyes.interfaces.api.route import Call, Page, Route, as_form, paged
from oureyes.model.findings import Alert, AlertState, Subscription, Verdict
from oureyes.node.connecting import Linked

__all__ = ["ROUTES"]

_EVERY = 1 << 31


def matches(call: Call) -> forms.Matches:
    """What belongs together, and why, in words; the rarest first. A match is a hypothesis for a person to judge. With
    `value`, also everybody who holds it, however many."""
    query: forms.MatchesAsked = call.query
    page = Page(call.node.ctx.keys.extract)
    skip = int(page.at(call.bound, query.cursor)) if query.cursor else 0
    most, who = skip + query.limit + 1, {"by": call.by, "purpose": call.purpose}
    holders = []
    if query.value:
        found = call.node.matches_on(query.value, warned=True, limit=most, **who)
        if not skip:
            holders = call.node.holders(query.value, **who)
    else:
        found = call.node.matches(identifier=plain_id(query.id), warned=query.warned, limit=most, **who)
    given = found[skip : skip + query.limit]
    following = page.text(call.bound, skip + query.limit) if len(found) > skip + query.limit else ""
    held = [forms.Holder(one.object, one.origin, one.source) for one in holders]
    said: dict[frozenset[str], list[forms.WordSaid]] = {}
    for word in call.node.judgements(*(end for one in given for end in (one.match.left, one.match.right)), **who):
        kept = forms.WordSaid(word.state, str(word.verdict), word.why)
        said.setdefault(frozenset((word.left, word.right)), []).append(kept)
    return forms.Matches([_match(one, said) for one in given], held, following)


def _match(one: Linked, said: Mapping[frozenset[str], list[forms.WordSaid]]) -> forms.Match:
    match = one.match
    return forms.Match(
        n=one.n, left=match.left, right=match.right, left_origin=one.left_origin, right_origin=one.right_origin,
        left_source=one.left_name, right_source=one.right_name, matcher=match.matcher, kind=match.kind,
        value=match.key, score=match.score, rank=one.rank, reason=match.reason, warned=one.warned, at=one.at,
        judged=said.get(frozenset((match.left, match.right)), []),
    )  # fmt: skip


def judge(call: Call) -> forms.Judged:
    """Say whether two things are the same. The latest word counts, none is lost, and nothing is merged. It is kept as
    our state's opinion: release that to tell a partner; `withdrawn` takes the last word back, also where it went."""
    said: forms.Judgement = call.body
    kept = call.node.judge(said.left, said.right, Verdict(said.verdict), by=call.by, why=said.why, purpose=call.purpose)
    waiting = [one.id for one in call.node.drafts(state="proposed") if kept.opinion in one.objects]
    return as_form(forms.Judged, kept, drafts=waiting)


def clusters(call: Call) -> forms.ClustersFound:
    """What states say is the same thing, joined into hypotheses: who says so, why, and who contradicts."""
    found = call.node.clusters(plain_id(call.query.id), by=call.by, purpose=call.purpose)
    return forms.ClustersFound(
        [
            forms.Hypothesis(
                list(one.members),
                one.contradicted,
                [as_form(forms.Judged, said) for said in (*one.same, *one.against, *one.unsure)],
            )
            for one in found
        ]
    )


def alerts(call: Call) -> forms.Alerts:
    """The inbox: what somebody here must know, the most urgent first."""
    found = call.node.inbox(owner=call.query.owner, state=call.query.state, by=call.by)
    given, following = paged(call, found, lambda one: (-one[0].rank, one[0].at, one[0].id))
    return forms.Alerts([_alert(*one) for one in given], following)


def alert(call: Call) -> forms.Alert:
    """One alert of the inbox."""
    found = next((one for one in call.node.inbox() if one[0].id == call.path["id"]), None)
    if found is None:
        raise NotHeld("alert", "an alert", "none by that id", "GET /alerts")
    return _alert(*found)


def _alert(one: Alert, assignee: str, times: int) -> forms.Alert:
    return forms.Alert(
        id=one.id, event=one.event, state=str(one.state), headline=one.headline, reason=one.reason,
        objects=list(one.objects), origin=one.origin, at=one.at, owner=one.owner, assignee=assignee, rank=one.rank,
        times=times, cause=one.cause,
    )  # fmt: skip


def move(call: Call) -> forms.Alert:
    """Say that you have seen an alert, give it to somebody (else to yourself), or finish it."""
    said: forms.AlertMove = call.body
    state = AlertState(said.state)
    who = (said.assignee or call.by) if state is AlertState.ASSIGNED else ""
    call.node.move(call.path["id"], state, by=call.by, assignee=who)
    return alert(call)


def rules(call: Call) -> forms.Rules:
    """Who is told about what."""
    given, following = paged(call, call.node.rules(), lambda one: (one.id,))
    return forms.Rules([_rule(one) for one in given], following)


def rule(call: Call) -> forms.Rule:
    """One rule, by its id."""
    found = next((one for one in call.node.rules() if one.id == call.path["id"]), None)
    if found is None:
        raise NotHeld("rule", "a rule of this node", "none by that id", "GET /rules")
    return _rule(found)


def subscribe(call: Call) -> forms.Rule:
    """Be told. No notification carries content."""
    return _subscribed(call, call.node.ctx.new_id("rule"))


def replace_rule(call: Call) -> forms.Rule:
    """Put another rule in the place of one."""
    rule(call)
    return _subscribed(call, call.path["id"])


def _subscribed(call: Call, identifier: str) -> forms.Rule:
    said: forms.RuleSaid = call.body
    made = Subscription(
        identifier, said.owner or call.by, frozenset(said.events), frozenset(said.areas), frozenset(said.kinds),
        frozenset(said.states), said.own_only, said.notify, said.address,
    )  # fmt: skip
    call.node.subscribe(made, by=call.by)
    return _rule(made)


def _rule(one: Subscription) -> forms.Rule:
    return forms.Rule(
        id=one.id, owner=one.owner, events=sorted(one.events), areas=sorted(one.crime_areas), kinds=sorted(one.kinds),
        states=sorted(one.states), own_only=one.own_only, notify=one.notifier, address=one.address,
    )  # fmt: skip


def unsubscribe(call: Call) -> forms.Done:
    """No longer be told by a rule."""
    call.node.unsubscribe(call.path["id"], by=call.by)
    return forms.Done(call.path["id"], "gone")


_C, _A = "api:correlate", "api:alert"
_ALERT, _RULE = "/alerts/{id}", "/rules/{id}"
ROUTES = (
    Route("matches", "GET", "/matches", _C, matches, forms.Matches, forms.MatchesAsked, cli=("matches",)),
    Route("judge", "POST", "/judgements", _C, judge, forms.Judged, body=forms.Judgement, status=201, cli=("judge",)),
    Route("clusters", "GET", "/clusters", _C, clusters, forms.ClustersFound, forms.ClustersAsked, cli=("clusters",)),
    Route("alerts", "GET", "/alerts", _A, alerts, forms.Alerts, forms.AlertsAsked, cli=("inbox list",)),
    Route("alert", "GET", _ALERT, _A, alert, forms.Alert),
    Route("move", "PATCH", _ALERT, _A, move, forms.Alert, body=forms.AlertMove, guard="alert",
          cli=("inbox see", "inbox assign", "inbox done")),
    Route("rules", "GET", "/rules", _A, rules, forms.Rules, forms.Paged, cli=("rules",)),
    Route("subscribe", "POST", "/rules", _A, subscribe, forms.Rule, body=forms.RuleSaid, status=201,
          cli=("subscribe",)),
    Route("rule", "GET", _RULE, _A, rule, forms.Rule),
    Route("replace_rule", "PUT", _RULE, _A, replace_rule, forms.Rule, body=forms.RuleSaid, guard="rule",
          cli=("subscribe",)),
    Route("unsubscribe", "DELETE", _RULE, _A, unsubscribe, forms.Done, guard="rule", cli=("unsubscribe",)),
)  # fmt: skip
