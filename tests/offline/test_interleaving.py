from collections.abc import Iterator, Sequence
from heapq import merge
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from harness.archives import event
from hypothesis import given
from hypothesis import strategies as st

from offline.interleaving import Logged, events_of, interleaved
from schemas.codec import encode_json
from schemas.event import event_to_json

TIMES = st.lists(st.integers(0, 9).map(float), max_size=30)


class Some(NamedTuple):
    offsets: npt.NDArray[np.int64]
    logged_at: npt.NDArray[np.float64]
    values: list[bytes | None]

    def bytes_of(self, start: int, stop: int) -> Sequence[bytes | None]:
        return self.values[start:stop]


def blocks(messages: Sequence[Logged], size: int) -> Iterator[Some]:
    for start in range(0, len(messages), size):
        some = messages[start : start + size]
        yield Some(
            np.array([one.offset for one in some]),
            np.array([one.logged_at for one in some]),
            [one.value for one in some],
        )


@given(st.dictionaries(st.integers(0, 5), TIMES), st.integers(1, 8))
def test_the_earliest_of_the_heads_is_always_next(times: dict[int, list[float]], size: int) -> None:
    parts = {
        partition: [Logged(partition, n, at, b"%d" % n) for n, at in enumerate(of)]
        for partition, of in times.items()
    }
    found = [*interleaved({p: blocks(messages, size) for p, messages in parts.items()})]
    heads = merge(*parts.values(), key=lambda one: (one.logged_at, one.partition))
    assert found == [*heads]


def test_messages_without_a_value_are_left_out() -> None:
    found = interleaved({0: iter([Some(np.arange(2), np.zeros(2), [None, b"1"])])})
    assert [one.offset for one in found] == [1]


def test_what_is_no_event_is_left_out() -> None:
    good = encode_json(event_to_json(event(7)))
    bad = [b"torn", b"[]", b"{}", b'"text"', b'{"kind": "no such"}', b'{"kind": ["answered"]}']
    messages = [Logged(3, n, 1.0, value) for n, value in enumerate([*bad, good])]
    (found,) = events_of(messages)
    assert (found.partition, found.offset, found.logged_at) == (3, len(bad), 1.0)
    assert found.event == event(7)
