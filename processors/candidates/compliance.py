"""What must be finished soon; sequencing forces it in."""

from collections.abc import Iterator

from processors.candidates.stream import Candidate, Stream
from processors.learner_view import LearnerView


def compliance(view: LearnerView) -> Iterator[Stream]:
    """Duties that are near or overdue and the way to them, what is due first first."""
    duties = view.duties
    if not duties:
        return

    def due(candidate: Candidate) -> None:
        candidate.due_at = duties[candidate.entry.key]

    in_order = sorted(duties, key=lambda key: (duties[key], key))
    yield Stream(view.entries(in_order), view.objective.length, due)
