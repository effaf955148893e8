from dataclasses import replace
from pathlib import Path

import jsonschema_rs
import pytest
from queue_world import DAY, LEARNER, NOW, Told, Ways, World, codes

import schemas
from processors.objective import Objective
from processors.queueing import why_not
from processors.rules import RemovalCode
from schemas.codec import decode_json, encode_json
from schemas.kinds import Kind
from schemas.queue import ReasonCode
from schemas.reference import Deadline

ROLE = "junior data analyst"
WEEK = 7 * DAY


@pytest.fixture
def analyst() -> World:
    """Learner 1001 of the worked example."""
    world = World(objective=Objective())
    world.add("C01", "SQL", title="SQL basics", content="video", minutes=30.0, done_by="viewed")
    world.add("C02", "Statistics", title="Statistics quiz", content="quiz", done_by="passed")
    world.add("C03", "DataViz", title="DataViz course", content="course", minutes=60.0)
    world.add(
        "C04", "SQL", after=["C01"], title="Intermediate SQL lab", content="lab", minutes=240.0
    )
    world.add("C05", "SQL", after=["C04"], title="Query optimisation", content="lab")
    world.add("C06", "Statistics", after=["C02"], title="Applied Statistics workshop")
    world.add("C07", "DataViz", "SQL", after=["C01", "C03"], title="Dashboard practicum")
    world.is_a(ROLE, {"SQL": 0.8, "Statistics": 0.8, "DataViz": 0.8}, minutes_per_week=120.0)
    world.does("C01", Kind.VIEWED)
    world.does("C02", Kind.SCORED, 0.65)
    world.does("C03", Kind.COMPLETED, 0.8)
    return world


def test_the_worked_example_comes_out(analyst: World) -> None:
    for version in range(50):
        assert analyst.offered(version=version) == ["C04", "C06", "C07"]


def test_the_worked_example_is_explained(analyst: World) -> None:
    queue = analyst.queue()
    assert codes(queue, "C04") == ["skill_gap", "unlocks"]
    gap, unlocks = queue.items[0].reasons
    assert gap.text == "Closes your largest gap: SQL (0.33 of 0.80 required)"
    assert gap.evidence == {"skill": "SQL", "proficiency": 0.33, "target": 0.8}
    assert unlocks.text == "Opens Query optimisation"
    assert unlocks.evidence == {"activity": "C05", "count": 1}
    assert codes(queue, "C06")[0] == "low_assessment"
    assert queue.items[1].reasons[0].text == "You last scored 65% in Statistics"
    assert "Joins DataViz" in queue.items[2].reasons[0].text
    assert "SQL" in queue.items[2].reasons[0].text


def test_the_worked_example_keeps_the_time_budget(analyst: World) -> None:
    first, second, third = (item.not_before for item in analyst.queue().items)
    assert (first, second, third) == (NOW, NOW + 2 * WEEK, NOW + 2 * WEEK)


def test_the_worked_example_answers_why_not(analyst: World) -> None:
    def why(activity: str) -> RemovalCode | None:
        removal = why_not(activity, LEARNER, analyst.state, analyst.basis, analyst.occasion())
        return removal.code if removal else None

    assert why("C04") is None
    assert why("C05") is RemovalCode.PREREQUISITES
    assert why("C03") is RemovalCode.FINISHED
    assert why("C99") is RemovalCode.UNKNOWN


def test_the_worked_example_goes_on(analyst: World) -> None:
    analyst.does("C04", Kind.COMPLETED, 0.9)
    assert "C04" not in analyst.offered()
    assert "C05" in analyst.offered()


def test_a_queue_is_what_its_schema_says(analyst: World) -> None:
    schema = decode_json(
        (Path(schemas.__file__).parent / "json" / "queue.schema.json").read_bytes()
    )
    queue = decode_json(encode_json(analyst.queue()))
    jsonschema_rs.validate(schema, queue)
    assert set(queue) == set(schema["properties"])
    assert set(queue["items"][0]) == set(schema["$defs"]["item"]["properties"])
    assert set(queue["items"][0]["expected"]) == set(schema["$defs"]["expected"]["properties"])
    known = schema["$defs"]["reason"]["properties"]["code"]["enum"]
    assert known == [code.value for code in ReasonCode]
    queue["items"][0]["propensity"] = 0
    assert not jsonschema_rs.is_valid(schema, queue)


