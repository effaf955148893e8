"""Encoding: what the models read of a learner and activities, from packed rows to a `Sheet`.

Compiled, since it is done for each candidate of each queue. `online_models.sheet` says what each
quantity (`Dense`) and each entry (`Group`) is. They are those of performance factors with
forgetting (Choffin et al., "DAS3H", EDM 2019; Gervet et al., "When is deep learning the best
approach to knowledge tracing?", JEDM 12, 2020), and small tables of what came just before, as in
context mixing for data compression (Mahoney, "Adaptive weighing of context models", 2005).
"""

from typing import Any, NamedTuple

import numpy as np

from online_models.compiled import compiled
from online_models.priors import VARIANCES as PRIORS
from online_models.sheet import ENTRIES, Dense, Group, Sheet
from processors.features.quantised import count_of, mean_of, newest_tries, var_of
from processors.features.records.form import ANSWERS
from processors.features.records.skill import HALF_LIVES_SEC, UNITS

Rows = Any
"""Array of records: of skills, activities, sets of skills, or a single form."""

TEN_MINUTES = 600.0
OWN_SKILLS = 4
"""Skills of an activity that have weights of their own; quantities take in all."""

_LIFE_14, _LIFE_90 = HALF_LIVES_SEC
_LOW_BYTE = np.uint64(0xFF)
_NEW = 12  # bucket of the gap of what is new
_PAIR_FADE = 0.9


class Learner(NamedTuple):
    """What is read of a learner beside the rows."""

    now: float
    """POSIX seconds."""
    successes: float
    """Weighted, of all skills."""
    failures: float
    engagement: float
    """`ln(1 + engagement) / 2`"""
    pace: float
    """`ln(pace)`"""


@compiled
def mixed(a: Any, b: Any) -> Any:
    """A 64-bit hash of two numbers (the finaliser of splitmix64, Steele et al., OOPSLA 2014)."""
    z = np.uint64(a) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(b)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@compiled
def set_of(facts: Any) -> Any:
    """Name of a set of skills, whatever their order; of the activity where it has none."""
    if facts.n_skills == 1:
        return np.uint64(facts.skills[0])
    if facts.n_skills == 0:
        return mixed(facts.activity, 1)
    name = np.uint64(0)
    for n in range(facts.n_skills):
        name += mixed(facts.skills[n], 2)
    return name


@compiled
def row_of(rows: Rows, key: Any) -> Any:
    """Slot of `key`, -1 where it has none."""
    for slot in range(len(rows)):
        if rows[slot].key == key:
            return slot
    return -1


@compiled
def _lg(good: float, bad: float, a: float, b: float) -> float:
    return float(0.5 * np.log((good + a) / (bad + b)))


@compiled
def _gap(seconds: float) -> float:
    return float(0.1 * np.log1p(max(seconds, 0.0)))


@compiled
def _gap_bucket(seconds: float) -> Any:
    return min(int(0.5 * np.log2(1.0 + max(seconds, 0.0))), 11)


@compiled
def _bucket(level: float, scale: float, last: int) -> Any:
    """A half log odds as a whole number from 0 to `last`."""
    return int(min(max(level * scale + (last + 1) / 2.0, 0.0), float(last)))


@compiled
def _sign(bits: Any, place: int) -> float:
    return float(2.0 * ((bits >> place) & 1) - 1.0)


@compiled
def entry_key(group: int, context: Any) -> Any:
    """Key of the shared weight of `context` in `group`."""
    return (mixed(context, group) & ~_LOW_BYTE) | np.uint64(group)


@compiled
def _add(row: Any, group: int, context: Any, value: float) -> None:
    """One more entry of a shared weight."""
    if row.size < ENTRIES:
        row.key[row.size] = entry_key(group, context)
        row.group[row.size] = group
        row.x[row.size] = value
        row.size += 1


@compiled
def _add_own(row: Any, group: int, value: float, mean: float, var: float) -> None:
    """One more entry of a weight of the learner's own."""
    n = row.size
    row.key[n], row.group[n], row.x[n] = 0, group, value
    row.mean[n], row.var[n] = mean, var
    row.size += 1
    row.own += 1


