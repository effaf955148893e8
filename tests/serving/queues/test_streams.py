"""Which queue a stream tells after another one."""

from serving.queues.desk import Handed
from serving.queues.streams import _replaces

KEYS = ("first", "second")


def handed(learner: str, version: int, *, fallback: bool = False) -> Handed:
    queue = {"version": version, "generated_at": float(version), "fallback": fallback}
    return Handed(learner, queue, b"")


def test_of_one_key_the_newer_one() -> None:
    assert _replaces(handed("first", 2), handed("first", 1), KEYS)
    assert not _replaces(handed("first", 1), handed("first", 1), KEYS)
    assert not _replaces(handed("first", 1), handed("first", 2), KEYS)


def test_versions_of_two_keys_are_not_compared() -> None:
    assert _replaces(handed("first", 1), handed("second", 9), KEYS)
    assert not _replaces(handed("second", 9), handed("first", 1), KEYS)


def test_anything_is_better_than_the_fallback() -> None:
    nobody = handed("first", -1, fallback=True)
    assert _replaces(handed("second", 0), nobody, KEYS)
    assert _replaces(handed("first", 0), nobody, KEYS)
