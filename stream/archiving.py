"""An archiver at work: joins its group, reads, writes, until it is told to end or has all."""

import logging
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from offline.archive.listing import Archive
from offline.archive.schemas import SCHEMAS
from offline.places import Place
from schemas.errors import ConfigurationError, Unavailable
from stream import clock
from stream.archiver import Archiver, Limits
from stream.erasing.files import catch_up
from stream.kafka import Admin
from stream.kafka_group import GroupReader, Membership, Ownership
from stream.metrics import Metrics
from stream.settings import Settings

_log = logging.getLogger("stepstream")


@dataclass(frozen=True, slots=True)
class Wish:
    """How to archive."""

    once: bool = False
    """End when all is archived that was there at the start."""
    limits: Limits = field(default_factory=Limits)
    compacts: bool = True
    """Put small files together as it goes."""
    member: str = ""
    """A name in the group that stays; see `stream.kafka_group.Membership`."""


def archive_of(settings: Settings) -> Archive:
    """The archive that the settings name.

    Raises:
        ConfigurationError: where nothing is known of such a URL.
    """
    return Archive(Place(settings.archive_place), settings.prefix)


class Archiving:
    """One archiver process.

    Args:
        settings: where Kafka and the archive are.
        wish: how to archive.
        progress: told how many messages are left, of how many, while `once`.
    """

    def __init__(
        self, settings: Settings, wish: Wish, progress: Callable[[int, int], None]
    ) -> None:
        self._settings, self._wish, self._progress = settings, wish, progress
        self.metrics = Metrics()
        self._archiver = Archiver(
            archive_of(settings), lambda: self._reader, wish.limits, self.metrics, clock.monotonic
        )
        self._reader: GroupReader
        self._told = threading.Event()
        self._most = 0

    def run(self) -> int:
        """Archive until SIGTERM or SIGINT, or all is there; returns how many messages.

        Raises:
            Unavailable: where Kafka or the place cannot be reached, or is full; what is archived
                is whole, and the next run goes on from there.
            Corrupt: where archive and Kafka cannot belong together.
            ConfigurationError: where a topic is missing.
        """
        topics = self._topics()
        if count := catch_up(self._settings, archive_of(self._settings)):
            _log.info("the archive has heard of %d erasures", count)
        membership = Membership(
            self._settings.kafka,
            f"{self._settings.group}-archive",
            self._settings.session_timeout_sec,
            self._wish.member,
        )
        archiver = self._archiver
        ownership = Ownership(archiver.take, archiver.give, archiver.lose)
        with self._listening():
            self._reader = GroupReader(membership, topics, ownership)
            try:
                self._loop()
                archiver.flush()
            finally:
                self._reader.close()
        return archiver.archived

    def _topics(self) -> list[str]:
        topics = [self._settings.prefix + topic for topic in SCHEMAS]
        known = Admin(self._settings.kafka, self._settings.patience_sec).partitions()
        if missing := [topic for topic in topics if topic not in known]:
            raise ConfigurationError(
                f"topic {missing[0]} does not exist: create it with `stepstream topics`"
            )
        return topics

    def _loop(self) -> None:
        deadline = clock.monotonic() + self._settings.patience_sec
        while not self._told.is_set():
            self.metrics.heartbeat.set(clock.now())
            self._archiver.add(self._reader.poll())
            if self._archiver.is_due():
                self._archiver.flush()
                if self._wish.compacts:
                    self._archiver.tidy()
            if self._wish.once and self._is_complete(deadline):
                return

    def _is_complete(self, deadline: float) -> bool:
        if not self._reader.assignments:
            if clock.monotonic() > deadline:
                raise Unavailable(
                    "no partition was had in time: another archiver that died may still count as "
                    "a member of the group; try again"
                )
            return False
        left = self._archiver.left(self._reader.at_end)
        self._most = max(self._most, left)
        self._progress(left, self._most)
        return not left

    @contextmanager
    def _listening(self) -> Iterator[None]:
        numbers = (signal.SIGTERM, signal.SIGINT)
        before = {one: signal.signal(one, lambda *_: self._told.set()) for one in numbers}
        try:
            yield
        finally:
            for one, handler in before.items():
                signal.signal(one, handler)
