"""What models read of a learner and an activity: by hand, and against lists in plain Python."""

from math import exp, isfinite, log, log1p
from typing import Any

import numpy as np
import pytest
from harness.plain_entries import entries, key, own_weights
from harness.plain_life import Answered, Asked, Life, mixed
from harness.plain_quantities import quantities
from hypothesis import given, settings
from hypothesis import strategies as st
from traces import DAY, T0, YEAR_1, YEAR_9999, answers, past_times, shares, trace

from online_models.sheet import Dense, Group, Sheet
from processors.features.affinity import affinity
from processors.features.engagement import engagement
from processors.features.facts import Facts, facts_of
from processors.features.pace import pace
from processors.features.situation import Answer, Situation
from processors.state import LearnerState, apply, encode, fresh
from processors.trace import Trace
from schemas.kinds import Kind

NOW = T0 + 180.0
TRIED: dict[str, Any] = {"kind": Kind.SCORED, "content": 31}
PAST = [
    trace(id=1, at=T0, activity=22, outcome=1.0, **TRIED),
    trace(id=2, at=T0 + 60, outcome=0.0, **TRIED),
    trace(id=3, at=T0 + 120, outcome=1.0, seconds=1200.0, planned_minutes=10.0, **TRIED),
]
QUIZ = Asked(21, (11,), 0.75, 31, 30.0)
ELSEWHERE = Asked(23, (11,))


def facts(*asked: Asked) -> Facts:
    return np.concatenate(
        [
            facts_of(one.activity, one.skills, one.difficulty, one.content, one.minutes)
            for one in asked
        ]
    )


def sheet_for(state: LearnerState, at: float, *asked: Asked) -> Sheet:
    return Situation(state, at).sheet(facts(*asked))


class Both:
    """A learner's state, and the same in plain lists."""

    def __init__(self, *traces: Trace) -> None:
        self.state, self.life = fresh(), Life()
        for one in traces:
            self.add(one)

    def add(self, one: Trace) -> None:
        """Count an event; of an answer, remember made up weights of the learner's own as well."""
        answered = one.outcome is not None and one.kind is not Kind.SOCIAL
        answer = self._answer(one, one.outcome or 0.0) if answered else None
        apply(self.state, one)
        self.life.events.append(one)
        if answer is not None:
            answer.remember(self.state)

    def _answer(self, one: Trace, outcome: float) -> Answer:
        asked = Asked(one.activity, one.skills, content=one.content)
        situation, told = Situation(self.state, one.at), facts(asked)
        sheet, weights = situation.sheet(told), {}
        for n, weight in enumerate(own_weights(self.life, asked)):
            made_up = (one.id * 7 + n * 3) % 11 / 8.0 - 0.5, (1 + (one.id + n) % 5) / 64.0
            sheet[0]["mean"][n], sheet[0]["var"][n] = made_up
            weights[weight.group, weight.of] = made_up
        self.life.answers.append(Answered(one, weights))
        return Answer(situation, told, sheet, outcome)


def dense(sheet: Sheet) -> dict[str, float]:
    return {place.name: float(sheet[0]["dense"][place]) for place in Dense}


def shared(sheet: Sheet, row: int = 0) -> dict[int, float]:
    of = slice(sheet[row]["own"], sheet[row]["size"])
    return dict(zip(sheet[row]["key"][of].tolist(), sheet[row]["x"][of].tolist(), strict=True))


# by hand

KEPT_4, KEPT_16, KEPT_64 = 2 ** (-1 / 4), 2 ** (-1 / 16), 2 ** (-1 / 64)
MINUTE, MINUTES_2, MINUTES_3 = (exp(-sec / 600.0) for sec in (60, 120, 180))
ODDS, GAP = 0.5 * log(3.4 / 1.6), 0.1 * log(61)
ONE, TWO, THREE = log(2), log(3), log(4)

