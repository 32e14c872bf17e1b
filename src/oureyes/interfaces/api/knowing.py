"""What is known: objects as they came, search, graph, ways, times, trends, money, methods; and what outsiders post."""

from __future__ import annotations

from typing import Any

import msgspec

from oureyes.errors import InvalidObject, Refused
from oureyes.interfaces.api import forms
from oureyes.interfaces.api.route import STIX, Bytes, Call, Page, Route, as_form
from oureyes.node.reading import Listed
from oureyes.node.serving import Outcome
from oureyes.understand.money import Flow
from oureyes.understand.money import Route as Way

__all__ = ["ROUTES"]


class _Envelope(msgspec.Struct):
    objects: list[msgspec.Raw]


_ENVELOPE = msgspec.json.Decoder(_Envelope)


def index(call: Call) -> forms.Index:
    """Which node this is, and who it takes you for."""
    from oureyes import __version__

    return forms.Index(call.node.member, __version__, call.by, call.officer, sorted(call.caller.scopes))


def objects(call: Call) -> forms.ObjectsPage:
    """Objects in the order they came here or last changed; every one that you may have, and no other."""
    query: forms.ObjectsAsked = call.query
    page = Page(call.node.ctx.keys.extract)
    after = int(page.at(call.bound, query.cursor)) if query.cursor else 0
    kinds = tuple(kind for kind in query.types.split(",") if kind)
    found, more, end = call.reading.listed(
        call.caller, call.purpose, after, query.limit, kinds, query.origin, raw=query.content
    )
    return forms.ObjectsPage([_row(one, query.content) for one in found], page.text(call.bound, end) if more else "")


def _row(one: Listed, content: bool) -> forms.Row:
    return forms.Row(
        id=one.id, type=one.type, revision=one.revision, version=one.version, name=one.name, origin=one.origin,
        source=one.source, tlp=one.tlp, grade=one.grade, state=one.state,
        object=msgspec.Raw(one.raw if content and one.raw else b"null"),
    )  # fmt: skip


def show(call: Call) -> forms.Object:
    """One object. Officers see who says so, how sure, who may see it, until when and what it touches; when a partner
    gave it, the partner learns once that it was opened. Others get it as release lets them have it."""
    identifier = call.path["id"]
    if not call.officer:
        body, revision = call.reading.one(call.caller, identifier)
        kind = identifier.partition("--")[0]
        return forms.Object(id=identifier, type=kind, revision=revision, object=msgspec.Raw(body))
    found = call.node.show(identifier, by=call.by, purpose=call.purpose)
    holdings = [as_form(forms.Held, one, version=one.current.version, tags=list(one.tags)) for one in found.holdings]
    return forms.Object(
        id=identifier,
        type=found.card.kind,
        revision=call.reading.revision(call.by, call.purpose, identifier),
        object=msgspec.Raw(found.raw),
        card=as_form(forms.Card, found.card),
        holdings=holdings,
        successor=found.successor,
    )


def raw(call: Call) -> Bytes:
    """The exact bytes of one object, and nothing else."""
    if not call.officer:
        return Bytes(call.reading.one(call.caller, call.path["id"])[0], STIX)
    return Bytes(call.node.show(call.path["id"], by=call.by, purpose=call.purpose).raw, STIX)


def post(call: Call) -> forms.Outcome:
    """Post STIX objects as your own word, under your account's marking. They are kept byte for byte, replace nothing of
    anybody's, and go nowhere else without release. (Officers import: /imports.)"""
    if call.officer:
        raise Refused("objects", "an outside account", "an officer's", "POST /imports")
    pieces = [bytes(piece) for piece in _ENVELOPE.decode(call.raw).objects]

    def settled(outcome: Outcome) -> bytes:
        found = [forms.Found(one.id, one.version, one.problem) for one in outcome.objects]
        bad = sum(1 for one in found if one.problem)
        return msgspec.json.encode(forms.Outcome(outcome.id, len(found) - bad, bad, found))

    return msgspec.json.decode(call.reading.post(call.caller, pieces, settled), type=forms.Outcome)


