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
    names = np.union1d(now.names, new.names) if len(now) and len(new) else _either(now, new).names
    start = rule.start(names)
    rows = [table.lookup(names, start) for table in (now, old, new)]
    is_now, is_old, is_new = (table.find(names)[1] for table in (now, old, new))
    learned = _differ(rows[0], rows[1]) | (is_now & ~is_old)
    chosen = _differ(rows[2], rows[1]) | (is_new != is_old)
    values = np.where(learned[:, None], rows[0], rows[2])
    both = learned & chosen
    values[both] = _rebased(rule, rows, both)
    there = np.where(learned, is_now, is_new & ~(is_old & ~is_now))
    return Table(names, values).keep(there)


def _rebased(rule: Rule, rows: list[Values], both: Mask) -> Values:
    now, old, new = (table[both] for table in rows)
    return rule.rebase(new, old, now)


def _either(one: Table, other: Table) -> Table:
    return one if len(one) else other


def _differ(one: Values, other: Values) -> Mask:
    differ: Mask = np.any(one != other, axis=1)
    return differ
