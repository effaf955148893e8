from dataclasses import dataclass
from math import inf

import pytest

from online_models.guard import (
    Moment,
    PutAside,
    Reason,
    Serving,
    Standing,
    describe,
    is_standing,
    judge,
    numbers_of,
    standing_of,
)
from online_models.trial import NOTHING, Finding


@dataclass
class Told:
    """Tests that say what they are told."""

    short: Finding = NOTHING
    long: Finding = NOTHING
    since_drift: Finding = NOTHING


NOW = Moment(5000.0, 1.7e9)
LATER = Moment(6000.0, 1.8e9)
SOON = Moment(5999.0, 1.8e9)
WORSE, BETTER = Finding(500.0, 0.06, 4.0), Finding(500.0, -0.06, -3.0)
ASIDE = PutAside(Reason.WORSE, NOW, WORSE)
STANDINGS: list[Standing] = [
    Serving(),
    Serving(LATER, BETTER),
    ASIDE,
    PutAside(Reason.INVALID, NOW),
    PutAside(Reason.DRIFT, LATER, WORSE),
]


def judged(standing: Standing, now: Moment = NOW, clean: float = inf, **tests: Finding) -> Standing:
    return judge(standing, Told(**tests), now, clean, 0.05)  # type: ignore[arg-type]


def test_a_model_serves_while_nothing_speaks_against_it() -> None:
    assert judged(Serving()) == Serving()
    assert judged(Serving(), short=BETTER, long=BETTER) == Serving()
    assert (
        judged(Serving(), short=Finding(500.0, 0.06, 3.9), long=Finding(5000.0, 0.06, 3.9))
        == Serving()
    )


@pytest.mark.parametrize("window", ["short", "long"])
def test_worse_over_either_window_puts_it_aside(window: str) -> None:
    assert judged(Serving(), **{window: WORSE}) == ASIDE


def test_after_a_drift_less_is_enough() -> None:
    doubt = Finding(96.0, 0.2, 3.0)
    assert judged(Serving(), short=doubt) == Serving()
    assert judged(Serving(), since_drift=doubt) == PutAside(Reason.DRIFT, NOW, doubt)


@pytest.mark.parametrize("test", ["short", "long", "since_drift"])
def test_what_does_not_matter_is_no_reason_however_sure_it_is(test: str) -> None:
    assert judged(Serving(), **{test: Finding(500.0, 0.049, 99.0)}) == Serving()
    assert isinstance(judged(Serving(), **{test: Finding(500.0, 0.05, 99.0)}), PutAside)


def test_it_comes_back_when_it_was_better_for_long_enough() -> None:
    assert judged(ASIDE, SOON, short=BETTER) is ASIDE
    assert judged(ASIDE, LATER, short=Finding(500.0, -0.06, -2.9)) is ASIDE
    assert judged(ASIDE, LATER, long=BETTER) is ASIDE
    assert judged(ASIDE, LATER, short=BETTER) == Serving(LATER, BETTER)


def test_an_invalid_prediction_in_the_shadow_keeps_it_there() -> None:
    assert judged(ASIDE, LATER, clean=999.0, short=BETTER) is ASIDE
    assert judged(ASIDE, LATER, clean=1000.0, short=BETTER) == Serving(LATER, BETTER)


def test_being_put_aside_stays_as_it_began() -> None:
    assert judged(ASIDE, LATER, short=WORSE, since_drift=WORSE) is ASIDE


@pytest.mark.parametrize("standing", STANDINGS, ids=repr)
def test_numbers_are_the_standing(standing: Standing) -> None:
    numbers = numbers_of(standing)
    assert standing_of(numbers) == standing
    assert is_standing(numbers) or standing == Serving()


@pytest.mark.parametrize("numbers", [(), (0.0,) * 5, (9.0, *(0.0,) * 5), (0.5, *(0.0,) * 5)])
def test_other_numbers_are_none(numbers: tuple[float, ...]) -> None:
    assert not is_standing(numbers)


LOSS = "than its baseline by 0.060 nats an event over 500 events"
SENTENCES = [
    "serving",
    f"serving again: better {LOSS} (3.0 standard errors)",
    f"put aside: worse {LOSS} (4.0 standard errors)",
    "put aside: a prediction or a parameter was no usable number",
    f"put aside: since a drift worse {LOSS} (4.0 standard errors)",
]


def test_every_standing_is_told_with_its_numbers() -> None:
    assert [describe(standing, "nats") for standing in STANDINGS] == SENTENCES
