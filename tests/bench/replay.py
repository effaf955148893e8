"""The live stream beside a replay of the same events on the same servers, in one run.

    PYTHONPATH=.:tests python -m bench.replay [--statements N] [--learners N] [--from topic|archive]

Live: a backlog of statements is worked off by one worker (statement in, queue out). Replay:
`stepstream replay` builds states, queues and models of the same events in another namespace.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.conditions import conditions
from bench.stream import _applied_per_sec, _publish, _settings, _workers  # noqa: PLC2701
from harness.statements import answers
from harness.workers import ROOT, environment

from schemas.codec import decode_json
from stream.embedded.stack import EmbeddedStack


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--statements", type=int, default=60_000)
    parser.add_argument("--learners", type=int, default=2_000)
    options = parser.parse_args()
    print(conditions())
    with tempfile.TemporaryDirectory() as folder, EmbeddedStack(Path(folder)) as stack:
        settings = _settings(stack, "live.")
        _publish(settings, [one for _, one in answers(options.statements, options.learners, 1)])
        with _workers(settings) as workers:
            workers.start()
            live = _applied_per_sec(settings, options.statements)
        print(f"live, one worker, statements/s             {live:10,.0f}")
        import os

        started = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "stream.cli", "replay", "--json"],
            cwd=ROOT,
            env=os.environ | environment(settings),
            check=True,
            capture_output=True,
        )
        seconds = time.perf_counter() - started
        print(decode_json(done.stdout))
        print(
            f"replay, statements/s whole command {options.statements / seconds:10,.0f} ratio {options.statements / seconds / live:.2f}"
        )


if __name__ == "__main__":
    main()
