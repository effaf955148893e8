from serving.queues.shelf import Shelf


def read(shelf: Shelf, learner: str, queue: bytes | None) -> None:
    shelf.ask(learner)
    shelf.read(learner, queue)


def test_what_was_read_is_there_until_a_newer_one_is_heard_of() -> None:
    shelf = Shelf()
    assert shelf.get("a") is None
    read(shelf, "a", b"1")
    assert shelf.get("a") == b"1"
    shelf.hear("a", b"2")
    assert shelf.get("a") == b"2"


def test_what_nobody_reads_is_not_kept() -> None:
    shelf = Shelf()
    shelf.hear("a", b"1")
    assert shelf.get("a") is None


def test_an_older_answer_does_not_replace_what_was_heard_meanwhile() -> None:
    shelf = Shelf()
    read(shelf, "a", b"1")
    shelf.ask("a")
    shelf.hear("a", b"2")
    shelf.read("a", b"1")
    assert shelf.get("a") == b"2"


def test_an_older_answer_is_not_kept_where_a_newer_one_was_told() -> None:
    shelf = Shelf()
    shelf.ask("a")
    shelf.hear("a", b"2")
    shelf.read("a", b"1")
    assert shelf.get("a") is None


def test_who_is_forgotten_is_forgotten() -> None:
    shelf = Shelf()
    for forget in (lambda: shelf.hear("a", None), lambda: read(shelf, "a", None), shelf.clear):
        read(shelf, "a", b"1")
        forget()
        assert shelf.get("a") is None
    shelf.ask("a")
    shelf.hear("a", None)
    shelf.read("a", b"1")
    assert shelf.get("a") is None


def test_it_is_bounded_and_the_longest_not_read_leaves() -> None:
    shelf = Shelf(most=2)
    for learner in ("a", "b", "a", "c"):
        read(shelf, learner, learner.encode())
    assert [shelf.get(learner) for learner in "abc"] == [b"a", None, b"c"]
