"""Candidates for a proof: fitted, spoiled, and such that have seen what they should not."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random

import numpy as np

from offline.archived import Archived
from online_models.replica import Replica
from online_models.tables import Base, ModelBase, Table, Tables
from processors.application import Application
from schemas.checkpoint import Memory
from schemas.event import LearningEvent

Models = dict[str, Tables]


@dataclass(frozen=True, slots=True)
class Fit:
    """What events have taught."""

    models: Models
    states: dict[str, bytes]

    @property
    def base(self) -> Base:
        return base_of(self.models)


def base_of(models: Models, version: int = 1) -> Base:
    return Base(version, {name: ModelBase(tables) for name, tables in models.items() if tables})


def fitted(events: Sequence[Archived], start: Base | None = None) -> Fit:
    """One pass from nothing, or from `start`; what is open at the end stays out of the numbers."""
    models = Replica()
    if start is not None:
        models.restore({}, start)
    work = Application(Memory({}, {}), models)
    for one in events:
        work.apply(one.offset, one.event)
        work.receipts.clear()
        work.observations.clear()
    merged = whole(models)
    return Fit(merged, work.encoded_states())


def whole(models: Replica) -> Models:
    """Base and own numbers of the models that are merged, as one."""
    found = {}
    for name, own in models.own().items():
        rules = type(models.models[name]).merging.rules
        tables = {}
        for width in rules:
            old = models.base.of(name).tables.get(width)
            table = own.get(width)
            joined_table = table if old is None else old if table is None else _over(old, table)
            if joined_table is not None and len(joined_table):
                tables[width] = joined_table
        found[name] = tables
    return found


def _over(old: Table, own: Table) -> Table:
    _, replaced = own.find(old.names)
    kept = old.keep(~replaced)
    names = np.concatenate((kept.names, own.names))
    order = np.argsort(names, kind="stable")
    return Table(names[order], np.concatenate((kept.values, own.values))[order])


def passes(events: Sequence[Archived], count: int) -> Fit:
    """Several passes over the same events, the states of the last one."""
    fit = fitted(events)
    for _ in range(count - 1):
        fit = fitted(events, fit.base)
    return fit


def shuffled(events: Sequence[Archived], seed: int = 1) -> list[Archived]:
    """The same events with each other's outcomes."""
    outcomes = [one.event.outcome for one in events if one.event.outcome is not None]
    Random(seed).shuffle(outcomes)
    left = iter(outcomes)
    return [
        one if one.event.outcome is None else one._replace(event=_with_outcome(one, next(left)))
        for one in events
    ]


def _with_outcome(one: Archived, outcome: float) -> LearningEvent:
    return replace(one.event, outcome=outcome, success=bool(outcome))


def changed(models: Models, name: str, change: Callable[[int, Table], Table]) -> Models:
    """`models` with the tables of one of them changed."""
    tables = {width: change(width, table) for width, table in models[name].items()}
    return {**models, name: tables}


def noisy(models: Models, name: str, spread: float, seed: int = 1) -> Models:
    """Means of the weights with noise."""
    rng = np.random.default_rng(seed)

    def change(_: int, table: Table) -> Table:
        values = table.values.copy()
        values[:, 0] += rng.normal(0.0, spread, len(values))
        return Table(table.names, values)

    return changed(models, name, change)


def ends_of(events: Sequence[Archived]) -> dict[int, int]:
    """Offsets after `events`."""
    ends: dict[int, int] = {}
    for one in events:
        ends[one.partition] = max(one.offset, ends.get(one.partition, -1))
    return ends
