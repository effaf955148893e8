from itertools import count
from typing import Any

import pytest
from queue_world import DAY, LEARNER, NOW, World

from processors.candidates.stream import Candidate
from processors.learner_view import LearnerView
from processors.objective import Objective
from processors.rank import Scored, Terms
from processors.sequence import Arrangement, arrange, times
from schemas.kinds import Kind

WEEK = 7 * DAY
NOTHING = Terms(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
REVIEW = NOTHING._replace(review=0.1)


class Shelf:
    """Scored candidates of a world, best first."""

    def __init__(self, **limits: Any) -> None:
        self.world = World(objective=Objective(exploration=0.0, **limits))
        self.ranked: list[Scored] = []
        self._scores = count(100, -1)

    def put(
        self,
        name: str,
        *skills: str,
        score: float | None = None,
        due_at: float | None = None,
        terms: Terms = NOTHING,
        **facts: str,
    ) -> None:
        self.world.add(name, *skills, **facts)
        entry = self.world.reference.entry(name)
        assert entry is not None
        worth = next(self._scores) if score is None else score
        self.ranked.append(
            Scored(Candidate(entry, due_at=due_at), entry, terms, 0.5, 0.5, 0.5, worth)
        )

    def arranged(self) -> Arrangement:
        view = LearnerView(LEARNER, self.world.state, self.world.basis, NOW)
        return arrange(self.ranked, view)

    def order(self) -> list[str]:
        return [one.entry.activity.id for one in self.arranged().order]


def test_the_best_come_first_up_to_the_length() -> None:
    shelf = Shelf(length=2)
    for name in ("c", "a", "b"):
        shelf.put(name)
    arrangement = shelf.arranged()
    assert [one.entry.activity.id for one in arrangement.order] == ["c", "a"]
    assert [one.entry.activity.id for one in arrangement.rest] == ["b"]
    assert arrangement.forced == 0


def test_duties_come_before_all_by_due_time() -> None:
    shelf = Shelf(length=3)
    shelf.put("wanted")
    shelf.put("later", due_at=NOW + 2)
    shelf.put("sooner", due_at=NOW + 1)
    assert shelf.order() == ["sooner", "later", "wanted"]
    assert shelf.arranged().forced == 2


def test_more_duties_than_places_fill_the_queue() -> None:
    shelf = Shelf(length=2)
    for n in range(4):
        shelf.put(f"{n}", due_at=NOW + n)
    assert shelf.order() == ["0", "1"]


def test_a_duty_without_progress_comes_after_the_others() -> None:
    shelf = Shelf(length=2)
    shelf.put("sooner", due_at=NOW + 1)
    shelf.put("later", due_at=NOW + 2)
    for _ in range(3):
        shelf.world.does("sooner", Kind.FAILED)
    assert shelf.order() == ["later", "sooner"]


def test_another_skill_goes_first_where_it_is_nearly_as_good() -> None:
    shelf = Shelf()
    shelf.put("a", "SQL", score=1.0)
    shelf.put("b", "SQL", score=0.9)
    shelf.put("c", "Statistics", score=0.86)
    assert shelf.order() == ["a", "c", "b"]


def test_another_skill_does_not_go_first_where_it_is_much_worse() -> None:
    shelf = Shelf()
    shelf.put("a", "SQL", score=1.0)
    shelf.put("b", "SQL", score=0.9)
    shelf.put("c", "Statistics", score=0.85)
    assert shelf.order() == ["a", "b", "c"]


def _of(sort: str, value: str) -> dict[str, Any]:
    return {sort: value}


@pytest.mark.parametrize("sort", ["content", "course"])
def test_caps_leave_out_what_is_too_much_of_one_sort(sort: str) -> None:
    shelf = Shelf(max_per_content=2, max_per_course=2)
    for name in ("a", "b", "c"):
        shelf.put(name, **_of(sort, "x"))
    shelf.put("d", **_of(sort, "y"))
    shelf.put("e")
    shelf.put("f")
    assert shelf.order() == ["a", "b", "d", "e", "f"]


def test_duties_fill_caps_but_are_not_bound_by_them() -> None:
    shelf = Shelf(max_per_content=1)
    shelf.put("a", content="x", due_at=NOW)
    shelf.put("b", content="x", due_at=NOW)
    shelf.put("c", content="x")
    assert shelf.order() == ["a", "b"]


def test_reviews_are_capped() -> None:
    shelf = Shelf(max_reviews=1)
    shelf.put("a", terms=REVIEW)
    shelf.put("b", terms=REVIEW)
    shelf.put("c")
    assert shelf.order() == ["a", "c"]


def test_items_begin_in_the_week_in_which_what_is_before_them_ends() -> None:
    assert list(times([50.0, 50.0, 20.0, 500.0, 1.0], 60.0, NOW)) == [
        NOW,
        NOW,
        NOW + WEEK,
        NOW + 2 * WEEK,
        NOW + 10 * WEEK,
    ]


def test_a_fresh_copy_of_caps_counts_on_its_own() -> None:
    shelf = Shelf(max_per_content=1)
    shelf.put("a", content="x")
    arrangement = shelf.arranged()
    copy = arrangement.caps.copy()
    assert not copy.admits(shelf.ranked[0])
    shelf.put("b", content="y")
    copy.count(shelf.ranked[1])
    assert arrangement.caps.admits(shelf.ranked[1])
