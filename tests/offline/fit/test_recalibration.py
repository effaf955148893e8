"""What is handed over is what was proved plus what it was proved on, and nothing else."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from harness.events_that_were import InMemory, some_events

from offline.fit.fitting import Fit, blended_as
from offline.fit.plan import Plan
from offline.fit.recalibration import (
    Contested,
    Origin,
    Proved,
    Recalibration,
    Wish,
)
from offline.fit.twin import Promoted, Stream, numbers_at
from offline.passes import passing
from offline.passes.working_file import WorkingFile
from online_models.packing import digest, pack
from online_models.relevance import BLEND
from online_models.tables import Tables
from schemas.errors import Refused
from schemas.version import Verdict

STREAM = Stream(partitions=3, merge_every=200, statement_window=500)
WISH = Wish(plan=Plan(statement_window=500), stream=STREAM, holdout=0.25)
EVENTS = 1_200


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passing, "FEWEST", 200)


def seal(numbers: dict[str, Tables]) -> str:
    return digest({name: pack(tables) for name, tables in numbers.items()})


def origin_of(source: InMemory, parent: str = "") -> Callable[[], Origin]:
    return lambda: Origin(7, source.ends(), {}, parent, 1.9e9)


def quietly(what: str, done: int, total: int) -> None:
    del what, done, total


class Prover:
    """Remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Contested] = []

    def __call__(self, asked: Contested, watch: Callable[[int], None]) -> Proved:
        watch(1)
        self.asked.append(asked)
        return Proved(Verdict(passed=True, reasons=("better",)), {"a": 1}, b"<!doctype html>")


class KilledError(Exception):
    """The process went away."""


def test_what_was_proved_learns_the_rest_and_is_handed_over(tmp_path: Path) -> None:
    source, prover = InMemory(some_events(EVENTS)), Prover()
    work = Recalibration(tmp_path, WISH, origin_of(source), quietly)
    made = work.run(source, None, prover)
    (asked,) = prover.asked
    assert asked.cut == source.cut(0.75)
    assert asked.source.ends() == source.ends()
    fit = Fit(source, source.cut(0.75), WorkingFile(), WISH.plan)
    assert seal(asked.candidate.numbers) == seal(fit.run().numbers)
    assert seal(made.fitted.numbers) == seal(fit.finish(source.ends()).numbers)
    assert made.fitted.offsets == source.ends()
    assert made.proved is not None
    assert made.proved.verdict.passed
    work.done()
    assert list(tmp_path.iterdir()) == []


def test_killed_between_proof_and_end_it_is_not_proved_again(tmp_path: Path) -> None:
    source, prover = InMemory(some_events(EVENTS)), Prover()
    whole = Recalibration(tmp_path / "whole", WISH, origin_of(source), quietly)
    expected = seal(whole.run(source, None, Prover()).fitted.numbers)

    def killed(what: str, done: int, total: int) -> None:
        del done, total
        if what == "what came later":
            raise KilledError

    folder = tmp_path / "broken"
    with pytest.raises(KilledError):
        Recalibration(folder, WISH, origin_of(source), killed).run(source, None, prover)

    def another() -> Origin:
        raise AssertionError("what was begun is gone on with")

    again = Recalibration(folder, WISH, another, quietly)
    assert again.resumed
    assert again.origin.version == 7
    made = again.run(source, None, prover)
    assert len(prover.asked) == 1
    assert seal(made.fitted.numbers) == expected
    assert made.proved == Proved(
        Verdict(passed=True, reasons=("better",)), {"a": 1}, b"<!doctype html>"
    )


def test_other_wishes_begin_anew(tmp_path: Path) -> None:
    source = InMemory(some_events(EVENTS))
    Recalibration(tmp_path, WISH, origin_of(source), quietly)
    for other in (
        Wish(plan=Plan(passes=1), stream=STREAM),
        Wish(plan=Plan(passes=1), stream=STREAM, learners=0.5),
    ):
        assert not Recalibration(tmp_path, other, origin_of(source), quietly).resumed
        assert Recalibration(tmp_path, other, origin_of(source), quietly).resumed


def test_what_was_begun_for_another_stream_is_not_gone_on_with(tmp_path: Path) -> None:
    source = InMemory(some_events(1500))
    mine = origin_of(source)()._replace(seal="mine")
    Recalibration(tmp_path, WISH, lambda: mine, quietly, {"older", "mine"})
    assert Recalibration(tmp_path, WISH, lambda: mine, quietly, {"mine", "newer"}).resumed
    other = mine._replace(seal="other", version=2)
    begun = Recalibration(tmp_path, WISH, lambda: other, quietly, {"other"})
    assert not begun.resumed
    assert begun.origin.version == 2


def test_too_few_events_are_refused(tmp_path: Path) -> None:
    source = InMemory(some_events(300))
    work = Recalibration(tmp_path, WISH, origin_of(source), quietly)
    with pytest.raises(Refused, match="300 events, at least 1,000"):
        work.run(source, None, Prover())


def test_without_a_part_held_out_all_is_fitted_and_nothing_proved(tmp_path: Path) -> None:
    source, prover = InMemory(some_events(EVENTS)), Prover()
    wish = Wish(plan=WISH.plan, stream=STREAM, holdout=0.0)
    made = Recalibration(tmp_path, wish, origin_of(source), quietly).run(source, None, prover)
    assert prover.asked == []
    assert made.proved is None
    assert "held out" in made.why_unproved
    alone = Fit(source, source.ends(), WorkingFile(), WISH.plan).run()
    assert seal(made.fitted.numbers) == seal(alone.numbers)


