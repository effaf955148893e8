from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from offline.places import PARTIAL, Place
from offline.versions import FACTS, Models, Versions, check_numbers
from online_models.meaning import MEANING
from online_models.packing import pack
from online_models.relevance.memory import LINK
from online_models.replica import Replica
from online_models.tables import Table, Tables
from schemas.codec import decode_json, encode_json
from schemas.errors import Refused
from schemas.version import FORMAT, Verdict, Version

DRAFT = Version(
    id="v20261126-004512-3fa9c1",
    created_at=1.79e9,
    parent="",
    origin=7,
    trained_up_to={0: 12},
    events=13,
    code="0.1.0",
    meaning="",
    seal="",
    parameters={},
)
NAME = DRAFT.id
WIDTH = 2


def learned(answers: int) -> Models:
    """What models know after some answers."""
    replica = Replica()
    for n in range(answers):
        replica.success.learn_one({"bias": 1.0, f"item:{n % 7:x}": 1.0}, n % 2)
        replica.items.learn(n % 7, n % 2, 10.0)
    return {name: tables for name, tables in replica.own().items() if tables}


@pytest.fixture
def versions(tmp_path: Path) -> Versions:
    return Versions(Place(str(tmp_path / "versions")))


@pytest.fixture
def written(versions: Versions) -> Versions:
    versions.write(DRAFT, learned(50), learned(20))
    return versions


def plain(models: Models) -> dict[str, bytes]:
    return {name: pack(tables) for name, tables in models.items()}


def test_what_is_written_is_loaded(written: Versions) -> None:
    loaded = written.load(NAME)
    assert plain(loaded.numbers) == plain(learned(50))
    assert plain(loaded.origin) == plain(learned(20))
    assert loaded.version.meaning == MEANING
    assert loaded.version.parameters["items"] == len(loaded.numbers["items"][4])
    assert replace(loaded.version, meaning="", seal="", origin_seal="", parameters={}) == replace(
        DRAFT, format=FORMAT
    )
    assert written.ids() == [NAME]


def test_a_version_without_facts_is_not_there(versions: Versions) -> None:
    versions.place.put(f"{NAME}/items.numbers", b"half of it")
    versions.place.put(f"{NAME}/.{FACTS}{PARTIAL}", b"{")
    assert versions.ids() == []
    with pytest.raises(Refused, match="no version is called"):
        versions.load(NAME)
    versions.write(DRAFT, learned(50), {})  # what the crash has left is in nobody's way
    assert versions.load(NAME).origin == {}


def test_an_id_is_never_overwritten(written: Versions) -> None:
    before = {name: written.place.read(name) for name in written.place.names()}
    with pytest.raises(Refused, match="never overwritten"):
        written.write(DRAFT, learned(9), {})
    assert {name: written.place.read(name) for name in written.place.names()} == before


def test_a_beginning_of_an_id_is_enough_where_it_is_of_one(written: Versions) -> None:
    written.write(replace(DRAFT, id="v20261127-000000-000000"), learned(5), {})
    assert written.resolve("v20261126") == NAME
    assert written.resolve(NAME) == NAME
    with pytest.raises(Refused, match="say more of it"):
        written.resolve("v2026")
    with pytest.raises(Refused, match="there are v20261126"):
        written.resolve("w")


def test_a_verdict_is_given_once(written: Versions) -> None:
    verdict = Verdict(passed=True, reasons=("better",))
    assert written.facts(NAME).verdict is None
    proved = written.prove(NAME, verdict, {"success": {"log_loss": 0.4}})
    assert proved == written.facts(NAME) == written.load(NAME).version
    assert (proved.verdict, proved.metrics) == (verdict, {"success": {"log_loss": 0.4}})
    with pytest.raises(Refused, match="never overwritten"):
        written.prove(NAME, replace(verdict, passed=False), {})
    assert written.facts(NAME).verdict == verdict


def test_a_file_is_attached_once(written: Versions) -> None:
    written.attach(NAME, "report.html", b"<p>")
    with pytest.raises(Refused, match=r"has its report\.html"):
        written.attach(NAME, "report.html", b"<h1>")
    with pytest.raises(Refused, match="no version is called other"):
        written.attach("other", "report.html", b"<p>")
    assert written.place.read(f"{NAME}/report.html") == b"<p>"


def _other_byte(versions: Versions, name: str) -> None:
    blob = versions.place.read(name)
    versions.place.put(name, blob[:-1] + bytes([blob[-1] ^ 1]))


def _facts(versions: Versions, **changes: object) -> None:
    plain = decode_json(versions.place.read(f"{NAME}/{FACTS}"))
    versions.place.put(f"{NAME}/{FACTS}", encode_json({**plain, **changes}))


SPOILS: dict[str, tuple[Callable[[Versions], None], str]] = {
    "a bit": (lambda v: _other_byte(v, f"{NAME}/items.numbers"), "fitted numbers are not those"),
    "origin": (lambda v: _other_byte(v, f"{NAME}/origin/items.numbers"), "origin numbers are not"),
    "missing": (lambda v: v.place.remove(f"{NAME}/items.numbers"), "fitted numbers are not those"),
    "too much": (lambda v: v.place.put(f"{NAME}/x.numbers", b""), "fitted numbers are not those"),
    "half": (lambda v: v.place.put(f"{NAME}/{FACTS}", b'{"id":'), "is no JSON"),
    "no object": (lambda v: v.place.put(f"{NAME}/{FACTS}", b"[]"), "is no JSON object"),
    "lacking": (lambda v: v.place.put(f"{NAME}/{FACTS}", b"{}"), "lacks or garbles"),
    "newer": (lambda v: _facts(v, format=FORMAT + 1), "update Stepstream first"),
    "others": (lambda v: _facts(v, meaning="other"), "made for other models"),
    "moved": (lambda v: _facts(v, id="v1"), "is of v1"),
}


@pytest.mark.parametrize("what", SPOILS)
def test_a_version_that_is_not_as_it_was_written_is_refused(written: Versions, what: str) -> None:
    spoil, says = SPOILS[what]
    spoil(written)
    with pytest.raises(Refused, match=says):
        written.load(NAME)


def _with(values: list[float], name: bytes = b"a1") -> Tables:
    return {len(values): Table(np.array([name]), np.array([values]))}


@pytest.mark.parametrize(
    ("numbers", "says"),
    [
        ({"other": _with([1.0])}, "no model that is shared"),
        ({"quality": _with([1.0])}, "no model that is shared"),
        ({"items": _with([1.0] * 9)}, "rows of 9 numbers"),
        ({"items": _with([float("nan")] * 4)}, "no usable numbers"),
        ({"engagement": _with([0.0, -1.0])}, "no usable numbers"),
        (
            {"items": {4: Table(np.array([b"b", b"a"]), np.ones((2, 4)))}},
            "names are not in order",
        ),
    ],
)
def test_numbers_that_the_models_cannot_use_are_refused(
    versions: Versions, numbers: Models, says: str
) -> None:
    with pytest.raises(Refused, match=says):
        check_numbers("v1", numbers)
    with pytest.raises(Refused, match=says):
        versions.write(DRAFT, numbers, {})
    assert versions.place.names() == []


def test_a_base_may_hold_more_links_of_an_item_than_a_replica_of_its_own() -> None:
    names = np.array(sorted(f"{LINK}/1>{n:x}".encode() for n in range(2, 2000)))
    links = Table(names, np.ones((len(names), 2)))
    check_numbers("v1", {"relevance": {2: links}})
