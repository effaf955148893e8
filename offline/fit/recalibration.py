"""Recalibration: fit on the older part, prove on the newer one, then learn that, too.

    recorded offsets     what the live shared base has learned of, and no event more is looked at
    |<----------- fitted ----------->|<--- proved --->|
                                     cut              recorded

What is handed over is what was proved, plus one pass over what it was proved on. Everything is kept
in a folder, so that whoever is killed goes on where it was.
"""

from base64 import b64decode, b64encode
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

from offline.archived import Offsets, Source
from offline.fit.cut import FirstPart, first_part
from offline.fit.fitting import Fit, Fitted, Watch, blended_as
from offline.fit.plan import Numbers, Plan
from offline.fit.twin import Promoted, Stream, numbers_at
from offline.passes.guarded import Guarded
from offline.passes.working_file import WorkingFile
from online_models.meaning import MEANING
from online_models.packing import pack, unpack
from schemas.codec import decode_json, encode_json
from schemas.errors import Refused
from schemas.version import Verdict

FEWEST_EVENTS = 1_000
"""There is nothing to fit on fewer."""

_TASK, _ORIGIN, _CUT, _PROVED = "task", "origin/", "cut", "proved"


class Origin(NamedTuple):
    """The live shared base, and the events that it has learned of."""

    version: int
    """`Merge.version`."""
    up_to: Offsets
    numbers: Numbers
    parent: str
    """Id of the version that is live; empty where there is none."""
    at: float
    """When that was, POSIX seconds."""
    seal: str = ""
    """`Merge.seal`."""
    merges: tuple[int, ...] = ()
    """After how many events most of the partitions were merged, ascending."""


class Contested(NamedTuple):
    """What is to be proved."""

    source: Source
    """It ends where the proof does."""
    cut: Offsets
    """The proof begins behind these."""
    live: Numbers
    candidate: Fitted
    state: Callable[[str], bytes | None]
    """A learner's state at the cut."""
    folder: Path
    """For what proving has to put aside."""


@dataclass(frozen=True, slots=True)
class Proved:
    """What proving came to."""

    verdict: Verdict
    metrics: Mapping[str, Any]
    report: bytes
    """A page of HTML."""


Prover = Callable[[Contested, Callable[[int], None]], Proved]
"""Also told whom to tell how many events are done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How to recalibrate."""

    plan: Plan
    stream: Stream
    holdout: float = 0.2
    """Share of the events, the newest, that the candidate is proved on; 0: it is not proved."""
    learners: float = 1.0
    """Share of the learners whose events the source gives, in (0, 1]."""


@dataclass(frozen=True, slots=True)
class Recalibrated:
    """What came out."""

    fitted: Fitted
    """On all events up to the recorded offsets."""
    proved: Proved | None
    why_unproved: str
    """Empty where it was proved."""