BY_HAND = {
    "BIAS": 1.0,
    "SUCCESSES": TWO / 2,
    "FAILURES": ONE / 2,
    "ITEM_SUCCESSES": ONE,
    "ITEM_FAILURES": ONE,
    "SUCCESSES_10M": log1p(MINUTES_3 + MINUTE),
    "SUCCESSES_14D": TWO,
    "SUCCESSES_90D": TWO,
    "FAILURES_10M": log1p(MINUTES_2),
    "FAILURES_14D": ONE,
    "FAILURES_90D": ONE,
    "NEW": 0.0,
    "GAP": GAP,
    "AWAY": GAP,
    "FORM_4": 0.5 * log((KEPT_4**2 + 1 + 0.7) / (KEPT_4 + 0.3)),
    "FORM_16": 0.5 * log((KEPT_16**2 + 1 + 0.7) / (KEPT_16 + 0.3)),
    "FORM_64": 0.5 * log((KEPT_64**2 + 1 + 0.7) / (KEPT_64 + 0.3)),
    "ODDS": ODDS,
    "SAME_1": 1.0,
    "SAME_2": -1.0,
    "SAME_3": 1.0,
    "ITEM_GAP": GAP,
    "ITEM_LAST": 1.0,
    "ITEM_LAST_GAP": GAP,
    "ITEM_SEEN": 1.0,
    "AGAIN_SIGN": 1.0,
    "AGAIN": 1.0,
    "STAY_SIGN": 0.0,
    "STAY": 0.0,
    "SAME_1_GAP": GAP,
    "ODDS_N": ODDS * THREE / 3,
    "ABILITY_N": ODDS * THREE / 4,
    "AWAY_2": GAP**2,
    "GAP_2": GAP**2,
    "RUN": 0.7 * TWO,
    "RUN_BEFORE": 1.0,
    "DIFFICULTY": 1.0,
    "STRETCH": ODDS,
    "AFFINITY": 0.5 * log(8 * 4 / 11),
    "LENGTH": 0.5 * log(2),
    "ENGAGEMENT": 0.5 * log(4),
    "PACE": log(2) / 3,
}
"""Of the quiz a minute after `PAST`; minutes do not show in what fades with days."""


def test_quantities_by_hand() -> None:
    found = dense(sheet_for(Both(*PAST).state, NOW, QUIZ))
    assert found == pytest.approx(BY_HAND, abs=5e-4)


def test_quantities_by_hand_of_another_activity_of_the_same_skill() -> None:
    found = dense(sheet_for(Both(*PAST[:2]).state, NOW, ELSEWHERE))
    assert (found["STAY"], found["STAY_SIGN"], found["RUN_BEFORE"]) == (1.0, -1.0, -1.0)
    assert (found["AGAIN"], found["AGAIN_SIGN"], found["RUN"]) == (0.0, 0.0, 0.0)
    assert {found[name] for name in found if name.startswith("ITEM")} == {0.0}
    assert (found["SAME_1"], found["SAME_2"], found["SAME_3"]) == (-1.0, 1.0, 0.0)


GAP_CODE = 2  # log2(61) / 2, rounded down
TRIES_HERE, TRIES_ITEM = 3 << 5 | 0b101, 2 << 5 | 0b01
GOOD, BAD = 1, 0  # names below 2^33 leave only the outcome in what is known of the past

