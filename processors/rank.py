"""Expected outcomes of each candidate, weighed by the objective.

The score is a sum of *terms*, one for each reason why an activity may be offered, so the terms
explain it exactly; what the learner is likely to manage and to finish comes on top. With `p` the
probability of success, `f` the failure share and `m` skills:

    gain      = weight * (p + f (1 - p)) * sum of the needs of its skills / m
    unlocks   = weight * p * max over the needed skills behind it of need * discount^distance
    review    = weight * (1 - recall of the skill remembered least)
    continues = weight * strength,  similar = weight * probability

Need times the chance to learn, plus what an activity opens, is how learning-progress sequencing
weighs activities (Clement et al., "Multi-Armed Bandits for Intelligent Tutoring Systems", JEDM
7(2), 2015). The gain in skills whose last assessment was low is a term of its own, and raised.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import NamedTuple

from processors.candidates.stream import Candidate
from processors.features.decay import DAY_SEC
from processors.features.facts import stacked
from processors.features.situation import Situation
from processors.learner_view import LearnerView
from processors.reference import Entry
from schemas.queue import Expected

NEW_SHARE = 4
"""One place in so many of the shortlist is kept for activities that exploration proposes."""


class Terms(NamedTuple):
    """What speaks for an activity, one number for each reason; each is at least 0."""

    gap: float
    low: float
    ahead: float
    review: float
    continues: float
    similar: float


@dataclass(slots=True, eq=False)
class Scored:
    """A candidate, and what the models expect of it: nothing until they were asked."""

    candidate: Candidate
    entry: Entry
    promise: Terms
    """Its terms if success were certain."""
    uptake: float = 0.0
    """Share that is learned of what could be: all by a success, some by a failure."""
    success: float = 0.0
    engagement: float = 0.0
    score: float = 0.0

    @property
    def terms(self) -> Terms:
        """What each reason adds to the score."""
        gap, low, ahead, *certain = self.promise
        return Terms(gap * self.uptake, low * self.uptake, ahead * self.success, *certain)


def rank(candidates: Iterable[Candidate], view: LearnerView) -> list[Scored]:
    """The best candidates, best first, ties by id; duties are never cut off."""
    listed = shortlist(_promising(candidates, view), view)
    if listed:
        entries = [one.entry for one in listed]
        facts = stacked([entry.facts for entry in entries])
        sheet = Situation(view.state, view.now).sheet(facts)
        successes = view.predictors.success.predict(sheet).tolist()
        _score(listed, successes, view.outlook.chances(entries, sheet), view)
    by_id = sorted(listed, key=attrgetter("entry.activity.id"))
    return sorted(by_id, key=attrgetter("score"), reverse=True)


def shortlist(promising: Sequence[Scored], view: LearnerView) -> Sequence[Scored]:
    """The few that the models are asked about: duties, the most worthwhile, some new ones."""
    size = view.objective.shortlist
    if len(promising) <= size:
        return promising
    best = sorted(promising, key=_first_stage)
    sure = size - size // NEW_SHARE
    new = [one for one in best[sure:] if one.candidate.is_new][: size - sure]
    return best[: size - len(new)] + new


def _first_stage(one: Scored) -> tuple[bool, float, str]:
    voluntary = one.candidate.due_at is None
    return (voluntary, -sum(one.promise), one.entry.activity.id)


def _promising(candidates: Iterable[Candidate], view: LearnerView) -> list[Scored]:
    """What each would be worth if success were certain."""
    weights, faded = view.objective.weights, view.faded
    gain, raised, unlocks = weights.gain, 1.0 + weights.low_assessment, weights.unlocks
    review, continues, similar = weights.review, weights.continues, weights.similar
    found = []
    for candidate in candidates:
        entry = candidate.entry
        gap, low = _needs(entry, view)
        promise = Terms(
            gain * gap,
            gain * low * raised,
            unlocks * _ahead(entry, view) if entry.unlocks else 0.0,
            review * _forgetting(entry, view) if faded else 0.0,
            continues * candidate.continues,
            similar * candidate.similar,
        )
        found.append(Scored(candidate, entry, promise))
    return found


def _needs(entry: Entry, view: LearnerView) -> tuple[float, float]:
    """Mean need of its skills in two parts: the others, and those with a low last assessment."""
    need, low_skills = view.need, view.low
    gap = low = 0.0
    for skill in entry.skills:
        if skill in low_skills:
            low += need[skill]
        else:
            gap += need[skill]
    n_skills = len(entry.skills) or 1
    return gap / n_skills, low / n_skills


def _ahead(entry: Entry, view: LearnerView) -> float:
    """Largest need that waits behind an activity; 0 where all that it unlocks is done."""
    key, discount = entry.key, view.objective.unlock_discount
    largest = 0.0
    for need, _, path in view.wanted:
        distance = path.ahead.get(key)
        if distance is not None:
            largest = max(largest, need * discount**distance)
    return 0.0 if largest == 0.0 or view.opens_nothing(entry) else largest


def _forgetting(entry: Entry, view: LearnerView) -> float:
    if not view.done[entry.key]:
        return 0.0
    faded = view.faded.intersection(entry.skills)
    return max((1.0 - view.recall(skill, view.now) for skill in faded), default=0.0)


def _score(
    listed: Sequence[Scored],
    successes: Sequence[float],
    engagements: Sequence[float],
    view: LearnerView,
) -> None:
    """Fill in what the models expect, and what it comes to."""
    weights, failure_share = view.objective.weights, view.objective.failure_share
    for_success, for_engagement, coherence = weights.success, weights.engagement, weights.coherence
    is_other = view.recent.succeeded.isdisjoint
    for one, success, engagement in zip(listed, successes, engagements, strict=True):
        gap, low, ahead, review, continues, similar = one.promise
        uptake = success + failure_share * (1.0 - success)
        score = uptake * (gap + low) + success * ahead + review + continues + similar
        score += for_success * success + for_engagement * engagement
        one.score = score if is_other(one.entry.skills) else score + coherence
        one.uptake, one.success, one.engagement = uptake, success, engagement


def expected(chosen: Sequence[Scored], view: LearnerView) -> list[Expected]:
    """What is expected of each, as the queue says it."""
    entries = [one.entry for one in chosen]
    kept = view.outlook.kept[view.now + view.objective.horizon_days * DAY_SEC]
    recalls = [sum(kept.get(s, 0.0) for s in e.skills) / (len(e.skills) or 1) for e in entries]
    gains = view.outlook.gains(entries)
    return [
        Expected(
            success=round(one.success, 3),
            engagement=round(one.engagement, 3),
            gain=round(max(0.0, gain), 3),
            retention=round(recall, 3),
        )
        for one, gain, recall in zip(chosen, gains, recalls, strict=True)
    ]
