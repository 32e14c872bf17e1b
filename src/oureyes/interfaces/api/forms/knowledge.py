"""Forms of what is known: objects, search, graph, times, money, methods, matches."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Raw, Struct

from oureyes.interfaces.api.forms.shared import Answer, Asked, Ident, Name, Paged

__all__ = [
    "Alike",
    "Burst",
    "Card",
    "Cases",
    "Cut",
    "Edge",
    "EventSaid",
    "Flow",
    "FlowAsked",
    "FlowEnd",
    "FlowLayer",
    "FlowPattern",
    "Found",
    "Graph",
    "GraphAsked",
    "GraphNode",
    "Growing",
    "Held",
    "Hit",
    "Likeness",
    "Moment",
    "Moved",
    "New",
    "Object",
    "ObjectsAsked",
    "ObjectsPage",
    "Outcome",
    "PathFound",
    "PathAsked",
    "Posted",
    "Route",
    "RoutesAsked",
    "RoutesFound",
    "Row",
    "ScreenAsked",
    "ScreenFound",
    "Screened",
    "SearchAsked",
    "SearchFound",
    "Similar",
    "SimilarAsked",
    "Timeline",
    "TimelineAsked",
    "Trends",
    "TrendsAsked",
]

_Hops = Annotated[int, Meta(ge=1, le=6)]
_Steps = Annotated[int, Meta(ge=1, le=12)]
_Value = Annotated[str, Meta(min_length=1, max_length=2_000)]


class ObjectsAsked(Paged, frozen=True, kw_only=True):
    """Objects in the order they came or last changed. `types` and so on with commas; `content` gives them whole."""

    types: Name = ""
    origin: Name = ""
    content: bool = False


class Row(Answer, frozen=True, kw_only=True):
    """One object of a list; `revision` grows with every change. What the caller may not learn is left empty; `object`
    is null unless `content` was asked for."""

    id: str
    type: str
    revision: int
    version: str
    name: str = ""
    origin: str = ""
    source: str = ""
    tlp: str = ""
    grade: str = ""
    state: str = ""
    object: Raw


class ObjectsPage(Answer, frozen=True):
    """A page of objects."""

    objects: list[Row]
    next: str = ""


class Held(Answer, frozen=True):
    """One origin's holding of an object."""

    origin: str
    source: str
    state: str
    version: str
    last: bool
    tags: list[str]


class Card(Answer, frozen=True):
    """An object on one screen: who says so, how sure, who may see it, until when, what it touches."""

    id: str
    title: str
    kind: str
    said_by: list[str]
    sure: list[str]
    readers: list[str]
    until: list[str]
    touches: list[str]


class Object(Answer, frozen=True, kw_only=True):
    """One object: as received (`object`), and for officers its card and who holds it. `successor` took its place."""

    id: str
    type: str
    revision: int
    object: Raw
    card: Card | None = None
    holdings: list[Held] = []
    successor: str = ""


class Posted(Struct, frozen=True):
    """An envelope of STIX objects, each kept in its own bytes. Other properties of it (a bundle's) are left alone."""

    objects: Annotated[list[dict[str, Any]], Meta(min_length=1, max_length=10_000)]


class Found(Answer, frozen=True):
    """What became of one object that was posted; `problem` is empty where it was taken."""

    id: str
    version: str
    problem: str = ""


class Outcome(Answer, frozen=True):
    """What became of a posting."""

    id: str
    taken: int
    refused: int
    objects: list[Found]


class EventSaid(Answer, frozen=True):
    """Something changed. `kind` is object, gone, alert, release, plan …; `revision` grows with every change of it."""

    id: str
    kind: str
    revision: int


class SearchAsked(Asked, frozen=True):
    """All words must occur; "a phrase", a beginning*, -not this; type: from: tlp: since: until:."""

    q: _Value
    limit: Annotated[int, Meta(ge=1, le=1000)] = 50


class ScreenAsked(Asked, frozen=True):
    """A name in any script, and what else is known of who is meant; 0 and "" say nothing."""

    name: Annotated[str, Meta(min_length=1, max_length=150)]
    born: Annotated[int, Meta(ge=0, le=2099)] = 0
    country: Annotated[str, Meta(max_length=60)] = ""
    kind: Literal["", "person", "organization"] = ""
    limit: Annotated[int, Meta(ge=1, le=100)] = 20


class Screened(Answer, frozen=True):
    """One who may be meant: whose word it is, how far the names agree, and why. With `second_sign` the name alone
    is too little. `parts` are what each value of the names moved their sum by, as a logarithm of odds."""

    id: str
    type: str
    name: str
    origin: str
    source: str
    tlp: str
    score: float
    second_sign: bool
    reason: str
    parts: list[tuple[str, float]]


class ScreenFound(Answer, frozen=True):
    """Hypotheses, best first, and what the reader must know."""

    found: list[Screened]
    said: str