ENTRIES_BY_HAND = {
    Group.SKILL: (11, 1.0),
    Group.ITEM: (21, 1.0),
    Group.ITEM_FORM: (21, BY_HAND["FORM_16"]),
    Group.ITEM_FORM_HERE: (21, 0.5 * log((2 ** (-1 / 4) + 1.7) / (2 ** (-1 / 8) + 0.3))),
    Group.AFTER_SKILLS: (mixed(11, GOOD), 1.0),
    Group.AFTER_ITEM: (mixed(21, mixed(21, GOOD)), 1.0),
    Group.ITEM_TRIES: (mixed(21, TRIES_ITEM), 1.0),
    Group.SKILLS_TRIES: (mixed(11, TRIES_HERE), 1.0),
    Group.ITEM_RUN: (mixed(21, 2 * 2 + GOOD), 1.0),
    Group.LAST_OUTCOMES: (3 * 64 + 0b101, 1.0),
    Group.REHEARSAL: (((1 * 16 + GAP_CODE) * 4 + 2) * 2 + GOOD, 1.0),
    Group.SKILLS_GAP: (mixed(11, GAP_CODE), 1.0),
    Group.RUN: ((((2 * 2 + GOOD) * 4 + 1) * 2 + GOOD) * 4 + 2, 1.0),
    Group.CONTENT: (31, 1.0),
    Group.SKILLS_HISTORY: (mixed(11, TRIES_HERE), 1.0),
    Group.SKILLS_FORM: (mixed(11, 9), 1.0),  # .368 * 4 + 8, rounded down
    Group.AFTER_TWO: (mixed(11, mixed(GOOD, BAD)), 1.0),
    Group.SKILLS_LAST_OUTCOMES: (mixed(11, 3 * 8 + 0b101), 1.0),
    Group.ITEM_PRACTICE: (mixed(21, 2), 1.0),
    Group.SKILLS_BOTH: (mixed(11, (2 << 5 | 0b01) * 16 + 2 * 4 + 0b01), 1.0),
    Group.ITEM_GAP: (mixed(21, GAP_CODE * 2 + GOOD), 1.0),
}


def test_entries_by_hand() -> None:
    sheet = sheet_for(Both(*PAST).state, NOW, QUIZ)
    expected = {key(group, of): x for group, (of, x) in ENTRIES_BY_HAND.items()}
    expected |= {
        key(Group.SKILLS_PAIR, mixed(11, GOOD)): 1.0 + 0.9**2,
        key(Group.SKILLS_PAIR, mixed(11, BAD)): 0.9,
    }
    assert shared(sheet) == pytest.approx(expected, abs=5e-4)
    groups = sheet[0]["group"][: sheet[0]["size"]].tolist()
    assert set(groups) == set(Group) - {Group.DENSE, Group.OTHER}
    assert [k & 0xFF for k in shared(sheet)] == groups[sheet[0]["own"] :]


def test_own_weights_by_hand() -> None:
    both = Both(*PAST[:2])
    before = sheet_for(both.state, NOW, QUIZ)[0]
    assert before["group"][:4].tolist() == [
        Group.OWN_ABILITY,
        Group.OWN_SKILL,
        Group.OWN_ITEM,
        Group.OWN_REPEAT,
    ]
    assert before["var"][3] == 0.05  # it is the first second try
    situation, told = Situation(both.state, T0 + 120), facts(QUIZ)
    sheet = situation.sheet(told)
    sheet[0]["mean"][:4], sheet[0]["var"][:4] = (0.5, -3.0, 9.0, -9.0), (0.25, 0.125, 2.0, 0.0)
    apply(both.state, PAST[2])
    Answer(situation, told, sheet, 1.0).remember(both.state)
    after = sheet_for(both.state, NOW, QUIZ, ELSEWHERE)
    assert after[0]["mean"][:3].tolist() == [0.5, -3.0, 32767 / 8192]
    assert after[0]["var"][:3].tolist() == [0.25, 0.125, 65535 / 65536]
    assert (after[0]["mean"][3], after[0]["var"][3]) == (0.0, 0.05)  # the next is a later try
    assert after[1]["mean"][:3].tolist() == [0.5, -3.0, 0.0]
    assert after[1]["x"][:4].tolist() == [1.0, 1.0, 1.0, 1.0]


# against plain lists

ACTIVITIES = (21, 22, 2**64 - 1)
SKILL_SETS = ((), (11,), (2**63 + 5,), (12, 11), (11, 12, 13), tuple(range(101, 109)))
kinds = st.sampled_from([Kind.ANSWERED, Kind.COMPLETED, Kind.VIEWED, Kind.SOCIAL])
moments = past_times | st.integers(0, 3000).map(lambda sec: T0 + sec)


