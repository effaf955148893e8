"""Planted candidates: worse ones, equal ones, better ones, and such that have seen the future."""

from functools import cache
from typing import NamedTuple

import numpy as np
import pytest
from harness.candidates import Fit, Models, changed, ends_of, fitted, noisy, shuffled
from harness.events_that_were import InMemory
from harness.organisation import Organisation

from offline.archived import Archived
from offline.proof import Contest, Proof, gate_from, prove
from offline.proof.measures import MEASURES
from online_models.priors import STARTS
from online_models.tables import Table

GATE = gate_from({"window": {"events": 1000, "learners": 30}})


class World(NamedTuple):
    source: InMemory
    past: list[Archived]
    later: list[Archived]
    fit: Fit
    """One pass over the past: the live models, or an honest candidate."""
    early: Fit
    """A fifth of the past."""


@cache
def world() -> World:
    source = InMemory(Organisation(learners=140, sessions=11).events())
    cut = int(0.7 * len(source.rows))
    past, later = source.rows[:cut], source.rows[cut:]
    return World(source, past, later, fitted(past), fitted(past[: cut // 5]))


def proved(candidate: Models, live: Models | None = None) -> Proof:
    known = world()
    against = known.fit.models if live is None else live
    contest = Contest(against, candidate, known.fit.states.get, ends_of(known.past))
    return prove(known.source, contest, gate=GATE)


@cache
def better() -> Proof:
    return proved(world().fit.models, live=world().early.models)


def test_a_truly_better_candidate_passes_and_says_where() -> None:
    proof = better()
    assert proof.verdict.passed, proof.verdict.reasons
    assert all(reason.startswith("better: ") for reason in proof.verdict.reasons)
    assert all(finding.passed for finding in proof.findings)


def test_the_live_models_themselves_are_better_nowhere() -> None:
    proof = proved(world().fit.models)
    assert not proof.verdict.passed
    assert proof.verdict.reasons == (
        "better nowhere: no difference that counts is surely above nothing",
    )
    assert {one.better_by for one in proof.differences} == {0.0}


def test_every_model_is_measured_overall_by_content_and_by_cohort() -> None:
    proof = better()
    seen = {(one.model, one.axis) for one in proof.differences}
    assert {model for model, _ in seen} == {*MEASURES}
    assert seen >= {(model, axis) for model in MEASURES for axis in ("all", "cohort")}
    assert {one.slice for one in proof.differences if one.axis == "cohort"} == {
        "north",
        "south",
        "west",
    }
    engaged = [one for one in proof.differences if one.model == "engagement"]
    assert {one.slice for one in engaged if one.axis == "content"} == {"video", "reading", "lab"}


def test_the_same_proof_twice_is_the_same_to_the_last_digit() -> None:
    again = proved(world().fit.models, live=world().early.models)
    assert again.metrics() == better().metrics()


def _miscalibrated(models: Models, firmer: float = 1.6) -> Models:
    """The stacker believes so many times as much."""

    def change(_: int, table: Table) -> Table:
        rows = table.names == b"stack"
        values = table.values.copy()
        values[rows, 1:12] *= firmer
        return Table(table.names, values)

    return changed(models, "success", change)


WORSE = {
    "shuffled outcomes": lambda: fitted(shuffled(world().past)).models,
    "stale": lambda: world().early.models,
    "noisy weights": lambda: noisy(world().fit.models, "success", 0.7),
    "miscalibrated": lambda: _miscalibrated(world().fit.models),
    "fitted twice over": lambda: fitted(world().past, world().fit.base).models,
}


@pytest.mark.parametrize("name", WORSE)
def test_a_planted_worse_candidate_is_refused(name: str) -> None:
    proof = proved(WORSE[name]())
    assert not proof.verdict.passed
    assert any(reason.startswith("worse: ") for reason in proof.verdict.reasons), name


def test_a_candidate_that_is_worse_for_one_cohort_only_is_refused_for_that() -> None:
    """Weights that only the cohort's own questions have taught point the other way."""
    events = InMemory(Organisation(learners=160, sessions=12, own_questions="west").events())
    cut = int(0.7 * len(events.rows))
    past = events.rows[:cut]
    good, early = fitted(past), fitted(past[: cut // 5])
    others = fitted([one for one in past if one.event.cohort != "west"]).models["success"]

    def change(width: int, table: Table) -> Table:
        known = {name for one in others.values() for name in one.names.tolist()}
        only_west = np.array([name not in known for name in table.names.tolist()])
        values = table.values.copy()
        if width == len(STARTS[0]):
            values[only_west, 0::2] *= -3.0
        return Table(table.names, values)

    candidate = changed(good.models, "success", change)
    contest = Contest(early.models, candidate, good.states.get, ends_of(past))
    proof = prove(events, contest, gate=GATE)
    worse = [reason for reason in proof.verdict.reasons if reason.startswith("worse: ")]
    assert not proof.verdict.passed
    assert any("(cohort west)" in reason for reason in worse)
    assert not any("cohort north" in reason or "cohort south" in reason for reason in worse)


LEAKS = {
    "the window once more": lambda: fitted(world().later, world().fit.base).models,
    "a second pass over everything": lambda: fitted(world().source.rows, world().fit.base).models,
}


@pytest.mark.parametrize("name", LEAKS)
def test_a_planted_leak_from_the_future_is_refused(name: str) -> None:
    proof = proved(LEAKS[name]())
    assert not proof.verdict.passed
    assert any(reason.startswith("leak: success loses") for reason in proof.verdict.reasons)


def test_to_mend_live_models_that_believe_too_firmly_is_no_leak() -> None:
    proof = proved(world().fit.models, live=_miscalibrated(world().fit.models))
    assert proof.verdict.passed, proof.verdict.reasons
    assert any(reason.startswith("better: success, log-loss") for reason in proof.verdict.reasons)


def test_to_know_more_than_live_models_that_are_firmly_wrong_is_no_leak() -> None:
    """Live believes much too firmly, and is much worse even when it is calibrated."""
    live = _miscalibrated(noisy(world().fit.models, "success", 0.5), 3.0)
    proof = proved(_miscalibrated(world().fit.models, 0.9), live=live)
    assert proof.verdict.passed, proof.verdict.reasons
    beliefs = [one for one in proof.findings if one.test == "belief of success, whole window"]
    assert [one.passed for one in beliefs] == [True]
    better = next(one for one in proof.differences if one.measure == "log_loss")
    assert better.interval.low > 0.1


def test_offsets_that_reach_into_the_window_are_a_leak() -> None:
    known = world()
    ends = ends_of(known.past)
    later = {partition: offset + 5 for partition, offset in ends.items()}
    contest = Contest(known.early.models, known.fit.models, known.fit.states.get, later)
    proof = prove(known.source, contest, after=ends, gate=GATE)
    assert not proof.verdict.passed
    assert "leak: fitted up to offset" in proof.verdict.reasons[0]


def test_activities_that_nobody_had_met_give_a_leak_away() -> None:
    known = world()
    first = {one.event.activity for one in known.past[:200]}
    early = known.source.rows[:200]
    rest = known.source.rows[200:600]
    assert {one.event.activity for one in rest} - first, "the world has no newcomers"
    source = InMemory([])
    source.rows = [*early, *rest]
    contest = Contest(
        fitted(early).models, known.fit.models, fitted(early).states.get, ends_of(early)
    )
    proof = prove(source, contest, gate=GATE)
    assert any("activities that nobody had met" in one for one in proof.verdict.reasons)


def test_an_empty_window_is_unproven() -> None:
    known = world()
    contest = Contest(
        known.early.models, known.fit.models, known.fit.states.get, known.source.ends()
    )
    proof = prove(known.source, contest, gate=GATE)
    assert not proof.verdict.passed
    assert proof.verdict.reasons[0].startswith("unproven: 0 events have come after the fit")
    assert np.isfinite(proof.kept)
