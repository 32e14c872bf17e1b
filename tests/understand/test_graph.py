"""Walks and ways through the graph, bounded and in a steady order."""

from collections.abc import Iterable, Sequence

from hypothesis import given
from hypothesis import strategies as st

from oureyes.model.ports import Neighbour
from oureyes.understand.graph import Cut, Graph, path, walk


class Links:
    """A store of links, in the order given, that counts the questions put to it."""

    def __init__(self, *pairs: tuple[str, str]) -> None:
        self.steps = [Neighbour(left, "uses", right, "ID") for left, right in pairs]
        self.asked = 0

    def __call__(self, ids: Sequence[str]) -> Iterable[Neighbour]:
        self.asked += 1
        return [step for step in self.steps if step.source in ids or step.target in ids]


def ids(graph: Graph) -> list[str]:
    return [node.id for node in graph.nodes]


def test_a_walk_stops_after_its_hops_and_asks_once_a_hop() -> None:
    links = Links(("a", "b"), ("c", "b"), ("c", "d"))
    graph = walk("a", 2, links)
    assert (ids(graph), links.asked, graph.cut) == (["a", "b", "c"], 2, ())


def test_links_are_followed_in_both_directions_and_kept_among_what_was_reached() -> None:
    graph = walk("b", 1, Links(("a", "b"), ("b", "c"), ("a", "z")))
    assert [(edge.source, edge.target) for edge in graph.edges] == [("a", "b"), ("b", "c")]


def test_a_hub_is_cut_and_says_how_many_were_not_followed() -> None:
    graph = walk("hub", 1, Links(*(("hub", f"n{index:03}") for index in range(30))), hub=10)
    assert (len(graph.nodes), graph.cut) == (11, (Cut("hub", 20, "hub"),))


def test_the_budget_is_never_passed() -> None:
    pairs = [(f"n{index}", f"n{index * 7 % 50}") for index in range(50)]
    graph = walk("n1", 9, Links(*pairs, *(("n1", f"m{index}") for index in range(50))), limit=20)
    assert len(graph.nodes) == 20
    assert {cut.reason for cut in graph.cut} == {"budget"}


def test_something_alone_is_a_graph_of_one() -> None:
    assert ids(walk("a", 3, Links())) == ["a"]


def test_a_thing_linked_to_itself_is_no_step() -> None:
    assert walk("a", 3, Links(("a", "a"))).edges == ()


NAMES = st.sampled_from("abcdefgh")


@given(st.lists(st.tuples(NAMES, NAMES), max_size=20), st.randoms())
def test_the_order_of_the_store_makes_no_difference(pairs: list[tuple[str, str]], random: object) -> None:
    shuffled = sorted(pairs, key=lambda _: random.random())  # type: ignore[attr-defined]  # hypothesis seeds it
    assert walk("a", 3, Links(*pairs), limit=5, hub=2) == walk("a", 3, Links(*shuffled), limit=5, hub=2)
    assert path("a", "h", Links(*pairs)) == path("a", "h", Links(*shuffled))


@given(st.lists(st.tuples(NAMES, NAMES), max_size=20))
def test_a_path_is_as_short_as_the_walk_says(pairs: list[tuple[str, str]]) -> None:
    links = Links(*pairs)
    hop = {node.id: node.hop for node in walk("a", 8, links).nodes}.get("h")
    found = path("a", "h", links, hops=9)
    assert found.complete
    assert len(found.nodes) == (0 if hop is None else hop + 1)
    for (left, right), edge in zip(zip(found.nodes, found.nodes[1:], strict=False), found.edges, strict=True):
        assert {left, right} == {edge.source, edge.target}


def test_a_path_to_itself_has_no_steps() -> None:
    assert path("a", "a", Links()).nodes == ("a",)


def test_a_path_does_not_lead_through_a_hub_and_says_so() -> None:
    crowd = [("mail", f"n{index}") for index in range(30)]
    found = path("a", "z", Links(("a", "mail"), ("mail", "z"), *crowd), hub=10)
    assert (found.nodes, found.complete) == ((), False)


def test_a_hub_may_be_an_end() -> None:
    crowd = [("mail", f"n{index}") for index in range(30)]
    assert path("n1", "mail", Links(*crowd), hub=10).nodes == ("n1", "mail")
    assert path("mail", "n1", Links(*crowd), hub=10).nodes == ("mail", "n1")
