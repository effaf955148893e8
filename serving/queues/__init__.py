"""Queues, learners and feedback over HTTP."""

from litestar import Router
from litestar.di import Provide

from serving.erasure import erase_learner
from serving.queues.catalogue import activities
from serving.queues.desk import desk_of
from serving.queues.feedback import feedback
from serving.queues.learners import learner, learners, why
from serving.queues.queues import queue, queues
from serving.queues.streams import stream

__all__ = ["router"]

router = Router(
    "/v1",
    route_handlers=[
        queue,
        queues,
        stream,
        why,
        feedback,
        activities,
        learner,
        learners,
        erase_learner,  # of the same path as `learner`, so of the same router
    ],
    dependencies={"desk": Provide(desk_of, sync_to_thread=False)},
    tags=["queues"],
)
