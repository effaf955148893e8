"""The objective: what an organisation wants of its queues, as numbers with a meaning and a range.

A frozen record, validated when it is made and loadable from a mapping (a YAML or JSON file), so
that a wrong setting is one clear line at the start and never a strange queue later.
"""

from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from difflib import get_close_matches
from typing import Any

from schemas.errors import ConfigurationError


def knob(default: float, low: float, high: float) -> Any:
    """A numeric setting with its default and its closed range."""
    return field(default=default, metadata={"low": low, "high": high})


def _wrong(owner: str, name: str, wish: str, got: object) -> ConfigurationError:
    return ConfigurationError(f"{owner}.{name} must be {wish}, got {got!r}; change the objective")


def _check_number(owner: str, setting: Field[Any], value: object) -> None:
    low, high = setting.metadata["low"], setting.metadata["high"]
    whole = setting.type is int
    if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
        raise _wrong(owner, setting.name, "a whole number" if whole else "a number", value)
    if not low <= value <= high:
        raise _wrong(owner, setting.name, f"in [{low:g}, {high:g}]", value)


def _check_numbers(record: Any) -> None:
    owner = type(record).__name__.lower()
    for setting in fields(record):
        if "low" in setting.metadata:
            _check_number(owner, setting, getattr(record, setting.name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """How much each expected outcome counts in the score; all terms lie about in [0, 1]."""

    gain: float = knob(1.0, 0, 100)
    """Share of the gap that the activity is expected to address."""
    unlocks: float = knob(1.0, 0, 100)
    """Gap that waits behind the activity, discounted by distance."""
    low_assessment: float = knob(0.5, 0, 100)
    """Extra on the gain in a skill whose last assessment was low."""
    review: float = knob(0.8, 0, 100)
    """Forgetting of a skill that was proficient."""
    continues: float = knob(0.25, 0, 100)
    """Having begun it."""
    similar: float = knob(0.4, 0, 100)
    """Share of learners who went on to it."""
    success: float = knob(0.05, 0, 100)
    """Probability of success."""
    engagement: float = knob(0.1, 0, 100)
    """Probability of finishing it."""
    coherence: float = knob(0.03, 0, 100)
    """Sharing a skill with what was last done with success."""
    spacing: float = knob(0.05, 0, 100)
    """Taken off for sharing a skill with the item just before it in the queue."""

    def __post_init__(self) -> None:
        _check_numbers(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """What the queue optimises and the limits that it keeps.

    Raises:
        ConfigurationError: where a value lies outside its range.
    """

    name: str = "day-one"
    """Written into each queue as its policy."""
    weights: Weights = field(default_factory=Weights)
    length: int = knob(5, 1, 50)
    """Most items in a queue."""
    shortlist: int = knob(8, 1, 200)
    """Most candidates that the models score, at least `length`."""
    per_stream: int = knob(3, 1, 200)
    """Most candidates taken from one stream (one missing skill, the reviews, ...)."""
    max_per_content: int = knob(4, 1, 50)
    """Most items of one kind of content; unknown kinds are not limited."""
    max_per_course: int = knob(4, 1, 50)
    """Most items of one course."""
    max_reviews: int = knob(2, 0, 50)
    """Most items that only refresh what was once known."""
    exploration: float = knob(0.15, 0, 0.5)
    """Probability that a slot goes to a candidate drawn at random."""
    seed: int = knob(0, 0, 2**32)
    """Changes which slots explore, and nothing else."""
    mastery: float = knob(0.8, 0.01, 1)
    """Proficiency from which a skill is mastered; a role's own target goes before it."""
    low_assessment: float = knob(0.7, 0, 1)
    """An assessed outcome below this is low."""
    success_mark: float = knob(0.6, 0, 1)
    """An outcome from here on shows progress on an activity."""
    proficient: float = knob(0.6, 0, 1)
    """Proficiency that is worth keeping up by reviews."""
    review_below: float = knob(0.7, 0.01, 0.99)
    """Probability of recall below which a skill that was proficient is due."""
    failure_share: float = knob(0.3, 0, 1)
    """What a failure teaches, as a share of what a success teaches."""
    interest: float = knob(0.3, 0, 1)
    """Worth of a skill that neither role nor goal names, beside one that they name."""
    unlock_discount: float = knob(0.5, 0, 1)
    """Worth of a gap one step behind an activity, beside one that it addresses itself."""
    horizon_days: float = knob(14, 0, 3650)
    """When retention is asked for."""
    default_minutes: float = knob(30, 1, 100_000)
    """Length of an activity of which nobody knows it."""
    weekly_minutes: float = knob(120, 1, 10_080)
    """Time budget of a learner whose profile names none."""
    compliance_lead_days: float = knob(30, 0, 3650)
    """A duty this near is forced in."""
    continue_days: float = knob(60, 0, 3650)
    """What was begun and not touched for longer is no longer continued."""
    patience_failures: int = knob(3, 1, 16)
    """Failures on an activity, without a success between, that cool it down."""
    patience_openings: int = knob(6, 1, 16)
    """Times that an activity was opened, and nothing came of it, that cool it down."""
    cooldown_events: int = knob(6, 1, 15)
    """Events on other activities after which a cooled activity may return."""
    dismissed_days: float = knob(14, 0, 3650)
    """How long a dismissed activity stays away, from the end of that day on; 0: not at all. Two
    weeks: "not now" is no judgement, and what the learner lacks is still lacking."""
    not_relevant_days: float = knob(180, 0, 3650)
    """The same for one that the learner calls not relevant. Half a year: work changes, and what is
    never offered again can never be found relevant. Duties stay in the queue all the same."""
    repeatable: tuple[str, ...] = ()
    """Kinds of content that may be done again while their skill is below its target."""

    def __post_init__(self) -> None:
        _check_numbers(self)
        if self.shortlist < self.length:
            raise _wrong(
                "objective", "shortlist", f"at least length ({self.length})", self.shortlist
            )
        if not self.name or not isinstance(self.name, str):
            raise _wrong("objective", "name", "a text", self.name)


def _known(owner: str, record: type[Any], given: Mapping[str, Any]) -> dict[str, Any]:
    names = [setting.name for setting in fields(record)]
    for name in given:
        if name not in names:
            near = get_close_matches(str(name), names, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"known are: {', '.join(names)}"
            raise ConfigurationError(f"{owner} has no setting {name!r}; {hint}")
    return dict(given)


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
        return tuple(value)
    raise _wrong("objective", "repeatable", "a list of kinds of content", value)


def objective_from(given: Mapping[str, Any]) -> Objective:
    """The objective that a mapping describes; what it does not name keeps its default.

    Raises:
        ConfigurationError: for an unknown name, a wrong type or a value out of range.
    """
    settings = _known("objective", Objective, given)
    weights = settings.pop("weights", {})
    if not isinstance(weights, Mapping):
        raise _wrong("objective", "weights", "a mapping", weights)
    if "repeatable" in settings:
        settings["repeatable"] = _texts(settings["repeatable"])
    return Objective(weights=Weights(**_known("weights", Weights, weights)), **settings)
