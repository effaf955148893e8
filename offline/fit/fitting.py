"""The fit: passes over the archive up to recorded offsets; resumed wherever it was broken off."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from offline.archived import Offsets, Source
from offline.fit.calibration import AS_IT_IS, MODELS, Line, calibrated, fitted
from offline.fit.labels import Labels, draw_by_id, labelled, leaving_out
from offline.fit.plan import Numbers, Plan
from offline.fit.tally import Tally
from offline.passes.partitions import Kept, Partitions
from offline.passes.passing import steps
from offline.passes.working_file import WorkingFile
from online_models.meaning import MEANING
from online_models.relevance import BLEND, RelevanceModel
from online_models.replica import Replica
from online_models.tables import Tables
from processors.learning import learn
from schemas.codec import decode_json, encode_json, encode_json_sorted

_JOB, _STAGE, _TOLD, _KEPT = "job", "stage", "told", "kept/"
_EVERY = 1_000
"""Events between two words of progress."""

Watch = Callable[[str, int, int], None]
"""Told what is being done, how many events of it are done, and how many there are."""


def _quietly(what: str, done: int, total: int) -> None:
    del what, done, total


@dataclass(frozen=True, slots=True)
class Fitted:
    """What came out."""

    numbers: dict[str, Tables]
    offsets: dict[int, int]
    """Partition -> last event that it was fitted on."""
    events: int
    metrics: dict[str, Any]
    """Losses by pass, lines of calibration, lifts."""


class Fit:
    """One fit, with all that it must remember in a working file.

    Stages: `1`, `2` ... are passes; `fitted`, and `finished` where later events were learned, too.

    Args:
        source: the archive.
        up_to: last event of each partition that may be known.
        file: what it is kept in; that of another fit is begun anew.
        plan: how.
        watch: told of progress.
    """

    def __init__(
        self,
        source: Source,
        up_to: Offsets,
        file: WorkingFile,
        plan: Plan,
        watch: Watch = _quietly,
    ) -> None:
        self._source, self._up_to, self._file = source, dict(up_to), file
        self._plan, self._watch = plan, watch
        self._begin()
        self._tally, self._newest, self._labels = Tally(), Tally(), Labels()
        beside: dict[str, Kept] = {
            "tally": self._tally,
            "newest": self._newest,
            "labels": self._labels,
        }
        window, most = plan.statement_window, plan.most_states
        self._partitions = Partitions(file, Replica(), window, most_states=most, beside=beside)

    def _begin(self) -> None:
        facts = {"plan": self._plan.to_json(), "meaning": MEANING, "up_to": _plain(self._up_to)}
        job = encode_json_sorted(facts)
        if self._file.fact(_JOB) != job:
            self._file.clear()
            self._file.put_fact(_JOB, job)
            self._file.put_fact(_STAGE, b"1")
            self._file.put_fact(_TOLD, encode_json({"passes": []}))
            self._file.commit()

    @property
    def stage(self) -> str:
        """How far it is."""
        return (self._file.fact(_STAGE) or b"").decode()

    def run(self) -> Fitted:
        """Go on until it is fitted."""
        while self.stage.isdigit():
            self._pass(int(self.stage))
        return self._fitted()

    def _pass(self, number: int) -> None:
        self._partitions.lesson = self._lesson(number)
        is_last = number == self._plan.passes
        self._learn(f"pass {number} of {self._plan.passes}", self._up_to, newest=is_last)
        told = self._told()
        told["passes"].append(self._tally.means())
        if is_last:
            self._end(told)
        else:
            self._next(told, number)

    def _lesson(self, number: int) -> Any:
        if not self._plan.labels:
            return learn
        if number == 1:
            return self._labels.following(learn)
        return leaving_out(self._labels.fruitless(), draw_by_id)

    def _learn(self, what: str, up_to: Offsets, *, newest: bool) -> None:
        partitions = self._partitions
        first = (1.0 - self._plan.newest) if newest else 1.0
        total = partitions.total(
            lambda: partitions.done + self._source.count(partitions.offsets, up_to)
        )
        for step in steps(self._source, up_to, partitions, self._plan.fading):
            self._tally.add(step.observations)
            if partitions.done > first * total:
                self._newest.add(step.observations)
            if partitions.done % _EVERY == 0:
                self._watch(what, partitions.done, total)
        self._watch(what, total, total)

    def _next(self, told: dict[str, Any], number: int) -> None:
        self._tally.restore(b"")
        self._put(str(number + 1), told)
        self._partitions.restart(self._plan.kept(self._partitions.numbers()))

    def _end(self, told: dict[str, Any]) -> None:
        lines = {name: self._line(name) for name in MODELS} if self._plan.calibrate else {}
        told["calibration"] = {name: line._asdict() for name, line in lines.items()}
        told["activities"] = self._of_labels()
        self._put("fitted", told)
        self._partitions.adopt(_on_lines(self._partitions.numbers(), lines))

    def _line(self, name: str) -> Line:
        return fitted(self._newest.of(name))

    def _of_labels(self) -> dict[str, int]:
        lifts = dict(labelled(self._labels.lifts))
        return {"labelled": len(lifts), "fruitless": len(self._labels.fruitless())}

    def finish(self, up_to: Offsets) -> Fitted:
        """Learn what came later, too, up to `up_to`, as the stream would."""
        if self.stage == "fitted":
            self._put("finishing", self._told())
            self._partitions.adopt(self._partitions.numbers())
        if self.stage == "finishing":
            self._partitions.lesson = self._lesson(2)
            for _ in steps(self._source, up_to, self._partitions):
                if self._partitions.done % _EVERY == 0:
                    self._watch("what came later", self._partitions.done, self._partitions.done)
            self._put("finished", self._told())
            self._file.commit()
        return self._fitted()

    def keep(self, name: str, value: bytes) -> None:
        """Remember something with the fit."""
        self._file.put_fact(f"{_KEPT}{name}", value)
        self._file.commit()

    def kept(self, name: str) -> bytes | None:
        """What `keep` was told; None where it was not."""
        return self._file.fact(f"{_KEPT}{name}")

    def state(self, learner: str) -> bytes | None:
        """A learner's state, as the fit has left it."""
        return self._file.state(learner)

    def _fitted(self) -> Fitted:
        partitions = self._partitions
        offsets, numbers = dict(partitions.offsets), partitions.numbers()
        return Fitted(numbers, offsets, partitions.done, self._told())

    def _told(self) -> dict[str, Any]:
        told: dict[str, Any] = decode_json(self._file.fact(_TOLD) or b"{}")
        return told

    def _put(self, stage: str, told: dict[str, Any]) -> None:
        """To be kept by the checkpoint that follows."""
        self._file.put_fact(_STAGE, stage.encode())
        self._file.put_fact(_TOLD, encode_json(told))


def _on_lines(numbers: Numbers, lines: dict[str, Line]) -> dict[str, Tables]:
    return {
        name: calibrated(name, tables, line)
        if (line := lines.get(name, AS_IT_IS)) != AS_IT_IS
        else tables
        for name, tables in numbers.items()
    }


def _plain(offsets: Offsets) -> dict[str, int]:
    return {str(p): offset for p, offset in sorted(offsets.items())}


def blended_as(fitted: Fitted, live: Numbers) -> Fitted:
    """`fitted`, with the live blend of relevance, which no pass is better at."""
    name, ours = RelevanceModel.name, fitted.numbers.get(RelevanceModel.name, {})
    theirs = live.get(name, {}).get(BLEND)
    if not ours or theirs is None:
        return fitted
    return replace(fitted, numbers={**fitted.numbers, name: {**ours, BLEND: theirs}})
