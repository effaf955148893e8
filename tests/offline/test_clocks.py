from pathlib import Path

import pytest
from harness.answers import write

from offline.answers import Answers, read_answers
from offline.clocks import POSITION_SEC, clock_of


def answers_at(tmp_path: Path, *ticks: tuple[str, float]) -> Answers:
    rows = [(user, "i", "", "1", str(tick)) for user, tick in ticks]
    return read_answers(write(tmp_path / "a.csv", rows))


ROUND_ROBIN = [("a", 0), ("b", 0), ("c", 0), ("a", 1), ("b", 1), ("a", 2)]


@pytest.mark.parametrize(
    ("ticks", "name", "first_gap"),
    [
        (ROUND_ROBIN, "position", 60.0),
        ([(user, tick + 1) for user, tick in ROUND_ROBIN], "position", 60.0),
        ([("a", 0), ("a", 1), ("a", 2), ("a", 4), ("b", 1)], "position", 60.0),
        ([("a", 15_729), ("b", 15_729), ("a", 15_730)], "days", 86_400.0),
        ([("a", 0), ("a", 0), ("b", 0), ("a", 7), ("b", 7), ("b", 7)], "days", 7 * 86_400.0),
        ([("a", 53), ("b", 163), ("b", 205), ("a", 24_281_932)], "seconds", 110.0),
        ([("a", 0), ("a", 500), ("b", 1_200)], "seconds", 500.0),
        ([("a", 0.5), ("b", 1), ("b", 2)], "seconds", 0.5),
        ([("a", 1_445_553_393), ("a", 1_445_553_421)], "seconds", 28.0),
    ],
)
def test_the_numbers_tell_which_clock_it_is(
    tmp_path: Path, ticks: list[tuple[str, float]], name: str, first_gap: float
) -> None:
    answers = answers_at(tmp_path, *ticks)
    clock = clock_of(answers)
    assert clock.name == name
    seconds = clock.seconds(answers.ticks)
    gaps = seconds - seconds[0]
    assert min(gap for gap in gaps if gap > 0) == pytest.approx(first_gap)


def test_what_starts_in_1970_keeps_its_dates(tmp_path: Path) -> None:
    posix = answers_at(tmp_path, ("a", 1_445_553_393), ("a", 1_445_553_421))
    assert clock_of(posix).seconds(posix.ticks)[0] == 1_445_553_393
    days = answers_at(tmp_path, ("a", 15_729), ("a", 15_729))
    assert clock_of(days).seconds(days.ticks)[0] == 15_729 * 86_400
    assert "since 1970" in clock_of(days).meaning


def test_a_named_clock_is_believed(tmp_path: Path) -> None:
    answers = answers_at(tmp_path, *ROUND_ROBIN)
    for name, tick in (("seconds", 1.0), ("days", 86_400.0), ("position", POSITION_SEC)):
        seconds = clock_of(answers, name).seconds(answers.ticks)
        assert seconds[3] - seconds[0] == tick


@pytest.mark.data
@pytest.mark.parametrize("rows", [3_000, None])
@pytest.mark.parametrize(
    ("name", "clock"),
    [
        ("assist09_gervet", "position"),
        ("algebra05_t20", "seconds"),
        ("memphis_cloze", "seconds"),
        ("oulad_assessments_ge80", "days"),
        ("xuetangx_concepts_ackrec", "position"),
    ],
)
def test_the_clocks_of_public_data(data_dir: Path, name: str, clock: str, rows: int | None) -> None:
    answers = read_answers(data_dir / "learners" / f"{name}.csv.gz", rows)
    assert clock_of(answers).name == clock