def test_a_queue_says_what_made_it(analyst: World) -> None:
    queue = analyst.queue(version=12)
    assert (queue.version, queue.generated_at, queue.model) == (12, NOW, "told-1")
    assert (queue.policy, queue.learner, queue.fallback) == ("day-one", LEARNER, False)
    assert queue.cause == {"statement": "s-1", "verb": "v"}


def test_a_role_that_needs_nothing_more_frees_the_queue_for_interests() -> None:
    world = World()
    world.add("a", "SQL")
    world.add("b", "Baking")
    world.is_a("analyst", {"SQL": 0.2})
    assert world.offered() == ["b"]
    assert codes(world.queue(), "b") == ["skill_gap"]
    assert world.queue().items[0].reasons[0].text.startswith("Builds a skill: Baking")


def test_goals_count_like_the_role() -> None:
    world = World()
    world.add("a", "Baking")
    world.add("b", "Cooking")
    world.is_a("analyst", {}, goals=("Cooking",))
    assert world.offered() == ["b", "a"]
    assert "aimed at" in world.queue().items[0].reasons[0].text


def test_the_way_to_a_missing_skill_starts_at_its_first_legal_step() -> None:
    world = World()
    world.add("intro", "Linux")
    world.add("docker", "Containers", after=["intro"])
    world.add("kubernetes", "Kubernetes", after=["docker"])
    world.add("poetry", "Poetry")
    world.is_a("operator", {"Kubernetes": 0.8})
    assert world.offered() == ["intro", "poetry"]
    assert "unlocks" in codes(world.queue(), "intro")
    world.does("intro")
    assert world.offered()[0] == "docker"


def test_without_a_catalogue_others_and_ones_own_doings_make_the_queue() -> None:
    world = World(predictors=Told(relevance=Ways({"u/1": {"u/2": 0.7, "u/3": 0.2}})))
    for name in ("u/0", "u/1", "u/2", "u/3"):
        world.add(name, origin="observed")
    world.does("u/0", Kind.LAUNCHED)
    world.does("u/1", Kind.COMPLETED)
    queue = world.queue()
    assert {item.activity for item in queue.items} == {"u/0", "u/2", "u/3"}
    assert codes(queue, "u/2") == ["similar_learners"]
    assert codes(queue, "u/0") == ["continues"]


def test_nothing_known_gives_something_new() -> None:
    world = World()
    world.add("a")
    assert world.offered() == ["a"]
    assert codes(world.queue(), "a") == ["explores"]


def test_an_empty_catalogue_gives_an_empty_queue() -> None:
    world = World()
    assert world.queue().items == ()
    assert world.rebuilt().stale_at is None


def test_no_progress_leads_away_and_back_after_a_while() -> None:
    world = World()
    world.add("hard", "SQL")
    world.add("other", "Statistics")
    world.is_a("analyst", {"SQL": 0.9, "Statistics": 0.5})
    assert world.offered()[0] == "hard"
    for _ in range(3):
        world.does("hard", Kind.ANSWERED, 0.0)
    assert world.offered() == ["other"]
    removal = why_not("hard", LEARNER, world.state, world.basis, world.occasion())
    assert removal == (RemovalCode.NO_PROGRESS, {"failures": 3, "openings": 0})
    for _ in range(6):
        world.does("other", Kind.ANSWERED, 1.0)
    assert "hard" in world.offered()


def test_no_progress_on_the_only_activity_does_not_empty_the_queue() -> None:
    world = World()
    world.add("hard", "SQL")
    for _ in range(4):
        world.does("hard", Kind.ANSWERED, 0.0)
    assert world.offered() == ["hard"]


