from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from harness.answers import made_up, write

from offline.answers import Answers, read_answers
from offline.clocks import clock_of
from offline.cold_start import by_item, by_learner
from offline.evaluate import Evaluation, evaluate, interval_of
from offline.protocols import check_known, held_out_rows
from offline.replay import Layout
from schemas.errors import ConfigurationError


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Answers:
    return read_answers(write(tmp_path_factory.mktemp("data") / "a.csv", made_up(2_000)))


def measured(answers: Answers, *names: str) -> Evaluation:
    test = held_out_rows(answers, names) if names else None
    return evaluate(answers, clock_of(answers), test, Layout(), lambda _: None)


@pytest.fixture(scope="module")
def found(answers: Answers) -> Evaluation:
    return measured(answers, "u 1", "u 4", "u 9")


def test_the_models_beat_the_item_mean_where_learners_differ(found: Evaluation) -> None:
    for judged in (found.prequential, found.held_out):
        assert judged is not None
        assert (judged.scores.auc or 0.0) > (judged.of_baseline.auc or 1.0) + 0.02
        assert judged.scores.log_loss < judged.of_baseline.log_loss


def test_every_answer_is_predicted_before_it_is_learned(
    answers: Answers, found: Evaluation, tmp_path: Path
) -> None:
    """What comes later, and the answer itself, do not change a prediction."""
    rows = made_up(2_000)[:700]
    rows[-1] = (*rows[-1][:3], str(1 - int(rows[-1][3])), rows[-1][4])
    first = measured(read_answers(write(tmp_path / "a.csv", rows)))
    predicted = first.prequential.trial.predicted
    assert np.array_equal(predicted, found.prequential.trial.predicted[:700])
    assert len(answers) == 2_000


def test_held_out_users_teach_the_shared_parameters_nothing(
    answers: Answers, found: Evaluation
) -> None:
    """A held-out user is predicted alike, whoever else is held out and whatever they answer."""
    flipped = answers.correct.copy()
    others = np.isin(answers.user, [answers.users.index("u 4"), answers.users.index("u 9")])
    flipped[others] = 1.0 - flipped[others]
    changed = replace(answers, correct=flipped)
    again = measured(changed, "u 1", "u 4", "u 9")
    assert found.held_out
    assert again.held_out
    mine = answers.user[found.held_out.trial.rows] == answers.users.index("u 1")
    before, after = found.held_out.trial.predicted, again.held_out.trial.predicted
    assert np.array_equal(before[mine], after[mine])
    assert not np.array_equal(before[~mine], after[~mine])


def test_twice_the_same(answers: Answers, found: Evaluation) -> None:
    again = measured(answers, "u 1", "u 4", "u 9")
    assert np.array_equal(again.prequential.trial.predicted, found.prequential.trial.predicted)
    assert again.cost.parameters == found.cost.parameters > 50
    assert again.cost.state_bytes_per_learner == found.cost.state_bytes_per_learner > 100


def test_progress_counts_every_row_of_both_protocols(answers: Answers) -> None:
    done: list[int] = []
    test = held_out_rows(answers)
    evaluate(answers, clock_of(answers), test, Layout(), done.append)
    assert sum(done) == 2 * len(answers)


def test_the_last_fifth_of_the_users_is_held_out(answers: Answers) -> None:
    flags = held_out_rows(answers)
    assert flags is not None
    assert {answers.users[user] for user in answers.user[flags]} == {*answers.users[-4:]}


def test_nobody_is_held_out_where_there_are_too_few(tmp_path: Path) -> None:
    few = read_answers(write(tmp_path / "a.csv", made_up(50, learners=5)))
    assert held_out_rows(few) is None
    assert held_out_rows(few, few.users) is None
    assert measured(few).to_json()["held_out"] is None


def test_unknown_test_users_are_named(answers: Answers) -> None:
    check_known(answers, ["u 1"])
    with pytest.raises(ConfigurationError, match=r"2 of the test users .* eve, mallory"):
        check_known(answers, ["u 1", "mallory", "eve"])


def test_stages_cover_all_answers(found: Evaluation) -> None:
    learners = by_learner(found.answers, found.prequential)
    for stages in (learners, by_item(found.answers, found.prequential)):
        assert sum(stage.events for stage in stages) == 2_000
    assert [stage.label for stage in learners] == [
        "0",
        "1-4",
        "5-9",
        "10-29",
        "30-99",
        "100+",
    ]
    assert learners[0].events == 20


def test_the_interval_holds_the_measured(answers: Answers, found: Evaluation) -> None:
    low, high = interval_of(answers, found.prequential) or (1.0, 0.0)
    assert low < (found.prequential.scores.auc or 0.0) < high
