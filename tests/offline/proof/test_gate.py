from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offline.proof.bootstrap import Difference, Interval
from offline.proof.gate import DEFAULT, gate_from, judged
from schemas.errors import ConfigurationError

ENOUGH = (10_000, 500)


def difference(better_by: float, spread: float = 0.0005, **facts: object) -> Difference:
    said = {
        "model": "success",
        "axis": "all",
        "slice": "",
        "measure": "log_loss",
        "events": 5000,
        "learners": 300,
        "live": 0.5,
        "candidate": 0.5 - better_by,
        "better_by": better_by,
        "interval": Interval(better_by - 2 * spread, better_by + 2 * spread),
        "spread": spread,
        **facts,
    }
    return Difference(**said)  # type: ignore[arg-type]


def test_better_somewhere_and_worse_nowhere_passes() -> None:
    verdict = judged(DEFAULT, [difference(0.01)], ENOUGH, [])
    assert verdict.passed
    assert verdict.reasons[0].startswith("better: success, log-loss 0.5000 live, 0.4900 candidate")


def test_no_difference_is_refused_as_better_nowhere() -> None:
    verdict = judged(DEFAULT, [difference(0.0, 0.0)], ENOUGH, [])
    assert not verdict.passed
    assert "better nowhere" in verdict.reasons[0]


def test_luck_does_not_promote() -> None:
    assert not judged(DEFAULT, [difference(0.001, spread=0.0005)], ENOUGH, []).passed


def test_noise_does_not_refuse() -> None:
    noise = difference(-0.02, 0.03, axis="cohort", slice="north")
    assert judged(DEFAULT, [difference(0.01), noise], ENOUGH, []).passed


@pytest.mark.parametrize("axis", ["content", "cohort"])
def test_worse_for_some_only_is_refused(axis: str) -> None:
    for_some = difference(-0.05, 0.003, axis=axis, slice="lab")
    verdict = judged(DEFAULT, [difference(0.01), for_some], ENOUGH, [])
    assert not verdict.passed
    assert verdict.reasons[0].startswith(f"worse: success ({axis} lab), log-loss")


def test_slices_that_are_too_small_are_not_judged() -> None:
    tiny = difference(-0.5, 0.01, axis="cohort", slice="two people", events=30, learners=2)
    assert judged(DEFAULT, [difference(0.01), tiny], ENOUGH, []).passed


def test_too_short_a_window_is_unproven_and_says_what_is_missing() -> None:
    verdict = judged(DEFAULT, [difference(0.01)], (1200, 10), [])
    assert not verdict.passed
    assert verdict.reasons == (
        "unproven: 1,200 events have come after the fit, 800 more are needed",
        "unproven: 10 learners have come after the fit, 40 more are needed",
    )


def test_a_leak_refuses_whatever_else_is_true() -> None:
    verdict = judged(DEFAULT, [difference(0.1)], ENOUGH, ["leak: it knows the answers"])
    assert not verdict.passed
    assert verdict.reasons == ("leak: it knows the answers",)


@given(st.floats(-0.05, 0.05), st.floats(0.0, 0.01), st.floats(0.0, 0.05))
def test_who_passes_would_pass_with_a_larger_difference(
    better_by: float, spread: float, more: float
) -> None:
    if judged(DEFAULT, [difference(better_by, spread)], ENOUGH, []).passed:
        assert judged(DEFAULT, [difference(better_by + more, spread)], ENOUGH, []).passed


def test_what_a_file_does_not_mention_is_as_it_is_by_default() -> None:
    assert gate_from({}) == DEFAULT
    short = gate_from({"window": {"events": 10}})
    assert short == replace(DEFAULT, window=replace(DEFAULT.window, events=10))


def test_rules_of_a_file_replace_those_of_the_default() -> None:
    gate = gate_from(
        {
            "better": [{"model": "duration", "measure": "rmse", "by": 0.01}],
            "not_worse": [{"model": "success", "measure": "auc", "margin": 0.002, "axes": ["all"]}],
        }
    )
    assert [rule.model for rule in gate.better] == ["duration"]
    assert gate.not_worse[0].axes == ("all",)
    assert not judged(gate, [difference(0.01)], ENOUGH, []).passed


@pytest.mark.parametrize(
    ("given_", "said"),
    [
        ({"windows": {}}, "'windows' is unknown: say one of window, better, not_worse, leaks"),
        ({"window": {"events": "many"}}, "events: write a number from 0 up"),
        ({"better": [{"model": "succes", "measure": "auc"}]}, "say one of success, engagement"),
        ({"better": [{"model": "success", "measure": "mrr"}]}, "say one of log_loss, auc"),
        ({"better": [{"model": "success"}]}, "better, rule 1: measure is missing"),
        ({"not_worse": [{"model": "success", "measure": "auc"}]}, "margin is missing"),
        ({"not_worse": {"model": "success"}}, "write a list of rules"),
        (
            {"not_worse": [{"model": "success", "measure": "auc", "margin": 0, "axes": ["role"]}]},
            "axes: write a list of all, content, cohort",
        ),
    ],
)
def test_mistakes_are_named(given_: dict[str, object], said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        gate_from(given_)