def withdraw(call: Call) -> forms.Done:
    """Take back an object that your account posted here. (Officers retract: /retractions.)"""
    if call.officer:
        raise Refused("objects", "an outside account", "an officer's", "POST /retractions")
    call.reading.withdraw(call.caller, call.path["id"])
    return forms.Done(call.path["id"], "withdrawn")


def search(call: Call) -> forms.SearchFound:
    """Find what is held, by words in any script of the region, and by values."""
    query: forms.SearchAsked = call.query
    found = call.node.search(query.q, by=call.by, purpose=call.purpose, limit=query.limit)
    return forms.SearchFound(query.q, len(found), [as_form(forms.Hit, one) for one in found])


def screen(call: Call) -> forms.ScreenFound:
    """Who of those held may be meant by a name, in whatever script and spelling: hypotheses, and nobody is matched."""
    asked: forms.ScreenAsked = call.query
    about: dict[str, Any] = {"born": asked.born, "country": asked.country, "kind": asked.kind, "limit": asked.limit}
    found = call.node.screen(asked.name, by=call.by, purpose=call.purpose, **about)
    return forms.ScreenFound([as_form(forms.Screened, one) for one in found.found], found.said)


def graph(call: Call) -> forms.Graph:
    """What an object touches, step by step, as far as you may see."""
    found = call.node.graph(call.path["id"], hops=call.query.hops, by=call.by, purpose=call.purpose)
    names = call.node.names([one.id for one in found.nodes])
    nodes = [forms.GraphNode(one.id, one.hop, names.get(one.id, ""), one.id in names) for one in found.nodes]
    return forms.Graph(nodes, _edges(found.edges), [as_form(forms.Cut, one) for one in found.cut])


def _edges(found: Any) -> list[forms.Edge]:
    return [as_form(forms.Edge, one) for one in found]


def similar(call: Call) -> forms.Similar:
    """Reports that may be of the same crime, in whatever language: hypotheses, so read both first."""
    found = call.node.similar(call.path["id"], by=call.by, purpose=call.purpose, limit=call.query.limit)
    return as_form(forms.Similar, found, alike=[as_form(forms.Likeness, one) for one in found.alike])


def path(call: Call) -> forms.PathFound:
    """The shortest way from one thing to another."""
    found = call.node.path(call.query.start, call.query.end, by=call.by, purpose=call.purpose)
    return forms.PathFound(list(found.nodes), _edges(found.edges), found.complete)


def timeline(call: Call) -> forms.Timeline:
    """When things happened, for objects and what they touch."""
    ids = [one for one in call.query.ids.split(",") if one]
    found = call.node.timeline(ids, by=call.by, purpose=call.purpose)
    return forms.Timeline([as_form(forms.Moment, one) for one in found])


def trends(call: Call) -> forms.Trends:
    """What rises against its own past, with the counts behind the word. No person is ever scored."""
    found = call.node.trends(by=call.by, purpose=call.purpose_or("strategy"), step=call.query.step)
    return forms.Trends([as_form(forms.Burst, one, past=list(one.past)) for one in found])


def money(call: Call) -> forms.RoutesFound:
    """The ways between two subjects over all that states released to you, the cheapest evidence first."""
    query: forms.RoutesAsked = call.query
    found = call.node.routes(query.start, query.end, by=call.by, purpose=call.purpose, hops=query.hops, most=query.most)
    return forms.RoutesFound([_way(one) for one in found])


def _way(one: Way) -> forms.Route:
    return forms.Route(one.cost, list(one.states), list(one.nodes), _edges(one.steps))


def flow(call: Call) -> forms.Flow:
    """Where the money of an account went, layer by layer. Amounts are summed by currency and never converted."""
    return _flow(call.node.flow(call.query.account, by=call.by, purpose=call.purpose, hops=call.query.hops))


