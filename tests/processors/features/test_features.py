"""Each feature on small examples that can be checked by hand."""

from math import inf, log, sqrt

import pytest
from traces import DAY, T0, answers, state_of, trace

from processors.features.affinity import affinity
from processors.features.engagement import engagement
from processors.features.last_practised import last_practised
from processors.features.pace import pace
from processors.features.performance_delta import performance_delta
from processors.features.practice import practice
from processors.features.proficiency import levels, proficiency
from processors.features.recent import recent
from processors.features.session import session
from processors.features.velocity import total_velocity, velocity
from processors.state import fresh, withdraw
from processors.trace import Trace
from schemas.kinds import Kind

NOW = T0


def seen(kind: Kind, days_ago: float = 0.0, **changes: object) -> Trace:
    facts = {"outcome": None, "weight": 0.0, "skills": ()} | changes
    return trace(id=hash((kind, days_ago)), kind=kind, at=NOW - days_ago * DAY, **facts)


def test_proficiency_starts_at_the_prior() -> None:
    mean, sd = proficiency(fresh(), 11, NOW)
    assert mean == pytest.approx(1 / 3)
    assert sd == pytest.approx(sqrt(1 * 2 / 4) / 3)


def test_proficiency_is_the_posterior_of_what_is_left_of_the_evidence() -> None:
    state = state_of(
        [trace(id=1, at=NOW - 90 * DAY, weight=2.0), trace(id=2, outcome=0.25), trace(id=3)]
    )
    assert proficiency(state, 11, NOW).mean == pytest.approx((1 + 1 + 0.25 + 1) / (3 + 1 + 2))
    later = proficiency(state, 11, NOW + 900 * DAY)
    assert later.mean == pytest.approx(1 / 3, abs=0.002)
    assert later.sd > proficiency(state, 11, NOW).sd


def test_proficiency_is_read_of_all_skills_at_once() -> None:
    one, other = trace(id=1, at=NOW - 90 * DAY, weight=2.0), trace(id=2, outcome=0.25, skills=(12,))
    state = state_of([one, other])
    assert levels(state, NOW) == {n: proficiency(state, n, NOW).mean for n in (11, 12)}
    assert levels(state, -inf)[11] == levels(state, NOW - 900 * DAY)[11]
    assert levels(fresh(), NOW) == {}


def test_completing_without_a_score_raises_proficiency() -> None:
    done = trace(kind=Kind.COMPLETED, outcome=None, weight=0.5)
    assert proficiency(state_of([done]), 11, NOW).mean == pytest.approx(1.5 / 3.5)


def test_viewing_is_no_evidence() -> None:
    state = state_of([seen(Kind.VIEWED, skills=(11,))])
    assert state.skill(11) is None
    assert proficiency(state, 11, NOW) == proficiency(fresh(), 11, NOW)


def test_practice_counts_at_each_half_life() -> None:
    state = state_of([trace(id=1, at=NOW - 14 * DAY), trace(id=2, at=NOW - DAY, outcome=0.0)])
    found = practice(state, 11, NOW)
    assert found.attempts == 2
    assert found.whole == (1.0, 1.0)
    assert found.within_14d == pytest.approx((0.5, 2.0 ** (-1 / 14)))
    assert found.within_90d == pytest.approx((2.0 ** (-14 / 90), 2.0 ** (-1 / 90)))
    assert practice(fresh(), 11, NOW).whole == (0.0, 0.0)


def test_a_reader_before_the_last_event_sees_the_sums_as_of_it() -> None:
    state = state_of([trace()])
    assert practice(state, 11, T0 - 5 * DAY) == practice(state, 11, T0)


def test_last_practised_is_the_latest_whatever_the_order() -> None:
    state = state_of([trace(id=1, at=T0 + 7.5), trace(id=2, at=T0)])
    assert last_practised(state, 11) == T0 + 7
    withdraw(state, trace(id=1, at=T0 + 7.5))
    assert last_practised(state, 11) == T0
    assert last_practised(state, 12) is None


def test_engagement_fades_by_half_a_week() -> None:
    state = state_of([seen(Kind.VIEWED), seen(Kind.LAUNCHED, 7.0), seen(Kind.ENROLLED)])
    assert engagement(state, NOW) == pytest.approx(1.5)
    assert engagement(state, NOW + 7 * DAY) == pytest.approx(0.75)


