import pytest

from schemas.errors import EXIT_STOP, TooManyRejects
from stream.reject_cap import RejectCap


def test_a_bad_start_is_no_share() -> None:
    cap = RejectCap(10, 0.5)
    cap.count(0, ["not_json"] * 9)


def test_above_the_cap_it_stops_and_says_why() -> None:
    cap = RejectCap(10, 0.5)
    cap.count(5, ["not_json"] * 3)
    with pytest.raises(TooManyRejects, match=r"6 of the newest 10 .*not_json 5, too_large 1") as e:
        cap.count(0, ["not_json", "not_json", "too_large"])
    assert e.value.exit_code == EXIT_STOP


def test_old_rejects_leave_the_window() -> None:
    cap = RejectCap(10, 0.5)
    cap.count(5, ["not_json"] * 5)
    cap.count(5, [])
    for _ in range(100):
        cap.count(1, [])
        cap.count(1, ["not_json"])


def test_a_cap_of_one_never_stops() -> None:
    RejectCap(10, 1.0).count(0, ["not_json"] * 100)
