"""Nothing is left to be compiled when events come."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

LIFE = """
from random import Random

from bench.hot_path import NOW, catalogue, events
from online_models.compiled import variants
from online_models.ensemble import next_base
from online_models.replica import Replica
from online_models.served import Served
from processors.application import Application
from processors.objective import Objective
from processors.queueing import Basis, Occasion, rebuild
from processors.state import decode
from processors.warming import warm_up
from schemas.checkpoint import Memory

warmed = warm_up()
rng, models = Random(1), Replica()
reference = catalogue(rng)
told = events(reference, rng, 600)
for _ in range(2):
    work = Application(Memory({}, {}), models)
    for offset, event in enumerate(told):
        work.apply(offset, event)
    basis = Basis(reference, Served(models), Objective())
    for learner, blob in work.encoded_states().items():
        rebuild(learner, decode(blob), basis, Occasion(NOW, 7, {}))
    base = next_base(models.base, 1, [type(model) for model in models.merged], [models.own()])
    models = Replica()
    models.rebase(base, {})
print(warmed, variants())
"""


def test_what_is_warmed_up_is_all_that_events_queues_and_merges_compile() -> None:
    done = subprocess.run(  # noqa: S603 - a process of its own, where nothing is compiled yet
        [sys.executable, "-c", LIFE],
        cwd=ROOT,
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"},
        capture_output=True,
        text=True,
        check=True,
    )
    warmed, after = map(int, done.stdout.split())
    assert warmed == after > 0, "what was compiled before is only loaded, and counts when called"
