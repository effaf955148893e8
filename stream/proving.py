"""Proving a version again: what the archive has of the time after its fit."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from offline.archived import Source
from offline.passes.partitions import Partitions
from offline.passes.passing import steps
from offline.passes.working_file import WorkingFile
from offline.proof import Contest, Gate, Proof, later, prove
from offline.proof.proving import base_of
from offline.proof.truncation import sampled_states, unchanged
from offline.versions import Loaded
from online_models.replica import Replica
from schemas.errors import Refused
from schemas.version import Verdict

Watch = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and how much there is."""

_TELL_EVERY = 1000


def prove_again(
    source: Source, loaded: Loaded, gate: Gate, *, window: int, folder: Path, watch: Watch
) -> Proof:
    """Candidate and live models on everything that came after the fit.

    Learners begin as one pass over the events up to the fit leaves them, as in the stream.

    Args:
        source: the archive.
        loaded: the version.
        gate: what is asked.
        window: see `Settings.statement_window`.
        folder: for files that are gone afterwards.
        watch: told of progress.

    Raises:
        Refused: where nothing has come after the fit.
    """
    up_to = dict(loaded.version.trained_up_to)
    _, total = later(source, up_to)
    if not total:
        raise Refused(
            f"the archive has no event after the fit of {loaded.version.id}: run `stepstream "
            "archive run --once` when more has come, then prove it again"
        )
    with ExitStack() as stack:
        made = Path(stack.enter_context(TemporaryDirectory(dir=folder)))
        file = stack.enter_context(WorkingFile(made / "learners"))
        _relive(source, up_to, file, window, watch)
        contest = Contest(loaded.origin, loaded.numbers, file.state, up_to)
        told = _Counted(watch, "proving", total)
        proof = prove(source, contest, gate=gate, watch=told, folder=made)
    watch("looking for what reads on", 0, 0)
    return _with_truncation(source, proof, loaded, window)


def _relive(
    source: Source, up_to: dict[int, int], file: WorkingFile, window: int, watch: Watch
) -> None:
    """Learners' states as one pass leaves them."""
    total = source.count({}, up_to)
    told = _Counted(watch, "learners up to the fit", total)
    done = 0
    for done, _ in enumerate(steps(source, up_to, Partitions(file, Replica(), window)), 1):
        if done % _TELL_EVERY == 0:
            told(_TELL_EVERY)
    told(done % _TELL_EVERY)


def _with_truncation(source: Source, proof: Proof, loaded: Loaded, window: int) -> Proof:
    up_to = dict(loaded.version.trained_up_to)
    work = sampled_states(up_to, base_of(loaded.numbers), window)
    found = unchanged(source, up_to, work, "states of a sample of learners")
    verdict = proof.verdict
    if not found.passed:
        against = () if verdict.passed else verdict.reasons
        verdict = Verdict(passed=False, reasons=(found.text, *against))
    return replace(proof, verdict=verdict, findings=(*proof.findings, found))


class _Counted:
    """Progress in steps, told as how much is done."""

    def __init__(self, watch: Watch, what: str, total: int) -> None:
        self._watch, self._what, self._total = watch, what, total
        self._done = 0

    def __call__(self, more: int) -> None:
        self._done += more
        self._watch(self._what, self._done, self._total)
