"""Laws of the places on the map."""

from collections import defaultdict
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from processors.curriculum.layout import Edge, Place, crossings, layout

NODES = st.lists(st.sampled_from("abcdefghijkl"), unique=True, min_size=1)
EDGES = st.lists(st.tuples(st.sampled_from("abcdefghijkl"), st.sampled_from("abcdefghijkl")))


def acyclic(edges: list[Edge]) -> list[Edge]:
    return [(a, b) for a, b in edges if a < b]


def longest(node: str, edges: list[Edge]) -> int:
    return max((1 + longest(a, edges) for a, b in edges if b == node), default=0)


@given(NODES, EDGES)
def test_every_node_has_a_place_of_its_own_whatever_the_circles(
    nodes: list[str], edges: list[Edge]
) -> None:
    places = layout(nodes, edges)
    assert places.keys() == set(nodes)
    assert len(set(places.values())) == len(nodes)
    assert all(layer >= 0 and order >= 0 for layer, order in places.values())


@given(NODES, EDGES.map(acyclic))
def test_layers_are_longest_paths(nodes: list[str], edges: list[Edge]) -> None:
    inner = [(a, b) for a, b in edges if a in nodes and b in nodes]
    places = layout(nodes, edges)
    assert {node: place.layer for node, place in places.items()} == {
        node: longest(node, inner) for node in nodes
    }


@given(NODES, EDGES, st.randoms(use_true_random=False))
def test_the_order_of_telling_does_not_matter(
    nodes: list[str], edges: list[Edge], rng: Random
) -> None:
    again, told = list(nodes), [*edges, *edges]
    rng.shuffle(again)
    rng.shuffle(told)
    assert layout(nodes, edges) == layout(again, told)


@given(NODES, EDGES)
def test_parts_that_nothing_connects_share_no_row(nodes: list[str], edges: list[Edge]) -> None:
    inner = {(a, b) for a, b in edges if a in nodes and b in nodes}
    places = layout(nodes, edges)
    part = {node: node for node in nodes}
    for _ in nodes:
        for a, b in inner:
            part[a] = part[b] = min(part[a], part[b])
    rows: defaultdict[int, set[str]] = defaultdict(set)
    for node, place in places.items():
        rows[place.order].add(part[node])
    assert all(len(parts) == 1 for parts in rows.values())


@given(EDGES.map(acyclic))
def test_sweeps_never_add_a_crossing(edges: list[Edge]) -> None:
    nodes = sorted({node for edge in edges for node in edge})
    places = layout(nodes, edges)
    first: defaultdict[int, list[str]] = defaultdict(list)
    for node in nodes:
        first[places[node].layer].append(node)
    drawn = [sorted(layer, key=lambda node: places[node].order) for layer in first.values()]
    assert crossings(drawn, set(edges)) <= crossings(list(first.values()), set(edges))


def test_a_tangle_is_untangled() -> None:
    edges = [("a", "z"), ("b", "y"), ("c", "x"), ("a", "y"), ("b", "x")]
    places = layout("abcxyz", edges)
    layers = [
        sorted((n for n in places if places[n].layer == layer), key=lambda n: places[n].order)
        for layer in (0, 1)
    ]
    assert crossings([list("abc"), list("xyz")], edges) > 0
    assert crossings(layers, edges) == 0


def test_a_chain_is_a_straight_line_and_what_stands_alone_comes_below() -> None:
    assert layout("abcd", [("a", "b"), ("b", "c")]) == {
        "a": Place(0, 0),
        "b": Place(1, 0),
        "c": Place(2, 0),
        "d": Place(0, 1),
    }


def test_a_circle_keeps_all_but_one_edge() -> None:
    places = layout("abc", [("a", "b"), ("b", "c"), ("c", "a")])
    assert [places[node].layer for node in "abc"] == [0, 1, 2]
