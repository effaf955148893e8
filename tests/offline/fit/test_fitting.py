"""A fit: resumed anywhere it ends the same, and it knows nothing of what came later."""

from contextlib import suppress
from pathlib import Path

import pytest
from harness.events_that_were import InMemory, some_events

from offline.fit.cut import first_part
from offline.fit.fitting import Fit, Fitted
from offline.fit.plan import Plan, fading_share, recency
from offline.passes import passing
from offline.passes.working_file import WorkingFile
from online_models.meaning import MODELS
from online_models.packing import digest, pack
from online_models.replica import Replica
from online_models.tables import Base, ModelBase

PLAN = Plan(statement_window=500)


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passing, "FEWEST", 200)


def seal(fitted: Fitted) -> str:
    return digest({name: pack(tables) for name, tables in fitted.numbers.items()})


class BrokenOffError(Exception):
    """The machine went away."""


class Breaks(InMemory):
    """Goes away after some events."""

    def __init__(self, whole: InMemory, left: int) -> None:
        self.rows, self.left, self._whole = whole.rows, left, whole

    def count(self, after: object, up_to: object) -> int:
        return self._whole.count(after, up_to)  # type: ignore[arg-type]

    def read(self, after: object, up_to: object) -> "object":  # type: ignore[override]
        for row in super().read(after, up_to):  # type: ignore[arg-type]
            self.left -= 1
            if self.left < 0:
                raise BrokenOffError
            yield row


def test_what_was_broken_off_anywhere_ends_the_same(tmp_path: Path) -> None:
    source = InMemory(some_events(1_000))
    cut = source.cut(0.8)
    whole = Fit(source, cut, WorkingFile(), PLAN)
    first = whole.run()
    finished = whole.finish(source.ends())
    path = tmp_path / "fit.sqlite"
    for left in (300, 700, 650):
        with WorkingFile(path) as file, suppress(BrokenOffError):
            fit = Fit(Breaks(source, left), cut, file, PLAN)
            fit.run()
    with WorkingFile(path) as file:
        again = Fit(source, cut, file, PLAN)
        assert again.stage == "2"
        again.run()
        assert seal(again.finish(source.ends())) == seal(finished) != seal(first)
        assert again.finish(source.ends()).offsets == source.ends()


def test_later_events_change_nothing() -> None:
    events = some_events(1_000)
    source, less = InMemory(events), InMemory(events[:600])
    fits = [Fit(one, less.ends(), WorkingFile(), PLAN).run() for one in (source, less)]
    assert seal(fits[0]) == seal(fits[1])
    assert fits[0].offsets == less.ends()
    assert fits[0].events == 600
    assert fits[0].metrics == fits[1].metrics


def test_another_fit_begins_anew() -> None:
    source, file = InMemory(some_events(600)), WorkingFile()
    first = Fit(source, source.cut(0.5), file, PLAN).run()
    fit = Fit(source, source.ends(), file, PLAN)
    assert fit.stage == "1"
    assert fit.run().events == 600
    alone = Fit(source, source.cut(0.5), WorkingFile(), PLAN).run()
    assert seal(alone) == seal(first)


def test_what_is_fitted_can_serve_and_knows_every_model() -> None:
    source = InMemory(some_events(800))
    fitted = Fit(source, source.ends(), WorkingFile(), PLAN).run()
    assert set(fitted.numbers) == {model.name for model in MODELS}
    replica = Replica()
    base = Base(1, {name: ModelBase(tables) for name, tables in fitted.numbers.items()})
    replica.restore({}, base)
    one, two = fitted.metrics["passes"]
    assert set(one) == set(two) >= {"success", "relevance", "retention"}
    assert two["success"]["loss"] < one["success"]["loss"]
    assert set(fitted.metrics["calibration"]) == {"success", "engagement", "retention"}


def test_states_are_left_as_the_last_pass_has_them() -> None:
    source = InMemory(some_events(400))
    fit = Fit(source, source.ends(), WorkingFile(), PLAN)
    fit.run()
    assert fit.state("learner-1")
    assert fit.state("nobody") is None


def test_what_is_kept_with_it_is_there_again(tmp_path: Path) -> None:
    source = InMemory(some_events(50))
    for expected in (None, b"this"):
        with WorkingFile(tmp_path / "fit.sqlite") as file:
            fit = Fit(source, source.ends(), file, PLAN)
            assert fit.kept("a") == expected
            fit.keep("a", b"this")


def test_the_first_part_is_the_first_in_time() -> None:
    source = InMemory(some_events(100))
    nothing = dict.fromkeys(source.ends(), -1)
    part = first_part(source, source.ends(), 0.6)
    assert part.offsets == nothing | source.cut(0.6)
    assert part.events == 60
    assert part.seconds == source.rows[59].logged_at - source.rows[0].logged_at
    assert first_part(source, source.ends(), 0.0) == (nothing, 0, 0.0)


def test_fading_multiplies_up_to_recency() -> None:
    share = 1.0
    for part in range(5, 20):
        share *= fading_share(part / 20, (part + 1) / 20)
    assert share == pytest.approx(recency(0.25) / recency(1.0))
    assert recency(0.0) == 0.25
    assert recency(1.0) == 1.0
