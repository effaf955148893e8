"""Lives of learners: events that are counted, and what the models write beside them."""

from collections.abc import Iterable, Iterator
from typing import Any

from online_models.replica import Replica
from processors.features.records import activity, skill
from processors.learning import learn
from processors.state import LearnerState, apply, decode, encode, fresh
from processors.trace import Trace
from schemas.event import LearningEvent


def live(state: LearnerState, trace: Trace, models: Replica) -> None:
    """What an application does with an event: predict, learn, count, remember."""
    event = LearningEvent(
        id="",
        learner="",
        kind=trace.kind,
        verb="",
        activity="",
        occurred_at=trace.at,
        received_at=trace.at,
    )
    answer = learn(models, state, event, trace).answer
    apply(state, trace)
    if answer is not None:
        answer.remember(state)


def lived(traces: Iterable[Trace], models: Replica | None = None) -> LearnerState:
    """The state after `traces`, in the order given, of a learner whom models have watched."""
    state, models = fresh(), models or Replica()
    for one in traces:
        live(state, one, models)
    return state


def without_models(state: LearnerState) -> bytes:
    """`state`, encoded, with the models' own part blank."""
    copy = decode(encode(state))
    copy.form, copy.set_rows = fresh().form, fresh().set_rows
    for rows, names in _tails(copy):
        for name in names:
            rows[name] = 0
    return encode(copy)


def models_part(state: LearnerState) -> dict[str, Any]:
    """What is the models' own: the form, sets and tails of rows by their keys."""
    skills, activities = (
        {int(row["key"]): row[names].tolist() for row in rows} for rows, names in _tails(state)
    )
    return {
        "form": bytes(state.form),
        "sets": dict(state.set_rows.items()),
        "skills": skills,
        "activities": activities,
    }


def _tails(state: LearnerState) -> Iterator[tuple[Any, list[str]]]:
    """Rows of the taken and vacant slots, and the names of their fields that the models write."""
    for table, record in ((state.skill_rows, skill), (state.activity_rows, activity)):
        fields = record.ROW_TYPE.fields or {}
        names = [name for name, (_, place, *_) in fields.items() if place >= record.ROW.size]
        assert names
        yield table.array(record.ROW_TYPE), names
