"""The hands of a rebuild, one process each, and how they learn as one.

Each hand has one replica of the models for all of its partitions. When hands meet, what they have
learned is merged into the next base as the stream merges its partitions, and all go on with that.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from types import TracebackType
from typing import Any, Self

from online_models.ensemble import next_base
from online_models.packing import pack, unpack
from online_models.tables import NO_BASE, Base
from schemas.codec import pack as pack_plain
from schemas.codec import unpack as unpack_plain
from schemas.errors import StepstreamError, Unavailable
from stream.bases import MODELS
from stream.rebuild.hand import DONE, PROGRESS, work
from stream.settings import Settings

_PATIENCE_SEC = 10.0

Progress = Callable[[int], None]
"""Told how many more events, or learners, are done."""


class Hands:
    """Processes that share out partitions.

    Args:
        settings: with the namespace that they fill.
        source: name of the source of events.
        shares: partitions of each hand.
    """

    def __init__(self, settings: Settings, source: str, shares: Iterable[list[int]]) -> None:
        context = get_context("spawn")
        self._pipes: list[Connection] = []
        self._processes = []
        self.base = NO_BASE
        """What all hands stand on."""
        for partitions in shares:
            facts = {"settings": asdict(settings), "source": source, "partitions": partitions}
            ours, theirs = context.Pipe()
            process = context.Process(target=work, args=(theirs, pack_plain(facts)), daemon=True)
            process.start()
            theirs.close()
            self._pipes.append(ours)
            self._processes.append(process)

    def advance(self, ends: Mapping[int, int], progress: Progress) -> int:
        """Have every event up to `ends` learned; returns how many there were."""
        return sum(self._ask(progress, "advance", list(ends.items())))

    def meet(self) -> None:
        """Merge what the hands have learned; all go on with the base that this makes."""
        self.gather()
        self.stand_on(self.base)

    def gather(self) -> None:
        """Merge what the hands have learned into `base`; all must `stand_on` it before more."""
        owns = self._ask(_nobody, "own")
        taken = [{name: unpack(blob) for name, blob in own.items()} for own in owns]
        self.base = next_base(self.base, self.base.version + 1, MODELS, taken)

    def stand_on(self, base: Base) -> None:
        """Have the hands, who know nothing that it does not, go on with `base`."""
        packed = {name: pack(one.tables) for name, one in base.models.items()}
        self.base = base
        self._ask(_nobody, "rebase", base.version, packed)

    def land(self, now: float, progress: Progress) -> int:
        """Have everything written, with queues as of `now`; returns how many learners there are."""
        return sum(self._ask(progress, "land", now))

    def _ask(self, progress: Progress, *words: Any) -> list[Any]:
        told = pack_plain(words)
        for pipe in self._pipes:
            pipe.send_bytes(told)
        answers: dict[Connection, Any] = {}
        while waiting := [pipe for pipe in self._pipes if pipe not in answers]:
            ready = wait(waiting)
            for pipe in (one for one in waiting if one in ready):
                verb, answer = _hear(pipe)
                if verb == DONE:
                    answers[pipe] = answer
                elif verb == PROGRESS:
                    progress(answer)
                else:
                    raise StepstreamError(answer)
        return [answers[pipe] for pipe in self._pipes]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        for pipe in self._pipes:
            pipe.close()
        for process in self._processes:
            process.join(_PATIENCE_SEC)
            if process.is_alive():
                process.kill()


def _hear(pipe: Connection) -> tuple[str, Any]:
    try:
        verb, answer = unpack_plain(pipe.recv_bytes())
    except EOFError as error:
        raise Unavailable(
            "a process of the replay has died: look above for the reason, then run it again"
        ) from error
    return verb, answer


def _nobody(_: int) -> None:
    """Progress that nobody wants to hear of."""
