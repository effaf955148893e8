"""One model out of many replicas: rules by which what each has learned since their base is joined.

A replica is an immutable base, shared by all, and its *own* numbers: those that it has changed
since, as they are now. A merge takes the own numbers of all replicas as they are at some moment
and makes the next base of them (`merged`). A replica goes on learning meanwhile; when it adopts the
next base, it keeps as its own what it has learned since that moment (`rebased`).

Every rule is a sum over replicas of what they have changed, so that what has not changed adds
nothing and the order does not matter (but for rounding: sum in one order for the same bits).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from online_models.merge_rules import Rule
from online_models.tables import Mask, Names, Table, Tables, Values, empty

ROOM = 0.75
"""Share of a full table that is kept when it is pruned: who is new needs room to show itself."""

FIRST_INTERVAL = 100
GROWTH = 20


@dataclass(frozen=True, slots=True)
class Merging:
    """How replicas of one model become one."""

    rules: Mapping[int, Rule]
    """Width of the numbers -> rule."""
    max_parameters: int = 1_000_000
    """Names of each width that a merge lets live; the least informative go."""
    keeps: bool = False
    """Whether there are numbers of other widths, which are not merged: a replica keeps its own."""


UNMERGED = Merging({})


def merged(merging: Merging, base: Tables, replicas: Sequence[Tables]) -> Tables:
    """The next base: `base` with what `replicas` have made of it, in their order."""
    found = {}
    for width, rule in sorted(merging.rules.items()):
        own = [tables[width] for tables in replicas if width in tables]
        table = _merge(rule, base.get(width, empty(width)), own)
        table = pruned(table, merging.max_parameters, rule.information)
        if len(table):
            found[width] = table
    return found


def rebased(
    merging: Merging, base: Tables, following: Tables, taken: Tables, now: Tables
) -> Tables:
    """A replica's own numbers on the base `following`.

    Args:
        merging: the model's rules.
        base: what the replica has learned on until now.
        following: the base that it adopts.
        taken: the replica's own numbers as the merge has taken them in; empty where it has not.
        now: its own numbers as they are.
    """
    found = {}
    for width, table in sorted(now.items()):
        nothing = empty(width)
        rule = merging.rules.get(width)
        if rule is not None:
            old, new = base.get(width, nothing), following.get(width, nothing)
            table = _rebase(rule, (old, new), taken.get(width, nothing), table)  # noqa: PLW2901
        if len(table):
            found[width] = table
    return found


def interval(every: int, events: int) -> int:
    """Events between two merges: often at first, since the first answers teach most.

    `min(every, max(100, 5 % of the events so far))`.
    """
    return min(every, max(FIRST_INTERVAL, events // GROWTH))


def pruned(table: Table, most: int, information: Callable[[Names, Values], Values]) -> Table:
    """`table`, or where it holds more than `most` rows its most informative `ROOM` of them."""
    if len(table) <= most:
        return table
    rank = np.argsort(-information(table.names, table.values), kind="stable")
    mask = np.zeros(len(table), np.bool_)
    mask[rank[: int(most * ROOM)]] = True
    return table.keep(mask)


def tempered(merging: Merging, tables: Tables, shares: Mapping[int, float]) -> Tables:
    """The same beliefs, held less firmly: what was learned may be learned once more.

    Args:
        merging: the model's rules.
        tables: what the model knows.
        shares: width -> how firmly, see `Rule.temper`; widths that are missing are forgotten.
    """
    return {
        width: Table(table.names, merging.rules[width].temper(table.names, table.values, share))
        for width, table in tables.items()
        if (share := shares.get(width)) is not None
    }


def _merge(rule: Rule, base: Table, replicas: Sequence[Table]) -> Table:
    changed = [table.keep(_differs(rule, base, table)) for table in replicas]
    changed = [table for table in changed if len(table)]
    if not changed:
        return base
    names = np.unique(np.concatenate([table.names for table in changed]))
    before = base.lookup(names, rule.start(names))
    moves = [(np.searchsorted(names, table.names), table.values) for table in changed]
    return _joined_with(base, Table(names, rule.merge(before, moves)))


def _differs(rule: Rule, base: Table, table: Table) -> Mask:
    before = base.lookup(table.names, rule.start(table.names))
    differs: Mask = np.any(table.values != before, axis=1)
    return differs


def _joined_with(base: Table, changed: Table) -> Table:
    """`base` with `changed` in the place of its rows of the same names."""
    _, replaced = changed.find(base.names)
    kept = base.keep(~replaced)
    names = np.concatenate((kept.names, changed.names))
    order = np.argsort(names, kind="stable")
    return Table(names[order], np.concatenate((kept.values, changed.values))[order])


def _equal(table: Table, other: Table) -> Mask:
    """For each row of `table` whether `other` has it as well."""
    rows, found = other.find(table.names)
    found[found] = np.all(other.values[rows[found]] == table.values[found], axis=1)
    return found


def _rebase(rule: Rule, bases: tuple[Table, Table], taken: Table, now: Table) -> Table:
    old, new = bases
    now = now.keep(~_equal(now, taken))
    start = rule.start(now.names)
    before = taken.lookup(now.names, old.lookup(now.names, start))
    learned = np.any(now.values != before, axis=1)
    merged_rows = new.lookup(now.names, start)[learned]
    return Table(now.names[learned], rule.rebase(merged_rows, before[learned], now.values[learned]))
