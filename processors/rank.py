"""Expected outcomes of each candidate, weighed by the objective.

The score is a sum of *terms*, one for each reason why an activity may be offered, so the terms
explain it exactly. With `p` the probability of success, `f` the failure share and `m` skills:

    gain      = weight / m * sum of the needs of its skills * (p + f (1 - p))
    unlocks   = weight * p * sum over needed skills of need * discount^distance
    review    = weight * (1 - recall of the skill remembered least)
    continues = weight * strength,  similar = weight * probability

Multiplying need by readiness and by what an activity opens follows the learning-progress view of
sequencing (Clement et al., "Multi-Armed Bandits for Intelligent Tutoring Systems", JEDM 7(2),
2015); the part of the gain in skills whose last assessment was low is kept apart and raised.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from processors.candidates.gather import Candidate
from processors.features.decay import DAY_SEC
from processors.features.retention import retention
from processors.features.vector import activity_part, learner_part
from processors.learner_view import LearnerView
from processors.predictors import Features
from processors.reference import Entry
from schemas.queue import Expected, ReasonCode

Terms = dict[ReasonCode, float]

EXPLORED_SHARE = 4
"""One place in so many of the shortlist is kept for activities that only exploration proposes."""


@dataclass(slots=True)
class Prospect:
    """A candidate before any model is asked."""

    candidate: Candidate
    terms: Terms
    """What each reason is worth if the learner succeeds."""
    worth: float
    """Their sum."""


@dataclass(slots=True, eq=False)
class Scored:
    """A candidate with what is expected of it."""

    entry: Entry
    signals: dict[ReasonCode, float]
    terms: Terms
    """What each reason adds to the score; zeros are left out."""
    score: float
    expected: Expected


def rank(candidates: Iterable[Candidate], view: LearnerView) -> list[Scored]:
    """The best candidates, best first, ties by id; duties are never cut off."""
    listed = shortlist([_prospect(candidate, view) for candidate in candidates], view)
    own = [_features(prospect.candidate.entry, view) for prospect in listed]
    common = learner_part(view.state, view.now)
    successes = view.predictors.success.predict_many(common, own)
    engagements = view.predictors.engagement.predict_many(common, own)
    chances = zip(successes, engagements, strict=True)
    scored = [_scored(one, *chance, view) for one, chance in zip(listed, chances, strict=True)]
    return sorted(scored, key=lambda one: (-one.score, one.entry.activity.id))


def shortlist(prospects: Sequence[Prospect], view: LearnerView) -> list[Prospect]:
    """The few that the models are asked about: duties, the most worthwhile, some new ones."""
    size = view.objective.shortlist
    if len(prospects) <= size:
        return list(prospects)
    best = sorted(prospects, key=_first_stage)
    new = [one for one in best[size - size // EXPLORED_SHARE :] if _is_new(one)]
    kept = new[: size // EXPLORED_SHARE]
    return best[: size - len(kept)] + kept


def _first_stage(one: Prospect) -> tuple[bool, float, str]:
    voluntary = ReasonCode.COMPLIANCE_DUE not in one.candidate.signals
    return (voluntary, -one.worth, one.candidate.entry.activity.id)


def _is_new(one: Prospect) -> bool:
    return ReasonCode.EXPLORES in one.candidate.signals


def _prospect(candidate: Candidate, view: LearnerView) -> Prospect:
    weights = view.objective.weights
    entry, signals = candidate.entry, candidate.signals
    gap, low = _needs(entry, view)
    terms = {
        ReasonCode.SKILL_GAP: weights.gain * gap,
        ReasonCode.LOW_ASSESSMENT: weights.gain * low * (1.0 + weights.low_assessment),
        ReasonCode.UNLOCKS: weights.unlocks * _ahead(entry, view),
        ReasonCode.DUE_FOR_REVIEW: weights.review * _forgetting(entry, view),
        ReasonCode.CONTINUES: weights.continues * signals.get(ReasonCode.CONTINUES, 0.0),
        ReasonCode.SIMILAR_LEARNERS: weights.similar
        * signals.get(ReasonCode.SIMILAR_LEARNERS, 0.0),
    }
    held = {code: term for code, term in terms.items() if term}
    return Prospect(candidate, held, sum(held.values()))


def _needs(entry: Entry, view: LearnerView) -> tuple[float, float]:
    """Mean need of its skills, in two parts: the others, and those with a low last assessment."""
    gap = low = 0.0
    for skill in entry.skills:
        if is_low(skill, view):
            low += view.need(skill)
        else:
            gap += view.need(skill)
    n_skills = len(entry.skills) or 1
    return gap / n_skills, low / n_skills


def is_low(skill: int, view: LearnerView) -> bool:
    """Whether the newest outcome in a skill was low."""
    outcome = view.recent.outcomes.get(skill)
    return outcome is not None and outcome < view.objective.low_assessment


def _ahead(entry: Entry, view: LearnerView) -> float:
    """Needs that wait behind an activity, at most 1; none where all that it unlocks is done."""
    if all(map(view.is_done, entry.unlocks)):
        return 0.0
    discount = view.objective.unlock_discount
    waiting = ((want.need, want.path.ahead.get(entry.key)) for want in view.wanted)
    return min(1.0, sum(need * discount**steps for need, steps in waiting if steps))


def _forgetting(entry: Entry, view: LearnerView) -> float:
    if not view.is_done(entry.key):
        return 0.0
    return max((1.0 - view.recall(skill) for skill in filter(view.faded, entry.skills)), default=0)


def _features(entry: Entry, view: LearnerView) -> Features:
    activity = entry.activity
    return activity_part(
        view.state,
        entry.key,
        entry.skills,
        activity.difficulty,
        entry.content,
        activity.minutes,
        view.now,
    )


def _scored(prospect: Prospect, success: float, engagement: float, view: LearnerView) -> Scored:
    entry = prospect.candidate.entry
    failure_share = view.objective.failure_share
    uptake = success + failure_share * (1.0 - success)
    terms = _discounted(prospect.terms, success, uptake)
    score = sum(terms.values()) + _liking(entry, success, engagement, view)
    expected = Expected(
        success=success,
        engagement=engagement,
        gain=_gain(entry, uptake, view),
        retention=_retention(entry, view),
    )
    return Scored(entry, prospect.candidate.signals, terms, score, expected)


def _discounted(terms: Terms, success: float, uptake: float) -> Terms:
    chances = {
        ReasonCode.SKILL_GAP: uptake,
        ReasonCode.LOW_ASSESSMENT: uptake,
        ReasonCode.UNLOCKS: success,
    }
    return {code: term * chances.get(code, 1.0) for code, term in terms.items()}


def _liking(entry: Entry, success: float, engagement: float, view: LearnerView) -> float:
    weights = view.objective.weights
    coherent = not set(entry.skills).isdisjoint(view.recent.succeeded)
    return (
        weights.success * success
        + weights.engagement * engagement
        + weights.coherence * coherent
    )


def _gain(entry: Entry, uptake: float, view: LearnerView) -> float:
    """Expected change of proficiency, at most up to each skill's target; mean of the skills."""
    gaps = sum(map(view.gap, entry.skills)) / (len(entry.skills) or 1)
    return view.objective.learning_rate * uptake * gaps


def _retention(entry: Entry, view: LearnerView) -> float:
    """Probability of recall at the horizon if nothing is done; mean of the skills."""
    horizon = view.now + view.objective.horizon_days * DAY_SEC
    recalls = [retention(view.state, skill, horizon) for skill in entry.skills]
    return sum(recalls) / (len(recalls) or 1)
