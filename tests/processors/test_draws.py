from collections import Counter

from processors.draws import Draws


def test_equal_parts_give_equal_draws() -> None:
    one, other = Draws("a", 1), Draws("a", 1)
    assert [one.bits() for _ in range(5)] == [other.bits() for _ in range(5)]


def test_parts_do_not_run_together() -> None:
    assert Draws("ab", "c").bits() != Draws("a", "bc").bits()
    assert Draws("a", 12).bits() != Draws("a", 1, 2).bits()


def test_known_values_of_splitmix64() -> None:
    draws = Draws()
    draws._state = 1234567
    assert [draws.bits() for _ in range(2)] == [6457827717110365317, 3203168211198807973]


def test_draws_are_uniform() -> None:
    n = 4000
    uniform = [Draws("learner", version).uniform() for version in range(n)]
    assert all(0.0 <= value < 1.0 for value in uniform)
    assert abs(sum(uniform) / n - 0.5) < 0.02
    counts = Counter(Draws("learner", version).below(5) for version in range(n))
    assert set(counts) == {0, 1, 2, 3, 4}
    assert max(abs(count - n / 5) for count in counts.values()) < 4 * (n / 5) ** 0.5
