"""What the guard does on real answers: whether it puts models aside that it had better leave alone.

    PYTHONPATH=.:tests python -m bench.guard [--partitions 12] [--rows N] FILE ...

The files are those of `stepstream evaluate success`. One line for each change of a model's standing
in a partition; then, for each file, how many outcomes success was measured by, the loss of the
model, of its baseline and of what served, over all partitions.
"""

import argparse
from pathlib import Path

from offline.answers import read_answers
from offline.clocks import clock_of
from offline.events import Events
from offline.replay import Layout, Replay
from online_models.guard import describe
from online_models.monitor import UNITS, QualityMonitor
from online_models.observation import Observation
from online_models.prequential import Prequential


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--partitions", type=int, default=12)
    parser.add_argument("--rows", type=int, default=None)
    options = parser.parse_args()
    for file in options.files:
        _report(file, options.partitions, options.rows)


class _Served:
    """The loss of a model and of what served in its place."""

    def __init__(self) -> None:
        self.model, self.served = Prequential(), Prequential()

    def count(self, one: Observation, *, aside: bool) -> None:
        """Score one prediction of success; `aside` as it was when it was made."""
        self.model.update(one.predicted, one.baseline, one.observed)
        served = one.baseline if aside else one.predicted
        self.served.update(served, one.baseline, one.observed)


def _report(file: Path, partitions: int, rows: int | None) -> None:
    answers = read_answers(file, rows)
    events = Events(answers, clock_of(answers, "auto"))
    replay, scored = Replay(Layout(partitions)), _Served()
    monitors = [models.quality for models in replay._models]
    aside = [False] * partitions
    print(file.name)
    for row in range(len(answers)):
        event = events(row)
        home = replay._home(event.learner)
        for one in replay.apply(row, event):
            if one.model == "success":
                scored.count(one, aside=aside[home])
        if _tell(monitors[home], row, home):
            aside[home] = "success" in monitors[home].put_aside
    model, served = scored.model.read(), scored.served.read()
    print(
        f"  {model.events:.0f} outcomes, log-loss {model.log_loss:.4f}, baseline "
        f"{model.baseline_log_loss:.4f}, served {served.log_loss:.4f}"
    )


def _tell(monitor: QualityMonitor, row: int, partition: int) -> bool:
    changes = monitor.changes()
    for model, standing in changes:
        print(f"  row {row}, partition {partition}, {model}: {describe(standing, UNITS[model])}")
    return bool(changes)


if __name__ == "__main__":
    main()
