"""How many statements a core takes: `python tests/bench/validation.py` from the repository.

Times bytes -> accepted statement, bytes -> LearningEvent, and bytes -> published event, on the
public statements that STEPSTREAM_DATA names, else on made-up ones of the same size. Each number
is the best of several rounds of CPU time; the machine's state stands beside it, with a yardstick
(orjson alone on the same bytes) to compare runs on different days. Nothing is asserted here.
"""

import gzip
import os
import platform
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from time import thread_time

sys.path.insert(0, str(Path(__file__).parents[2]))

from processors.ingest import IngestContext, Origin, ingest
from schemas.codec import decode_json, encode_json
from schemas.event import event_to_json
from schemas.reference import Activity
from schemas.statement.validation import Mode, Validator

ROUNDS = 15
SAMPLE = 2_000
ORIGIN = Origin("xapi.statements", 0, 1, 1_700_000_000.0)
KNOWN = Activity(
    id="x", title="x", skills=("SQL", "Joins"), difficulty=0.5, content="video", minutes=3.0
)
SETS = ("ralph_funmooc", "openedx_event_routing_backends", "cmi5_scenarios")


def main() -> None:
    """Print the machine's state and one line a collection and step."""
    print(_machine())
    for name, lines in _collections():
        size = sum(map(len, lines)) / len(lines)
        print(f"{name}: {len(lines)} statements of {size:.0f} bytes")
        for step, work in _steps().items():
            seconds = _best(work, lines)
            print(f"  {step:34s} {seconds * 1e6:6.1f} us {1 / seconds:10,.0f}/s a core")


def _steps() -> dict[str, Callable[[bytes], object]]:
    strict = Validator(Mode.STRICT)
    context = IngestContext(Validator(Mode.LENIENT), b"k" * 32, lambda _: KNOWN)

    def published(raw: bytes) -> list[bytes]:
        events = ingest(raw, ORIGIN, context).events
        return [encode_json(event_to_json(event)) for event in events]

    return {
        "yardstick: orjson alone": decode_json,
        "bytes -> accepted, strict": strict.validate,
        "bytes -> accepted, lenient": context.validator.validate,
        "bytes -> LearningEvent": lambda raw: ingest(raw, ORIGIN, context),
        "bytes -> published event": published,
    }


def _best(work: Callable[[bytes], object], lines: list[bytes]) -> float:
    return min(_seconds(work, lines) for _ in range(ROUNDS)) / len(lines)


def _seconds(work: Callable[[bytes], object], lines: list[bytes]) -> float:
    started = thread_time()
    for line in lines:
        work(line)
    return thread_time() - started


def _collections() -> Iterator[tuple[str, list[bytes]]]:
    folder = Path(os.environ.get("STEPSTREAM_DATA", "")) / "xapi" / "valid"
    paths = [folder / f"{name}.jsonl.gz" for name in SETS]
    if not all(path.exists() for path in paths):
        yield "made-up", [_made_up(number) for number in range(SAMPLE)]
        return
    for path in paths:
        with gzip.open(path) as lines:
            found = [line.rstrip(b"\n") for line in lines][:SAMPLE]
        yield path.name.partition(".")[0], found * (SAMPLE // len(found))


def _made_up(number: int) -> bytes:
    course = {
        "id": "http://lms.example/course",
        "definition": {
            "name": {"en": "Data analysis"},
            "type": "http://adlnet.gov/expapi/activities/course",
        },
    }
    return encode_json(
        {
            "id": f"8f87ccde-bb56-4c2e-ab83-{number:012x}",
            "version": "1.0.3",
            "actor": {"account": {"homePage": "http://lms.example", "name": f"{number % 1000}"}},
            "verb": {
                "id": "http://adlnet.gov/expapi/verbs/answered",
                "display": {"en": "answered"},
            },
            "object": {
                "objectType": "Activity",
                "id": f"http://lms.example/question/{number % 97}",
                "definition": {
                    "name": {"en": "Which of these are joins?"},
                    "description": {"en": "Choose. " * 40},
                    "type": "http://adlnet.gov/expapi/activities/cmi.interaction",
                    "interactionType": "choice",
                },
            },
            "result": {"success": True, "duration": "PT12.5S", "score": {"scaled": 1.0}},
            "context": {
                "platform": "LMS",
                "registration": "ec531277-b27b-4c15-8291-d29225b2b8f7",
                "contextActivities": {"parent": [course], "grouping": [course]},
            },
            "timestamp": "2024-05-06T07:08:09.123456+00:00",
        }
    )


def _machine() -> str:
    load = os.getloadavg()[0]
    return (
        f"Python {platform.python_version()} on {platform.machine()}, "
        f"{os.cpu_count()} cores, load {load:.1f}, best of {ROUNDS} rounds"
    )


if __name__ == "__main__":
    main()
