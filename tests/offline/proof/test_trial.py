from dataclasses import replace

from harness.events_that_were import InMemory, some_events
from harness.organisation import Organisation

from offline.passes.working_file import WorkingFile
from offline.proof.trial import Seen, Trial
from online_models.replica import Replica
from online_models.tables import NO_BASE
from processors.application import Application
from processors.trace import trace_of
from schemas.checkpoint import Memory
from schemas.codec import hash64


def _tried(source: InMemory) -> Seen:
    with WorkingFile() as live, WorkingFile() as candidate:
        trial = Trial(NO_BASE, NO_BASE, lambda _: None, (live, candidate))
        return trial.run(source.rows)


def test_both_arms_see_what_a_worker_sees_once_each() -> None:
    """Among the events are some that were sent twice, and some that are voided."""
    source = InMemory(some_events(2500))
    work = Application(Memory({}, {}), Replica())
    for row in source.rows:
        work.apply(row.offset, row.event)
    assert work.duplicates
    table = _tried(source).rows.table()
    for model in ("success", "retention", "duration"):
        expected = [one for one in work.observations if one.model == model]
        rows = table.of_model(model)
        assert rows.column("live").tolist() == [one.predicted for one in expected]
        assert rows.column("candidate").tolist() == [one.predicted for one in expected]
        assert rows.column("outcome").tolist() == [one.observed for one in expected]


def test_what_was_begun_is_settled_for_who_began_it() -> None:
    """Each lesson of the world is begun and finished, or not, by learners of one cohort."""
    events = Organisation(learners=60, sessions=12).events()
    lessons = [
        replace(one, activity=f"{one.activity}/{one.cohort}", content=f"for {one.cohort}")
        if one.content != "question"
        else one
        for one in events
    ]
    rows = _tried(InMemory(lessons)).rows.table().of_model("engagement")
    assert len(rows) > 200
    contents = [rows.contents[number] for number in rows.data["content"].tolist()]
    cohorts = [rows.cohorts[number] for number in rows.data["cohort"].tolist()]
    assert contents == [f"for {cohort}" for cohort in cohorts]
    home = {hash64(one.learner): one.cohort for one in lessons}
    assert cohorts == [home[learner] for learner in rows.data["learner"].tolist()]


def test_turns_are_ranked_only_where_somebody_turns_to_something() -> None:
    source = InMemory(Organisation(learners=60, sessions=6).events())
    seen = _tried(source)
    table = seen.turns.table()
    assert 0 < len(table) < len(source.rows)
    assert table.column("live").min() >= 1.0
    assert table.column("live").max() <= 100.0
    assert table.column("live").tolist() == table.column("candidate").tolist()
    assert seen.activities == {trace_of(row.event).activity for row in source.rows}
