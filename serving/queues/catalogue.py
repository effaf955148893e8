"""`GET /v1/activities`: the catalogue, searched by title and id."""

from collections.abc import Iterator
from heapq import nsmallest
from typing import Annotated, NamedTuple
from weakref import WeakKeyDictionary

from litestar import get
from litestar.params import Parameter

from processors.reference import Reference
from schemas.reference import Activity
from serving.access.guards import needs
from serving.access.keys import Scope
from serving.engine import Engine
from serving.queues.answers import ActivityAnswer

_MOST = 100


class Line(NamedTuple):
    """An activity with what is searched."""

    text: str
    """Title and id in lower case."""
    activity: Activity


class Search:
    """The activities of one version of the catalogue that are not withdrawn."""

    def __init__(self, reference: Reference) -> None:
        self.version = reference.graph_version
        self._lines = [
            Line(f"{one.title}\n{one.id}".lower(), one)
            for entry in reference.entries()
            if not (one := entry.activity).withdrawn
        ]

    def find(self, text: str, limit: int) -> list[Activity]:
        """Activities that hold every word of `text`; those whose title begins with it first."""
        wanted, found = text.strip().lower(), self._lines
        for word in wanted.split():
            found = [line for line in found if word in line.text]
        best = nsmallest(
            limit, found, key=lambda line: (not line.text.startswith(wanted), line.text)
        )
        return [line.activity for line in best]


_SEARCHES: WeakKeyDictionary[Reference, Search] = WeakKeyDictionary()


def search_of(reference: Reference) -> Search:
    """The search over `reference`, kept until the catalogue changes."""
    found = _SEARCHES.get(reference)
    if found is None or found.version != reference.graph_version:
        found = _SEARCHES[reference] = Search(reference)
    return found


@get("/activities", guards=[needs(Scope.QUEUES_READ)], sync_to_thread=False)
def activities(
    engine: Engine,
    q: Annotated[
        str, Parameter(max_length=200, description="Words of the title or id; empty: all.")
    ] = "",
    limit: Annotated[int, Parameter(ge=1, le=_MOST)] = 20,
) -> list[ActivityAnswer]:
    """Activities whose title or id holds every word of `q`."""
    return [*_answers(search_of(engine.reference).find(q, limit))]


def _answers(found: list[Activity]) -> Iterator[ActivityAnswer]:
    for one in found:
        yield ActivityAnswer(
            activity=one.id,
            title=one.title or one.id,
            content=one.content,
            minutes=one.minutes,
            skills=list(one.skills),
        )