class Hit(Answer, frozen=True):
    """One answer of a search."""

    id: str
    type: str
    name: str
    version: str
    origin: str
    source: str
    tlp: str
    grade: str
    matched_as: str = ""
    zawgyi: bool = False


class SimilarAsked(Asked, frozen=True):
    """At most so many."""

    limit: Annotated[int, Meta(ge=1, le=100)] = 10


class Likeness(Answer, frozen=True):
    """A report that may be of the same crime: how far above unlike reports it lies, and why."""

    id: str
    type: str
    name: str
    origin: str
    source: str
    tlp: str
    language: str
    likeness: float
    reasons: list[str]


class Similar(Answer, frozen=True):
    """Hypotheses, best first: how many reports were compared, by which model, and what the reader must know."""

    id: str
    language: str
    model: str
    compared: int
    alike: list[Likeness]
    said: str


class SearchFound(Answer, frozen=True):
    """What a search found, best first."""

    query: str
    count: int
    hits: list[Hit]


class GraphAsked(Asked, frozen=True):
    """How many steps away."""

    hops: _Hops = 2


class GraphNode(Answer, frozen=True):
    """A thing reached, in how many steps; whether it is held here, and what it is called."""

    id: str
    hop: int
    name: str
    held: bool


class Edge(Answer, frozen=True):
    """One step: from `source` by `link` to `target`; `origin` says so."""

    source: str
    link: str
    target: str
    origin: str


class Cut(Answer, frozen=True):
    """A thing with more links than were followed."""

    id: str
    left: int
    reason: str


class Graph(Answer, frozen=True):
    """What an object touches."""

    nodes: list[GraphNode]
    edges: list[Edge]
    cut: list[Cut]


class PathAsked(Asked, frozen=True, rename={"start": "from", "end": "to"}):
    """From where to where."""

    start: Ident
    end: Ident


class PathFound(Answer, frozen=True):
    """The shortest way; no nodes where there is none. `complete` False: one may be hidden by the budget."""

    nodes: list[str]
    edges: list[Edge]
    complete: bool


class TimelineAsked(Asked, frozen=True):
    """The ids, with commas."""

    ids: Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9:._+,-]*$(?!\n)", max_length=8_000)]


class Moment(Answer, frozen=True):
    """One line of a timeline; `certain` False where the ends are the limits of a vague date."""

    at: str
    until: str
    kind: str
    sort: str
    object: str
    said_by: str
    certain: bool
    open: bool
    count: int


class Timeline(Answer, frozen=True):
    """When things happened."""

    events: list[Moment]


class TrendsAsked(Asked, frozen=True):
    """By day or by week."""

    step: Literal["day", "week"] = "day"


class Burst(Answer, frozen=True):
    """A period whose count its own past makes improbable."""

    key: str
    period: str
    count: int
    expected: float
    probability: float
    past: list[int]
    words: str


class Trends(Answer, frozen=True):
    """What rises."""

    bursts: list[Burst]


class RoutesAsked(Asked, frozen=True, rename={"start": "from", "end": "to"}):
    """Between two subjects."""

    start: Ident
    end: Ident
    hops: _Steps = 6
    most: Annotated[int, Meta(ge=1, le=20)] = 3


class Route(Answer, frozen=True):
    """One way, what it costs, and on whose word it rests."""

    cost: float
    states: list[str]
    nodes: list[str]
    steps: list[Edge]


class RoutesFound(Answer, frozen=True):
    """The ways, the cheapest evidence first."""

    routes: list[Route]


class FlowAsked(Asked, frozen=True):
    """A wallet, IBAN or account, as people write it."""

    account: _Value
    hops: _Steps = 6


class FlowEnd(Answer, frozen=True, rename={"came": "in", "went": "out"}):
    """An account, and what came in and went out, by currency."""

    account: str
    came: dict[str, str]
    went: dict[str, str]


class FlowLayer(Answer, frozen=True):
    """The accounts so many movements away."""

    hop: int
    accounts: list[FlowEnd]


class Moved(Answer, frozen=True, rename={"source": "from", "target": "to"}):
    """One movement."""

    source: str
    target: str
    amount: str
    currency: str
    at: str


class FlowPattern(Answer, frozen=True):
    """What looks like splitting or passing on."""

    kind: str
    account: str
    words: str


class Flow(Answer, frozen=True):
    """Where the money of an account went, layer by layer."""

    start: str
    layers: list[FlowLayer]
    transfers: list[Moved]
    patterns: list[FlowPattern]


class Alike(Answer, frozen=True):
    """Cases that are done the same way, what they share, and why that counts."""

    cases: list[str]
    features: list[str]
    words: list[str]


class New(Answer, frozen=True):
    """A combination no case had before."""

    case: str
    pair: list[str]
    words: str


class Growing(Answer, frozen=True):
    """A combination that grows."""

    pair: str
    words: str


class Cases(Answer, frozen=True):
    """Methods: alike, new, growing; and how many alerts were put before the desk."""

    alike: list[Alike]
    new: list[New]
    growing: list[Growing]
    alerts: int = 0
