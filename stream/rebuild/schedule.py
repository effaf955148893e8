"""Where the hands of a rebuild meet to bring together what they have learned."""

from collections.abc import Iterator, Mapping

FIRST = 2_000
"""Events before the first meeting."""
GROWTH = 2
"""The next meeting is when so many times as many events have been learned."""
SHORTEST = 0.5
"""What is left at the end is learned in one with the stretch before it where it is a smaller share
of that."""
LONGEST = 200_000
"""Events between two meetings, at most."""


def meetings(ends: Mapping[int, int]) -> Iterator[dict[int, int]]:
    """Offsets up to which each partition goes until the next meeting; the last ones are `ends`.

    Every partition has gone through the same share of its events when hands meet. The first events
    teach most, so hands meet often at first.

    Args:
        ends: partition -> offset of its last event; -1 where there is none.
    """
    total = sum(end + 1 for end in ends.values())
    done, following = 0, FIRST
    while following + SHORTEST * (following - done) < total or total - done > LONGEST:
        yield {p: (end + 1) * following // total - 1 for p, end in ends.items()}
        done, following = following, following + min(following * (GROWTH - 1), LONGEST)
    if total > done:
        yield dict(ends)


def shared_out(ends: Mapping[int, int], hands: int) -> list[list[int]]:
    """Partitions for each hand, so that all have about as many events; no hand is without any."""
    loads: list[tuple[int, list[int]]] = [(0, []) for _ in range(min(hands, len(ends)))]
    for partition, end in sorted(ends.items(), key=lambda item: (-item[1], item[0])):
        load, partitions = min(loads, key=lambda one: (one[0], len(one[1])))
        loads.remove((load, partitions))
        loads.append((load + end + 1, [*partitions, partition]))
    return sorted(sorted(partitions) for _, partitions in loads)
