"""What must be finished soon; ranking forces it in."""

from collections.abc import Iterator

from processors.candidates.stream import Found, Stream
from processors.learner_view import LearnerView
from schemas.queue import ReasonCode


def compliance(view: LearnerView) -> Iterator[Stream]:
    """Duties that are near or overdue and the way to them, what is due first first."""
    duties = view.duties
    if duties:
        in_order = sorted(duties, key=lambda key: (duties[key], key))
        entries = view.entries(in_order)
        yield Stream(
            (Found(e, ReasonCode.COMPLIANCE_DUE, duties[e.key]) for e in entries),
            view.objective.length,
        )