@compiled
def _learner(form: Any, learner: Any, row: Any) -> None:
    """Quantities of the learner."""
    dense = row.dense
    dense[Dense.BIAS] = 1.0
    for n in range(3):
        good, bad = count_of(form.good[n]), count_of(form.bad[n])
        dense[Dense.FORM_4 + n] = _lg(good, bad, 0.7, 0.3)
    if form.answers > 0:
        away = _gap(learner.now - form.last)
        dense[Dense.AWAY], dense[Dense.AWAY_2] = away, away * away
    ability = _lg(learner.successes, learner.failures, 1.4, 0.6)
    dense[Dense.ABILITY_N] = ability * np.log1p(form.answers) / 4.0
    dense[Dense.ENGAGEMENT], dense[Dense.PACE] = learner.engagement, learner.pace


@compiled
def _fading(held: Any, now: float, dense: Any) -> None:
    """Add the fading evidence for one skill."""
    left_10 = np.exp(-max(now - held.last, 0.0) / TEN_MINUTES)
    waited = max(now - held.as_of, 0.0)
    left_14, left_90 = np.exp2(-waited / _LIFE_14), np.exp2(-waited / _LIFE_90)
    dense[Dense.SUCCESSES_10M] += count_of(held.successes_10m) * left_10
    dense[Dense.FAILURES_10M] += count_of(held.failures_10m) * left_10
    dense[Dense.SUCCESSES_14D] += held.successes_14d * left_14
    dense[Dense.FAILURES_14D] += held.failures_14d * left_14
    dense[Dense.SUCCESSES_90D] += held.successes_90d * left_90
    dense[Dense.FAILURES_90D] += held.failures_90d * left_90


@compiled
def _skills(skills: Rows, facts: Any, now: float, dense: Any) -> None:
    """Quantities of the skills, together."""
    good = bad = attempts = 0.0
    latest, new = -1.0, 0
    for n in range(facts.n_skills):
        slot = row_of(skills, facts.skills[n])
        if slot < 0:
            new += 1
            continue
        held = skills[slot]
        successes, failures = held.success_units / UNITS, held.failure_units / UNITS
        good, bad, attempts = good + successes, bad + failures, attempts + held.attempts
        dense[Dense.SUCCESSES] += 0.5 * np.log1p(successes) / facts.n_skills
        dense[Dense.FAILURES] += 0.5 * np.log1p(failures) / facts.n_skills
        latest = max(latest, float(held.last))
        _fading(held, now, dense)
    for place in range(Dense.SUCCESSES_10M, Dense.FAILURES_90D + 1):
        dense[place] = np.log1p(dense[place])
    if facts.n_skills > 0:
        dense[Dense.NEW] = new / facts.n_skills
    if latest >= 0.0:
        gap = _gap(now - latest)
        dense[Dense.GAP], dense[Dense.GAP_2] = gap, gap * gap
    odds = _lg(good, bad, 1.4, 0.6)
    dense[Dense.ODDS], dense[Dense.ODDS_N] = odds, odds * np.log1p(attempts) / 3.0


@compiled
def _item(activities: Rows, slot: int, now: float, row: Any) -> None:
    """Quantities of earlier tries at the activity."""
    dense = row.dense
    held = activities[slot]
    successes = held.hundredths / 100.0
    dense[Dense.ITEM_SUCCESSES] = np.log1p(successes)
    dense[Dense.ITEM_FAILURES] = np.log1p(max(held.attempts - successes, 0.0))
    gap, sign = _gap(now - held.scored), _sign(held.tries, 0) if held.tries > 0 else 0.0
    dense[Dense.ITEM_GAP], dense[Dense.ITEM_LAST] = gap, sign
    dense[Dense.ITEM_LAST_GAP], dense[Dense.ITEM_SEEN] = sign * gap, 1.0


@compiled
def _catalogue(facts: Any, row: Any) -> None:
    """Quantities of the activity itself."""
    dense = row.dense
    if facts.difficulty == facts.difficulty:
        hard = 4.0 * (facts.difficulty - 0.5)
        dense[Dense.DIFFICULTY], dense[Dense.STRETCH] = hard, hard * dense[Dense.ODDS]
    dense[Dense.LENGTH], dense[Dense.AFFINITY] = facts.length, facts.affinity


@compiled
def _own(skills: Rows, activities: Rows, form: Any, facts: Any, row: Any) -> None:
    """Weights of the learner's own: overall, at each skill, at the activity; `repeat` comes last.

    `processors.features.answers` finds them again in this order.
    """
    var = form.var if form.var > 0.0 else PRIORS[Group.OWN_ABILITY]
    _add_own(row, Group.OWN_ABILITY, 1.0, form.mean, var)
    for n in range(min(facts.n_skills, OWN_SKILLS)):
        slot = row_of(skills, facts.skills[n])
        mean, code = (skills[slot].mean, skills[slot].var) if slot >= 0 else (0, 0)
        var = var_of(code, PRIORS[Group.OWN_SKILL])
        _add_own(row, Group.OWN_SKILL, 1.0 / facts.n_skills, mean_of(mean), var)
    slot = row_of(activities, facts.activity)
    mean, code = (activities[slot].mean, activities[slot].var) if slot >= 0 else (0, 0)
    _add_own(row, Group.OWN_ITEM, 1.0, mean_of(mean), var_of(code, PRIORS[Group.OWN_ITEM]))


