"""What was learned on one set of numbers, re-applied to another.

A candidate is fitted on the events that a base had taken in; the live base goes on learning
meanwhile. Handing over from one to the other loses nothing that was learned: in natural parameters
it is `candidate + (live - base)`, by each model's own rule (`merge_rules.Rule.rebase`). Taking it
back later is the same the other way round.
"""

from collections.abc import Mapping

import numpy as np

from online_models.meaning import MODELS
from online_models.merge_rules import Rule
from online_models.merging import Merging, pruned
from online_models.tables import Mask, Table, Tables, Values, empty

Models = Mapping[str, Tables]
"""Numbers by model."""


def transplant_all(now: Models, old: Models, new: Models) -> dict[str, Tables]:
    """`transplant` of every model that is merged."""
    made = {
        model.name: transplant(model.merging, *(one.get(model.name, {}) for one in (now, old, new)))
        for model in MODELS
    }
    return {name: tables for name, tables in made.items() if tables}


def transplant(merging: Merging, now: Tables, old: Tables, new: Tables) -> Tables:
    """`new` with what was learned from `old` to `now`.

    What was not learned since is as in `new`, what `new` has from `old` is as in `now`; what was
    dropped since is dropped.
    """
    found = {}
    for width, rule in sorted(merging.rules.items()):
        nothing = empty(width)
        table = _transplant(rule, *(one.get(width, nothing) for one in (now, old, new)))
        table = pruned(table, merging.max_parameters, rule.information)
        if len(table):
            found[width] = table
    return found


def _transplant(rule: Rule, now: Table, old: Table, new: Table) -> Table:
    learned = now.keep(~_has(old, now))
    rest = new if _are_names(now, old) else new.keep(~_dropped(new, now, old))
    return _with(rest, Table(learned.names, _rebased(rule, learned, old, new)))


def _rebased(rule: Rule, learned: Table, old: Table, new: Table) -> Values:
    """What becomes of rows that were learned since `old`."""
    start = rule.start(learned.names)
    before, after = old.lookup(learned.names, start), new.lookup(learned.names, start)
    differ = np.any(before != after, axis=1)
    values = learned.values.copy()
    values[differ] = rule.rebase(after[differ], before[differ], values[differ])
    return values


def _are_names(one: Table, other: Table) -> bool:
    """Whether both have the same names."""
    return one.names is other.names or np.array_equal(one.names, other.names)


def _has(table: Table, rows: Table) -> Mask:
    """For each of `rows` whether `table` has it as it is."""
    if _are_names(rows, table):
        same: Mask = np.all(rows.values == table.values, axis=1)
        return same
    at, found = table.find(rows.names)
    found[found] = np.all(table.values[at[found]] == rows.values[found], axis=1)
    return found


def _dropped(table: Table, now: Table, old: Table) -> Mask:
    """For each name of `table` whether `old` has it and `now` has not."""
    dropped: Mask = old.find(table.names)[1] & ~now.find(table.names)[1]
    return dropped


def _with(table: Table, rows: Table) -> Table:
    """`table` with `rows` in the place of those of the same names."""
    if not len(table) or not len(rows):
        return table if len(table) else rows
    names, values = table.names, table.values.copy()
    at, found = table.find(rows.names)
    values[at[found]] = rows.values[found]
    fresh = rows.keep(~found)
    if len(fresh):
        names = names.astype(np.promote_types(names.dtype, fresh.names.dtype))
        places = np.searchsorted(names, fresh.names)
        names = np.insert(names, places, fresh.names)
        values = np.insert(values, places, fresh.values, axis=0)
    return Table(names, values)
