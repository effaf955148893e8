"""A worker: both agents, the reference feed and the clock of rebuilds, in one process."""

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable, Mapping

import uvloop

from processors.objective import Objective
from processors.pipeline import World
from processors.reference import Reference
from schemas.errors import Unavailable
from stream import clock
from stream.app import build_app, end_process, guarded
from stream.collector import spare_the_collector
from stream.ingester import Ingester
from stream.kafka import Admin, Publisher
from stream.lag import LagWatch
from stream.merging_process import MergingProcess
from stream.metrics import Metrics
from stream.namespaces import Namespaces, serving
from stream.personalizer import Personalizer
from stream.records import RawRecord, Record
from stream.reference_feed import ReferenceFeed, take
from stream.settings import Settings
from stream.stall import StallWatch
from stream.store.redis_store import RedisStore
from stream.topic_creation import create_topics
from stream.topics import EVENTS
from stream.version_watch import VersionWatch

_TICK_SEC = 0.25
_ADOPT_SEC = 0.1
_QUALITY_EVERY_TICKS = 20
_WATCH_SEC = 5.0
_TEND_SEC = 1.0
_ASK_SEC = 1.0
_MERGER = 0
"""The worker that owns this partition merges: one among all that share the topic."""

_log = logging.getLogger("stepstream")


class Worker:
    """What Faust's agents call, and what runs beside them.

    Args:
        settings: with the namespace that it works in.
        follows: whether it ends when another namespace serves.
    """

    def __init__(self, settings: Settings, objective: Objective, *, follows: bool) -> None:
        self._settings = settings
        self._follows = follows
        self._namespaces = Namespaces(settings.store, settings.prefix)
        self._reference = Reference()
        self._metrics = Metrics()
        self._publisher = Publisher(settings.kafka)
        self._ingester = Ingester(
            settings, self._reference, self._publisher, self._metrics, clock.monotonic
        )
        self._store = RedisStore(settings.store, settings.partitions)
        self._personalizer = Personalizer(
            settings,
            World(self._reference, objective, settings.statement_window, settings.slice_by),
            self._store,
            self._publisher,
            self._metrics,
            clock.now,
        )

        self._merging = MergingProcess(settings, self._metrics)

    async def ingest(self, records: list[RawRecord]) -> None:
        """See `Agents.ingest`."""
        await self._ingester.ingest(records)

    async def personalize(self, records: Mapping[int, list[RawRecord]]) -> None:
        """See `Agents.personalize`."""
        await self._personalizer.personalize(records)

    async def resume(self, partitions: set[int]) -> dict[int, int]:
        """See `Agents.resume`."""
        resumed = await self._personalizer.resume(partitions)
        await self._check_namespace()
        return resumed

    async def _check_namespace(self) -> None:
        if self._follows:
            await self._namespaces.check(self._settings.namespace)

    async def run(self) -> None:
        """Run until the process is told to end."""
        feed = self._feed = ReferenceFeed(self._settings.kafka, self._settings.prefix)
        count = await asyncio.to_thread(feed.load, self._take_reference)
        _log.info("reference data: %d messages", count)
        loop = asyncio.get_running_loop()

        def receive(record: Record) -> None:
            loop.call_soon_threadsafe(self._take_reference, record)

        feed.follow(receive)
        if self._settings.metrics_port >= 0:
            port = self._metrics.serve(self._settings.metrics_host, self._settings.metrics_port)
            _log.info("metrics at http://%s:%d/metrics", self._settings.metrics_host, port)
        spare_the_collector()
        app = build_app(self._settings, self)
        await app.start()
        beside = [asyncio.ensure_future(guarded(task)()) for task in self._beside()]
        try:
            await self._tick_for_ever()
        finally:
            for task in beside:
                task.cancel()
            await self._merging.end()
            await app.stop()
            feed.close()

    def _beside(self) -> list[Callable[[], Awaitable[None]]]:
        """What runs beside agents and ticks."""
        merging = [self._adopt_for_ever, self._merge_for_ever] if self._settings.merge_every else []
        lag = LagWatch(self._settings, self._metrics)
        versions = VersionWatch(self._store.pool, self._metrics)
        return [self._watch_for_ever, self._follow_for_ever, lag.run, versions.run, *merging]

    def _take_reference(self, record: Record) -> None:
        change = take(self._reference, self._settings.prefix, record)
        if isinstance(change, str):
            _log.warning("reference data not used: %s", change)
        else:
            self._personalizer.take(change)

    async def _tick_for_ever(self) -> None:
        ticks = 0
        while True:
            more = await self._personalizer.tick()
            self._metrics.heartbeat.set(clock.now())
            ticks += 1
            if ticks % _QUALITY_EVERY_TICKS == 0:
                self._personalizer.export()
            await asyncio.sleep(0 if more else _TICK_SEC)

    async def _adopt_for_ever(self) -> None:
        while True:
            await self._personalizer.adopt()
            await asyncio.sleep(_ADOPT_SEC)

    async def _merge_for_ever(self) -> None:
        while True:
            await self._merging.tend(wanted=_MERGER in self._personalizer.applied())
            await asyncio.sleep(_TEND_SEC)

    async def _follow_for_ever(self) -> None:
        while True:
            await asyncio.sleep(_ASK_SEC)
            await self._check_namespace()

    async def _watch_for_ever(self) -> None:
        """Asks Kafka itself, over a connection of its own: the agents' one may be what stalls."""
        watch = StallWatch(self._settings.stall_sec)
        admin = Admin(self._settings.kafka)
        topic = self._settings.prefix + EVENTS.name
        while True:
            await asyncio.sleep(_WATCH_SEC)
            self._feed.check()
            applied = self._personalizer.applied()
            try:
                ends = await asyncio.to_thread(admin.ends, topic)
            except Unavailable as error:
                _log.warning("%s", error)
                continue
            if stuck := watch.stalled(clock.monotonic(), applied, ends):
                raise Unavailable(
                    f"partitions {stuck} have unread events and stand still for more than "
                    f"{self._settings.stall_sec:.0f} s: the worker starts afresh"
                )


async def wait_for_kafka(settings: Settings) -> None:
    """Returns when Kafka answers and the topics serve.

    Raises:
        Unavailable: where it does not answer within the configured patience.
        ConfigurationError: where a topic exists with another number of partitions.
    """
    deadline = clock.monotonic() + settings.patience_sec
    while True:
        try:
            await asyncio.to_thread(create_topics, settings)
        except Unavailable:
            if clock.monotonic() > deadline:
                raise
            _log.warning("waiting for Kafka at %s", settings.kafka)
        else:
            return


async def _main(settings: Settings, objective: Objective, told: asyncio.Event) -> None:
    loop, task = asyncio.get_running_loop(), asyncio.current_task()

    def stop() -> None:
        told.set()
        if task is not None:
            task.cancel()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    await wait_for_kafka(settings)
    follows = not settings.namespace
    await Worker(await serving(settings), objective, follows=follows).run()


def run_worker(settings: Settings, objective: Objective) -> None:
    """Run a worker in this process until SIGTERM or SIGINT.

    Any other end, also one that Faust calls orderly, ends the process with a code that says what
    to do: a worker that stops by itself must not look as if somebody had stopped it.
    """
    told = asyncio.Event()
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_main(settings, objective, told))
    except BaseException as error:  # noqa: BLE001  whatever it is, going on would lose events
        if not told.is_set():
            end_process(error)
    if not told.is_set():
        end_process(Unavailable("the worker stopped by itself; it must be started again"))
    _log.info("stopped")
