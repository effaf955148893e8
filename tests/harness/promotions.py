"""Versions of the models for tests: what a replica comes to that learns all events in one go."""

from collections.abc import Iterable

from offline.versions import Models, Versions
from online_models.replica import Replica
from online_models.tables import Base
from processors.application import Application
from schemas.checkpoint import Memory, Merge
from schemas.event import LearningEvent
from schemas.version import Verdict, Version

METRICS = {
    "differences": [
        {"model": "success", "axis": axis, "measure": "log_loss", "candidate": 0.4, "live": live}
        for axis, live in (("all", 0.5), ("cohort", 0.6))
    ]
}
PASSED = Verdict(passed=True, reasons=("better on later events",))


def fitted(events: Iterable[LearningEvent], passes: int = 1) -> Models:
    """The numbers of models that have learned `events` from nothing, one after the other."""
    replica, told = Replica(), list(events)
    for _ in range(passes):
        work = Application(Memory({}, {}), replica)
        for offset, event in enumerate(told):
            work.apply(offset, event)
    merged = {model.name: model for model in replica.merged}
    return {
        name: {w: table for w, table in tables.items() if w in type(merged[name]).merging.rules}
        for name, tables in replica.own().items()
        if tables
    }


def draft(name: str, base: Base, made: Merge, up_to: dict[int, int]) -> Version:
    """Facts of a version that was fitted on what `base` knew."""
    assert base.version == made.version
    return Version(
        id=name,
        created_at=1.9e9,
        parent="",
        origin=made.version,
        trained_up_to=up_to,
        events=sum(offset + 1 for offset in up_to.values()),
        code="0",
        meaning="",
        seal="",
        parameters={},
    )


def written(
    versions: Versions,
    name: str,
    numbers: Models,
    live: tuple[Base, Merge, dict[int, int]],
    verdict: Verdict | None = PASSED,
) -> None:
    """Have a version there that was fitted on what is live, and proved."""
    origin = {model: one.tables for model, one in live[0].models.items()}
    versions.write(draft(name, *live), numbers, origin)
    if verdict is not None:
        versions.prove(name, verdict, METRICS)
