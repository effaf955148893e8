from dataclasses import dataclass

from processors.recent import recent_of
from schemas.kinds import Kind


@dataclass
class Seen:
    activity: int
    kind: Kind
    outcome: float | None = None
    skills: tuple[int, ...] = ()


def test_failures_count_until_a_success() -> None:
    fails = [Seen(1, Kind.ANSWERED, 0.0)] * 3
    assert recent_of(fails, 0.6).tries[1].failures == 3
    assert recent_of([*fails, Seen(1, Kind.ANSWERED, 0.6)], 0.6).tries[1].failures == 0
    assert recent_of([*fails, Seen(2, Kind.ANSWERED, 1.0)], 0.6).tries[1].failures == 3


def test_openings_count_until_something_comes_of_them() -> None:
    opens = [Seen(1, Kind.LAUNCHED), Seen(1, Kind.INITIALIZED), Seen(1, Kind.VIEWED)]
    assert recent_of(opens, 0.6).tries[1].openings == 3
    assert recent_of([*opens, Seen(1, Kind.PROGRESSED)], 0.6).tries[1].openings == 0
    assert recent_of([*opens, Seen(1, Kind.VIDEO)], 0.6).tries[1].openings == 3


def test_waiting_counts_the_events_on_others() -> None:
    history = [Seen(1, Kind.VIEWED), Seen(2, Kind.VIEWED), Seen(0, Kind.ENROLLED)]
    recent = recent_of(history, 0.6)
    assert (recent.waited(1), recent.waited(2)) == (2, 1)
    assert list(recent.tries) == [1, 2], "an event about nothing is no try"


def test_the_newest_outcome_and_the_newest_success_count() -> None:
    history = [
        Seen(1, Kind.ANSWERED, 0.9, (5, 6)),
        Seen(2, Kind.ANSWERED, 0.3, (6,)),
    ]
    recent = recent_of(history, 0.6)
    assert recent.outcomes == {5: 0.9, 6: 0.3}
    assert recent.succeeded == {5, 6}


def test_activities_are_ordered_by_their_newest_event() -> None:
    history = [Seen(1, Kind.VIEWED), Seen(2, Kind.VIEWED), Seen(1, Kind.VIEWED)]
    assert list(recent_of(history, 0.6).tries) == [2, 1]
