"""Statements for tests and benchmarks, by seed."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5

from schemas.codec import encode_json

START = 1_790_000_000.0
_VERBS = "http://adlnet.gov/expapi/verbs/"


def answers(count: int, learners: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """(learner, statement): questions answered, now and then an activity completed."""
    rng = random.Random(seed)
    for number in range(count):
        learner = f"learner{rng.randrange(learners)}"
        yield learner, encode_json(_statement(rng, learner, number))


def _statement(rng: random.Random, learner: str, number: int) -> dict[str, object]:
    done = rng.random() < 0.15
    item = rng.randrange(200)
    result: dict[str, object] = {"success": rng.random() < 0.4 + item % 5 / 10}
    if done:
        result |= {"score": {"scaled": round(rng.random(), 2)}, "duration": f"PT{5 + item % 30}M"}
        result["completion"] = True
    at = datetime.fromtimestamp(START + number * 0.5, UTC)
    return {
        "id": str(uuid5(NAMESPACE_URL, f"harness/{number}/{rng.random()}")),
        "actor": {"account": {"homePage": "https://lms.example.org", "name": learner}},
        "verb": {"id": _VERBS + ("completed" if done else "answered")},
        "object": {
            "id": f"https://lms.example.org/items/{item}",
            "definition": {"name": {"en": f"Item {item}"}},
        },
        "result": result,
        "context": {
            "contextActivities": {
                "grouping": [
                    {
                        "id": f"https://lms.example.org/courses/{item % 7}",
                        "definition": {"type": "http://adlnet.gov/expapi/activities/course"},
                    }
                ]
            }
        },
        "timestamp": at.isoformat(),
    }
