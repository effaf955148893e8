"""The live stream beside a replay of the same events on the same servers, in one run.

    PYTHONPATH=.:tests python -m bench.replay [--statements N] [--learners N]

Live: a backlog of statements is worked off by one worker, statement in, queue out. Replay:
`stepstream replay` builds states, queues and models of the same events in another namespace, start
of its processes included. Then `stepstream replay verify` compares the features that serve with
those that the events yield. Processor time is that of all processes of either, start included,
without Kafka and Redis: it says more than the clock where something else runs on the machine.
"""

import argparse
import resource
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.conditions import conditions
from bench.stream import applied_per_sec
from harness.commands import told
from harness.statements import answers
from harness.streams import publish_statements
from harness.workers import Workers, stack_settings

from stream.embedded.stack import EmbeddedStack
from stream.kafka import Admin
from stream.settings import Settings
from stream.topics import ALL


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--statements", type=int, default=60_000)
    parser.add_argument("--learners", type=int, default=2_000)
    options = parser.parse_args()
    print(conditions())
    with tempfile.TemporaryDirectory() as folder, EmbeddedStack(Path(folder)) as stack:
        settings = stack_settings(stack.bootstrap_servers, stack.redis_url, "live.")
        Admin(settings.kafka).ensure(ALL, settings.prefix, settings.partitions)
        statements = answers(options.statements, options.learners, 1)
        publish_statements(settings, [statement for _, statement in statements])
        before = processor_sec()
        with Workers(settings, Path(folder)) as workers:
            workers.start()
            live = applied_per_sec(settings, options.statements)
        between = processor_sec()
        made, seconds = timed(settings, "replay")
        after = processor_sec()
        verified, comparing = timed(settings, "replay", "verify")
    rate = made["events"] / seconds
    print(f"live, one worker, statements/s             {live:10,.0f}")
    print(f"replay, events/s, whole command            {rate:10,.0f}")
    print(f"ratio                                      {rate / live:10.2f}")
    busy = (between - before) / options.statements, (after - between) / made["events"]
    print(f"processor time, live and replay, us/event  {busy[0] * 1e6:10,.0f} {busy[1] * 1e6:,.0f}")
    differing = len(verified["differences"])
    print(f"features compared, different               {verified['features']:10,} {differing:,}")
    print(f"comparing, events/s                        {verified['events'] / comparing:10,.0f}")


def processor_sec() -> float:
    """What all processes that were started here and have ended have taken so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def timed(settings: Settings, *words: str) -> tuple[dict[str, Any], float]:
    """What a command says as JSON, and how long it took."""
    started = time.perf_counter()
    found = told(settings, *words)
    return found, time.perf_counter() - started


if __name__ == "__main__":
    main()