def _flow(found: Flow) -> forms.Flow:
    layers = [
        forms.FlowLayer(layer.hop, [forms.FlowEnd(one.end, _sums(one.came), _sums(one.went)) for one in layer.accounts])
        for layer in found.layers
    ]
    moved = [forms.Moved(one.source, one.target, str(one.amount), one.currency, one.at) for one in found.transfers]
    patterns = [forms.FlowPattern(one.kind, one.end, one.words) for one in found.patterns]
    return forms.Flow(found.start, layers, moved, patterns)


def _sums(sums: Any) -> dict[str, str]:
    return {currency: str(amount) for currency, amount in sums.items()}


def cases(call: Call) -> forms.Cases:
    """Cases that are done the same way; combinations that no case had before; and those that grow."""
    return _cases(call, 0)


def alarm(call: Call) -> forms.Cases:
    """The same, and what is new or growing is put before the desk."""
    return _cases(call, call.node.watch_patterns(by=call.by, purpose=call.purpose_or("strategy")))


def _cases(call: Call, rung: int) -> forms.Cases:
    purpose = call.purpose_or("strategy")
    alike = call.node.cases_alike(by=call.by, purpose=purpose)
    found = call.node.new_patterns(by=call.by, purpose=purpose)
    return forms.Cases(
        [as_form(forms.Alike, one, words=list(one.words)) for one in alike],
        [as_form(forms.New, one) for one in found.new],
        [forms.Growing(one.key, one.words) for one in found.growing],
        rung,
    )


def plain_id(text: str) -> str:
    """An id as it may stand in the audit log; InvalidObject for anything else."""
    try:
        return msgspec.convert(text, forms.Ident) if text else ""
    except msgspec.ValidationError:
        raise InvalidObject("id", "an id, such as indicator--…", "another form") from None


_ONE = "/objects/{id}"
_UNDERSTAND = "api:read"
ROUTES = (
    Route("index", "GET", "/", "api:read", index, forms.Index, everyone=True),
    Route("objects", "GET", "/objects", "api:read", objects, forms.ObjectsPage, forms.ObjectsAsked, everyone=True),
    Route("post", "POST", "/objects", "api:write", post, forms.Outcome, body=forms.Posted, everyone=True),
    Route("show", "GET", _ONE, "api:read", show, forms.Object, everyone=True, cli=("show",)),
    Route("withdraw", "DELETE", _ONE, "api:write", withdraw, forms.Done, everyone=True, guard="show"),
    Route("raw", "GET", _ONE + "/raw", "api:read", raw, bytes, everyone=True, cli=("show",)),
    Route("graph", "GET", _ONE + "/graph", _UNDERSTAND, graph, forms.Graph, forms.GraphAsked, cli=("graph",)),
    Route(
        "similar", "GET", _ONE + "/similar", "api:read", similar, forms.Similar, forms.SimilarAsked, cli=("similar",)
    ),
    Route("search", "GET", "/search", _UNDERSTAND, search, forms.SearchFound, forms.SearchAsked, cli=("search",)),
    Route("screen", "GET", "/names", _UNDERSTAND, screen, forms.ScreenFound, forms.ScreenAsked, cli=("screen",)),
    Route("path", "GET", "/paths", _UNDERSTAND, path, forms.PathFound, forms.PathAsked, cli=("path",)),
    Route(
        "timeline", "GET", "/timeline", _UNDERSTAND, timeline, forms.Timeline, forms.TimelineAsked, cli=("timeline",)
    ),
    Route("trends", "GET", "/trends", _UNDERSTAND, trends, forms.Trends, forms.TrendsAsked, cli=("trends",)),
    Route("money", "GET", "/money", _UNDERSTAND, money, forms.RoutesFound, forms.RoutesAsked, cli=("money",)),
    Route("flow", "GET", "/flow", _UNDERSTAND, flow, forms.Flow, forms.FlowAsked, cli=("flow",)),
    Route("cases", "GET", "/cases", _UNDERSTAND, cases, forms.Cases, cli=("cases",)),
    Route("alarm", "POST", "/cases/alarm", "api:alert", alarm, forms.Cases, cli=("cases",)),
)