def test_a_mastered_activity_may_be_left() -> None:
    world = World()
    world.add("lesson", "SQL")
    world.add("other", "Statistics")
    for _ in range(4):
        world.does("lesson", Kind.SCORED, 1.0)
    assert world.offered() == ["other"]
    removal = why_not("lesson", LEARNER, world.state, world.basis, world.occasion())
    assert removal == (RemovalCode.MASTERED, {})


def test_a_mastered_activity_stays_while_something_waits_behind_it() -> None:
    world = World()
    world.add("lesson", "SQL")
    world.add("next", "Statistics", after=["lesson"])
    for _ in range(4):
        world.does("lesson", Kind.SCORED, 1.0)
    assert world.offered() == ["lesson"]


def test_a_faded_skill_comes_back_as_a_review_and_a_mastered_one_does_not() -> None:
    world = World()
    world.add("lesson", "SQL", title="SQL basics")
    for _ in range(3):
        world.does("lesson", Kind.COMPLETED, 1.0)
    assert world.offered() == []
    stale_at = world.rebuilt().stale_at
    assert stale_at is not None
    assert stale_at > NOW
    assert world.offered(now=stale_at - 1) == []
    assert world.offered(now=stale_at + 1) == ["lesson"]
    queue = world.queue(now=stale_at + 1)
    assert codes(queue, "lesson")[0] == "due_for_review"
    assert queue.items[0].reasons[0].text == "Refreshes SQL: 70% of your recall is left"


def test_a_skill_that_was_never_proficient_is_not_reviewed() -> None:
    world = World()
    world.add("lesson", "SQL")
    world.does("lesson", Kind.COMPLETED, 0.3)
    assert world.offered(now=NOW + 400 * DAY) == []


def test_a_queue_holds_few_reviews() -> None:
    world = World(objective=Objective(exploration=0.0, max_reviews=1))
    for name in ("a", "b", "c"):
        world.add(name, f"skill {name}")
        world.does(name, Kind.PASSED, 1.0)
        world.does(name, Kind.PASSED, 1.0)
    late = NOW + 60 * DAY
    assert len(world.offered(now=late)) == 1
    world.objective = replace(world.objective, max_reviews=3)
    assert len(world.offered(now=late)) == 3


def test_without_room_for_reviews_one_is_capped() -> None:
    world = World(objective=Objective(exploration=0.0, max_reviews=0))
    world.add("a", "SQL")
    world.does("a", Kind.PASSED, 1.0)
    world.does("a", Kind.PASSED, 1.0)
    occasion = world.occasion(now=NOW + 60 * DAY)
    assert world.offered(now=occasion.now) == []
    removal = why_not("a", LEARNER, world.state, world.basis, occasion)
    assert removal is not None
    assert removal.code is RemovalCode.CAP


def test_practice_may_be_repeated_until_its_skill_is_at_its_target() -> None:
    world = World(objective=Objective(exploration=0.0, repeatable=("exercise",)))
    world.add("drill", "SQL", content="exercise", done_by="passed")
    world.add("talk", "SQL", content="video")
    world.does("drill", Kind.ANSWERED, 1.0)
    world.does("talk", Kind.COMPLETED)
    assert world.offered() == ["drill"]
    for _ in range(8):
        world.does("drill", Kind.ANSWERED, 1.0)
    assert world.offered() == []


def test_a_duty_comes_first_when_it_is_near() -> None:
    world = World()
    world.add("wanted", "SQL")
    world.add("duty", deadlines=(Deadline(roles=("analyst",), due_at=NOW + 50 * DAY),))
    world.is_a("analyst", {"SQL": 0.9})
    assert world.offered()[0] == "wanted"
    assert world.rebuilt().stale_at == NOW + 20 * DAY
    queue = world.queue(now=NOW + 21 * DAY)
    assert queue.items[0].activity == "duty"
    assert queue.items[0].reasons[0].text == "Due by 2025-08-04"
    assert queue.items[0].propensity == 1.0
    assert "Overdue" in world.queue(now=NOW + 51 * DAY).items[0].reasons[0].text
    world.does("duty", at=NOW)
    assert "duty" not in world.offered(now=NOW + 21 * DAY)


