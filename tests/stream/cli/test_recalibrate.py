"""What the command understands, and when a stack is not there."""

from collections.abc import Callable

import click
import pytest
from click.testing import Result

from offline.fit.recalibration import Origin
from offline.proof import DEFAULT
from offline.report import About
from schemas.errors import Refused
from schemas.version import Verdict
from stream.cli.recalibrate import DurationType, LearnersType, ShareType
from stream.rebuild.sources import TOPIC, open_source
from stream.recalibrating import Prover, id_of
from stream.settings import Settings

Run = Callable[..., Result]


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90.0), ("30m", 1_800.0), ("1.5h", 5_400.0), ("1d", 86_400.0)]
)
def test_times_are_said_with_their_unit(text: str, seconds: float) -> None:
    assert DurationType().convert(text, None, None) == seconds


@pytest.mark.parametrize("text", ["", "1", "0s", "-1h", "1w", "d"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(click.BadParameter, match="is no time"):
        DurationType().convert(text, None, None)


@pytest.mark.parametrize(("text", "share"), [("20%", 0.2), ("0.2", 0.2), ("0", 0.0), ("90%", 0.9)])
def test_shares_are_said_in_percent_or_not(text: str, share: float) -> None:
    assert ShareType().convert(text, None, None) == share


@pytest.mark.parametrize("text", ["", "20", "91%", "-1%", "a fifth"])
def test_what_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(click.BadParameter, match="is no share"):
        ShareType().convert(text, None, None)


@pytest.mark.parametrize(("text", "share"), [("10%", 0.1), ("0.2", 0.2), ("1", 1.0), ("100%", 1.0)])
def test_shares_of_the_learners_are_said_in_percent_or_not(text: str, share: float) -> None:
    assert LearnersType().convert(text, None, None) == share


@pytest.mark.parametrize("text", ["", "0", "0%", "1.01", "101%", "-0.1", "all"])
def test_a_share_of_the_learners_is_some_of_them(run: Run, text: str) -> None:
    result = run("recalibrate", f"--learners={text}")
    assert result.exit_code == 2
    assert "is no share: say 20% or 0.2, above 0 and at most 100%" in " ".join(
        result.stderr.split()
    ).replace("│ ", "")


def test_what_is_proved_on_some_learners_is_not_promoted_unasked(run: Run) -> None:
    result = run("recalibrate", "--learners", "10%", "--promote")
    assert result.exit_code == 2
    assert "--promote needs all learners" in result.stderr


def test_the_topic_is_read_for_all_learners_only() -> None:
    assert open_source(TOPIC, Settings())
    with pytest.raises(Refused, match="archive it"):
        open_source(TOPIC, Settings(), 0.5)


def test_a_proof_on_some_learners_says_so() -> None:
    verdict = Verdict(passed=True, reasons=("better",))
    about = About(version="v")
    assert Prover(about, DEFAULT).told(verdict) == verdict
    told = Prover(about, DEFAULT, 0.05).told(verdict)
    assert told.passed
    assert told.reasons[0] == "better"
    assert "shown on 0.05 of the learners" in told.reasons[1]


def test_without_a_stack_it_says_what_to_start(run: Run) -> None:
    result = run("recalibrate")
    assert result.exit_code == 75
    assert "stepstream up" in result.stderr


def test_ids_sort_by_time_and_tell_fits_apart() -> None:
    first, later = (Origin(1, {0: 5}, {}, "", at) for at in (1.79e9, 1.79e9 + 1))
    assert id_of(first) < id_of(later)
    assert id_of(first) != id_of(first._replace(up_to={0: 6}))
    assert id_of(first).startswith("v20260921-")