class Recalibration:
    """One recalibration in a folder of its own.

    Args:
        folder: where it is kept while it runs; what was begun there is gone on with.
        wish: how.
        origin: tells what is live; asked only where nothing was begun.
        watch: told of progress.
        seals: of the bases that led to what is live. What was begun on another one is of another
            stream, and is not gone on with; None: they are not asked for.
    """

    def __init__(
        self,
        folder: Path,
        wish: Wish,
        origin: Callable[[], Origin],
        watch: Watch,
        seals: Collection[str] | None = None,
    ) -> None:
        self._folder, self._wish, self._watch = folder, wish, watch
        self._seals = seals
        self._task = WorkingFile(folder / "task.sqlite")
        self.resumed = self._is_begun()
        """Whether it had been begun."""
        self.origin = self._known() if self.resumed else self._begun(origin())

    def _is_begun(self) -> bool:
        known = self._task.fact(_TASK)
        if known is None:
            return False
        task = decode_json(known)
        is_ours = self._seals is None or task["seal"] in self._seals
        return is_ours and self._how().items() <= task.items()

    def _how(self) -> dict[str, Any]:
        """What must be the same for going on."""
        wish = self._wish
        stream = asdict(wish.stream)
        del stream["merge_at"]  # the origin knows
        shares = {"holdout": wish.holdout, "learners": wish.learners}
        return {"plan": wish.plan.to_json(), "stream": stream, "meaning": MEANING} | shares

    def _begun(self, origin: Origin) -> Origin:
        self._task.clear()
        for name, tables in origin.numbers.items():
            self._task.put_fact(_ORIGIN + name, pack(tables))
        self._task.put_fact(_TASK, encode_json(_plain(origin) | self._how()))
        self._task.commit()
        return origin

    def _known(self) -> Origin:
        task = decode_json(self._task.fact(_TASK) or b"")
        packed = self._task.facts(_ORIGIN)
        up_to = _offsets(task["up_to"])
        numbers = {name: unpack(blob) for name, blob in packed.items()}
        known = {name: task[name] for name in ("version", "parent", "at", "seal")}
        return Origin(up_to=up_to, numbers=numbers, merges=tuple(task["merges"]), **known)

    def run(self, source: Source, promoted: Promoted | None, prover: Prover) -> Recalibrated:
        """Do it.

        Args:
            source: the archive.
            promoted: the version that is live, if any.
            prover: proves.

        Raises:
            Refused: where there is too little to fit on.
        """
        up_to = self.origin.up_to
        known = Guarded(source, up_to)
        _check_enough(known.count({}, up_to))
        part = self._cut(known)
        cut = part.offsets
        why = self._why_unproved(cut, promoted)
        with WorkingFile(self._folder / "fit.sqlite") as file:
            if why:
                fitted = self._fit(known, up_to, file).run()
                return Recalibrated(blended_as(fitted, self.origin.numbers), None, why)
            proved = self._proved(known, file, part, promoted, prover)
            fitted = self._fit(known, cut, file).finish(up_to)
            return Recalibrated(blended_as(fitted, self.origin.numbers), proved, "")

    def _fit(self, known: Source, up_to: Offsets, file: WorkingFile) -> Fit:
        """Each stage has it anew from the file, so that it takes no room while others work."""
        return Fit(known, up_to, file, self._wish.plan, self._watch)

    def _cut(self, known: Source) -> FirstPart:
        told = self._task.fact(_CUT)
        if told is None:
            found = first_part(known, self.origin.up_to, 1.0 - self._wish.holdout)
            plain = [_named(found.offsets), found.events, found.seconds]
            self._task.put_fact(_CUT, encode_json(plain))
            self._task.commit()
            return found
        offsets, events, seconds = decode_json(told)
        return FirstPart(_offsets(offsets), events, seconds)

    def _why_unproved(self, cut: Offsets, promoted: Promoted | None) -> str:
        if not self._wish.holdout:
            return "nothing was held out"
        end = {} if promoted is None else promoted.trained_up_to
        if any(offset > cut.get(partition, -1) for partition, offset in end.items()):
            return "what is live was fitted on the very events that it would be proved on"
        return ""

    def _proved(
        self,
        known: Source,
        file: WorkingFile,
        part: FirstPart,
        promoted: Promoted | None,
        prover: Prover,
    ) -> Proved:
        blob = self._task.fact(_PROVED)
        if blob is not None:
            return _proved_of(decode_json(blob))
        cut = part.offsets
        fitted = self._fit(known, cut, file).run()
        live = self._live_at(known, part, promoted)
        window, done = known.count(cut, self.origin.up_to), 0

        def watch(events: int) -> None:
            nonlocal done
            done += events
            self._watch("proof", done, window)

        candidate = blended_as(fitted, live)
        proved = prover(Contested(known, cut, live, candidate, file.state, self._folder), watch)
        self._task.put_fact(_PROVED, encode_json(_plain_proved(proved)))
        self._task.commit()
        return proved

    def _live_at(self, known: Source, part: FirstPart, promoted: Promoted | None) -> Numbers:
        def watch(done: int) -> None:
            self._watch("the live models as of then", done, part.events)

        share = self._wish.learners
        merges = [round(share * after) for after in self.origin.merges]
        stream = self._wish.stream.of_some(share).merged_at(merges, part.events)
        stream = stream.at_pace(part.events, part.seconds)
        with WorkingFile(self._folder / "twin.sqlite") as file:
            return numbers_at(known, part.offsets, stream, file, promoted, watch)

    def done(self) -> None:
        """It is handed over: nothing of it needs to be kept."""
        self._task.close()
        for file in self._folder.glob("*.sqlite*"):
            file.unlink()


def _check_enough(events: int) -> None:
    if events < FEWEST_EVENTS:
        raise Refused(
            f"there is too little to fit on: {events:,} events, at least {FEWEST_EVENTS:,} are "
            "needed; recalibrate when the live models have learned of more, or of more learners"
        )


def _plain_proved(proved: Proved) -> dict[str, Any]:
    return {
        "verdict": asdict(proved.verdict),
        "metrics": proved.metrics,
        "report": b64encode(proved.report).decode(),
    }


def _proved_of(plain: Mapping[str, Any]) -> Proved:
    verdict = Verdict(passed=plain["verdict"]["passed"], reasons=tuple(plain["verdict"]["reasons"]))
    return Proved(verdict, plain["metrics"], b64decode(plain["report"]))


def _plain(origin: Origin) -> dict[str, Any]:
    return {
        "version": origin.version,
        "up_to": _named(origin.up_to),
        "parent": origin.parent,
        "at": origin.at,
        "seal": origin.seal,
        "merges": origin.merges,
    }


def _named(offsets: Offsets) -> dict[str, int]:
    return {str(partition): offset for partition, offset in sorted(offsets.items())}


def _offsets(named: Mapping[str, int]) -> dict[int, int]:
    return {int(partition): offset for partition, offset in named.items()}
