"""Which skill builds on which: from how first encounters go, and from who knows one of two.

The effect of having mastered a on the first encounter with b is the common log odds ratio over
strata of ability (Mantel, Haenszel, JNCI 22, 1959), with its variance (Robins, Breslow, Greenland,
Biometrics 42, 1986). An odds ratio is the same in either direction, and some ability is always left
in it. So a link a -> b is proposed only where

- the two skills belong together: both directions' effect, weighed by precision, surely exceeds
  what is usual among all pairs (their median), and that of a on b alone surely exceeds nothing;
- a comes first: among the learners who in the end know one of the two and not the other, surely
  more know a (McNemar, Psychometrika 12, 1947). A learner is compared with himself, so ability is
  no matter; but of two skills that belong together the harder one looks as if it came after.

*Surely*: so that of all proposed links one in twenty is there by chance (Benjamini, Hochberg, JRSS
B 57, 1995). Left out are links that are surely weaker than another one to the same skill, since
they may come from something that both skills build on; links that would close a circle, the weaker
first; and links that follow from others (transitive reduction).
"""

from collections.abc import Iterable, Mapping, Sequence
from math import exp, log, sqrt
from statistics import NormalDist, median
from typing import NamedTuple

from offline.answers import Numbers
from offline.proposals.encounters import WITH, WITHOUT, Pair

RISK = 0.05
"""Share of the proposed links that may be there by chance."""
FEWEST = 20
"""Encounters on either side."""
_CONTINUITY = 0.5


class Effect(NamedTuple):
    """Of having mastered one skill on the first encounter with another."""

    log_odds: float
    variance: float
    with_it: int
    """Encounters."""
    without_it: int
    right_with: float
    """Share of right answers; as counted, not adjusted for ability."""
    right_without: float


class Link(NamedTuple):
    """`after` builds on `before`, as far as the log says."""

    before: str
    after: str
    effect: Effect
    odds_ratio: float
    low: float
    """Of `odds_ratio`, 95 %, this link alone."""
    high: float
    only_before: int
    """Learners who in the end know `before` and not `after`."""
    only_after: int
    """Learners who know `after` and not `before`."""
    first: float
    """Standard errors by which `before` comes first."""


def links(
    counts: Mapping[Pair, Numbers], standings: Mapping[Pair, int], risk: float = RISK
) -> list[Link]:
    """Proposed links, the strongest first.

    Args:
        counts: see `Encounters.counts`.
        standings: see `Encounters.standings`.
        risk: share of them that may be there by chance.
    """
    spread = dispersion(counts.values())
    effects = {
        pair: effect for pair, cells in counts.items() if (effect := effect_of(cells, spread))
    }
    bonds = {
        pair: _bond(effects[pair], effects[pair[::-1]]) for pair in effects if pair[::-1] in effects
    }
    usual = max(0.0, median(mean for mean, _ in bonds.values())) if bonds else 0.0
    tested = []
    for pair, bond in bonds.items():
        link = _link(pair, effects[pair], standings)
        tested.append((_least(bond, usual, link), link))
    found = _surely(tested, risk)
    found.sort(key=lambda link: (-link.effect.log_odds, link.before, link.after))
    return reduced(without_circles(strongest(found)))


def _least(bond: tuple[float, float], usual: float, link: Link) -> float:
    """Standard errors of the weakest of the three things that must hold."""
    effect = link.effect
    together = (bond[0] - usual) / sqrt(bond[1])
    return min(together, effect.log_odds / sqrt(effect.variance), link.first)


def _surely(tested: list[tuple[float, Link]], risk: float) -> list[Link]:
    """Those that hold, with a share of `risk` of wrong ones among them at most."""
    tested = sorted(tested, key=lambda pair: -pair[0])
    last = 0
    for place, (errors, _) in enumerate(tested, 1):
        if 1.0 - NormalDist().cdf(errors) <= risk * place / len(tested):
            last = place
    return [link for _, link in tested[:last]]


def _bond(one: Effect, back: Effect) -> tuple[float, float]:
    """Mean of both effects, weighed by precision, and its variance."""
    precision = 1.0 / one.variance + 1.0 / back.variance
    mean = (one.log_odds / one.variance + back.log_odds / back.variance) / precision
    return mean, 1.0 / precision


