"""Names of the numbers as they are written down, and back."""

from online_models.named_numbers import is_name, number_of
from online_models.relevance.arrays import EXPERTS, FACTORS, REGIMES, SKETCH
from online_models.relevance.memory import (
    ALL,
    COHORT,
    ITEM,
    KINDS,
    LINK,
    MEMBER,
    SIDES,
    SKETCHED,
    WEIGHT,
    Name,
)

WIDTHS = {
    ALL: 1,
    ITEM: 1,
    COHORT: 1,
    LINK: 2,
    MEMBER: 2,
    WEIGHT: 3,
    SKETCHED: SKETCH + 1,
    **dict.fromkeys(SIDES, FACTORS + 2),
}
"""Kind of number -> how many."""

BLEND = WIDTHS[WEIGHT]
"""How many numbers a weight of the blend has; nothing else has so many."""


def text_of(name: Name) -> str:
    """The name as it is written down."""
    kind, key, other = name
    if kind == WEIGHT:
        return f"{kind}/{REGIMES[key]}/{EXPERTS[other]}"
    if kind in KINDS:
        return f"{kind}/{key:x}>{other:x}"
    return ALL if kind == ALL else f"{kind}/{key:x}"


def name_of(text: str) -> Name | None:
    """The name that was written down as `text`; None if none was."""
    kind, _, rest = text.partition("/")
    source, _, target = rest.partition(">")
    if text == ALL:
        return (ALL, 0, 0)
    if kind == WEIGHT:
        return _weight_of(*rest.partition("/")[::2])
    if kind in KINDS:
        both = is_name(source) and is_name(target)
        return (kind, number_of(source), number_of(target)) if both else None
    return (kind, number_of(rest), 0) if kind in WIDTHS and kind != ALL and is_name(rest) else None


def _weight_of(regime: str, expert: str) -> Name | None:
    if regime not in REGIMES or expert not in EXPERTS:
        return None
    return _weight(regime, expert)


def _weight(regime: str, expert: str) -> Name:
    return (WEIGHT, REGIMES.index(regime), EXPERTS.index(expert))


def named(text: str) -> Name:
    """The name that `text` is known to be: `name_of` without its checks."""
    kind, _, rest = text.partition("/")
    if kind in KINDS:
        source, _, target = rest.partition(">")
        return (kind, number_of(source), number_of(target))
    if kind in {ALL, WEIGHT}:
        return (ALL, 0, 0) if kind == ALL else _weight(*rest.split("/"))
    return (kind, number_of(rest), 0)


def fits(text: str, values: tuple[float, ...]) -> bool:
    """Whether a number of that name has so many values, and such."""
    name = name_of(text)
    if name is None or len(values) != WIDTHS[name[0]]:
        return False
    return name[0] != WEIGHT or values[1] > 0.0