@compiled
def repeat_of(form: Any, facts: Any, set_name: Any) -> int:
    """Which sort of repeating it is: 0 same skills, 1 second try, 2 later try; -1 none."""
    if form.answers == 0:
        return -1
    if form.item == facts.activity:
        return 1 if form.run == 1 else 2
    past = np.uint64(form.past[0])
    return 0 if (past >> np.uint64(1)) == (set_name >> np.uint64(33)) else -1


@compiled
def _previous(form: Any, facts: Any, repeat: int, row: Any) -> None:
    """Quantities of how the last answers bear on this one."""
    dense = row.dense
    if form.answers == 0:
        return
    sign = _sign(form.outcomes, 0)
    if form.item == facts.activity:
        dense[Dense.AGAIN_SIGN], dense[Dense.AGAIN] = sign, 1.0
        dense[Dense.RUN] = 0.7 * np.log1p(float(form.run))
        if form.run_before > 0:
            dense[Dense.RUN_BEFORE] = _sign(form.run_end, 0)
    else:
        dense[Dense.RUN_BEFORE] = sign
        if repeat == 0:
            dense[Dense.STAY_SIGN], dense[Dense.STAY] = sign, 1.0


@compiled
def _same_skills(tries: Any, row: Any) -> None:
    """Quantities of the newest outcomes on exactly these skills."""
    for n in range(min(tries >> 5, 3)):
        row.dense[Dense.SAME_1 + n] = _sign(tries, n)
    row.dense[Dense.SAME_1_GAP] = row.dense[Dense.SAME_1] * row.dense[Dense.GAP]


@compiled
def _contexts(facts: Any, here: Any, held: Any, row: Any) -> None:
    """Entries of skills, activity and content.

    Args:
        facts: of the activity.
        here: code of the last tries on exactly these skills, lg of the form, answers on them.
        held: attempts at the activity, code of its last tries, bucket of the gap since.
        row: to be added to.
    """
    item = np.uint64(facts.activity)
    attempts, tries, gap = held
    for n in range(min(facts.n_skills, OWN_SKILLS)):
        _add(row, Group.SKILL, facts.skills[n], 1.0 / facts.n_skills)
    if facts.content != 0:
        _add(row, Group.CONTENT, facts.content, 1.0)
    _add(row, Group.ITEM, item, 1.0)
    _add(row, Group.ITEM_FORM, item, row.dense[Dense.FORM_16])
    _add(row, Group.ITEM_FORM_HERE, item, here[1])
    _add(row, Group.ITEM_TRIES, mixed(item, newest_tries(tries, 3)), 1.0)
    _add(row, Group.ITEM_GAP, mixed(item, gap * 2 + (tries & 1)), 1.0)
    _add(row, Group.ITEM_PRACTICE, mixed(item, min(int(np.log2(1.0 + here[2])), 5)), 1.0)
    seen = min(int(np.log2(1.0 + attempts)), 7)
    rehearsal = ((seen * 16 + gap) * 4 + min(attempts, 3)) * 2 + (tries & 1)
    _add(row, Group.REHEARSAL, rehearsal, 1.0)


@compiled
def _runs(form: Any, facts: Any, row: Any) -> None:
    """Entries of answering on one activity again and again."""
    item, last = np.uint64(facts.activity), form.outcomes & 1
    again = form.answers > 0 and form.item == item
    run = min(form.run, 11) if again else 0
    before, end = (form.run_before, form.run_end) if again else (form.run, last)
    if run > 0:
        _add(row, Group.ITEM_RUN, mixed(item, run * 2 + last), 1.0)
    pattern = (((run * 2 + last) * 4 + min(before, 3)) * 2 + end) * 4 + min(run, 3)
    _add(row, Group.RUN, pattern, 1.0)


