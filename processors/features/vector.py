"""Vector: what the models read, as sparse numbers by name, mostly within -3 and 3.

`x = {**learner_part, **activity_part}`. Names with a colon are switches of one activity ("i:"),
skill ("s:") or kind of content ("c:"), all others are quantities. A quantity of several skills is
their mean. What is not known is left out, which a linear model reads as 0.
"""

from __future__ import annotations

from functools import lru_cache
from math import log, log1p
from typing import TYPE_CHECKING

from processors.features.affinity import NEUTRAL, affinity
from processors.features.decay import clock_sec
from processors.features.engagement import engagement
from processors.features.pace import pace
from processors.features.proficiency import estimate
from processors.features.recent import log_odds, recent
from processors.features.records.skill import skill_state
from processors.features.retention import recall

if TYPE_CHECKING:
    from processors.state import LearnerState

Vector = dict[str, float]


def learner_part(state: LearnerState, at: float) -> Vector:
    """What is the same for all activities at `at` (POSIX seconds)."""
    good, bad = state.totals.whole
    last = recent(state.history_rows)
    ability = log_odds(good, bad)
    out = {
        "bias": 1.0,
        "ability": ability,
        "ability_n": ability * log1p(good + bad) / 4.0,
        "recent_4": last.short,
        "recent_16": last.long,
        "engagement": log1p(engagement(state, at)) / 2.0,
        "pace": log(pace(state, at)),
    }
    for lag, outcome in enumerate(last.outcomes[:3], 1):
        out[f"last_{lag}"] = 2.0 * outcome - 1.0
    return out


def activity_part(state, key, skills, difficulty, content, planned_minutes, at) -> Vector:
    last = recent(state.history_rows)
    n = len(skills) or 1
    out = {f"i:{key:x}": 1.0}
    dense = [0.0] * 16
    for skill in skills:
        out[f"s:{skill:x}"] = 1.0 / n
    rows = [r for s in skills if (r := state.skill_rows.get(s))]
    nums = [_numbers(r, at) for r in rows]
    if nums:
        m = len(nums)
        for name, vals in zip(_NAMES, zip(*nums)):
            out[name] = sum(vals) / n
    out["new"] = (n - len(rows)) / n
    for skill in skills[:1]:
        slot = state.skill_rows.slot(skill)
        o = last.by_skill.get(slot, ())
        for lag, x in enumerate(o[:3], 1):
            out[f"sl_{lag}"] = 2 * x - 1
        if CTX:
            out[f"h:{skill:x}:{len(o[:3])}:" + "".join("1" if x >= .5 else "0" for x in o[:3])] = 1.0
    if CTX:
        out["r:" + "".join("1" if x >= .5 else "0" for x in last.outcomes[:6])] = 1.0
    rec = state.record(key)
    if rec and rec.attempts:
        out["seen"] = 1.0
        out["is"] = log1p(rec.successes)
        out["if"] = log1p(rec.attempts - rec.successes)
        out["il"] = 2 * rec.last_outcome - 1
        gap = 0.1 * log1p(max(0, at - rec.last_outcome_at))
        out["ig"] = gap
        out["ilg"] = out["il"] * gap
        if CTX:
            out[f"j:{key:x}:{min(rec.attempts,3)}:{rec.last_outcome>=.5}"] = 1.0
    return out

CTX = False
_NAMES = ("prof", "ls", "lf", "s1", "f1", "s14", "f14", "s90", "f90", "odds", "gap", "recall","odds_n","sitting")

@lru_cache(maxsize=4096)
def _numbers(row: bytes, at: float):
    state = skill_state(row)
    g, b = state.whole
    g1, b1 = state.within_1d(at)
    g14, b14 = state.within_14d(at)
    g90, b90 = state.within_90d(at)
    mean = estimate(g90, b90).mean
    odds = 0.5 * log((g + 1.4) / (b + 0.6))
    return (
        log(mean / (1 - mean))/2, log1p(g) / 2, log1p(b) / 2, log1p(g1), log1p(b1), log1p(g14), log1p(b14),
        log1p(g90), log1p(b90), odds, 0.1 * log1p(max(0.0, at - state.last_practised)),
        recall(state, at), odds * log1p(state.attempts) / 3.0, 0.0
    )
