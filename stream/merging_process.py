"""Merging in a process of its own, so that no queue waits for it.

    python -m stream.merging_process

The worker that owns the first partition runs one (`MergingProcess`); if several installations
share a pool, each runs one, and the pool sees to it that one merge is made. It ends when its
standard input does: it cannot outlive its worker. One line of standard output tells of one merge.
"""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from dataclasses import asdict

from schemas.codec import decode_json, encode_json
from schemas.errors import StepstreamError
from stream import clock
from stream.merger import NOTICE_SEC, Merged, Merger
from stream.metrics import Metrics
from stream.settings import Settings, StoreSettings
from stream.store.redis_store import RedisStore

_LOOK_SEC = 0.5
"""How often it is asked whether it is time to merge."""
_LONGEST_SEC = 60.0
"""Nothing that was learned waits longer to be merged, however few events come."""
_SHARE = 0.1
"""A merge is followed by so long a rest that merging takes no more than this share of a core."""
_PATIENCE_SEC = 20.0
"""So long partitions may take to adopt a base before the next is made without what they know."""
_NICENESS = 10
"""Lets the queues have the processor first."""
_COMMAND = (sys.executable, "-m", "stream.merging_process")
_GRACE_SEC = 5.0


class MergingProcess:
    """The merging process of a worker; started, watched and ended by `tend`."""

    def __init__(self, settings: Settings, metrics: Metrics) -> None:
        self._settings = settings
        self._metrics = metrics
        self._process: Process | None = None
        self._reader: asyncio.Task[None] | None = None

    async def tend(self, *, wanted: bool) -> None:
        """See to it that the process runs if it is `wanted`, and only then."""
        ended = self._process is not None and self._process.returncode is not None
        if ended:
            self._metrics.merge_failures.inc()
        if ended or (self._process is not None and not wanted):
            await self.end()
        if wanted and self._process is None:
            await self._start()

    async def _start(self) -> None:
        process = await asyncio.create_subprocess_exec(
            *_COMMAND, stdin=PIPE, stdout=PIPE, start_new_session=True
        )
        assert process.stdin is not None  # noqa: S101  it was asked for
        settings = {"store": asdict(self._settings.store), "every": self._settings.merge_every}
        settings["partitions"] = self._settings.partitions
        process.stdin.write(encode_json(settings) + b"\n")
        self._process = process
        self._reader = asyncio.create_task(self._read(process))

    async def _read(self, process: Process) -> None:
        assert process.stdout is not None  # noqa: S101  it was asked for
        async for line in process.stdout:
            facts = decode_json(line)
            self._metrics.merges.inc()
            self._metrics.merge_seconds.observe(facts["seconds"])
            self._metrics.merged_events.set(facts["events"])
            for model, count in facts["parameters"].items():
                self._metrics.parameters.labels(model).set(count)

    async def end(self) -> None:
        """End the process, whatever it does: a merge that is cut short is harmless."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.returncode is None:
            process.kill()
        await process.wait()
        if self._reader is not None:
            await self._reader


async def merge_for_ever(settings: StoreSettings, partitions: int, every: int) -> None:
    """Merge whenever it is time to."""
    store = RedisStore(settings, partitions)
    merger = Merger(store.pool, every, NOTICE_SEC, _PATIENCE_SEC)
    last = clock.monotonic()
    while True:
        started, busy = clock.monotonic(), clock.processor()
        overdue = started - last >= _LONGEST_SEC
        merged = await merger.merge_if_due(overdue=overdue)
        if overdue or merged is not None:
            last = started
        seconds = clock.monotonic() - started
        if merged is not None:
            print(_line(merged, seconds), flush=True)  # noqa: T201  the worker reads it
        rest = (clock.processor() - busy) / _SHARE if merged else 0.0
        await asyncio.sleep(max(_LOOK_SEC, rest))


def _line(merged: Merged, seconds: float) -> str:
    facts = {"events": merged.merge.events, "parameters": merged.parameters, "seconds": seconds}
    return encode_json(facts).decode()


async def _until_standard_input_ends() -> None:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin.buffer
    )
    told = decode_json(await reader.readline())
    store = StoreSettings(**told["store"])
    work = asyncio.create_task(merge_for_ever(store, told["partitions"], told["every"]))
    leash = asyncio.create_task(reader.read())
    await asyncio.wait((work, leash), return_when=asyncio.FIRST_COMPLETED)
    if work.done():
        work.result()


def main() -> int:
    """The process; its exit code is an error's."""
    os.nice(_NICENESS)
    try:
        asyncio.run(_until_standard_input_ends())
    except StepstreamError as error:
        sys.stderr.write(f"merging ended: {error}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