def dispersion(every: Iterable[Numbers]) -> float:
    """Variance of the share of right answers of an encounter, of that of a single answer.

    Several answers say more than one, but less than if they were those of several learners: the
    dispersion of quasi-likelihood (McCullagh, Nelder, "Generalized Linear Models", 1989, 4.5).
    """
    found = expected = 0.0
    for cells in every:
        right, wrong, squares = (cells[..., n] for n in range(3))
        size = right + wrong
        used = size > 1.0
        share = right[used] / size[used]
        found += float((squares[used] - size[used] * share**2).sum())
        expected += float(((size[used] - 1.0) * share * (1.0 - share)).sum())
    return found / expected if expected > 0.0 else 1.0


def effect_of(cells: Numbers, spread: float = 1.0) -> Effect | None:
    """The effect that some counts show; None where they are too few.

    Args:
        cells: see `Encounters.counts`.
        spread: see `dispersion`.
    """
    cells = cells[..., :2]
    sides = cells.sum(axis=(0, 2))
    if sides.min() < FEWEST:
        return None
    a, b = cells[:, WITH, 0], cells[:, WITH, 1]
    c, d = cells[:, WITHOUT, 0], cells[:, WITHOUT, 1]
    size = a + b + c + d
    used = ((a + b) > 0) & ((c + d) > 0)
    a, b, c, d, size = (one[used] for one in (a, b, c, d, size))
    if not len(size):
        return None
    r, s = a * d / size, b * c / size
    p, q = (a + d) / size, (b + c) / size
    total_r, total_s = r.sum() + _CONTINUITY, s.sum() + _CONTINUITY
    variance = (
        (p * r).sum() / (2.0 * total_r**2)
        + (p * s + q * r).sum() / (2.0 * total_r * total_s)
        + (q * s).sum() / (2.0 * total_s**2)
    )
    right = cells[:, :, 0].sum(axis=0) / sides
    return Effect(
        log(total_r / total_s),
        float(variance) * spread,
        round(sides[WITH]),
        round(sides[WITHOUT]),
        float(right[WITH]),
        float(right[WITHOUT]),
    )


def _link(pair: Pair, effect: Effect, standings: Mapping[Pair, int]) -> Link:
    width = NormalDist().inv_cdf(0.975) * sqrt(effect.variance)
    ends = exp(effect.log_odds - width), exp(effect.log_odds + width)
    first, second = standings.get(pair, 0), standings.get(pair[::-1], 0)
    sign = (first - second) / sqrt(first + second) if first + second else 0.0
    return Link(*pair, effect, exp(effect.log_odds), *ends, first, second, sign)


def strongest(found: Sequence[Link]) -> list[Link]:
    """Links in order, without those that are surely weaker than another one to the same skill.

    Two skills that build on the same one belong together as well, but less than each with that one.
    """
    best: dict[str, Effect] = {}
    for link in found:
        known = best.setdefault(link.after, link.effect)
        if link.effect.log_odds > known.log_odds:
            best[link.after] = link.effect
    return [link for link in found if not _is_weaker(link.effect, best[link.after])]


def _is_weaker(effect: Effect, than: Effect) -> bool:
    spread = sqrt(effect.variance + than.variance)
    return than.log_odds - effect.log_odds > NormalDist().inv_cdf(1.0 - RISK) * spread


def without_circles(found: Iterable[Link]) -> list[Link]:
    """Links in order, without those that would close a circle with earlier ones."""
    kept: list[Link] = []
    for link in found:
        if not _leads(kept, link.after, link.before):
            kept.append(link)
    return kept


def reduced(found: list[Link]) -> list[Link]:
    """Links without those whose ends others connect (Aho, Garey, Ullman, SIAM J. Comp. 1, 1972)."""
    return [
        link
        for link in found
        if not _leads([other for other in found if other is not link], link.before, link.after)
    ]


def _leads(found: Iterable[Link], start: str, end: str) -> bool:
    """Whether links lead from `start` to `end`."""
    following: dict[str, list[str]] = {}
    for link in found:
        following.setdefault(link.before, []).append(link.after)
    seen, left = {start}, [start]
    while left:
        for other in following.get(left.pop(), ()):
            if other == end:
                return True
            if other not in seen:
                seen.add(other)
                left.append(other)
    return False
