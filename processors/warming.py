"""Warming up: every function that the hot path compiles, compiled, before events wait for it.

`python -m processors.warming` does it once for this version of the sources and this machine; what
it compiles is kept (`online_models.compiled`), so that a start only loads it.
"""

from online_models.compiled import variants
from online_models.replica import Replica
from online_models.served import Served
from online_models.tables import Base, ModelBase
from processors.application import Application
from processors.objective import Objective
from processors.outcomes.outlook import Outlook
from processors.queueing import Basis, Occasion, rebuild
from processors.reference import Reference
from processors.relevance import moment_of
from processors.state import LearnerState, decode
from schemas.checkpoint import Memory
from schemas.event import LearningEvent
from schemas.kinds import Kind
from schemas.reference import Activity, LearnerProfile, RoleRequirement

_AT = 1.7e9
_LATER = _AT + 1e7
_ACTIVITIES = 12
_ROUNDS = 3
_LEARNERS = ("a", "b")


def warm_up() -> int:
    """Let made-up learners live a little; returns how many functions are compiled, by type."""
    reference, models = _reference(), Replica()
    work = Application(Memory({}, {}), models)
    for offset in range(_ROUNDS * _ACTIVITIES):
        work.apply(offset, _event(reference, offset))
    states = work.encoded_states()
    work = Application(Memory(states, {}), models)
    for offset in range(_ACTIVITIES):
        work.apply(offset, _event(reference, _ROUNDS * _ACTIVITIES + offset))
    basis = Basis(reference, Served(models), Objective())
    for learner, blob in work.encoded_states().items():
        rebuild(learner, decode(blob), basis, Occasion(_LATER, 0, {}))
        _ask_rarely(models, reference, decode(blob))
    models.touched()
    base = {name: ModelBase(own) for name, own in models.own().items()}
    Replica().restore(models.state(), Base(1, base))
    return variants()


def _ask_rarely(models: Replica, reference: Reference, state: LearnerState) -> None:
    """What few queues ask."""
    outlook = Outlook(state, Served(models), _LATER)
    moment = moment_of(state, _LATER, "role", "cohort")
    for entry in reference.entries():
        models.relevance.because(moment, entry.key)
    outlook.gains([*reference.entries()])
    outlook.durations([*reference.entries()])


def _reference() -> Reference:
    reference = Reference()
    for n in range(_ACTIVITIES):
        skills = (f"own {n}", *(f"skill {k}" for k in range(n % 3)))
        reference.put(Activity(id=f"{n}", title=f"activity {n}", skills=skills, content="quiz"))
    reference.put(RoleRequirement(role="role", skills={"skill 0": 0.9, "skill 9": 0.9}))
    for learner in _LEARNERS:
        reference.put(LearnerProfile(learner=learner, role="role", cohort="cohort"))
    return reference


def _event(reference: Reference, offset: int) -> LearningEvent:
    """Answers, some activities begun, some finished, some of them once more."""
    entry = [*reference.entries()][offset % (_ACTIVITIES - 1)]
    kind = (Kind.ANSWERED, Kind.LAUNCHED, Kind.COMPLETED, Kind.ANSWERED)[offset % 4]
    at = _AT + 90_000.0 * offset
    return LearningEvent(
        id=f"{offset}",
        learner=_LEARNERS[offset // 5 % 2],
        kind=kind,
        verb="v",
        activity=entry.activity.id,
        occurred_at=at,
        received_at=at,
        outcome=None if kind is Kind.LAUNCHED else float(offset % 3 > 0),
        skills=entry.activity.skills,
        content=entry.activity.content,
        title=entry.activity.title,
        role="role",
        cohort="cohort",
        duration_sec=60.0,
    )


if __name__ == "__main__":
    warm_up()