def test_who_is_live_and_saw_the_window_is_no_match(tmp_path: Path) -> None:
    source, prover = InMemory(some_events(EVENTS)), Prover()
    live = Promoted(source.cut(0.9), {})
    made = Recalibration(tmp_path, WISH, origin_of(source, "v1"), quietly).run(source, live, prover)
    assert prover.asked == []
    assert "the very events" in made.why_unproved


def test_the_twin_learns_as_partitions_do_and_goes_on_where_it_was(tmp_path: Path) -> None:
    source = InMemory(some_events(EVENTS))
    whole = numbers_at(source, source.cut(0.75), STREAM, WorkingFile())
    alone = numbers_at(source, source.cut(0.75), Stream(1, 0, 500), WorkingFile())
    assert whole["items"].keys() == alone["items"].keys()
    assert seal(whole) != seal(alone)

    def killed(done: int) -> None:
        raise KilledError(done)

    path = tmp_path / "twin.sqlite"
    longer = InMemory(some_events(1_400))
    expected = numbers_at(longer, longer.ends(), STREAM, WorkingFile())
    with WorkingFile(path) as file, pytest.raises(KilledError):
        numbers_at(longer, longer.ends(), STREAM, file, None, killed)
    for _ in range(2):
        with WorkingFile(path) as file:
            assert seal(numbers_at(longer, longer.ends(), STREAM, file)) == seal(expected)


def test_the_twin_goes_on_with_what_was_promoted() -> None:
    source = InMemory(some_events(EVENTS))
    early = source.cut(0.5)
    numbers = Fit(source, early, WorkingFile(), WISH.plan).run().numbers
    promoted = Promoted(early, numbers)
    there = numbers_at(source, early, STREAM, WorkingFile(), promoted)
    assert seal(there) == seal(numbers)
    later = numbers_at(source, source.cut(0.75), STREAM, WorkingFile(), promoted)
    assert seal(later) != seal(numbers)


def test_the_twin_is_merged_when_the_stream_was() -> None:
    source = InMemory(some_events(EVENTS))
    end, rule = source.cut(0.75), STREAM
    events = source.count({}, end)
    late = rule.merged_at([events // 3, events + 1], events)
    assert late.merge_at == [events // 3]
    assert late.at_pace(events, 1.0) == late
    merged = numbers_at(source, end, late, WorkingFile())
    never = replace(rule, merge_every=0)
    assert seal(merged) != seal(numbers_at(source, end, rule, WorkingFile()))
    assert seal(merged) != seal(numbers_at(source, end, never, WorkingFile()))
    assert merged["items"].keys() == numbers_at(source, end, never, WorkingFile())["items"].keys()


def test_merges_that_most_events_came_before_do_not_tell_how_the_stream_learned() -> None:
    for known in ([], [60], [200]):
        assert STREAM.merged_at(known, 100) == STREAM
    assert STREAM.merged_at([50, 60], 100).merge_at == [50, 60]
    assert STREAM.merged_at([*range(1, 1_002)], 2_000) == STREAM


def test_relevance_keeps_the_live_blend() -> None:
    source = InMemory(some_events(EVENTS))
    fitted = Fit(source, source.cut(0.5), WorkingFile(), WISH.plan).run()
    live = numbers_at(source, source.cut(0.5), STREAM, WorkingFile())
    blended = blended_as(fitted, live).numbers["relevance"]
    assert blended.pop(BLEND) is live["relevance"][BLEND]
    rest = {width: table for width, table in fitted.numbers["relevance"].items() if width != BLEND}
    assert blended == rest
    assert blended_as(fitted, {}) is fitted


def test_a_quiet_stream_learns_as_one() -> None:
    stream = Stream(partitions=12, merge_every=10_000, statement_window=5)
    assert stream.at_pace(events=1_000_000, seconds=86_400.0 * 60) == Stream(1, 0, 5)
    assert stream.at_pace(events=60_000, seconds=3_600.0) == Stream(12, 1_000, 5)
    assert stream.at_pace(events=300_000, seconds=100.0) == stream


def test_where_merges_would_take_all_the_time_it_learns_as_one() -> None:
    stream = Stream(partitions=12, merge_every=10_000, statement_window=5)
    year = 86_400.0 * 365
    assert stream.at_pace(events=10_000_000, seconds=60_000.0) == stream
    assert stream.at_pace(events=10_000_001, seconds=60_000.0) == Stream(1, 0, 5)
    assert stream.at_pace(events=500_000_000, seconds=year) == Stream(1, 0, 5)
    unmerged = Stream(partitions=12, merge_every=0, statement_window=5)
    assert unmerged.at_pace(events=10_000_001, seconds=60_000.0) == unmerged


def test_a_share_of_the_learners_is_merged_as_often() -> None:
    stream = Stream(partitions=12, merge_every=10_000, statement_window=5)
    assert stream.of_some(1.0) == stream
    assert stream.of_some(0.1) == Stream(12, 1_000, 5)
    assert stream.of_some(1e-6) == Stream(12, 1, 5)
    assert Stream(12, 0, 5).of_some(0.5) == Stream(12, 0, 5)
