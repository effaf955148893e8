from dataclasses import replace

from schemas.codec import decode_json, encode_json
from schemas.version import Verdict, Version, version_from_json, version_to_json

VERSION = Version(
    id="v20261126-004512-3fa9c1",
    created_at=1_795_000_000.25,
    parent="",
    origin=7,
    trained_up_to={0: 12, 11: -1},
    events=13,
    code="0.1.0",
    meaning="m",
    seal="s",
    parameters={"success": 3},
    metrics={"success": {"log_loss": 0.5}},
    verdict=Verdict(passed=False, reasons=("worse",)),
)


def test_a_version_survives_json() -> None:
    for version in (VERSION, replace(VERSION, verdict=None)):
        text = encode_json(version_to_json(version))
        assert version_from_json(decode_json(text)) == version


def test_fields_of_newer_writers_are_ignored() -> None:
    assert version_from_json({**version_to_json(VERSION), "mood": "good"}) == VERSION
