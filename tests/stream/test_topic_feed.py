"""A feed that can follow no longer says so."""

from typing import Any

import pytest

from schemas.errors import Unavailable
from stream.records import Record
from stream.topic_feed import TopicFeed

RECORD = Record("t", 0, 0, 0.0, b"x", b"k")


class Told:
    """A reader that hands out what it is given, then nothing."""

    def __init__(self, *parts: list[Record]) -> None:
        self._parts = list(parts)

    def poll(self) -> list[Record]:
        return self._parts.pop(0) if self._parts else []

    def close(self) -> None:
        pass


class Broken(Told):
    """A reader whose topic is gone."""

    def poll(self) -> list[Record]:
        raise Unavailable("the topic is gone")


def followed(reader: Any, receive: Any) -> TopicFeed:
    feed = TopicFeed(reader)
    feed.follow(receive)
    return feed


def test_what_comes_is_handed_on_and_all_is_well() -> None:
    came: list[Record] = []
    feed = followed(Told([RECORD], [RECORD]), came.append)
    while len(came) < 2:
        feed.check()
    feed.check()
    feed.close()


def test_a_reader_that_fails_is_told() -> None:
    feed = followed(Broken(), lambda _: None)
    feed.close()
    with pytest.raises(Unavailable, match="the topic is gone"):
        feed.check()


def test_a_receiver_that_fails_is_told() -> None:
    def receive(_: Record) -> None:
        raise KeyError("colour")

    feed = followed(Told([RECORD]), receive)
    while feed._thread is not None and feed._thread.is_alive():
        pass
    with pytest.raises(Unavailable, match="colour"):
        feed.check()
    feed.close()
