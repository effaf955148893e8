"""The quantities that models read, once more: from lists of events, in plain Python, slowly.

`online_models.sheet` says what each one is; this follows the words there.
"""

from collections.abc import Iterable
from math import log, log1p

from harness.plain_life import Asked, Life, form, gap, lg, set_name, sign

from online_models.sheet import Dense
from processors.features.decay import clock_sec
from processors.trace import Trace


def quantities(life: Life, asked: Asked, now: float) -> dict[Dense, float]:
    """Those that do not come from features of their own (affinity, engagement, pace)."""
    return {
        **_of_learner(life, now),
        **_of_skills(life, asked, now),
        **_of_item(life, asked, now),
        **_of_before(life, asked),
    } | _of_catalogue(life, asked)


def _whole(events: Iterable[Trace]) -> tuple[float, float]:
    found = list(events)
    good = sum(one.weight * one.share for one in found)
    return good, sum(one.weight for one in found) - good


def _of_learner(life: Life, now: float) -> dict[Dense, float]:
    away = max((clock_sec(one.trace.at) for one in life.answers), default=now)
    ability = lg(_whole(one for one in life.events if one.weight), 1.4, 0.6)
    return {
        Dense.BIAS: 1.0,
        Dense.FORM_4: lg(form(life.answers, 4), 0.7, 0.3),
        Dense.FORM_16: lg(form(life.answers, 16), 0.7, 0.3),
        Dense.FORM_64: lg(form(life.answers, 64), 0.7, 0.3),
        Dense.AWAY: gap(now - away),
        Dense.AWAY_2: gap(now - away) ** 2,
        Dense.ABILITY_N: ability * log1p(len(life.answers)) / 4.0,
    }


def _of_skills(life: Life, asked: Asked, now: float) -> dict[Dense, float]:
    known = [skill for skill in asked.skills if life.evidence(skill)]
    count = len(asked.skills) or 1
    wholes = [_whole(life.evidence(skill)) for skill in known]
    short = [life.ten_minutes(skill, now) for skill in known]
    middle = [life.faded(skill, now, 14.0) for skill in known]
    long = [life.faded(skill, now, 90.0) for skill in known]
    odds = lg((sum(good for good, _ in wholes), sum(bad for _, bad in wholes)), 1.4, 0.6)
    attempts = sum(len(life.evidence(skill)) for skill in known)
    times = [clock_sec(one.at) for skill in known for one in life.evidence(skill)]
    since = gap(now - max(times)) if times else 0.0
    found = {
        Dense.SUCCESSES: sum(0.5 * log1p(good) for good, _ in wholes) / count,
        Dense.FAILURES: sum(0.5 * log1p(bad) for _, bad in wholes) / count,
        Dense.NEW: (len(asked.skills) - len(known)) / count,
        Dense.ODDS: odds,
        Dense.ODDS_N: odds * log1p(attempts) / 3.0,
        Dense.GAP: since,
        Dense.GAP_2: since**2,
    }
    for name, pairs in (("10M", short), ("14D", middle), ("90D", long)):
        found[Dense[f"SUCCESSES_{name}"]] = log1p(sum(good for good, _ in pairs))
        found[Dense[f"FAILURES_{name}"]] = log1p(sum(bad for _, bad in pairs))
    same = life.on_set(asked)
    for newest in (1, 2, 3):
        found[Dense[f"SAME_{newest}"]] = sign(same, newest)
    return found | {Dense.SAME_1_GAP: sign(same) * since}


def _of_item(life: Life, asked: Asked, now: float) -> dict[Dense, float]:
    tries = life.attempts(asked.activity)
    if not tries:
        return {}
    good = sum(round((one.outcome or 0.0) * 100.0) / 100.0 for one in tries)
    since, last = gap(now - max(clock_sec(one.at) for one in tries)), life.on_item(asked.activity)
    return {
        Dense.ITEM_SUCCESSES: log1p(good),
        Dense.ITEM_FAILURES: log1p(max(len(tries) - good, 0.0)),
        Dense.ITEM_GAP: since,
        Dense.ITEM_LAST: sign(last),
        Dense.ITEM_LAST_GAP: sign(last) * since,
        Dense.ITEM_SEEN: 1.0,
    }


def _of_before(life: Life, asked: Asked) -> dict[Dense, float]:
    runs = life.runs()
    if not runs:
        return {}
    last = sign(runs[-1])
    if runs[-1][0].trace.activity == asked.activity:
        return {
            Dense.AGAIN: 1.0,
            Dense.AGAIN_SIGN: last,
            Dense.RUN: 0.7 * log1p(len(runs[-1])),
            Dense.RUN_BEFORE: sign(runs[-2]) if len(runs) > 1 else 0.0,
        }
    if set_name(runs[-1][-1].trace) == set_name(asked):
        return {Dense.RUN_BEFORE: last, Dense.STAY: 1.0, Dense.STAY_SIGN: last}
    return {Dense.RUN_BEFORE: last}


def _of_catalogue(life: Life, asked: Asked) -> dict[Dense, float]:
    found: dict[Dense, float] = {}
    if asked.minutes:
        found[Dense.LENGTH] = 0.5 * log(asked.minutes / 15.0)
    if asked.difficulty is not None:
        hard = 4.0 * (asked.difficulty - 0.5)
        odds = _of_skills(life, asked, 0.0)[Dense.ODDS]
        found |= {Dense.DIFFICULTY: hard, Dense.STRETCH: hard * odds}
    return found
