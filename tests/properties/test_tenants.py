"""What one tenant sends says nothing about another tenant's learners, whatever ids it uses."""

import asyncio
import random
from dataclasses import replace
from typing import Any

from harness.statements import answers
from harness.streams import key_of, local_settings, local_stream
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.receipts import key_of as receipt_key_of
from processors.receipts import statement_key
from processors.state import decode
from schemas.codec import decode_json, encode_json
from schemas.event import LearningEvent
from schemas.kinds import Kind
from stream.local import LocalStream
from stream.log import Message
from stream.records import HOME_PAGE, TENANT
from stream.redrive import Wish, plan, redrive
from stream.topics import EVENTS, REJECTED, STATEMENTS

SETTINGS = local_settings(partitions=3)
TOPIC = STATEMENTS.name
OWN = [statement for _, statement in answers(30, 4, 8)]
VOIDED = "http://adlnet.gov/expapi/verbs/voided"
TEXT = st.text(max_size=12)


def message(statement: bytes, tenant: str = "", home_page: str = "") -> Message:
    said = ((TENANT, tenant), (HOME_PAGE, home_page))
    headers = tuple((name, value.encode()) for name, value in said if value)
    return Message(TOPIC, statement, encode_json(decode_json(statement).get("actor")), headers)


def voiding(statement: bytes) -> bytes:
    return encode_json(
        {
            "actor": {"mbox": "mailto:admin@lms.example.org"},
            "verb": {"id": VOIDED},
            "object": {"objectType": "StatementRef", "id": decode_json(statement)["id"]},
            "timestamp": "2026-10-01T00:00:00Z",
        }
    )


def contradicting(statement: bytes) -> bytes:
    """Another content under the same id, by the same person as far as identifiers go."""
    return encode_json(decode_json(statement) | {"object": {"id": "https://other.example/thing"}})


async def after(messages: list[Message]) -> LocalStream:
    stream = await local_stream(SETTINGS)
    await stream.log.send(messages)
    await stream.run()
    return stream


async def states(stream: LocalStream, tenant: str) -> dict[str, bytes | None]:
    told = SETTINGS.with_(tenant=tenant)
    keys = [key_of(f"learner{n}", told) for n in range(4)]
    return {key: await stream.store.state(key) for key in keys}


async def done(stream: LocalStream, tenant: str) -> dict[str, tuple[object, ...]]:
    """What each learner did, without what the models, which all tenants share, make of it."""
    blobs = (await states(stream, tenant)).items()
    known = {key: decode(blob) for key, blob in blobs if blob is not None}
    return {key: (one.totals, one.history_rows, one.contents) for key, one in known.items()}


def figure(stream: LocalStream, name: str) -> float | None:
    return stream.metrics.registry.get_sample_value(f"stepstream_{name}_total")


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_a_tenant_can_neither_void_nor_shadow_nor_contradict_another(seed: int) -> None:
    async def law() -> None:
        rng = random.Random(seed)
        own = [message(one, "acme") for one in OWN]
        hostile = [
            message(rng.choice((voiding, contradicting, bytes))(one), "rival")
            for one in rng.sample(OWN, 20)
        ]
        places = sorted(rng.sample(range(len(own) + len(hostile)), len(hostile)))
        mixed = list(own)
        for place, one in zip(places, hostile, strict=True):
            mixed.insert(place, one)
        alone, together = await after(own), await after(mixed)
        assert await done(together, "acme") == await done(alone, "acme")
        assert len(await done(alone, "acme")) == 4
        assert figure(together, "duplicates") == figure(together, "conflicts") == 0.0
        assert not together.log.all(REJECTED.name)
        assert all(one is None for one in (await states(together, "default")).values())

    asyncio.run(law())


def test_within_a_tenant_all_of_it_works() -> None:
    async def law() -> None:
        again = await after([message(one, "acme") for one in (*OWN, *OWN)])
        assert figure(again, "duplicates") == len(OWN)
        other = await after([message(one, "acme") for one in (*OWN, contradicting(OWN[3]))])
        assert len(other.log.all(REJECTED.name)) == 1
        first = await after([message(voiding(OWN[3]), "acme"), *[message(o, "acme") for o in OWN]])
        kept = await after([message(one, "acme") for one in OWN if one != OWN[3]])
        assert await states(first, "acme") == await states(kept, "acme")

    asyncio.run(law())


def test_an_account_without_a_home_page_has_that_of_its_message() -> None:
    async def law() -> None:
        bare = decode_json(OWN[0])
        home = bare["actor"]["account"].pop("homePage")
        sent = encode_json(bare)
        stream = await after(
            [
                message(sent, "acme", home),
                message(sent, "acme", "https://other.example"),
                message(sent),
            ]
        )
        found = {event["learner"] for event in events(stream)}
        name = bare["actor"]["account"]["name"]
        acme = SETTINGS.with_(tenant="acme")
        assert found == {
            key_of(f"{home}|{name}", acme),
            key_of(f"https://other.example|{name}", acme),
            key_of(name, SETTINGS),
        }

    asyncio.run(law())


def test_a_letter_that_is_sent_again_is_still_its_tenants() -> None:
    async def law() -> None:
        stream = await after([message(b'{"actor": 1}', "acme", "https://acme.example")])
        letters = stream.log.all(REJECTED.name)
        chosen = plan(letters, Wish()).chosen
        sent: list[Message] = []
        redrive(letters, chosen, "", sent.extend)
        assert sent[0].headers == (
            (TENANT, b"acme"),
            (HOME_PAGE, b"https://acme.example"),
        )

    asyncio.run(law())


def test_what_a_group_did_does_not_stop_the_worker() -> None:
    """A key could stop everybody else's stream otherwise: such a statement is sound."""

    async def law() -> None:
        group = decode_json(OWN[0]) | {"actor": {"objectType": "Group", "openid": "http://team"}}
        group.pop("id")
        many = [message(encode_json(group), "rival")] * (SETTINGS.reject_window + 1)
        stream = await after(many)
        assert len(stream.log.all(REJECTED.name)) == len(many)

    asyncio.run(law())


def events(stream: LocalStream) -> list[dict[str, Any]]:
    return [decode_json(record.value) for record in stream.log.all(EVENTS.name) if record.value]


@given(TEXT, TEXT, TEXT, TEXT)
def test_each_tenant_has_ids_of_its_own(one: str, id_1: str, other: str, id_2: str) -> None:
    same = (one, id_1) == (other, id_2)
    assert (statement_key(one, id_1) == statement_key(other, id_2)) == same


def test_a_voiding_is_about_what_it_voids() -> None:
    event = LearningEvent(
        id="a",
        learner="l",
        kind=Kind.VIEWED,
        verb="v",
        activity="x",
        occurred_at=1.0,
        received_at=1.0,
        tenant="acme",
    )
    assert receipt_key_of(event) == statement_key("acme", "a")
    withdrawing = replace(event, id="b", kind=Kind.VOIDED, voids="a")
    assert receipt_key_of(withdrawing) == receipt_key_of(event)
