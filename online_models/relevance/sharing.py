"""The arrays of a base, from its tables: many numbers, so all at once."""

from typing import Any

import numpy as np

from online_models.compiled import unlocked
from online_models.relevance.arrays import (
    A_COHORT,
    AN_ITEM,
    EXPERTS,
    FACTORS,
    REGIMES,
    SKETCH,
    Arrays,
    arrays_of,
    fresh_weights,
)
from online_models.relevance.content import measure_lengths
from online_models.relevance.memory import (
    ALL,
    COHORT,
    ITEM,
    LINK,
    MEMBER,
    SIDES,
    SKETCHED,
    WEIGHT,
    Shared,
)
from online_models.tables import (
    Characters,
    Hashes,
    Mask,
    ModelBase,
    Rows,
    Table,
    Values,
    digit_of,
    empty,
    hashes_of,
)

MAX_LINKS = 128
"""Links of one item in the base, and as many of its own in a replica."""

_FOUR, _MARK = np.uint64(4), ord(">")


def shared_of(base: ModelBase) -> Shared:
    """The arrays of `base`, with the `MAX_LINKS` strongest links of each row."""
    counts, links, factors, sketches = (
        base.tables.get(width, empty(width)) for width in (1, 2, FACTORS + 2, SKETCH + 1)
    )
    total = _of(counts, ALL)[1]
    visited, cohorts = _keyed(counts, ITEM), _keyed(counts, COHORT)
    sides = [_keyed(factors, side) for side in SIDES]
    described = _keyed(sketches, SKETCHED)
    items = np.unique(np.concatenate([keys for keys, _ in (visited, described, *sides)]))
    groups = np.unique(cohorts[0])
    arrays = arrays_of(len(items) + len(groups), 0, 1)
    arrays.keys[:] = np.concatenate((items, groups))
    arrays.sort[: len(items)], arrays.sort[len(items) :] = AN_ITEM, A_COHORT
    arrays.total[0] = total.sum()
    arrays.visits[np.searchsorted(items, visited[0])] = visited[1][:, 0]
    arrays.visits[len(items) + np.searchsorted(groups, cohorts[0])] = cohorts[1][:, 0]
    for side, (keys, values) in enumerate(sides):
        slots = np.searchsorted(items, keys)
        arrays.moves[side, slots], arrays.gains[side, slots] = np.split(values, [FACTORS], axis=1)
    _describe(arrays, np.searchsorted(items, described[0]), described[1])
    return Shared(
        arrays._replace(weights=_weights(base), **_links(links, items, groups)),
        dict(zip(groups.tolist(), range(len(items), len(arrays.keys)), strict=True)),
    )


def _characters(table: Table) -> Characters:
    names = np.ascontiguousarray(table.names)
    return names.view(np.uint8).reshape(len(table), names.itemsize)


def _of(table: Table, kind: str) -> tuple[Characters, Values]:
    """Names of a kind, without it, and their numbers."""
    characters = _characters(table)
    chosen = characters[:, 0] == ord(kind)
    return characters[chosen, 2:], table.values[chosen]


def _keyed(table: Table, kind: str) -> tuple[Hashes, Values]:
    characters, values = _of(table, kind)
    return _hashes(characters), values


def _hashes(characters: Characters) -> Hashes:
    if not characters.size:
        return np.zeros(len(characters), np.uint64)
    return hashes_of(np.ascontiguousarray(characters).view(f"S{characters.shape[1]}")[:, 0])


def _describe(arrays: Arrays, slots: Rows, values: Values) -> None:
    sketches = np.zeros((len(slots), SKETCH + 2), np.float32)
    sketches[:, :SKETCH] = values[:, :-1]
    measure_lengths(sketches)
    arrays.sketch[slots], arrays.stated[slots] = sketches, values[:, -1]


def _weights(base: ModelBase) -> Any:
    weights, table = fresh_weights(), base.tables.get(3, empty(3))
    places = {
        f"{WEIGHT}/{regime}/{expert}".encode(): (row, column)
        for row, regime in enumerate(REGIMES)
        for column, expert in enumerate(EXPERTS)
    }
    for name, values in zip(table.names.tolist(), table.values, strict=True):
        weights[places[name]] = values
    return weights


def _links(table: Table, items: Hashes, groups: Hashes) -> dict[str, Any]:
    """The strongest links of each slot, slot after slot."""
    found = [
        _known(table, kind, sources, items) for kind, sources in ((LINK, items), (MEMBER, groups))
    ]
    (sources, targets, values), (members, member_targets, shares) = found
    slots = np.concatenate((sources, members + len(items)))
    targets, values = np.concatenate((targets, member_targets)), np.concatenate((values, shares))
    order = np.lexsort((targets, -values.sum(axis=1), slots))
    slots = slots[order]
    first = np.searchsorted(slots, slots)
    order = order[np.arange(len(order)) - first < MAX_LINKS]
    counts = np.bincount(slots, minlength=len(items) + len(groups))
    return {
        "base_start": np.concatenate(([0], np.cumsum(np.minimum(counts, MAX_LINKS)))),
        "base_target": targets[order].astype(np.int32),
        "base_link": values[order],
    }


def _known(table: Table, kind: str, sources: Hashes, items: Hashes) -> tuple[Rows, Rows, Values]:
    """Places of source and target among `sources` and `items`, of links that have both."""
    characters, values = _of(table, kind)
    source, target = _halves(np.ascontiguousarray(characters))
    (source_at, has_source), (target_at, has_target) = _find(source, sources), _find(target, items)
    known = has_source & has_target
    return source_at[known], target_at[known], values[known]


def _find(wanted: Hashes, among: Hashes) -> tuple[Rows, Mask]:
    """Where each stands among others in ascending order, and whether it does."""
    places = np.searchsorted(among, wanted)
    if not len(among):
        return places, np.zeros(len(wanted), np.bool_)
    return places, among[np.minimum(places, len(among) - 1)] == wanted


@unlocked
def _halves(characters: Characters) -> tuple[Hashes, Hashes]:
    """What stands before and what behind the ">" of each name."""
    before = np.zeros(len(characters), np.uint64)
    behind = np.zeros(len(characters), np.uint64)
    for n in range(len(characters)):
        for character in characters[n]:
            if character == _MARK:
                before[n], behind[n] = behind[n], 0
            elif character != 0:
                behind[n] = (behind[n] << _FOUR) | digit_of(character)
    return before, behind
