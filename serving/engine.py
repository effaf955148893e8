"""The engine as handlers see it: what is read, what is written, who may see whom."""

import asyncio
import logging
import os
import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from processors.identity import Pseudonyms, learner_keys
from processors.objective import Objective
from processors.reference import Reference
from schemas.errors import EXIT_RESTART, ConfigurationError, Corrupt, Unavailable
from serving.access.audit import Access
from serving.access.feed import keys_feed, taking
from serving.access.keys import Caller, Denial, Keyring
from serving.access.limits import Limiter
from serving.access.trail import Trail
from serving.parameters import LONGEST_LEARNER
from serving.problems import Problem
from serving.queue_feed import QueueFeed
from stream import clock
from stream.collector import spare_the_collector
from stream.kafka import Publisher
from stream.lag import LagWatch
from stream.metrics import Metrics
from stream.namespaces import Namespaces
from stream.records import Record
from stream.reference_feed import ReferenceFeed, take
from stream.settings import Settings, StoreSettings
from stream.store.redis_store import RedisStore
from stream.wiring import pseudonym_key, slices

_KEY = re.compile(r"[0-9a-f]{32}")
_REDIS_TIMEOUT_SEC = 1.0
_ASK_SEC = 1.0
_LOOK_SEC = 5.0
_log = logging.getLogger("stepstream")


