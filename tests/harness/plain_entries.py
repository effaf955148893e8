"""The sparse entries that models read, once more, as `plain_quantities` does."""

from math import log2
from typing import NamedTuple

from harness.plain_life import Answered, Asked, Life, form, lg, mixed, set_name

from online_models.priors import VARIANCE
from online_models.sheet import Group
from processors.features.decay import clock_sec


class Own(NamedTuple):
    """A weight of the learner's own."""

    group: Group
    of: int
    x: float
    mean: float
    var: float


def key(group: Group, context: int) -> int:
    return mixed(context, group) & ~0xFF | group


def own_weights(life: Life, asked: Asked) -> list[Own]:
    """The weights of the learner's own, in order."""
    places = [(Group.OWN_ABILITY, 0, 1.0)]
    places += [(Group.OWN_SKILL, one, 1.0 / len(asked.skills)) for one in asked.skills[:4]]
    places += [(Group.OWN_ITEM, asked.activity, 1.0)]
    repeat = repeating(life, asked)
    if repeat is not None:
        places += [(Group.OWN_REPEAT, repeat, 1.0)]
    return [Own(group, of, x, *_weight(life, group, of)) for group, of, x in places]


def _weight(life: Life, group: Group, of: int) -> tuple[float, float]:
    learned = [one.weights[group, of] for one in life.answers if (group, of) in one.weights]
    return learned[-1] if learned else (0.0, VARIANCE[group])


def repeating(life: Life, asked: Asked) -> int | None:
    """0 other activity of the same skills, 1 second try in a row, 2 a later one."""
    runs = life.runs()
    if runs and runs[-1][0].trace.activity == asked.activity:
        return min(len(runs[-1]), 2)
    same = runs and set_name(runs[-1][-1].trace) == set_name(asked)
    return 0 if same else None


def entries(life: Life, asked: Asked, now: float) -> dict[int, float]:
    """Value of each entry of a shared weight, by its key."""
    item, name = asked.activity, set_name(asked)
    found = {key(Group.SKILL, one): 1.0 / len(asked.skills) for one in asked.skills[:4]}
    found |= {
        key(Group.ITEM, item): 1.0,
        key(Group.ITEM_PRACTICE, mixed(item, _practice(life, asked))): 1.0,
        key(Group.ITEM_GAP, mixed(item, _item_gap(life, asked, now))): 1.0,
        key(Group.ITEM_FORM, item): lg(form(life.answers, 16), 0.7, 0.3),
        key(Group.ITEM_FORM_HERE, item): lg(form(life.on_set(asked), 8), 0.7, 0.3),
        key(Group.ITEM_TRIES, mixed(item, tries(life.on_item(item)))): 1.0,
        key(Group.LAST_OUTCOMES, outcomes(life.answers, 6)): 1.0,
        key(Group.REHEARSAL, _rehearsal(life, asked, now)): 1.0,
        key(Group.RUN, _pattern(life, asked)): 1.0,
    }
    here = life.on_set(asked)
    if here:
        found[key(Group.SKILLS_TRIES, mixed(name, tries(here)))] = 1.0
        found[key(Group.SKILLS_HISTORY, mixed(name, tries(here, 5)))] = 1.0
    both = tries(here, 2) * 16 + outcomes(life.answers, 2)
    level = int(min(max(lg(form(here, 8), 0.7, 0.3) * 4.0 + 8.0, 0.0), 15.0))
    found |= {
        key(Group.SKILLS_BOTH, mixed(name, both)): 1.0,
        key(Group.SKILLS_FORM, mixed(name, level)): 1.0,
        key(Group.SKILLS_LAST_OUTCOMES, mixed(name, outcomes(life.answers, 3))): 1.0,
    }
    if asked.content:
        found[key(Group.CONTENT, asked.content)] = 1.0
    return found | _after(life, asked, now)


def _after(life: Life, asked: Asked, now: float) -> dict[int, float]:
    if not life.answers:
        return {}
    item, name, last = asked.activity, set_name(asked), life.answers[-1]
    run, away = life.runs()[-1], max(clock_sec(one.trace.at) for one in life.answers)
    found = {
        key(Group.AFTER_SKILLS, mixed(name, _past(last))): 1.0,
        key(Group.AFTER_ITEM, mixed(item, mixed(last.trace.activity, last.good))): 1.0,
        key(Group.SKILLS_GAP, mixed(name, bucket(now - away))): 1.0,
    }
    if len(life.answers) > 1:
        two = mixed(_past(last), _past(life.answers[-2]))
        found[key(Group.AFTER_TWO, mixed(name, two))] = 1.0
    if last.trace.activity == item:
        found[key(Group.ITEM_RUN, mixed(item, min(len(run), 11) * 2 + last.good))] = 1.0
    for age, one in enumerate(reversed(life.answers[-8:])):
        pair = key(Group.SKILLS_PAIR, mixed(name, _past(one)))
        found[pair] = found.get(pair, 0.0) + 0.9**age
    return found


def _past(one: Answered) -> int:
    """Upper 31 bits of the name of its skills, and whether it came out well."""
    return set_name(one.trace) >> 33 << 1 | one.good


def tries(answers: list[Answered], most: int = 3) -> int:
    """How many, up to `most`, and their outcomes, the newest in the lowest of five bits."""
    newest = answers[-most:]
    return len(newest) << 5 | sum(one.good << age for age, one in enumerate(reversed(newest)))


def outcomes(answers: list[Answered], most: int) -> int:
    """The same in as few bits as it takes."""
    newest = answers[-most:]
    return len(newest) << most | sum(one.good << age for age, one in enumerate(reversed(newest)))


def bucket(seconds: float) -> int:
    return min(int(0.5 * log2(1.0 + max(seconds, 0.0))), 11)


def _practice(life: Life, asked: Asked) -> int:
    """Powers of two of the evidence for a single skill, else of the answers on the set."""
    alone = len(asked.skills) == 1
    count = len(life.evidence(asked.skills[0]) if alone else life.on_set(asked))
    return min(int(log2(1.0 + count)), 5)


def _item_gap(life: Life, asked: Asked, now: float) -> int:
    """Gap since the last try in powers of 4, 12 where there is none, and the last outcome."""
    seen, last = life.attempts(asked.activity), life.on_item(asked.activity)
    since = bucket(now - max(clock_sec(one.at) for one in seen)) if seen else 12
    return since * 2 + (last[-1].good if last else 0)


def _rehearsal(life: Life, asked: Asked, now: float) -> int:
    since, good = divmod(_item_gap(life, asked, now), 2)
    seen = len(life.attempts(asked.activity))
    times = min(int(log2(1.0 + seen)), 7)
    return ((times * 16 + since) * 4 + min(seen, 3)) * 2 + good


def _pattern(life: Life, asked: Asked) -> int:
    runs = life.runs() or [[]]
    again = bool(runs[-1]) and runs[-1][0].trace.activity == asked.activity
    run, before = (runs[-1], (runs[-2] if len(runs) > 1 else [])) if again else ([], runs[-1])
    last = life.answers[-1].good if life.answers else 0
    end = before[-1].good if before else 0
    length = len(run)
    return (((min(length, 11) * 2 + last) * 4 + min(len(before), 3)) * 2 + end) * 4 + min(length, 3)
