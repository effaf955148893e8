"""A bare Faust agent that does nothing, stock transport: what Faust alone costs.

    python tests/harness/bare_agent.py SERVERS TOPIC COUNT

Prints the seconds between the first and the last of COUNT messages.
"""

import asyncio
import sys
import tempfile
import time

import faust
import uvloop


def main() -> None:
    """The command."""
    servers, topic_name, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    app = faust.App(
        f"bare-{time.time_ns()}",
        broker=f"kafka://{servers}",
        value_serializer="raw",
        key_serializer="raw",
        store="memory://",
        web_enabled=False,
        datadir=tempfile.mkdtemp(),
        topic_allow_declare=False,
        topic_disable_leader=True,
        consumer_auto_offset_reset="earliest",
        stream_buffer_maxsize=65_536,
    )
    topic = app.topic(topic_name, value_serializer="raw", key_serializer="raw")
    seen: list[float] = []
    done = asyncio.Event()

    async def agent(stream: faust.StreamT[bytes]) -> None:
        async for _ in stream:
            seen.append(time.perf_counter())
            if len(seen) >= count:
                done.set()

    app.agent(topic)(agent)

    async def run() -> None:
        await app.start()
        await asyncio.wait_for(done.wait(), 120)
        print(seen[-1] - seen[0], flush=True)
        await app.stop()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run())


if __name__ == "__main__":
    main()
