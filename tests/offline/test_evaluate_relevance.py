import random
from pathlib import Path

import numpy as np
import pytest

from offline.answers import Answers, read_answers
from offline.choices import choices_of
from offline.clocks import clock_of
from offline.evaluate_relevance import RelevanceEvaluation, evaluate_relevance
from offline.events import Events
from online_models.replica import Replica
from processors.application import Application
from schemas.checkpoint import Memory

HEADER = "user_id,item_id,skill_ids,correct,timestamp_or_order\n"


def chains(users: int, length: int = 12, items: int = 240, seed: int = 3) -> list[str]:
    """Everybody goes along one ring of items, from somewhere, now and then leaving one out."""
    rng = random.Random(seed)
    rows = []
    places = [rng.randrange(items) for _ in range(users)]
    for step in range(length):
        for user in range(users):
            rows.append(f"{user},{places[user]},s{places[user] // 20},1,{step}")
            places[user] = (places[user] + (1 if rng.random() < 0.8 else 2)) % items
    return rows


def answers_of(file: Path, rows: list[str]) -> Answers:
    file.write_text(HEADER + "\n".join(rows))
    return read_answers(file)


def evaluated(file: Path, rows: list[str]) -> RelevanceEvaluation:
    answers = answers_of(file, rows)
    return evaluate_relevance(answers, clock_of(answers), choices_of(answers, file))


def test_a_way_that_all_go_is_found(tmp_path: Path) -> None:
    found = evaluated(tmp_path / "a.csv", chains(300))
    assert found.events == 300 * 11
    assert len(found.choices.users) == 300
    assert found.blend.hr_at_5 > 0.9
    assert found.blend.mrr > 0.6 > 2 * found.experts["popular"].mrr
    json = found.to_json()
    assert {"events", "lists", "hr@1", "hr@5", "hr@10", "ndcg@10", "mrr"} <= json.keys()
    assert json["microseconds_per_event"] > 0
    assert json["parameters"] == found.parameters > 240


def test_the_right_answers_are_not_learned(tmp_path: Path) -> None:
    """What follows by chance cannot be found, unless it was learned."""
    rng = random.Random(1)
    rows = [f"{user},{rng.randrange(400)},,1,{step}" for step in range(6) for user in range(200)]
    rows = [row for n, row in enumerate(rows) if row.split(",")[1] != rows[n - 200].split(",")[1]]
    found = evaluated(tmp_path / "a.csv", rows)
    assert found.blend.hr_at_1 < 0.1
    assert found.blend.mrr < 0.15


def test_what_is_learned_is_what_the_stream_learns(tmp_path: Path) -> None:
    """The same rows through the whole worker's code give the same numbers."""
    file = tmp_path / "a.csv"
    answers = answers_of(file, chains(30, length=5, items=40))
    choices = choices_of(answers, file)
    found = evaluate_relevance(answers, clock_of(answers), choices)
    replica = Replica()
    work = Application(Memory({}, {}), replica)
    events = Events(answers, clock_of(answers))
    for row in np.flatnonzero(~choices.held_out).tolist():
        work.apply(row, events(row))
    assert replica.relevance.state() == found.numbers


@pytest.mark.data
def test_published_lists_are_ranked_as_well_as_was_promised(data_dir: Path) -> None:
    file = data_dir / "learners" / "xuetangx_concepts_ackrec.csv.gz"
    answers = read_answers(file)
    found = evaluate_relevance(answers, clock_of(answers), choices_of(answers, file))
    assert found.choices.held_out.sum() == len(found.choices.users) == 2136
    assert found.experts["popular"].hr_at_5 == pytest.approx(0.372, abs=0.002)
    assert found.blend.hr_at_5 >= 0.674
    assert found.blend.ndcg_at_10 >= 0.560
    assert found.blend.mrr >= 0.481
