"""Rows become the same events whether as statements through ingest or directly."""

from dataclasses import asdict, replace
from pathlib import Path

import pytest
from harness.answers import made_up, write
from harness.streams import local_settings

from offline.answers import Answers, read_answers
from offline.clocks import clock_of
from offline.events import HOME_PAGE, Events
from offline.statements import activities, statements
from processors.identity import account
from processors.ingest import Origin, ingest
from processors.reference import Reference
from schemas.codec import encode_json
from schemas.errors import ConfigurationError
from stream.wiring import ingest_context, pseudonyms

SETTINGS = local_settings(strict=True)
FACTS_OF_TRANSPORT = {"received_at", "digest"}


def answers_of(tmp_path: Path) -> Answers:
    rows = made_up(200)
    rows += [(*row[:3], f"{n / 70:.3f}", row[4]) for n, row in enumerate(made_up(60, seed=2))]
    return read_answers(write(tmp_path / "a.csv", rows))


def test_both_ways_lead_to_the_same_events(tmp_path: Path) -> None:
    answers = answers_of(tmp_path)
    reference = Reference()
    for activity in activities(answers):
        reference.put(activity)
    context = ingest_context(SETTINGS, reference)
    names = pseudonyms(SETTINGS)
    events = Events(
        answers, clock_of(answers), lambda user: names.learner(account(HOME_PAGE, user))
    )
    for row, statement in enumerate(statements(events)):
        raw = encode_json(statement)
        sent = ingest(raw, Origin("t", 0, row, 1.9e9), context)
        assert sent.rejected == ()
        assert sent.observed == ()
        (event,) = sent.events
        one, other = asdict(event), asdict(events(row))
        for name in FACTS_OF_TRANSPORT:
            del one[name], other[name]
        assert one == {**other, "title": answers.items[answers.item[row]]}
        assert event.at == events(row).at


def test_an_item_has_one_set_of_skills(tmp_path: Path) -> None:
    answers = answers_of(tmp_path)
    shuffled = replace(answers, skill_set=answers.skill_set[::-1].copy())
    with pytest.raises(ConfigurationError, match=r"the skills of item 'i/\d+' change"):
        activities(shuffled)