class Engine:
    """What handlers ask.

    Args:
        settings: with addresses; the namespace is found and followed.
    """

    def __init__(self, settings: Settings, objective: Objective) -> None:
        self.settings = settings
        self.objective = objective
        self.reference = Reference()
        self.keyring = Keyring()
        self.limiter = Limiter()
        self.metrics = Metrics()
        self.publisher = Publisher(settings.kafka, patient=False)
        self.trail = Trail(self.publisher, settings.prefix)
        self.store = _store(settings)
        self.now = clock.now
        self.started = asyncio.Event()
        self.erasing = asyncio.Lock()
        """One erasure at a time: each looks through every store."""
        self.one_look = asyncio.Semaphore(1)
        """At the audit: each reads a topic."""
        self.streams = Counter[str]()
        """Open event streams by id of the key."""
        self._pseudonym_key = pseudonym_key(settings)
        self._slices = slices(settings)
        self._feeds: list[ReferenceFeed | Any] = []
        self._beside: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Load keys and reference data and follow them; returns when requests can be answered."""
        loop = asyncio.get_running_loop()
        kafka, prefix = self.settings.kafka, self.settings.prefix
        self.feed = await asyncio.to_thread(QueueFeed, kafka, prefix, loop)
        keys = await asyncio.to_thread(keys_feed, kafka, prefix)
        reference = await asyncio.to_thread(ReferenceFeed, kafka, prefix)
        self._feeds = [self.feed, keys, reference]
        await asyncio.to_thread(keys.load, taking(self.keyring))
        await asyncio.to_thread(reference.load, self._take)

        def receive(record: Record) -> None:
            loop.call_soon_threadsafe(self._take, record)

        keys.follow(taking(self.keyring))
        reference.follow(receive)
        lag = LagWatch(self.settings, self.metrics)
        beside = self._follow_namespace(), self._follow_groups(), lag.run()
        self._beside = [asyncio.create_task(one) for one in beside]
        spare_the_collector()
        self.started.set()

    async def stop(self) -> None:
        """Let go of everything; what was sent is acknowledged first."""
        self.started.clear()
        for task in self._beside:
            task.cancel()
        for feed in self._feeds:
            await asyncio.to_thread(feed.close)
        self.trail.send()
        await asyncio.to_thread(self.publisher.close)
        await self.store.close()

    def _take(self, record: Record) -> None:
        change = take(self.reference, self.settings.prefix, record)
        if isinstance(change, str):
            _log.warning("reference data not used: %s", change)

    async def _follow_namespace(self) -> None:
        """A replay may have another namespace serve (`stream.namespaces`)."""
        namespaces = Namespaces(_quick(self.settings.store), self.settings.prefix)
        while not self.settings.namespace:
            try:
                serving = await namespaces.serving()
            except (Unavailable, Corrupt):
                serving = self.namespace
            if serving != self.namespace:
                before, self.store = self.store, _store(self.settings.with_(namespace=serving))
                await before.close()
            await asyncio.sleep(_ASK_SEC)

    async def _follow_groups(self) -> None:
        """Beats, too: who is asked for it is the loop that answers."""
        while True:
            self._check_feeds()
            self.metrics.heartbeat.set(self.now())
            self._slices.admit(self.reference.sizes(self.settings.slice_by))
            await asyncio.sleep(_LOOK_SEC)

    def _check_feeds(self) -> None:
        """Who does not hear of revoked keys and erased learners must not answer."""
        try:
            for feed in self._feeds:
                feed.check()
        except Unavailable as error:
            _log.critical("%s", error)
            logging.shutdown()
            os._exit(EXIT_RESTART)

    def count_read(self, learner: str) -> None:
        """Count, by the learner's role or cohort, that a queue was handed out."""
        profile = self.reference.profile(learner)
        group = getattr(profile, self.settings.slice_by) if profile else ""
        self.metrics.learning.reads.labels(self._slices.label(group)).inc()

    @property
    def namespace(self) -> str:
        """The one that is read."""
        return self.store.namespace

    def pseudonyms(self, tenant: str) -> Pseudonyms:
        """What turns identifiers of a tenant's people into learner keys."""
        return _pseudonyms(self._pseudonym_key, tenant)

    def keys_of(self, caller: Caller, learner: str) -> tuple[str, ...]:
        """Keys under which a learner may be known, the usual one first.

        Raises:
            Problem: 404 for another tenant's key, 400 where `learner` names nobody.
        """
        text = learner.strip()
        if not text or len(text) > LONGEST_LEARNER:
            raise _nobody()
        pseudonyms = self.pseudonyms(caller.tenant)
        if _KEY.fullmatch(text.lower()):
            if not pseudonyms.owns(text.lower()):
                self.metrics.denied.labels(Denial.TENANT.value).inc()
                raise unknown_learner()
            return (text.lower(),)
        home_page = caller.home_page or self.settings.home_page
        try:
            return learner_keys(text, pseudonyms, home_page)
        except (ConfigurationError, UnicodeError):
            raise _nobody() from None

    async def queue(self, keys: Sequence[str]) -> tuple[str, bytes | None]:
        """The first of `keys` that has a queue, and the queue; else the first key and None.

        Raises:
            Unavailable: where Redis does not answer at once.
        """
        found = await self.store.queues(keys)
        for key, queue in zip(keys, found, strict=True):
            if queue is not None:
                return key, queue
        return keys[0], None

    def audit(self, caller: Caller, action: str, learner: str) -> None:
        """Note that `caller` did `action` with what is known of `learner` (a key)."""
        access = Access(
            at=self.now(),
            tenant=caller.tenant,
            key=caller.id,
            name=caller.name,
            action=action,
            learner=learner,
        )
        self.trail.note(access)

    def denied(self, why: Denial, scope: Any) -> None:
        """Count and log a refusal, without anything that the sender wrote but for the route."""
        self.metrics.denied.labels(why.value).inc()
        _log.info("denied (%s) %s %s", why.value, scope.get("method"), route_of(scope))


def route_of(scope: Any) -> str:
    """The template of the route that a request found; never the path, which may name people."""
    return str(scope.get("path_template") or "(none)")


def _nobody() -> Problem:
    return Problem(400, "invalid_learner", "learner must be a key or an identifier")


def unknown_learner() -> Problem:
    """The answer for a learner of whom the caller's tenant knows nothing."""
    return Problem(404, "unknown_learner", "nothing is known of this learner in your tenant")


@lru_cache(maxsize=10_000)
def _pseudonyms(key: bytes, tenant: str) -> Pseudonyms:
    return Pseudonyms(key, tenant)


def _quick(settings: StoreSettings) -> StoreSettings:
    """A reader gets an answer at once or the fallback; waiting is for workers."""
    return settings.with_(patience_sec=0.0, timeout_sec=_REDIS_TIMEOUT_SEC)


def _store(settings: Settings) -> RedisStore:
    return RedisStore(_quick(settings.store), settings.partitions)
