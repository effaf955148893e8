"""A change of catalogue, profile or role rebuilds the queues that it concerns, and those only."""

import asyncio
from typing import Any

from harness.streams import (
    WORKED_EXAMPLE,
    key_of,
    lines,
    local_settings,
    local_stream,
    reference_messages,
)

from schemas.codec import decode_json, encode_json
from stream.local import LocalStream
from stream.log import Message
from stream.topics import ACTIVITIES, PROFILES, REQUIREMENTS

SETTINGS = local_settings(partitions=2)
BASE = "https://lms.example.org/activities/"
NOW = 1_790_000_000.0


async def worked_example() -> LocalStream:
    reference = reference_messages(WORKED_EXAMPLE, SETTINGS)
    stream = await local_stream(SETTINGS, now=NOW, reference=reference)
    await stream.publish(lines(WORKED_EXAMPLE / "statements.jsonl"))
    return stream


async def queue(stream: LocalStream, learner: str = "1001") -> dict[str, Any]:
    found = await stream.store.queue(key_of(learner, SETTINGS))
    assert found is not None
    return decode_json(found)  # type: ignore[no-any-return]


def names(found: dict[str, Any]) -> list[str]:
    return [item["activity"].removeprefix(BASE) for item in found["items"]]


def test_a_withdrawn_activity_leaves_the_queues() -> None:
    async def law() -> None:
        stream = await worked_example()
        assert "C04" in names(await queue(stream))
        key = f"{BASE}C04".encode()
        await stream.put_reference([Message(ACTIVITIES.name, None, key)])
        found = await queue(stream)
        assert "C04" not in names(found)
        assert "withdrawn" in found["cause"]["change"]

    asyncio.run(law())


def test_a_new_hire_has_a_queue_before_the_first_statement() -> None:
    async def law() -> None:
        stream = await worked_example()
        key = key_of("1003", SETTINGS)
        profile = encode_json({"learner": key, "role": "Junior data analyst"})
        await stream.put_reference([Message(PROFILES.name, profile, key.encode())])
        assert names(await queue(stream, "1003"))

    asyncio.run(law())


def test_a_change_of_role_concerns_its_learners() -> None:
    async def law() -> None:
        stream = await worked_example()
        before = await queue(stream)
        role = {"role": "Junior data analyst", "skills": {"DataViz": 0.9}}
        message = Message(REQUIREMENTS.name, encode_json(role), b"Junior data analyst")
        await stream.put_reference([message])
        after = await queue(stream)
        assert after["cause"] != before["cause"]
        assert names(after) != names(before)

    asyncio.run(law())


def test_what_is_finished_leaves_the_queue_with_that_very_statement() -> None:
    async def law() -> None:
        stream = await worked_example()
        first = names(await queue(stream))[0]
        statement = {
            "id": "0a3c1c9e-6a39-4a36-a2cf-4c1d2fd8bd53",
            "actor": {"account": {"homePage": SETTINGS.home_page, "name": "1001"}},
            "verb": {"id": "http://adlnet.gov/expapi/verbs/completed"},
            "object": {"id": BASE + first},
            "result": {"score": {"scaled": 0.9}, "success": True},
        }
        await stream.publish([encode_json(statement)])
        found = await queue(stream)
        assert first not in names(found)
        assert found["cause"]["statement"] == statement["id"]
        assert "C05" in names(found)

    asyncio.run(law())