@st.composite
def events(draw: st.DrawFn) -> Trace:
    outcome = draw(shares)
    return trace(
        at=draw(moments),
        activity=draw(st.sampled_from(ACTIVITIES)),
        kind=draw(kinds),
        outcome=outcome,
        weight=draw(st.sampled_from([0.0, 0.5] if outcome is None else [1.0, 2.0])),
        skills=draw(st.sampled_from(SKILL_SETS)),
        content=draw(st.sampled_from([0, 31, 32])),
        seconds=draw(st.sampled_from([None, 600.0])),
        planned_minutes=15.0,
    )


histories = st.lists(events(), max_size=30).map(
    lambda found: [one._replace(id=n) for n, one in enumerate(found)]
)
questions = st.builds(
    Asked,
    st.sampled_from(ACTIVITIES),
    st.sampled_from(SKILL_SETS),
    st.none() | st.floats(0, 1),
    st.sampled_from([0, 31, 33]),
    st.none() | st.floats(0.5, 600),
)


def expected_quantities(both: Both, asked: Asked, at: float) -> dict[str, float]:
    found = dict.fromkeys(Dense, 0.0) | quantities(both.life, asked, at)
    found[Dense.AFFINITY] = 0.5 * log(8.0 * affinity(both.state, asked.content, at))
    found[Dense.ENGAGEMENT] = 0.5 * log1p(engagement(both.state, at))
    found[Dense.PACE] = log(pace(both.state, at))
    return {place.name: value for place, value in found.items()}


@settings(deadline=None, max_examples=200)
@given(histories, questions, moments | st.just(NOW + 50 * DAY))
def test_after_any_history_they_are_what_the_words_say(
    history: list[Trace], asked: Asked, at: float
) -> None:
    both = Both(*history)
    sheet = sheet_for(both.state, at, asked)
    expected = expected_quantities(both, asked, at)
    assert dense(sheet) == pytest.approx(expected, rel=1e-9, abs=1e-9)
    assert shared(sheet) == pytest.approx(entries(both.life, asked, at), abs=1e-9)
    row, owned = sheet[0], own_weights(both.life, asked)
    assert row["own"] == len(owned)
    for name in ("group", "x", "mean", "var"):
        assert row[name][: row["own"]].tolist() == [getattr(one, name) for one in owned]
    assert not row["key"][: row["own"]].any()
    assert row["activity"] == asked.activity


# what holds whatever a learner did


@settings(deadline=None)
@given(histories, st.lists(questions, min_size=1, max_size=5))
def test_many_rows_are_the_single_rows_and_asking_changes_nothing(
    history: list[Trace], asked: list[Asked]
) -> None:
    state = Both(*history).state
    before = encode(state)
    sheet = sheet_for(state, NOW, *asked)
    for n, one in enumerate(asked):
        assert sheet[n] == sheet_for(state, NOW, one)[0]
    assert encode(state) == before


@settings(deadline=None)
@given(histories, questions, st.sampled_from([-1e12, YEAR_1, 0.0, T0, YEAR_9999, 1e12]))
def test_no_time_breaks_a_value(history: list[Trace], asked: Asked, at: float) -> None:
    early_or_late = [trace(id=98, at=YEAR_1), trace(id=99, at=YEAR_9999, outcome=0.3)]
    both = Both(*history, *early_or_late)
    for one in (asked, QUIZ):
        row = sheet_for(both.state, at, one)[0]
        assert all(map(isfinite, row["dense"]))
        assert all(np.isfinite(row[name]).all() for name in ("x", "mean", "var"))
        assert (row["var"][: row["own"]] > 0.0).all()


@settings(deadline=None)
@given(histories, questions)
def test_quantities_are_of_about_one_size(history: list[Trace], asked: Asked) -> None:
    row = sheet_for(Both(*history).state, T0 + 100 * DAY, asked)[0]
    assert (np.abs(row["dense"]) <= 6.0).all()


def test_of_a_new_learner_little_is_said() -> None:
    found = dense(sheet_for(fresh(), NOW, Asked(21, (11, 12))))
    known = {name: value for name, value in found.items() if value}
    nobody, nothing = 0.5 * log(0.7 / 0.3), 0.5 * log(1.4 / 0.6)
    forms = dict.fromkeys(("FORM_4", "FORM_16", "FORM_64"), nobody)
    assert known == pytest.approx({"BIAS": 1.0, "NEW": 1.0, "ODDS": nothing} | forms)


