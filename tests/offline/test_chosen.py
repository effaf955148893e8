import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from offline.answers import Flags
from offline.chosen import chosen

KEYS = st.lists(st.binary(max_size=12).map(lambda key: key.replace(b"\0", b"")), min_size=1)
SHARES = st.floats(0.01, 1.0)


def flags(keys: list[bytes], share: float, width: int = 12) -> Flags:
    padded = b"".join(key.ljust(width, b"\0") for key in keys)
    return chosen(np.frombuffer(padded, np.uint8).reshape(len(keys), width), share)


@given(KEYS, SHARES, st.integers(12, 40))
def test_it_depends_on_the_key_alone(keys: list[bytes], share: float, width: int) -> None:
    together = flags(keys, share, width).tolist()
    assert together == [bool(flags([key], share)[0]) for key in keys]


@given(KEYS, SHARES, SHARES)
def test_those_of_a_smaller_share_are_among_those_of_a_larger(
    keys: list[bytes], one: float, other: float
) -> None:
    smaller, larger = sorted((one, other))
    assert not np.any(flags(keys, smaller) & ~flags(keys, larger))


@given(KEYS)
def test_the_whole_is_everybody(keys: list[bytes]) -> None:
    assert np.all(flags(keys, 1.0))


def test_numbers_that_follow_one_another_are_drawn_evenly() -> None:
    keys = [b"%d" % number for number in range(100_000, 120_000)]
    for share in (0.01, 0.1, 0.5):
        drawn = flags(keys, share)
        spread = 4.0 * (share * (1.0 - share) / 2_000) ** 0.5
        for part in np.split(drawn, 10):
            assert abs(part.mean() - share) < spread
