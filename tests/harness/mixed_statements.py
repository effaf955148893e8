"""Statements of many origins in one stream: answers of public data sets, and an organisation.

Without the data sets their place is taken by simulated populations.
"""

from collections.abc import Iterator
from dataclasses import replace
from heapq import merge
from pathlib import Path
from typing import Any
from urllib.parse import quote

from harness.workers import ROOT

from offline.answers import Answers, read_answers
from offline.clocks import clock_of
from offline.events import Events
from offline.simulated import Population, simulated
from offline.statements import statements
from schemas.codec import JsonError, decode_json, encode_json
from stream.demo.learners import SimulatedLearners
from stream.load import Loaded, load

ORGANISATION = ROOT / "examples/organisation"
COMPETENCY = "https://w3id.org/xapi/competency"
END = 1_795_000_000.0
"""When the last statement of each origin was made: an LMS tells of things as they happen."""
_SETS = {
    "assist09_gervet": 0.28,
    "algebra05_t20": 0.2,
    "memphis_cloze": 0.16,
    "oulad_assessments_ge80": 0.2,
}
"""Data set -> its share of the statements; the rest is the organisation's."""
_SECONDS = 2.0
"""Between two statements of the organisation."""

Placed = tuple[float, str, bytes]
"""Where in the stream, from 0 to 1; key; statement."""


def mixed(count: int, data: Path | None, seed: int = 1) -> Iterator[tuple[str, bytes]]:
    """About `count` (key, statement) pairs, each origin spread over all of them."""
    parts = [
        _of_answers(name, _answers(name, round(share * count), data, seed + n))
        for n, (name, share) in enumerate(_SETS.items())
    ]
    rest = count - sum(round(share * count) for share in _SETS.values())
    for _, key, statement in merge(*parts, _of_organisation(rest, seed)):
        yield key, statement


def _answers(name: str, count: int, data: Path | None, seed: int) -> Answers:
    if data is None:
        return simulated(Population(max(10, count // 100), 200, count, seed))
    return read_answers(data / "learners" / f"{name}.csv.gz", count)


def _of_answers(name: str, answers: Answers) -> Iterator[Placed]:
    told = replace(
        answers,
        users=tuple(f"{name}-{user}" for user in answers.users),
        items=tuple(f"{name}-{item}" for item in answers.items),
        skill_sets=tuple(tuple(f"{name}-{s}" for s in skills) for skills in answers.skill_sets),
    )
    events = Events(told, clock_of(told, "auto"))
    newest = max(events.at)
    events.at = [END - (newest - at) for at in events.at]
    sets = told.skill_set.tolist()
    for row, statement in enumerate(statements(events)):
        statement["id"] = f"{_number(name):08x}-0000-4000-8000-{row:012x}"
        statement["context"] = _with_skills(told.skill_sets[sets[row]])
        user = statement["actor"]["account"]["name"]
        yield (row + 0.5) / len(told), user, encode_json(statement)


def _number(name: str) -> int:
    return [*_SETS].index(name) + 1


def _with_skills(skills: tuple[str, ...]) -> dict[str, Any]:
    ids = [f"urn:skill:{quote(skill, safe='')}" for skill in skills]
    named = [{"id": one, "definition": {"type": COMPETENCY}} for one in ids]
    return {"contextActivities": {"other": named}}


def people(learners: int, seed: int) -> SimulatedLearners:
    """The organisation's, with nobody's queue in their hands."""
    loaded = load([ORGANISATION], str)
    assert isinstance(loaded, Loaded)
    return SimulatedLearners(seed, loaded.activities, loaded.requirements, count=learners)


def _of_organisation(count: int, seed: int) -> Iterator[Placed]:
    world = people(max(10, count // 100), seed)
    for n in range(count):
        (statement,) = world.next_statements(END - (count - n) * _SECONDS, 1)
        yield (n + 0.5) / count, _actor(statement) or f"nobody-{n}", statement


def _actor(statement: bytes) -> str:
    """The account's name, so that a learner's order stays; empty where it cannot be told."""
    try:
        return str(decode_json(statement)["actor"]["account"]["name"])
    except (JsonError, KeyError, TypeError):
        return ""
