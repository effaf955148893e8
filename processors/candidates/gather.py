"""Ask every source, let the rules pass on what it says, and keep the first few of each stream."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from processors.candidates.compliance import compliance
from processors.candidates.continues import continues
from processors.candidates.explore import anything, explore
from processors.candidates.frontier import frontier
from processors.candidates.reviews import reviews
from processors.candidates.similar import similar
from processors.candidates.stream import Candidate, Source, Stream
from processors.learner_view import LearnerView
from processors.rules import RemovalCode, first_removing

SOURCES: tuple[Source, ...] = (compliance, continues, reviews, frontier, similar, explore)


@dataclass(slots=True)
class Gathered:
    """Candidates, and which rule removed what else was proposed, by activity key."""

    candidates: dict[int, Candidate] = field(default_factory=dict)
    removed: dict[int, RemovalCode] = field(default_factory=dict)


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
    _hear_others(gathered, view)
    return gathered


def _ask(gathered: Gathered, view: LearnerView, sources: Iterable[Source]) -> None:
    for source in sources:
        for stream in source(view):
            _take(gathered, view, stream)


def _take(gathered: Gathered, view: LearnerView, stream: Stream) -> None:
    candidates, removed, rules = gathered.candidates, gathered.removed, view.rules
    entries, places, note = stream
    for entry in entries:
        key = entry.key
        if key in removed:
            continue
        if key not in candidates:
            rule = first_removing(rules[key], entry, view)
            if rule is not None:
                removed[key] = rule.code
                continue
            candidates[key] = Candidate(entry)
        if note is not None:
            note(candidates[key])
        places -= 1
        if not places:
            return


def _hear_others(gathered: Gathered, view: LearnerView) -> None:
    """How likely each is the next. Of what is begun `continues` speaks."""
    begun, relevance = {*view.moment.recent.tolist()}, view.predictors.relevance
    heard = [one for key, one in gathered.candidates.items() if key not in begun]
    if heard:
        keys = [one.entry.key for one in heard]
        chances = relevance.chances(view.moment, keys, view.index.about.__getitem__)
        blind = 1.0 / max(relevance.known, len(keys))
        for one, chance in zip(heard, chances, strict=True):
            one.similar = max(0.0, float(chance) - blind)


def _readmit(gathered: Gathered, view: LearnerView) -> None:
    removed = gathered.removed.items()
    cooled = [key for key, code in removed if code is RemovalCode.NO_PROGRESS]
    for entry in view.entries(cooled):
        del gathered.removed[entry.key]
        gathered.candidates[entry.key] = Candidate(entry)
