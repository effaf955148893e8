"""Laws of the features: what order, withdrawal, extremes and storage may not do to them."""

import random
from math import isfinite
from typing import Any

import pytest
from harness.lives import live, lived, models_part, without_models
from hypothesis import given, settings
from hypothesis import strategies as st
from traces import (
    CONTENTS,
    DAY,
    SKILLS,
    T0,
    busy,
    near_times,
    past_times,
    some_traces,
    state_of,
    without,
)

from online_models.replica import Replica
from processors.features import describe
from processors.features.affinity import affinity
from processors.features.practice import practice
from processors.features.proficiency import proficiency
from processors.state import LearnerState, apply, decode, encode, fresh, withdraw
from processors.trace import Trace
from schemas.errors import Corrupt
from schemas.kinds import Kind

RELATIVE = 1e-9
"""What rounding may do to a sum when its parts come in another order, or one is taken back."""
LIMIT = 4096
NOW = T0 + 100 * DAY


def seen(state: LearnerState, at: float = NOW) -> dict[str, Any]:
    return describe(state, at, str)


def close(found: Any, expected: Any) -> bool:
    if isinstance(expected, dict):
        return found.keys() == expected.keys() and all(close(found[k], expected[k]) for k in found)
    if isinstance(expected, list):
        return len(found) == len(expected) and all(map(close, found, expected))
    if isinstance(expected, float):
        return bool(found == pytest.approx(expected, rel=RELATIVE, abs=RELATIVE))
    return bool(found == expected)


def numbers(value: Any) -> list[float]:
    if isinstance(value, dict):
        return [number for part in value.values() for number in numbers(part)]
    if isinstance(value, list):
        return [number for part in value for number in numbers(part)]
    return [value] if isinstance(value, int | float) else []


@given(some_traces(), st.randoms(use_true_random=False))
def test_shuffled_is_sorted(traces: list[Trace], rng: random.Random) -> None:
    expected = seen(state_of(sorted(traces, key=lambda one: one.at)))
    rng.shuffle(traces)
    assert close(seen(state_of(traces)), expected)


@given(some_traces(near_times, most=16), st.sets(st.integers(0, 15)))
def test_withdrawn_is_never_applied(traces: list[Trace], gone: set[int]) -> None:
    state = state_of(traces)
    for one in traces:
        if one.id in gone:
            withdraw(state, one)
    found, expected = seen(state), seen(state_of(without(traces, gone)))
    for view in (found, expected):
        for record in view["activities"].values():
            del record["progress"]
    assert close(found, expected)


@given(some_traces(past_times, most=60), st.sets(st.integers(0, 59)))
def test_withdrawn_from_far_back_leaves_the_sums_right(traces: list[Trace], gone: set[int]) -> None:
    state = state_of(traces)
    for one in traces:
        if one.id in gone:
            withdraw(state, one)
    assert close(sums(state), sums(state_of(without(traces, gone))))


def sums(state: LearnerState) -> dict[str, Any]:
    view = seen(state)
    names = ("engagement", "events", "failures", "finished", "pace", "successes")
    own = ("attempts", "successes", "failures", "proficiency")
    skills = {name: {key: of[key] for key in own} for name, of in view["skills"].items()}
    shares = [affinity(state, content, NOW) for content in CONTENTS]
    return {name: view[name] for name in names} | {"skills": skills, "affinity": shares}


@given(some_traces(), st.sampled_from(SKILLS))
def test_counts_are_the_sums_that_they_say(traces: list[Trace], skill: int) -> None:
    found = practice(state_of(traces), skill, NOW)
    mine = [one for one in traces if skill in one.skills and one.weight]
    for half_life, pair in ((14.0, found.within_14d), (90.0, found.within_90d)):
        late = [one for one in mine if one.at <= NOW]
        if len(late) == len(mine):
            good = sum(one.weight * one.share * faded(one.at, half_life) for one in mine)
            bad = sum(one.weight * (1.0 - one.share) * faded(one.at, half_life) for one in mine)
            assert pair == pytest.approx((good, bad), rel=RELATIVE, abs=1e-12)
    assert found.whole.successes == pytest.approx(sum(one.weight * one.share for one in mine))
    assert found.attempts == len(mine)


def faded(at: float, half_life_days: float) -> float:
    return float(2.0 ** (-(NOW - at) / (half_life_days * DAY)))


@given(some_traces(), some_traces(most=10), st.integers(0, 30))
def test_other_skills_are_left_alone(traces: list[Trace], others: list[Trace], place: int) -> None:
    skill = SKILLS[0]
    others = [one for one in others if skill not in one.skills]
    alone, mixed = state_of(traces), state_of([*traces[:place], *others, *traces[place:]])
    for feature in (practice, proficiency):
        assert feature(mixed, skill, NOW) == feature(alone, skill, NOW)


@given(some_traces(), some_traces(least=1, most=5))
def test_learners_share_nothing(traces: list[Trace], others: list[Trace]) -> None:
    blob = encode(state_of(traces))
    mine, theirs = decode(blob), decode(blob)
    before = seen(mine)
    for one in others:
        apply(theirs, one)
    assert encode(mine) == blob
    assert seen(mine) == before


