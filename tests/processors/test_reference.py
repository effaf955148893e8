"""Reference: whom a change concerns, what stays known, and that nothing stale is ever answered."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.reference import Change, Entry, Reference
from schemas.codec import hash64
from schemas.reference import Activity, LearnerProfile, RoleRequirement

Record: TypeAlias = Activity | LearnerProfile | RoleRequirement

SQL = Activity(id="sql", skills=("SQL",), content="video", course="c")
LAB = Activity(id="lab", skills=("SQL", "Python"), prerequisites=("sql",), course="c")
SEEN = Activity(id="seen", origin="observed")
ANA = LearnerProfile(learner="ana", role="analyst", goals=("R",))
BEN = LearnerProfile(learner="ben", role="engineer")
ANALYST = RoleRequirement(role="analyst", skills={"SQL": 0.8, "Statistics": 0.6})


def reference(*records: Record, max_observed: int = 20_000) -> Reference:
    made = Reference(max_observed)
    for record in records:
        made.put(record)
    return made


def ids(entries: Sequence[Entry]) -> list[str]:
    return [entry.activity.id for entry in entries]


def entry(made: Reference, activity_id: str) -> Entry:
    found = made.entry(activity_id)
    assert found is not None
    return found


def test_an_entry_has_the_hashes_of_its_names() -> None:
    made = reference(SQL, LAB)
    lab = entry(made, "lab")
    assert lab.activity is LAB
    assert lab.key == hash64("lab")
    assert lab.skills == (hash64("SQL"), hash64("Python"))
    assert lab.prerequisites == (hash64("sql"),)
    assert (lab.unlocks, lab.content) == ((), 0)
    assert entry(made, "sql").unlocks == (hash64("lab"),)
    assert entry(made, "sql").content == hash64("video")
    assert made.by_key(hash64("lab")) == made.entry("lab")
    assert made.lookup("lab") is LAB


def test_what_is_not_known_is_nothing() -> None:
    made = Reference()
    assert made.entry("sql") is None
    assert made.by_key(1) is None
    assert made.lookup("sql") is None
    assert made.profile("ana") is None
    assert made.skill_name(hash64("SQL")) is None
    assert made.teaching(hash64("SQL")) == made.course("c") == made.unlocks_of(hash64("sql")) == ()
    assert dict(made.requirement("analyst")) == {}
    assert list(made.entries()) == []


def test_requirements_are_by_skill_hash_and_skills_have_names() -> None:
    made = reference(ANALYST, ANA, SQL)
    assert dict(made.requirement("analyst")) == {hash64("SQL"): 0.8, hash64("Statistics"): 0.6}
    assert [made.skill_name(hash64(name)) for name in ("SQL", "Statistics", "R")] == [
        "SQL",
        "Statistics",
        "R",
    ]


def test_a_prerequisite_learns_later_what_it_unlocks() -> None:
    made = reference(SQL)
    assert entry(made, "sql").unlocks == ()
    made.put(LAB)
    assert entry(made, "sql").unlocks == (hash64("lab"),)
    assert ids(made.unlocks_of(hash64("sql"))) == ["lab"]
    assert made.teaching(hash64("SQL"))[1].unlocks == (hash64("lab"),)
    made.put(replace(LAB, prerequisites=()))
    assert entry(made, "sql").unlocks == ()
    assert made.unlocks_of(hash64("sql")) == ()


def test_a_prerequisite_may_come_after_what_needs_it() -> None:
    made = reference(LAB, SQL)
    assert entry(made, "sql").unlocks == (hash64("lab"),)


def test_a_withdrawn_activity_is_known_but_not_offered() -> None:
    made = reference(SQL, LAB)
    assert made.drop_activity("lab") == Change(None, "activity lab withdrawn")
    assert entry(made, "lab").activity.withdrawn
    assert made.by_key(hash64("lab")) == made.entry("lab")
    assert ids(tuple(made.entries())) == ["lab", "sql"]
    assert ids(made.teaching(hash64("SQL"))) == ids(made.course("c")) == ["sql"]
    assert made.teaching(hash64("Python")) == made.unlocks_of(hash64("sql")) == ()
    assert entry(made, "sql").unlocks == ()


def test_a_withdrawn_activity_can_come_back() -> None:
    made = reference(SQL, LAB)
    made.drop_activity("lab")
    made.put(LAB)
    assert ids(made.unlocks_of(hash64("sql"))) == ["lab"]


def test_withdrawing_twice_or_the_unknown_is_no_change() -> None:
    made = reference(SQL)
    made.drop_activity("sql")
    before = made.version
    assert made.drop_activity("sql").learners == frozenset()
    assert made.drop_activity("nowhere").learners == frozenset()
    assert made.version == before


def test_whom_a_change_concerns() -> None:
    made = reference(ANA, BEN)
    assert made.put(SQL).learners is None
    assert made.put(ANALYST).learners == {"ana"}
    assert made.put(replace(BEN, role="analyst")).learners == {"ben"}
    assert made.drop_requirement("analyst").learners == {"ana", "ben"}
    assert made.put(RoleRequirement(role="cook")).learners == frozenset()
    assert made.drop_profile("ana").learners == {"ana"}
    assert made.put(ANALYST).learners == {"ben"}


@pytest.mark.parametrize("record", [SQL, SEEN, ANA, ANALYST])
def test_what_says_nothing_new_is_no_change(record: Record) -> None:
    made = reference(record)
    assert made.version == 1
    assert made.put(record).learners == frozenset()
    assert made.version == 1


def test_dropping_what_is_not_there_is_no_change() -> None:
    made = Reference()
    assert made.drop_profile("ana").learners == frozenset()
    assert made.drop_requirement("analyst").learners == frozenset()
    assert made.version == 0


def test_a_change_names_no_person() -> None:
    made = Reference()
    assert "ana" not in made.put(ANA).why
    assert "ana" not in made.drop_profile("ana").why


def test_an_observed_activity_concerns_nobody_but_counts_as_a_version() -> None:
    made = Reference()
    assert made.put(SEEN).learners == frozenset()
    assert made.version == 1
    assert made.put(replace(SEEN, title="Seen")).learners == frozenset()
    assert entry(made, "seen").activity.title == "Seen"


def test_an_observed_activity_never_replaces_one_of_the_catalogue() -> None:
    made = reference(SQL)
    assert made.put(Activity(id="sql", origin="observed", title="x")).learners == frozenset()
    assert made.lookup("sql") == SQL
    assert made.version == 1


@pytest.mark.parametrize("known", [SQL, replace(SEEN, id="sql")])
def test_an_observed_activity_brings_no_withdrawn_one_back(known: Activity) -> None:
    made = reference(known)
    assert made.drop_activity("sql").learners is None
    made.put(Activity(id="sql", origin="observed"))
    assert entry(made, "sql").activity.withdrawn


def test_the_catalogue_replaces_what_was_observed() -> None:
    made = reference(replace(SEEN, id="sql"))
    assert made.put(SQL).learners is None
    assert made.lookup("sql") == SQL


def test_observed_activities_are_bounded_first_come_first_kept() -> None:
    seen = [Activity(id=f"seen-{n}", origin="observed") for n in range(4)]
    made = reference(*seen, max_observed=2)
    assert [made.lookup(one.id) is not None for one in seen] == [True, True, False, False]
    assert made.version == 2
    made.put(replace(seen[0], title="still takes news"))
    assert entry(made, "seen-0").activity.title == "still takes news"
    made.put(replace(seen[1], origin="catalogue"))
    made.put(seen[2])
    made.put(seen[3])
    assert made.lookup("seen-2") == seen[2]
    assert made.lookup("seen-3") is None


def test_prerequisites_in_a_circle_do_no_harm() -> None:
    made = reference(
        Activity(id="a", prerequisites=("b",), skills=("s",)),
        Activity(id="b", prerequisites=("a",), skills=("s",)),
        Activity(id="c", prerequisites=("c",), skills=("s",)),
    )
    assert ids(made.teaching(hash64("s"))) == ["a", "b", "c"]
    assert entry(made, "a").prerequisites == entry(made, "a").unlocks == (hash64("b"),)
    assert entry(made, "c").prerequisites == entry(made, "c").unlocks == (hash64("c"),)


def test_words_given_twice_count_once() -> None:
    made = reference(SQL, Activity(id="x", skills=("S", "S"), prerequisites=("sql", "sql")))
    assert entry(made, "x").skills == (hash64("S"),)
    assert entry(made, "x").prerequisites == (hash64("sql"),)
    assert ids(made.teaching(hash64("S"))) == ["x"]


def test_a_requirement_cannot_be_changed_from_outside() -> None:
    made = reference(ANALYST)
    with pytest.raises(TypeError):
        made.requirement("analyst")[1] = 0.5  # type: ignore[index]  # that is what must fail


NAMES = st.sampled_from(["a", "b", "c", "d"])
WORDS = st.lists(NAMES, max_size=3).map(tuple)
RECORDS: st.SearchStrategy[Record] = st.one_of(
    st.builds(
        Activity,
        id=NAMES,
        skills=WORDS,
        prerequisites=WORDS,
        course=NAMES | st.just(""),
        origin=st.sampled_from(["catalogue", "catalogue", "observed"]),
        withdrawn=st.booleans(),
    ),
    st.builds(LearnerProfile, learner=NAMES, role=NAMES, goals=WORDS),
    st.builds(RoleRequirement, role=NAMES, skills=st.dictionaries(NAMES, st.floats(0, 1))),
)


def told(made: Reference) -> object:
    """All that a reference answers about the names of the tests."""
    keys = [hash64(name) for name in "abcd"]
    return (
        list(made.entries()),
        [made.entry(name) for name in "abcd"],
        [made.by_key(key) for key in keys],
        [made.teaching(key) for key in keys],
        [made.course(name) for name in ("a", "b", "c", "d", "")],
        [made.unlocks_of(key) for key in keys],
        [made.profile(name) for name in "abcd"],
        [dict(made.requirement(name)) for name in "abcd"],
    )


def kept(made: Reference) -> list[Record]:
    profiles = [found for name in "abcd" if (found := made.profile(name)) is not None]
    return [*(found.activity for found in made.entries()), *profiles]


@settings(max_examples=200)
@given(st.lists(RECORDS | NAMES, max_size=12), st.randoms(use_true_random=False))
def test_answers_follow_what_is_held_whatever_was_held_or_asked_before(
    steps: list[Record | str],
    order: Random,
) -> None:
    made = Reference()
    requirements: dict[str, RoleRequirement] = {}
    for step in steps:
        if isinstance(step, str):
            made.drop_activity(step)
            made.drop_profile(step)
            made.drop_requirement(step)
            requirements.pop(step, None)
        else:
            made.put(step)
            if isinstance(step, RoleRequirement):
                requirements[step.role] = step
        told(made)
    records = [*kept(made), *requirements.values()]
    order.shuffle(records)
    assert told(reference(*records)) == told(made)


@given(st.lists(RECORDS, max_size=8), RECORDS)
def test_whoever_is_not_concerned_sees_no_difference(before: list[Record], new: Record) -> None:
    made = reference(*before)
    views = {name: personal(made, name) for name in "abcd"}
    change = made.put(new)
    for name in set("abcd") - (change.learners if change.learners is not None else set("abcd")):
        assert personal(made, name) == views[name]


def personal(made: Reference, learner: str) -> object:
    profile = made.profile(learner)
    return profile, dict(made.requirement(profile.role)) if profile else {}


@given(st.lists(RECORDS, max_size=8), RECORDS)
def test_the_version_grows_exactly_when_an_answer_changes(
    before: list[Record], new: Record
) -> None:
    made = reference(*before)
    version, answers = made.version, told(made)
    made.put(new)
    assert made.version - version in {0, 1}
    if told(made) != answers:
        assert made.version == version + 1


def test_the_graph_moves_with_the_catalogue_and_seldom_with_what_is_observed() -> None:
    made = Reference()
    made.put(Activity(id="c:1"))
    assert made.graph_version == 1
    made.put(LearnerProfile(learner="ann", role="analyst"))
    assert made.graph_version == 1
    for number in range(1000):
        made.put(Activity(id=f"o:{number}", origin="observed"))
    moves = made.graph_version
    assert moves < 150
    made.put(Activity(id="o:0", title="named", origin="observed"))
    made.put(Activity(id="c:1", title="named"))
    assert made.graph_version == moves + 2
