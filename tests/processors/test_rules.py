from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from processors.features.records.put_aside import named
from processors.reference import Entry, Reference
from processors.rules import (
    CATALOGUE_RULES,
    FEEDBACK_RULES,
    LEARNER_RULES,
    NOTHING_ASIDE,
    Aside,
    RemovalCode,
    removal_at_reading,
    removal_of,
    rules_for,
)
from schemas.codec import hash64
from schemas.reference import Activity

NOW = 1000.0


class Done(dict[int, bool]):
    def __missing__(self, key: int) -> bool:
        return False


@dataclass
class Learner:
    now: float = NOW
    role: str = "analyst"
    done: Mapping[int, bool] = field(default_factory=Done)
    duties: Mapping[int, float] = field(default_factory=dict)
    cooled: Mapping[int, dict[str, Any]] = field(default_factory=dict)
    aside: Aside = field(default_factory=lambda: NOTHING_ASIDE)
    returns: bool = False
    exhausted: bool = False

    def may_return(self, entry: Entry) -> bool:
        assert self.done[entry.key], "only asked of what is finished"
        return self.returns

    def is_exhausted(self, entry: Entry) -> bool:
        assert entry.skills, "only asked of what has skills"
        return self.exhausted


def entry(**facts: Any) -> Entry:
    reference = Reference()
    reference.put(Activity(id="a", **facts))
    found = reference.entry("a")
    assert found is not None
    return found


A = hash64("a")
DONE_A = Done({A: True})
TIRED = {A: {"failures": 3, "openings": 0}}
UNWANTED = NOTHING_ASIDE | {RemovalCode.DISMISSED: {named(A): NOW + 9}}
IRRELEVANT = UNWANTED | {RemovalCode.NOT_RELEVANT: {named(A): NOW + 8}}


def test_a_plain_activity_passes() -> None:
    assert removal_of(entry(skills=("s",)), Learner()) is None


@pytest.mark.parametrize(
    ("facts", "learner", "code", "evidence"),
    [
        ({"withdrawn": True}, Learner(), "withdrawn", {}),
        ({"valid_from": NOW + 1}, Learner(), "not_yet_valid", {"valid_from": NOW + 1}),
        ({"valid_until": NOW}, Learner(), "expired", {"valid_until": NOW}),
        ({"audience": ("clerk",)}, Learner(), "audience", {"audience": ["clerk"]}),
        ({"audience": ("clerk",)}, Learner(role=""), "audience", {"audience": ["clerk"]}),
        ({}, Learner(done=DONE_A), "finished", {}),
        ({"prerequisites": ("b", "c", "b")}, Learner(), "prerequisites", {"missing": ["b", "c"]}),
        (
            {"prerequisites": ("b", "c")},
            Learner(done=Done({hash64("b"): True})),
            "prerequisites",
            {"missing": ["c"]},
        ),
        ({"skills": ("s",)}, Learner(exhausted=True), "mastered", {}),
        ({}, Learner(cooled=TIRED), "no_progress", TIRED[A]),
        ({}, Learner(aside=UNWANTED, cooled=TIRED), "dismissed", {"until": NOW + 9}),
        ({"withdrawn": True}, Learner(aside=IRRELEVANT), "not_relevant", {"until": NOW + 8}),
    ],
)
def test_each_rule_removes_and_says_why(
    facts: dict[str, Any], learner: Learner, code: str, evidence: dict[str, Any]
) -> None:
    assert removal_of(entry(**facts), learner) == (RemovalCode(code), evidence)


@pytest.mark.parametrize(
    ("facts", "learner"),
    [
        ({"valid_from": NOW}, Learner()),
        ({"valid_until": NOW + 1}, Learner()),
        ({"audience": ("clerk", "analyst")}, Learner()),
        ({"skills": ("s",)}, Learner(done=DONE_A, returns=True)),
        ({"prerequisites": ("b",)}, Learner(done=Done({hash64("b"): True}))),
        ({"skills": ("s",)}, Learner(exhausted=True, duties={A: NOW})),
        ({"skills": ("s",)}, Learner(exhausted=True, done=DONE_A, returns=True)),
        ({}, Learner(cooled=TIRED, duties={A: NOW})),
        ({}, Learner(aside=IRRELEVANT, duties={A: NOW})),
    ],
)
def test_each_rule_lets_pass_what_it_should(facts: dict[str, Any], learner: Learner) -> None:
    assert removal_of(entry(**facts), learner) is None


def test_rules_that_cannot_apply_are_left_out() -> None:
    few = [rule.code for rule in rules_for(entry())]
    assert few == [RemovalCode.FINISHED, RemovalCode.NO_PROGRESS]


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({}, None),
        ({"prerequisites": ("b",)}, None),
        ({"withdrawn": True}, RemovalCode.WITHDRAWN),
        ({"valid_from": NOW + 1}, RemovalCode.NOT_YET_VALID),
        ({"valid_until": NOW}, RemovalCode.EXPIRED),
        ({"audience": ("clerk",)}, RemovalCode.AUDIENCE),
    ],
)
def test_a_reader_asks_the_same_rules_without_a_state(
    facts: dict[str, Any], code: RemovalCode | None
) -> None:
    @dataclass
    class Standing:
        now: float = NOW
        role: str = "analyst"

    removal = removal_at_reading(entry(**facts), Standing())
    assert (removal.code if removal else None) == code


def test_each_code_belongs_to_one_rule() -> None:
    rules = (*CATALOGUE_RULES, *LEARNER_RULES, *FEEDBACK_RULES)
    codes = [rule.code for rule in rules]
    assert len(set(codes)) == len(codes)
