"""The demo itself: publish at a pace, look now and then, wait until all is handled, sum up."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from stream import clock
from stream.demo.figures import Figures, Summary, figures
from stream.demo.place import Place
from stream.demo.readings import Readings
from stream.demo.screen import Frame, Screen
from stream.demo.sources import Pace, Source, statements
from stream.demo.watching import Watch
from stream.log import Message

_STEP_SEC = 0.02
_LOOK_SEC = 0.5
_ASK_SEC = 0.2
_STUCK_SEC = 30.0
"""Without any progress for so long, what is left will not be handled."""
_QUALITY_SEC = 6.0
"""A worker tells the quality of its predictions every five seconds."""


@dataclass(slots=True, kw_only=True)
class Demo:
    """One run: a source of statements, a place where they are handled, a learner to watch."""

    place: Place
    title: str
    """Where it runs, for people."""
    source: Source
    rate: float
    """Messages a second; 0 means as fast as possible."""
    watch: Watch
    screen: Screen
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    """Set from outside to end the publishing early."""
    _published: int = 0
    _started: float = 0.0
    _looked: float = 0.0
    _figures: Figures = field(default_factory=lambda: figures(Readings()))

    async def run(self, reference: Sequence[Message]) -> Summary:
        """Run to the end; what runs then is left to be stopped by whoever owns it.

        Raises:
            StepstreamError: where the worker does not start, or ends for good.
        """
        self.screen.say("starting the worker")
        await self.place.start(reference)
        self._started = self._looked = clock.monotonic()
        await self._publish()
        is_settled = await self._settle()
        seconds = clock.monotonic() - self._started
        if is_settled:
            await self._wait_for_quality()
        return await self._summary(seconds, is_settled=is_settled)

    async def _publish(self) -> None:
        pace = Pace(self.rate, clock.monotonic)
        while not self.stopping.is_set():
            if due := pace.due():
                messages = self.source.take(due, clock.now())
                if not messages:
                    return
                self.watch.note(messages, clock.now())
                await self.place.publish(messages)
                self._published += statements(messages)
            else:
                await asyncio.sleep(_STEP_SEC)
            if clock.monotonic() - self._looked >= _LOOK_SEC:
                await self._look()

    async def _look(self) -> None:
        self.place.restarts()
        before, since = self._figures, self._looked
        readings, self._looked = await self.place.readings(), clock.monotonic()
        elapsed_sec = self._looked - self._started
        self._figures = figures(readings, elapsed_sec)
        self.watch.look()
        self.screen.show(
            Frame(
                place=self.title,
                elapsed_sec=elapsed_sec,
                published=self._published,
                per_second=max(0, self._figures.handled - before.handled) / (self._looked - since),
                now=self._figures,
                best_auc=self.source.best_auc(),
                watch=self.watch,
            )
        )

    async def _settle(self) -> bool:
        """Wait until everything has been handled; whether it was."""
        moved, before = clock.monotonic(), self._figures.progress
        while not await self.place.is_idle():
            await asyncio.sleep(_ASK_SEC)
            await self._look()
            if self._figures.progress != before:
                moved, before = clock.monotonic(), self._figures.progress
            if clock.monotonic() - moved > _STUCK_SEC:
                return False
        return True

    async def _wait_for_quality(self) -> None:
        deadline = clock.monotonic() + _QUALITY_SEC
        await self._look()
        while self._figures.lacks_quality and clock.monotonic() < deadline:
            await asyncio.sleep(_ASK_SEC)
            await self._look()

    async def _summary(self, seconds: float, *, is_settled: bool) -> Summary:
        return Summary(
            kafka=self.place.kind,
            published=self._published,
            counted=await self.place.counted(),
            worker=figures(await self.place.readings(), seconds),
            best_auc=self.source.best_auc(),
            seconds=seconds,
            restarts=self.place.restarts(),
            is_settled=is_settled,
            prefix=self.place.settings.prefix,
        )
