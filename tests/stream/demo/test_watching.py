from typing import Any

from processors.identity import Pseudonyms, account
from schemas.codec import encode_json
from stream.demo.watching import STAYS, Move, Watch, deed

HOME = "https://lms.example.org"
SECRET = Pseudonyms(b"k" * 32)


def key_of(name: str) -> str:
    return SECRET.learner(account(HOME, name))


def statement(name: str, title: str, result: dict[str, Any] | None = None) -> dict[str, Any]:
    said = {
        "actor": {"account": {"homePage": HOME, "name": name}},
        "verb": {"id": "http://adlnet.gov/expapi/verbs/completed"},
        "object": {"id": f"urn:{title}", "definition": {"name": {"en": title}}},
    }
    return said if result is None else {**said, "result": result}


def queue(version: int, *activities: str) -> bytes:
    items = [{"activity": name, "rank": rank} for rank, name in enumerate(activities, 1)]
    return encode_json({"version": version, "generated_at": 1.0 * version, "items": items})


class Stage:
    """A watch and the queues that it sees."""

    def __init__(self) -> None:
        self.queues: dict[str, bytes] = {}
        self.watch = Watch(SECRET, self.queues.get)

    def says(self, now: float, name: str, title: str, result: dict[str, Any] | None = None) -> None:
        self.watch.note([encode_json(statement(name, title, result))], now)

    def gets(self, name: str, raw: bytes) -> None:
        self.queues[key_of(name)] = raw
        self.watch.look()


DONE = {"success": True}


def test_whoever_has_a_result_is_watched_until_they_fall_silent() -> None:
    stage = Stage()
    stage.says(100.0, "1001", "opened")
    assert stage.watch.name == ""
    stage.says(101.0, "1001", "first", DONE)
    stage.says(102.0, "1002", "other", DONE)
    stage.says(103.0, "1001", "second")
    assert stage.watch.name == "1001"
    assert [one.title for one in stage.watch.deeds] == ["first", "second"]
    stage.says(110.0, "1002", "third", DONE)
    assert stage.watch.name == "1002"
    assert [one.title for one in stage.watch.deeds] == ["third"]


def test_a_name_within_another_is_not_mistaken() -> None:
    stage = Stage()
    stage.says(1.0, "100", "mine", DONE)
    stage.says(2.0, "1001", "not mine", DONE)
    assert [one.title for one in stage.watch.deeds] == ["mine"]


def test_moves_are_told_against_the_queue_before() -> None:
    stage = Stage()
    stage.says(1.0, "1001", "first", DONE)
    stage.gets("1001", queue(5, "a", "b", "c"))
    assert set(stage.watch.moves.values()) == {STAYS}
    stage.gets("1001", queue(9, "c", "d", "b"))
    assert stage.watch.moves == {
        "c": Move(2, is_new=False),
        "d": Move(0, is_new=True),
        "b": Move(-1, is_new=False),
    }
    stage.gets("1001", queue(9, "c", "d", "b"))
    assert stage.watch.moves["c"] == Move(2, is_new=False)


def test_somebody_new_begins_with_an_empty_page() -> None:
    stage = Stage()
    stage.says(1.0, "1001", "first", DONE)
    stage.gets("1001", queue(5, "a"))
    stage.says(60.0, "1002", "first", DONE)
    assert stage.watch.queue == {}
    stage.gets("1002", queue(3, "z"))
    assert stage.watch.moves == {"z": STAYS}


def test_rubbish_is_looked_past() -> None:
    stage = Stage()
    rubbish = [b"", b"{torn", b"7", b'{"actor": 5}', b"[[]]", encode_json({"actor": {}})]
    stage.watch.note(rubbish, 1.0)
    assert stage.watch.name == ""
    stage.watch.note([encode_json([statement("1001", "in a batch", DONE)])], 2.0)
    assert [one.title for one in stage.watch.deeds] == ["in a batch"]


def test_a_mailbox_is_called_by_its_key() -> None:
    stage = Stage()
    said = statement("", "first", DONE) | {"actor": {"mbox": "mailto:ada@example.org"}}
    stage.watch.note([encode_json(said)], 1.0)
    assert len(stage.watch.name) == 8
    assert "ada" not in stage.watch.name


def test_a_deed_says_how_it_went() -> None:
    assert deed(statement("1", "t", {"score": {"scaled": 0.654}}), 1.0).outcome == "65%"
    assert deed(statement("1", "t", {"success": True}), 1.0).outcome == "right"
    assert deed(statement("1", "t", {"success": False}), 1.0).outcome == "wrong"
    assert deed(statement("1", "t"), 1.0).outcome == ""
    bare = {**statement("1", "t"), "object": {"id": "https://lms.example.org/activities/C01/"}}
    assert deed(bare, 1.0).title == "C01"
