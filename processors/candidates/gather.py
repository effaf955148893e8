"""Ask every source, let the rules pass on what it says, and keep the first few of each stream."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from processors.candidates.compliance import compliance
from processors.candidates.continues import continues
from processors.candidates.explore import anything, explore
from processors.candidates.frontier import frontier
from processors.candidates.reviews import reviews
from processors.candidates.similar import similar
from processors.candidates.stream import Found, Source, Stream
from processors.learner_view import LearnerView
from processors.reference import Entry
from processors.rules import Removal, RemovalCode, removal_of
from schemas.queue import ReasonCode

SOURCES: tuple[Source, ...] = (compliance, continues, reviews, frontier, similar, explore)


@dataclass(slots=True)
class Candidate:
    """An activity that may be offered, and what its sources say for it."""

    entry: Entry
    signals: dict[ReasonCode, float] = field(default_factory=dict)
    """Strength by code; the strongest where several streams say the same."""

    def hear(self, found: Found) -> None:
        """Take in what one more stream says."""
        if found.signal is not None:
            known = self.signals.get(found.signal, found.strength)
            self.signals[found.signal] = max(known, found.strength)


@dataclass(slots=True)
class Gathered:
    """Candidates, and what the rules removed, by activity key."""

    candidates: dict[int, Candidate] = field(default_factory=dict)
    removed: dict[int, Removal] = field(default_factory=dict)


def gather(view: LearnerView) -> Gathered:
    """The candidates of all sources.

    There is always a way on: where no source has anything legal, everything is looked at; what is
    only cooled down for lack of progress comes back where nothing else is left.
    """
    gathered = Gathered()
    _ask(gathered, view, SOURCES)
    if not gathered.candidates:
        _ask(gathered, view, (anything,))
    if not gathered.candidates:
        _readmit(gathered, view)
    return gathered


def _ask(gathered: Gathered, view: LearnerView, sources: Iterable[Source]) -> None:
    for source in sources:
        for stream in source(view):
            _take(gathered, view, stream)


def _take(gathered: Gathered, view: LearnerView, stream: Stream) -> None:
    places = stream.most
    for found in stream.found:
        candidate = _admitted(gathered, view, found.entry)
        if candidate is not None:
            candidate.hear(found)
            places -= 1
            if not places:
                return


def _admitted(gathered: Gathered, view: LearnerView, entry: Entry) -> Candidate | None:
    known = gathered.candidates.get(entry.key)
    if known is not None or entry.key in gathered.removed:
        return known
    removal = removal_of(entry, view, view.index.rules(entry))
    if removal is not None:
        gathered.removed[entry.key] = removal
        return None
    candidate = gathered.candidates[entry.key] = Candidate(entry)
    return candidate


def _readmit(gathered: Gathered, view: LearnerView) -> None:
    for entry in view.entries(_cooled(gathered)):
        del gathered.removed[entry.key]
        gathered.candidates[entry.key] = Candidate(entry)


def _cooled(gathered: Gathered) -> list[int]:
    removed = gathered.removed.items()
    return [key for key, removal in removed if removal.code is RemovalCode.NO_PROGRESS]
