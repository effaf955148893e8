"""Where the nodes of a graph of prerequisites stand on a page, left to right.

Layers by the longest path from what needs nothing, order within a layer by barycentres (Sugiyama,
Tagawa and Toda 1981), parts that nothing connects one below the other. The same graph gives the
same places, in whatever order it is told. Of a circle one edge is left out of account, so a
catalogue with a mistake in it can still be drawn, and the mistake be seen.
"""

from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

Edge: TypeAlias = tuple[str, str]
"""(what comes before, what builds on it)"""
Layers: TypeAlias = list[list[str]]
Neighbours: TypeAlias = Mapping[str, Sequence[str]]
_SWEEPS = 6


class Place(NamedTuple):
    """Where a node stands."""

    layer: int
    """Column, from 0; greater than that of all it builds on, circles apart."""
    order: int
    """Row, from 0; rows of a layer are distinct, and may leave gaps."""


def layout(nodes: Collection[str], edges: Iterable[Edge]) -> dict[str, Place]:
    """A place for every one of `nodes`; edges to what is not among them, or to itself, are none."""
    known = set(nodes)
    kept = sorted({(a, b) for a, b in edges if a != b and a in known and b in known})
    forward = _without_circles(sorted(known), _by(kept))
    places: dict[str, Place] = {}
    row = 0
    for part in _parts(sorted(known), kept):
        inner = [(a, b) for a, b in forward if a in part]
        for node, (layer, order) in _place(part, inner).items():
            places[node] = Place(layer, row + order)
        row = 1 + max(place.order for place in places.values())
    return places


def _by(edges: Iterable[Edge]) -> Neighbours:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for before, after in edges:
        found[before].append(after)
    return found


def _turned(edges: Iterable[Edge]) -> list[Edge]:
    return [(after, before) for before, after in edges]


def _without_circles(nodes: Sequence[str], after: Neighbours) -> list[Edge]:
    """The edges but those that lead back to where a walk in depth came from."""
    kept: list[Edge] = []
    seen: set[str] = set()
    for start in nodes:
        walk = [] if start in seen else [(start, iter(after.get(start, ())))]
        on_the_way = {start}
        seen.add(start)
        while walk:
            node, rest = walk[-1]
            following = next(rest, None)
            if following is None:
                walk.pop()
                on_the_way.discard(node)
            elif following not in on_the_way:
                kept.append((node, following))
                if following not in seen:
                    seen.add(following)
                    on_the_way.add(following)
                    walk.append((following, iter(after.get(following, ()))))
    return kept


def _parts(nodes: Sequence[str], edges: Sequence[Edge]) -> list[set[str]]:
    """What hangs together, the largest first, then by id."""
    near = _by([*edges, *_turned(edges)])
    seen: set[str] = set()
    parts: list[set[str]] = []
    for start in nodes:
        if start not in seen:
            part, border = {start}, [start]
            while border:
                new = [one for node in border for one in near.get(node, ()) if one not in part]
                border = list(dict.fromkeys(new))
                part.update(border)
            seen |= part
            parts.append(part)
    return sorted(parts, key=lambda part: (-len(part), min(part)))


def _place(part: set[str], edges: Sequence[Edge]) -> dict[str, Place]:
    """Places in one connected part, whose `edges` hold no circle."""
    before, after = _by(_turned(edges)), _by(edges)
    layers = _untangled(_layers(part, before, after), edges)
    rows: dict[str, int] = {}
    for layer in layers:
        free = 0
        for node in layer:
            behind = [rows[one] for one in before.get(node, ())]
            rows[node] = max(free, round(sum(behind) / len(behind)) if behind else 0)
            free = rows[node] + 1
    return {node: Place(n, rows[node]) for n, layer in enumerate(layers) for node in layer}


def _layers(part: set[str], before: Neighbours, after: Neighbours) -> Layers:
    waits = {node: len(before.get(node, ())) for node in part}
    layers: Layers = []
    ready = sorted(node for node in part if not waits[node])
    while ready:
        layers.append(ready)
        for node in ready:
            for one in after.get(node, ()):
                waits[one] -= 1
        ready = sorted({one for node in ready for one in after.get(node, ()) if not waits[one]})
    return layers


def _untangled(layers: Layers, edges: Sequence[Edge]) -> Layers:
    """The order with the fewest crossings that some sweeps find, as it was where none is better."""
    before, after = _by(_turned(edges)), _by(edges)
    best, fewest = layers, crossings(layers, edges)
    for sweep in range(_SWEEPS):
        layers = _swept(layers, before) if sweep % 2 == 0 else _swept(layers[::-1], after)[::-1]
        count = crossings(layers, edges)
        if count < fewest:
            best, fewest = layers, count
    return best


def _swept(layers: Layers, neighbours: Neighbours) -> Layers:
    """Each layer ordered by the mean rank of its neighbours in layers that came before it."""
    rank: dict[str, int] = {}
    swept: Layers = []
    for layer in layers:
        centre = {}
        for place, node in enumerate(layer):
            ranks = [rank[one] for one in neighbours.get(node, ())]
            centre[node] = sum(ranks) / len(ranks) if ranks else float(place)
        ordered = sorted(layer, key=lambda node: centre[node])
        rank.update((node, place) for place, node in enumerate(ordered))
        swept.append(ordered)
    return swept


def crossings(layers: Layers, edges: Iterable[Edge]) -> int:
    """How many pairs of edges cross, of those that span the same layers."""
    at = {node: (n, place) for n, layer in enumerate(layers) for place, node in enumerate(layer)}
    spans: defaultdict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for before, after in edges:
        (first, start), (last, end) = at[before], at[after]
        spans[first, last].append((start, end))
    return sum(_inversions(sorted(ends)) for ends in spans.values())


def _inversions(pairs: Sequence[tuple[int, int]]) -> int:
    """Pairs whose second numbers are the other way round than their first, which are in order."""
    count = 0
    seen: list[int] = []
    for _, end in pairs:
        count += len(seen) - bisect_right(seen, end)
        insort(seen, end)
    return count