def test_the_way_to_a_duty_is_forced_too() -> None:
    world = World()
    world.add("wanted", "SQL")
    world.add("first")
    world.add("duty", after=["first"], deadlines=(Deadline(days_after_hire=10.0),))
    world.is_a("analyst", {"SQL": 0.9}, hired_on=NOW)
    assert world.offered() == ["first", "wanted"]
    world.does("first")
    assert world.offered() == ["duty", "wanted"]


def test_a_duty_without_progress_stays_but_not_first() -> None:
    world = World()
    for name in ("a", "b"):
        world.add(name, deadlines=(Deadline(due_at=NOW + DAY),))
    for _ in range(3):
        world.does("a", Kind.ANSWERED, 0.0)
    assert world.offered() == ["b", "a"]


def test_a_duty_counts_although_its_skill_is_mastered() -> None:
    world = World()
    world.add("lesson", "SQL", deadlines=(Deadline(due_at=NOW + DAY),))
    for _ in range(4):
        world.does("lesson", Kind.SCORED, 1.0)
    assert world.offered() == ["lesson"]


def test_validity_makes_the_queue_stale() -> None:
    world = World()
    world.add("ends", "SQL", valid_until=NOW + 5 * DAY)
    world.add("starts", "SQL", valid_from=NOW + 3 * DAY)
    assert world.offered() == ["ends"]
    assert world.rebuilt().stale_at == NOW + 3 * DAY
    assert world.rebuilt(now=NOW + 3 * DAY).stale_at == NOW + 5 * DAY
    assert world.offered(now=NOW + 5 * DAY) == ["starts"]
    assert world.rebuilt(now=NOW + 5 * DAY).stale_at is None


def test_what_ranks_below_the_queue_is_outranked_or_capped() -> None:
    world = World(objective=Objective(exploration=0.0, length=2, max_per_content=1))
    world.add("a", "SQL", content="video")
    world.add("b", "SQL", content="video")
    world.add("c", "SQL", content="quiz")
    world.add("d", "Statistics", content="lab")
    world.is_a("analyst", {"SQL": 0.9, "Statistics": 0.5})

    def why(activity: str) -> RemovalCode | None:
        removal = why_not(activity, LEARNER, world.state, world.basis, world.occasion())
        return removal.code if removal else None

    assert world.offered() == ["a", "c"]
    assert why("b") is RemovalCode.CAP
    assert why("d") is RemovalCode.OUTRANKED


def test_a_draw_may_displace_an_item_and_says_so() -> None:
    world = World(objective=Objective(exploration=0.5, length=1))
    world.add("a", "SQL")
    world.add("b", "Statistics")
    world.is_a("analyst", {"SQL": 0.9, "Statistics": 0.5})
    versions = [v for v in range(50) if world.offered(version=v) == ["b"]]
    assert 10 < len(versions) < 40
    occasion = world.occasion(version=versions[0])
    removal = why_not("a", LEARNER, world.state, world.basis, occasion)
    assert removal is not None
    assert removal.code is RemovalCode.DISPLACED
    assert codes(world.queue(version=versions[0]), "b")[0] == "explores"


def test_the_models_are_asked_about_few() -> None:
    world = World()
    for n in range(300):
        world.add(f"activity {n}", f"skill {n % 30}")
    world.is_a("analyst", {f"skill {n}": 0.8 for n in range(30)})
    world.queue()
    assert world.predictors.success.asked == [world.objective.shortlist]


def test_a_queue_is_small() -> None:
    world = World(objective=Objective())
    for n in range(60):
        world.add(
            f"https://lms.example.com/activities/{n:04d}",
            f"Skill {n % 12}",
            title=f"Activity number {n}",
            content=f"kind {n % 5}",
        )
    world.is_a("analyst", {f"Skill {n}": 0.8 for n in range(12)})
    queue = world.queue()
    assert len(queue.items) == world.objective.length
    assert len(encode_json(queue)) < 3 * 1024
