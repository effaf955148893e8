"""Losses and counts, the same after a restart."""

from math import log

import pytest

from offline.fit.tally import BINS, Tally, log_odds_of_bins
from online_models.observation import Observation


def test_losses_are_means_by_model() -> None:
    tally = Tally()
    tally.add([Observation("success", 0.8, 0.5, 1.0), Observation("duration", 1.0, 3.0, 2.0)])
    tally.add([Observation("success", 0.8, 0.5, 0.0)])
    means = tally.means()
    assert means["success"] == pytest.approx(
        {"events": 2.0, "loss": -(log(0.8) + log(0.2)) / 2.0, "baseline": log(2.0)}
    )
    assert means["duration"] == {"events": 1.0, "loss": 1.0, "baseline": 1.0}


def test_probabilities_are_counted_by_their_log_odds() -> None:
    tally = Tally()
    tally.add([Observation("success", p, 0.5, 1.0) for p in (0.0, 0.5, 1.0)])
    counted = tally.of("success")
    assert counted.trials.sum() == counted.successes.sum() == 3.0
    assert counted.trials[0] == counted.trials[-1] == 1.0
    assert abs(log_odds_of_bins()[counted.trials.argsort()[-3:]]).min() < 0.1
    assert len(tally.of("engagement").trials) == BINS
    assert len(tally.of("gain").trials) == 0


def test_it_goes_on_after_a_restart() -> None:
    tally, copy = Tally(), Tally()
    tally.add([Observation("success", 0.3, 0.5, 1.0), Observation("gain", 0.1, 0.0, 0.3)])
    copy.restore(tally.packed())
    for one in (tally, copy):
        one.add([Observation("success", 0.9, 0.5, 0.0)])
    assert copy.packed() == tally.packed()
    copy.restore(b"")
    assert copy.means() == {}