@given(some_traces())
def test_stored_and_loaded_it_is_the_same(traces: list[Trace]) -> None:
    state = state_of(traces)
    again = decode(encode(state))
    assert encode(again) == encode(state)
    assert seen(again) == seen(state)


@given(st.integers(0, 2**32), st.integers(0, 100), st.sampled_from([20, 60, 2**64]))
@settings(max_examples=30, deadline=None)
def test_storing_between_events_changes_nothing(seed: int, events: int, within: int) -> None:
    state, models = fresh(), Replica()
    traces = busy(random.Random(seed), events, within=within)
    for one in traces:
        state = decode(encode(state))
        live(state, one, models)
    for one in traces[::3]:
        state = decode(encode(state))
        withdraw(state, one)
    straight = lived(traces)
    for one in traces[::3]:
        withdraw(straight, one)
    assert encode(state) == encode(straight)


@given(st.integers(0, 2**32), st.integers(0, 300), st.sampled_from([40, 200, 2**64]))
@settings(max_examples=40, deadline=None)
def test_no_learner_outgrows_4_kib(seed: int, events: int, within: int) -> None:
    rng, state, models = random.Random(seed), fresh(), Replica()
    traces = busy(rng, events, within=within)
    for one in traces:
        live(state, one, models)
        assert len(encode(state)) <= LIMIT
    for one in rng.sample(traces, len(traces) // 3):
        withdraw(state, one)
        assert len(encode(state)) <= LIMIT
    assert seen(decode(encode(state))) == seen(state)


@given(some_traces(most=40), st.sets(st.integers(0, 39)), st.sampled_from([-1e12, 0.0, NOW, 1e12]))
def test_no_time_breaks_a_number(traces: list[Trace], gone: set[int], at: float) -> None:
    state = state_of(traces)
    for one in traces:
        if one.id in gone:
            withdraw(state, one)
    view = seen(state, at)
    assert all(map(isfinite, numbers(view)))
    for skill in view["skills"].values():
        assert min(numbers([skill["successes"], skill["failures"], skill["attempts"]])) >= 0.0
        assert 0.0 <= skill["proficiency"]["mean"] <= 1.0
    assert min([view["engagement"], view["session"]["seconds"], *view["affinity"].values()]) >= 0.0


@given(some_traces(), near_times, st.sampled_from([0.5, 1.0, 2.0, 3.0]))
def test_a_right_answer_never_lowers_proficiency(
    traces: list[Trace], at: float, weight: float
) -> None:
    state = state_of(traces)
    skill = SKILLS[0]
    before = proficiency(state, skill, NOW).mean
    right = Trace(99, at, 1, Kind.ANSWERED, 1.0, weight, (skill,), None, None, 0, None, 0)
    apply(state, right)
    assert proficiency(state, skill, NOW).mean >= before


@given(st.binary(max_size=300))
def test_foreign_bytes_are_corrupt(data: bytes) -> None:
    with pytest.raises(Corrupt):
        decode(data)


@given(some_traces(), st.data())
@settings(deadline=None)
def test_any_changed_byte_is_found(traces: list[Trace], data: st.DataObject) -> None:
    blob = bytearray(encode(lived(traces)))
    place = data.draw(st.integers(0, len(blob) - 1))
    blob[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Corrupt):
        decode(bytes(blob))


# The models' own part follows arrival: it depends on the order and is not taken back.


@given(some_traces(), st.sets(st.integers(0, 19)))
@settings(deadline=None)
def test_what_models_remember_changes_nothing_else(traces: list[Trace], gone: set[int]) -> None:
    watched, alone = lived(traces), state_of(traces)
    assert without_models(watched) == without_models(alone) == encode(alone)
    for one in traces:
        if one.id in gone:
            withdraw(watched, one)
            withdraw(alone, one)
            assert without_models(watched) == encode(alone)
    assert seen(watched) == seen(alone)


@given(some_traces(), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_shuffled_is_sorted_for_who_is_watched_by_models(
    traces: list[Trace], rng: random.Random
) -> None:
    expected = seen(lived(sorted(traces, key=lambda one: one.at)))
    rng.shuffle(traces)
    assert close(seen(lived(traces)), expected)


@given(some_traces(past_times, most=40), st.sets(st.integers(0, 39)))
@settings(deadline=None)
def test_a_withdrawal_leaves_what_models_remember_but_for_rows_that_go(
    traces: list[Trace], gone: set[int]
) -> None:
    state = lived(traces)
    before = models_part(state)
    for one in traces:
        if one.id in gone:
            withdraw(state, one)
    after = models_part(state)
    assert (after["form"], after["sets"]) == (before["form"], before["sets"])
    for rows in ("skills", "activities"):
        kept = {key: tail for key, tail in after[rows].items() if key}  # 0: a vacant slot
        assert kept.items() <= before[rows].items()


@given(some_traces())
@settings(deadline=None)
def test_stored_and_loaded_models_remember_the_same(traces: list[Trace]) -> None:
    state = lived(traces)
    again = decode(encode(state))
    assert encode(again) == encode(state)
    assert models_part(again) == models_part(state)
    models, same = Replica(), Replica()
    for one in traces:
        live(state, one, models)
        live(again, one, same)
    assert encode(again) == encode(state)
