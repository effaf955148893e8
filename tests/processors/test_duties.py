from processors.duties import due_at, open_duties, with_ways
from processors.memo import Memo
from processors.reference import Entry, Reference
from schemas.codec import hash64
from schemas.reference import Activity, Deadline, LearnerProfile

DAY = 86_400.0
HIRED = LearnerProfile(learner="x", hired_on=100.0)


def test_a_fixed_date_goes_before_the_hiring_date() -> None:
    assert due_at(Deadline(due_at=5.0, days_after_hire=1.0), HIRED) == 5.0
    assert due_at(Deadline(days_after_hire=2.0), HIRED) == 100.0 + 2 * DAY


def test_without_a_hiring_date_nothing_is_due() -> None:
    assert due_at(Deadline(days_after_hire=2.0), None) is None
    assert due_at(Deadline(days_after_hire=2.0), LearnerProfile(learner="x")) is None
    assert due_at(Deadline(), HIRED) is None


def entries(*activities: Activity) -> Memo[int, Entry | None]:
    reference = Reference()
    for activity in activities:
        reference.put(activity)
    return Memo(reference.by_key)


def nothing_done() -> Memo[int, bool]:
    return Memo(lambda _: False)


def test_finished_duties_are_not_open() -> None:
    known = entries(Activity(id="a"))
    duty = known[hash64("a")]
    assert duty is not None
    bound = [(duty, Deadline(due_at=5.0)), (duty, Deadline())]
    assert list(open_duties(bound, None, nothing_done())) == [(duty, 5.0)]
    assert list(open_duties(bound, None, Memo(lambda _: True))) == []


def test_the_way_is_due_with_the_earliest_duty_behind_it() -> None:
    known = entries(
        Activity(id="a"),
        Activity(id="b", prerequisites=("a", "nobody")),
        Activity(id="c", prerequisites=("a",)),
    )
    duties = [(known[hash64(name)], due) for name, due in (("b", 9.0), ("c", 5.0))]
    found = with_ways([(e, due) for e, due in duties if e is not None], known, nothing_done())
    assert found == {hash64("a"): 5.0, hash64("b"): 9.0, hash64("c"): 5.0}


def test_what_is_done_is_no_way_and_cycles_end() -> None:
    known = entries(Activity(id="a", prerequisites=("b",)), Activity(id="b", prerequisites=("a",)))
    duty = known[hash64("a")]
    assert duty is not None
    assert set(with_ways([(duty, 1.0)], known, nothing_done())) == {hash64("a"), hash64("b")}
    done: Memo[int, bool] = Memo(lambda key: key == hash64("b"))
    assert set(with_ways([(duty, 1.0)], known, done)) == {hash64("a")}
