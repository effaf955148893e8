"""Simulated learners: the same world each time, valid statements, knowledge that can be learned."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from math import isclose
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.draws import Draws
from schemas.codec import JsonError, decode_json
from schemas.reference import Activity, RoleRequirement
from schemas.statement.validation import Mode, Validator
from stream.demo.learners import SimulatedLearners
from stream.demo.mess import CLEAN, Mess
from stream.demo.minds import Mind, normal
from stream.demo.statements import identity
from stream.load import Loaded, load

DAY = 86_400.0
START = 1_790_000_000.0
ORGANISATION = Path(__file__).parents[3] / "examples" / "organisation"
VERBS = {
    "registered",
    "launched",
    "viewed",
    "played",
    "progressed",
    "answered",
    "scored",
    "completed",
    "passed",
    "failed",
}


@pytest.fixture(scope="module")
def organisation() -> Loaded:
    found = load([ORGANISATION], str)
    assert isinstance(found, Loaded)
    return found


def world(organisation: Loaded, seed: int = 1, **more: Any) -> SimulatedLearners:
    return SimulatedLearners(seed, organisation.activities, organisation.requirements, **more)


def test_the_same_seed_gives_the_same_bytes(organisation: Loaded) -> None:
    runs = [world(organisation), world(organisation)]
    for hour in range(3):
        first, second = (run.next_statements(START + 3600 * hour, 300) for run in runs)
        assert first == second
        assert len(first) == 300


def test_another_seed_gives_another_world(organisation: Loaded) -> None:
    first = world(organisation, seed=1, mess=CLEAN).next_statements(START, 50)
    second = world(organisation, seed=2, mess=CLEAN).next_statements(START, 50)
    assert set(first).isdisjoint(second)


def test_how_the_calls_are_cut_does_not_matter(organisation: Loaded) -> None:
    whole = world(organisation).next_statements(START, 400)
    run = world(organisation)
    assert whole == [one for n in (1, 99, 300) for one in run.next_statements(START, n)]


def test_clean_statements_are_valid_unique_and_of_every_kind(organisation: Loaded) -> None:
    sent = world(organisation, mess=CLEAN).next_statements(START, 3000)
    validator = Validator(Mode.STRICT)
    assert all(validator.validate(one).is_valid for one in sent)
    statements = [decode_json(one) for one in sent]
    assert len({one["id"] for one in statements}) == 3000
    assert {one["verb"]["display"]["en"] for one in statements} == VERBS
    assert {one["timestamp"] for one in statements} == {"2026-09-21T14:13:20.000+00:00"}


def test_what_a_statement_is_about_is_in_the_catalogue(organisation: Loaded) -> None:
    known = {activity.id for activity in organisation.activities if not activity.withdrawn}
    for raw in world(organisation, mess=CLEAN).next_statements(START, 1000):
        statement = decode_json(raw)
        about = statement["object"]["id"]
        if statement["verb"]["display"]["en"] == "answered":
            [parent] = statement["context"]["contextActivities"]["parent"]
            assert about.startswith(parent["id"] + "#question-")
            about = parent["id"]
        assert about in known


def test_what_finishes_an_activity_is_what_the_catalogue_says(organisation: Loaded) -> None:
    done_by = {activity.id: activity for activity in organisation.activities}
    for raw in world(organisation, mess=CLEAN).next_statements(START, 3000):
        statement = decode_json(raw)
        verb = statement["verb"]["display"]["en"]
        if verb in {"viewed", "completed", "passed", "failed"}:
            activity = done_by[statement["object"]["id"]]
            assert activity.done_by == ("passed" if verb == "failed" else verb)
        if verb in {"passed", "failed"}:
            enough = statement["result"]["score"]["scaled"] >= activity.pass_mark
            assert enough == statement["result"]["success"] == (verb == "passed")


def told_of(raw: bytes) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = decode_json(raw)
    except JsonError:
        return None
    return found


def test_mess_comes_as_often_as_it_is_asked_for(organisation: Loaded) -> None:
    mess = Mess(duplicate=0.1, malformed=0.05, voided=0.03, late=0.2, without_id=0.1)
    sent = world(organisation, mess=mess).next_statements(START, 4000)
    validator = Validator(Mode.STRICT)
    good = [told for one in sent if validator.validate(one).is_valid and (told := told_of(one))]
    ids = Counter(told["id"] for told in good if "id" in told)
    voiding = [told for told in good if told["verb"]["display"]["en"] == "voided"]
    late = [told for told in good if told["timestamp"] < "2026-09-21T14:13:20"]
    assert share(len(sent) - len(good), 4000) == pytest.approx(0.05, abs=0.015)
    assert share(sum(ids.values()) - len(ids), 4000) == pytest.approx(0.09, abs=0.02)
    assert share(len(voiding), 4000) == pytest.approx(0.03, abs=0.015)
    assert share(len(late), len(good)) == pytest.approx(0.2, abs=0.03)
    assert share(sum("id" not in told for told in good), len(good)) == pytest.approx(0.1, abs=0.03)


def share(part: int, whole: int) -> float:
    return part / whole


def test_a_learner_voids_own_statements_that_were_sent_and_are_no_voidings(
    organisation: Loaded,
) -> None:
    mess = Mess(duplicate=0, malformed=0, voided=0.2, late=0, without_id=0)
    sent = [decode_json(one) for one in world(organisation, mess=mess).next_statements(START, 500)]
    seen: dict[str, Any] = {}
    voided = []
    for told in sent:
        if told["verb"]["display"]["en"] == "voided":
            target = seen[told["object"]["id"]]
            assert target["actor"] == told["actor"]
            assert target["verb"]["display"]["en"] != "voided"
            voided.append(told["object"]["id"])
        seen[told["id"]] = told
    assert len(voided) > 50
    assert len(set(voided)) == len(voided)


def test_the_queue_is_followed_as_often_as_asked(organisation: Loaded) -> None:
    target = "https://learn.larkmoor.example/sql/first-questions"
    asked: list[str] = []

    def queue_of(learner: str) -> Sequence[str]:
        asked.append(learner)
        return ["urn:unknown", target]

    run = world(organisation, follow=1.0, mess=CLEAN)
    told = [decode_json(one) for one in run.next_statements(START, 200, queue_of)]
    assert {one["object"]["id"] for one in told} == {target}
    assert set(asked) <= set(run.learners())
    asked.clear()
    world(organisation, follow=0.0, mess=CLEAN).next_statements(START, 200, queue_of)
    assert not asked


def test_outcomes_happen_as_often_as_the_hidden_probability_says(organisation: Loaded) -> None:
    run = world(organisation, mess=CLEAN)
    run.next_statements(START, 12_000)
    answers = list(run.answers)
    assert len(answers) > 2000
    for low in (0.2, 0.4, 0.6, 0.8):
        some = [one for one in answers if low - 0.1 <= one.probability < low + 0.1]
        expected = sum(one.probability for one in some) / len(some)
        happened = sum(one.success for one in some) / len(some)
        assert happened == pytest.approx(expected, abs=0.06)


def test_answers_name_the_statement_that_carries_them(organisation: Loaded) -> None:
    run = world(organisation, mess=CLEAN)
    told = {one["id"]: one for one in map(decode_json, run.next_statements(START, 500))}
    assert run.answers
    for answer in run.answers:
        statement = told[answer.statement]
        account = statement["actor"]["account"]
        assert answer.learner == f"{account['homePage']}|{account['name']}"
        assert answer.activity == statement["object"]["id"]
        if statement["verb"]["display"]["en"] == "answered":
            assert answer.success == statement["result"]["success"]


def test_hidden_knowledge_grows_by_doing_and_fades_by_waiting(organisation: Loaded) -> None:
    run = world(organisation, count=20)
    before = competence(run, START)
    for day in range(20):
        run.next_statements(START + DAY * day, 150)
    after = competence(run, START + 20 * DAY)
    assert after > before + 0.05
    assert before < competence(run, START + 400 * DAY) < after


def competence(run: SimulatedLearners, now: float) -> float:
    learners = run.learners()
    return sum(run.competence(learner, now) for learner in learners) / len(learners)


def test_a_good_queue_teaches_more_than_a_bad_one(organisation: Loaded) -> None:
    """A queue of what is just within reach beats one of what is not."""
    assert competence_with_queue(organisation, best=True) > 0.02 + competence_with_queue(
        organisation, best=False
    )


def competence_with_queue(organisation: Loaded, *, best: bool) -> float:
    run = world(organisation, count=20, follow=1.0, mess=CLEAN)
    activities = [one.id for one in organisation.activities if not one.withdrawn]

    def queue_of(learner: str) -> Sequence[str]:
        activities.sort(key=lambda one: abs(run.truth(learner, one, START) - 0.6))
        return activities[:3] if best else activities[-3:]

    run.next_statements(START, 1500, queue_of)
    return competence(run, START)


def test_profiles_name_everybody_once_with_a_known_role(organisation: Loaded) -> None:
    run = world(organisation, count=50, home_page="https://x.org")
    profiles = run.profiles(lambda text: f"key of {text}")
    assert [one.learner for one in profiles] == [f"key of {one}" for one in run.learners()]
    assert run.learners()[7] == "https://x.org|sim-00007"
    assert {one.role for one in profiles} == {one.role for one in organisation.requirements}


def test_a_world_without_roles_skills_and_lengths_works() -> None:
    activities = [Activity(id="urn:a"), Activity(id="urn:b", content="quiz")]
    run = SimulatedLearners(3, activities, mess=CLEAN)
    validator = Validator(Mode.STRICT)
    assert all(validator.validate(one).is_valid for one in run.next_statements(START, 200))
    assert run.competence(run.learners()[0], START) == 0.0
    assert 0 < run.truth(run.learners()[0], "urn:a", START) < 1


def test_a_role_that_nothing_is_meant_for_takes_everything() -> None:
    run = SimulatedLearners(
        3, [Activity(id="urn:a", audience=("cook",))], [RoleRequirement(role="pilot")], mess=CLEAN
    )
    assert len(run.next_statements(START, 20)) == 20


@pytest.mark.parametrize("activities", [[], [Activity(id="urn:a", withdrawn=True)]])
def test_a_world_needs_something_to_do(activities: list[Activity]) -> None:
    with pytest.raises(ValueError, match="at least one activity"):
        SimulatedLearners(1, activities)


@given(st.integers(0, 2**31), st.text("abc|:/"), st.integers(0, 10**9))
def test_ids_are_name_based_uuids(seed: int, name: str, number: int) -> None:
    expected = uuid5(NAMESPACE_URL, f"urn:stepstream:{seed}:{name}:{number}")
    assert identity(seed, name, number) == str(expected)


@given(st.integers(0, 1000), st.floats(-3, 3), st.floats(0, 1))
def test_success_is_a_probability_that_falls_with_hardness(
    seed: int, hard: float, ready: float
) -> None:
    mind = Mind(Draws(seed), 3, (1,))
    chances = [mind.success((0, 1), hard + more, START) for more in (0, 1, 2)]
    assert all(0.1 < chance < 1 for chance in chances)
    assert all(more > less for more, less in pairwise(chances))
    mind.learn((0, 1), hard, START, ready)
    assert mind.success((0, 1), hard, START) > chances[0]
    assert isclose(mind.ability(2, START), mind.ability(2, START + DAY))


def test_the_better_prepared_learn_more() -> None:
    gains = []
    for ready in (0.0, 1.0):
        mind = Mind(Draws(5), 1, ())
        before = mind.ability(0, START)
        mind.learn((0,), before, START, ready)
        gains.append(mind.ability(0, START) - before)
    assert gains[1] > 2 * gains[0] > 0


def test_what_was_learned_halves_in_the_half_life() -> None:
    mind = Mind(Draws(5), 1, ())
    innate = mind.ability(0, START)
    mind.learn((0,), innate, START, 1.0)
    gain = mind.ability(0, START) - innate
    assert mind.ability(0, START + 45 * DAY) - innate == pytest.approx(gain / 2)
    assert mind.ability(0, START - 45 * DAY) - innate == pytest.approx(gain)


def test_normal_has_its_mean_and_spread() -> None:
    draws = Draws("normal")
    found = [normal(draws, 2.0, 3.0) for _ in range(4000)]
    mean = sum(found) / 4000
    assert mean == pytest.approx(2.0, abs=0.2)
    assert sum((one - mean) ** 2 for one in found) / 4000 == pytest.approx(9.0, abs=0.7)