def test_affinity_is_a_share_of_what_is_used() -> None:
    state = state_of(
        [seen(Kind.VIEWED, content=31), seen(Kind.VIDEO, 30.0, content=32), seen(Kind.LAUNCHED)]
    )
    assert affinity(state, 31, NOW) == pytest.approx(2.0 / 9.5)
    assert affinity(state, 32, NOW) == pytest.approx(1.5 / 9.5)
    assert affinity(state, 33, NOW) == pytest.approx(1.0 / 9.5)
    assert affinity(state, 0, NOW) == affinity(fresh(), 31, NOW) == 1 / 8


def test_pace_compares_actual_with_planned() -> None:
    timed = trace(
        kind=Kind.COMPLETED, outcome=None, weight=0.5, seconds=1200.0, planned_minutes=10.0
    )
    state = state_of([timed._replace(id=i) for i in range(4)])
    assert pace(state, NOW) == pytest.approx(2.0 ** (4 / 6))
    assert pace(fresh(), NOW) == 1.0


@pytest.mark.parametrize(
    "changes",
    [{"seconds": None}, {"seconds": 0.0}, {"planned_minutes": None}, {"kind": Kind.VIDEO}],
)
def test_pace_needs_both_lengths_of_a_whole_activity(changes: dict[str, object]) -> None:
    timed = trace(kind=Kind.COMPLETED, seconds=1200.0, planned_minutes=10.0)
    assert pace(state_of([timed._replace(**changes)]), NOW) == 1.0  # type: ignore[arg-type] # facts


def test_one_absurd_length_does_not_decide_the_pace() -> None:
    absurd = trace(kind=Kind.SCORED, seconds=360_000.0, planned_minutes=1.0)
    assert pace(state_of([absurd]), NOW) == pytest.approx(2.0)


def test_performance_delta_compares_the_newest_five_with_those_before() -> None:
    assert performance_delta(state_of(answers([1.0] * 5))) is None
    state = state_of(answers([0.0, 0.5, 1.0, 1.0, 1.0, 1.0, 0.5]))
    assert performance_delta(state) == pytest.approx(0.9 - 0.25)


def test_velocity_is_what_the_week_has_brought() -> None:
    old, new = trace(id=1, at=NOW - 8 * DAY), trace(id=2, at=NOW - 6 * DAY)
    state = state_of([new, old])
    before = proficiency(state_of([old]), 11, NOW).mean
    assert velocity(state, 11, NOW) == pytest.approx(proficiency(state, 11, NOW).mean - before)
    assert velocity(state, 11, NOW + 2 * DAY) == pytest.approx(0.0)
    assert velocity(state, 12, NOW) == 0.0


def test_velocity_of_failures_is_below_zero_and_skills_add_up() -> None:
    state = state_of([trace(id=1, outcome=0.0), trace(id=2, skills=(12,))])
    assert velocity(state, 11, NOW) < 0.0 < velocity(state, 12, NOW)
    assert total_velocity(state, NOW) == velocity(state, 11, NOW) + velocity(state, 12, NOW)


def test_a_session_ends_with_half_an_hour_of_nothing() -> None:
    times = [0.0, 10_000.0, 10_600.0, 12_400.0]
    state = state_of(trace(id=i, at=T0 + at) for i, at in enumerate(times))
    assert session(state, T0 + 12_500.0) == (3, 2500.0)
    assert session(state, T0 + 14_201.0) == (0, 0.0)
    assert session(fresh(), T0) == (0, 0.0)


def test_recent_outcomes_fade_with_attempts() -> None:
    found = recent(state_of([*answers([0.0, 1.0]), seen(Kind.VIEWED)]).history_rows)
    good, bad = 1.0, 2.0**-0.25
    assert found.outcomes == (1.0, 0.0)
    assert found.over_4 == pytest.approx(0.5 * log((good + 0.7) / (bad + 0.3)))
    assert found.over_16 == pytest.approx(0.5 * log((good + 0.7) / (2.0 ** (-1 / 16) + 0.3)))
    assert recent(b"").over_4 == pytest.approx(0.5 * log(0.7 / 0.3))
