"""A queue by content rules alone: for a learner of whom nothing can be read now.

It is the queue of somebody of whom only the profile is known, ranked by models that have learned
nothing: duties of the role, then what addresses its requirements, then what can be begun. So the
same rules hold as always (validity, audience, prerequisites), and there is no second ranking to
keep right. As nothing counts as done, nothing with a prerequisite is offered.
"""

from dataclasses import replace
from functools import cache

from online_models.replica import Replica
from online_models.served import Served
from processors.objective import Objective
from processors.queueing import Basis, Occasion, build_queue
from processors.reference import Reference
from processors.state import fresh
from schemas.queue import Queue

POLICY = "content-rules"
UNKNOWN_VERSION = -1


def fallback_queue(
    learner: str, reference: Reference, objective: Objective, now: float, why: str
) -> Queue:
    """The queue of `learner` by content rules, marked as such; the same arguments, the same queue.

    Args:
        learner: learner key; with a profile its role and goals count.
        reference: catalogue, profiles and requirements.
        objective: what the organisation wants; nothing is explored.
        now: POSIX seconds.
        why: what keeps the engine's queue away; becomes the cause.
    """
    plain = replace(objective, name=POLICY, exploration=0.0)
    basis = Basis(reference, _untaught(), plain)
    queue = build_queue(learner, fresh(), basis, Occasion(now, UNKNOWN_VERSION, {"change": why}))
    return replace(queue, fallback=True)


@cache
def _untaught() -> Served:
    return Served(Replica())
