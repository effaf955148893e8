"""The gate on answers that nobody here made up."""

from functools import cache
from pathlib import Path

import pytest
from harness.candidates import Fit, Models, ends_of, fitted
from harness.events_that_were import InMemory

from offline.answers import read_answers
from offline.archived import Archived
from offline.clocks import clock_of
from offline.events import Events
from offline.proof import Contest, Proof, gate_from, prove

pytestmark = pytest.mark.data
OF_SUCCESS = gate_from(
    {"not_worse": [{"model": "success", "measure": "log_loss", "margin": 0.001}]}
)
"""Where the clock is a position, everybody does everything at once: nobody turns to anything."""
_ROWS, _CUT = 12_000, 9_000


@cache
def _source(file: Path) -> InMemory:
    answers = read_answers(file, _ROWS)
    events = Events(answers, clock_of(answers))
    source = InMemory(())
    source.rows = [Archived(0, n, events.at[n], events(n)) for n in range(len(answers))]
    return source


@cache
def _fits(file: Path) -> tuple[Fit, Fit]:
    past = _source(file).rows[:_CUT]
    return fitted(past[: _CUT // 5]), fitted(past)


def _proved(file: Path, live: Models, candidate: Models) -> Proof:
    states = _fits(file)[1].states
    up_to = ends_of(_source(file).rows[:_CUT])
    return prove(_source(file), Contest(live, candidate, states.get, up_to), gate=OF_SUCCESS)


@pytest.fixture
def file(data_dir: Path) -> Path:
    return data_dir / "learners" / "assist09_gervet.csv.gz"


def test_who_has_learned_more_passes(file: Path) -> None:
    early, full = _fits(file)
    proof = _proved(file, early.models, full.models)
    assert proof.verdict.passed, proof.verdict.reasons
    assert any(reason.startswith("better: success, log-loss") for reason in proof.verdict.reasons)


def test_who_has_learned_less_is_refused(file: Path) -> None:
    early, full = _fits(file)
    proof = _proved(file, full.models, early.models)
    assert any(reason.startswith("worse: success, log-loss") for reason in proof.verdict.reasons)


def test_who_has_seen_the_window_is_refused_by_every_test_that_looks_at_predictions(
    file: Path,
) -> None:
    _, full = _fits(file)
    seen = fitted(_source(file).rows[_CUT:], full.base)
    proof = _proved(file, full.models, seen.models)
    failed = {finding.test for finding in proof.findings if not finding.passed}
    assert not proof.verdict.passed
    assert {"newcomers", "belief of success, whole window", "improvement of success"} <= failed