def test_sets_of_skills_have_no_order() -> None:
    state = Both(trace(skills=(12, 11))).state
    sheet = sheet_for(state, NOW, Asked(29, (11, 12)), Asked(29, (12, 11)))
    assert shared(sheet, 0) == shared(sheet, 1)
    assert sheet[0]["dense"].tolist() == sheet[1]["dense"].tolist()
    assert sheet[0]["dense"][Dense.SAME_1] == sheet[0]["dense"][Dense.STAY] == 1.0


def test_of_eight_skills_four_have_weights_of_their_own_and_all_count() -> None:
    eight = tuple(range(101, 109))
    state = Both(*answers([1.0, 0.0, 1.0], skills=eight)).state
    row = sheet_for(state, T0 + 120, Asked(21, eight))[0]
    groups = row["group"][: row["size"]].tolist()
    assert groups.count(Group.OWN_SKILL) == groups.count(Group.SKILL) == 4
    assert row["dense"][Dense.ODDS] == pytest.approx(0.5 * log((16 + 1.4) / (8 + 0.6)))


def test_activities_without_skills_are_their_own_set() -> None:
    state = Both(*answers([1.0, 0.0], skills=())).state
    sheet = sheet_for(state, NOW, Asked(21, ()), Asked(22, ()))
    assert sheet["dense"][:, Dense.SAME_1].tolist() == [-1.0, 0.0]
    assert sheet["dense"][:, Dense.NEW].tolist() == [0.0, 0.0]


def test_what_left_the_state_is_new_again() -> None:
    old = answers([1.0, 1.0])
    crowd = [
        trace(id=10 + n, at=T0 + 3600 + n, activity=1000 + n, skills=(2000 + n,)) for n in range(50)
    ]
    both = Both(*old, *crowd)
    row = sheet_for(both.state, T0 + DAY, QUIZ)[0]
    assert (row["dense"][Dense.NEW], row["dense"][Dense.ITEM_SEEN]) == (1.0, 0.0)
    assert row["dense"][Dense.SAME_1] == 0.0
    assert row["mean"][1:3].tolist() == [0.0, 0.0]
    both.add(trace(id=99, at=T0 + DAY))
    row = sheet_for(both.state, T0 + DAY, QUIZ)[0]
    assert row["dense"][Dense.SUCCESSES] == pytest.approx(log(2) / 2)
    assert (row["dense"][Dense.SAME_1], row["dense"][Dense.SAME_2]) == (1.0, 0.0)


def test_a_late_answer_is_the_last_one_in_the_order_of_answers() -> None:
    both = Both(trace(id=1, at=T0 + DAY, outcome=1.0), trace(id=2, at=T0, outcome=0.0))
    row = sheet_for(both.state, T0 + DAY, QUIZ)[0]
    assert (row["dense"][Dense.SAME_1], row["dense"][Dense.AGAIN_SIGN]) == (-1.0, -1.0)
    assert row["dense"][Dense.AWAY] == row["dense"][Dense.GAP] == 0.0


def test_a_part_of_a_success_counts_as_such_and_has_a_sign_by_its_half() -> None:
    row = sheet_for(Both(*answers([0.25, 0.5])).state, T0 + 60, QUIZ)[0]
    assert (row["dense"][Dense.SAME_1], row["dense"][Dense.SAME_2]) == (1.0, -1.0)
    assert row["dense"][Dense.SUCCESSES] == pytest.approx(log1p(0.75) / 2)
    assert row["dense"][Dense.ITEM_FAILURES] == pytest.approx(log1p(1.25))


def test_an_attempt_that_was_no_answer_has_no_sign() -> None:
    row = sheet_for(Both(trace(kind=Kind.SOCIAL)).state, NOW, QUIZ)[0]
    assert (row["dense"][Dense.ITEM_SEEN], row["dense"][Dense.ITEM_LAST]) == (1.0, 0.0)