@compiled
def _before(form: Any, facts: Any, set_name: Any, since: Any, row: Any) -> None:
    """Entries of the last answers, whatever they were on; `since` is the bucket of the gap."""
    item, answers, outcomes = np.uint64(facts.activity), form.answers, form.outcomes
    _add(row, Group.LAST_OUTCOMES, min(answers, 6) * 64 + outcomes, 1.0)
    last_three = min(answers, 3) * 8 + (outcomes & 7)
    _add(row, Group.SKILLS_LAST_OUTCOMES, mixed(set_name, last_three), 1.0)
    if answers > 0:
        _add(row, Group.AFTER_SKILLS, mixed(set_name, form.past[0]), 1.0)
        _add(row, Group.AFTER_ITEM, mixed(item, mixed(form.item, outcomes & 1)), 1.0)
        _add(row, Group.SKILLS_GAP, mixed(set_name, since), 1.0)
    if answers > 1:
        two = mixed(form.past[0], form.past[1])
        _add(row, Group.AFTER_TWO, mixed(set_name, two), 1.0)


@compiled
def _on_these(form: Any, set_name: Any, here: Any, row: Any) -> None:
    """Entries of the last answers on exactly these skills."""
    tries, level, _ = here
    _add(row, Group.SKILLS_FORM, mixed(set_name, _bucket(level, 4.0, 15)), 1.0)
    both = newest_tries(tries, 2) * 16 + min(form.answers, 2) * 4 + (form.outcomes & 3)
    _add(row, Group.SKILLS_BOTH, mixed(set_name, both), 1.0)
    if tries > 0:
        _add(row, Group.SKILLS_TRIES, mixed(set_name, newest_tries(tries, 3)), 1.0)
        _add(row, Group.SKILLS_HISTORY, mixed(set_name, tries), 1.0)


@compiled
def _pairs(form: Any, set_name: Any, row: Any) -> None:
    """Entries of the skills answered on lately with these, fading; equal ones are added up."""
    first, weight = row.size, 1.0
    for n in range(min(form.answers, ANSWERS)):
        _add(row, Group.SKILLS_PAIR, mixed(set_name, form.past[n]), weight)
        newest = row.size - 1
        for place in range(first, newest):
            if row.key[place] == row.key[newest]:
                row.x[place] += weight
                row.size = newest
                break
        weight *= _PAIR_FADE


@compiled
def encode(rows: Any, about: Any, facts: Rows, sheet: Sheet) -> None:
    """Fill `sheet` (blank), a row for each row of `facts`.

    Args:
        rows: of the learner's state: skills, activities, sets of skills, and a single form.
        about: what `Learner` holds.
        facts: of the activities.
        sheet: to be filled.
    """
    (skills, activities, sets, form), learner = rows, Learner(*about)
    now = learner.now
    for n in range(len(facts)):
        fact, row, own = facts[n], sheet[n], form[0]
        row.activity = fact.activity
        set_name = set_of(fact)
        slot = row_of(activities, fact.activity)
        if slot >= 0 and activities[slot].attempts == 0:
            slot = -1
        repeat = repeat_of(own, fact, set_name)
        _own(skills, activities, own, fact, row)
        if repeat >= 0:
            var = var_of(own.repeat_var[repeat], PRIORS[Group.OWN_REPEAT])
            _add_own(row, Group.OWN_REPEAT, 1.0, mean_of(own.repeat_mean[repeat]), var)
        _learner(own, learner, row)
        _skills(skills, fact, now, row.dense)
        held = (0, 0, _NEW)
        if slot >= 0:
            item = activities[slot]
            _item(activities, slot, now, row)
            held = (int(item.attempts), int(item.tries), _gap_bucket(now - item.scored))
        _catalogue(fact, row)
        _previous(own, fact, repeat, row)
        here = _here(skills, sets, fact, set_name)
        _same_skills(here[0], row)
        _contexts(fact, here, held, row)
        _on_these(own, set_name, here, row)
        _runs(own, fact, row)
        _before(own, fact, set_name, _gap_bucket(now - own.last), row)
        _pairs(own, set_name, row)


@compiled
def _here(skills: Rows, sets: Rows, facts: Any, set_name: Any) -> Any:
    """Code of the last tries on exactly these skills, lg of the form, answers on them."""
    if facts.n_skills == 1:
        slot = row_of(skills, set_name)
        if slot >= 0:
            row = skills[slot]
            form = _lg(count_of(row.form_good), count_of(row.form_bad), 0.7, 0.3)
            return int(row.tries), form, int(row.attempts)
    else:
        slot = row_of(sets, set_name)
        if slot >= 0:
            known = sets[slot]
            form = _lg(count_of(known.form_good), count_of(known.form_bad), 0.7, 0.3)
            return int(known.tries), form, int(known.answers)
    return 0, _lg(0.0, 0.0, 0.7, 0.3), 0
