"""What senders rely on, over a socket, through Kafka to Redis."""

import hashlib
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from harness.served import Served
from harness.servers import SECRET, make_key
from harness.streams import ask, is_idle, key_of, queue_of, read_all, wait_until

from processors.state import decode
from schemas.codec import decode_json, encode_json
from serving.access.keys import Scope
from serving.xapi import receiver
from stream.topics import REJECTED, STATEMENTS

pytestmark = pytest.mark.stack
PATH = "/xapi/statements"
VERSION = {"X-Experience-API-Version": "1.0.3"}
HOME = "https://lms.example.org"
ANSWERED = "http://adlnet.gov/expapi/verbs/answered"


def person() -> str:
    return f"p{uuid4().hex[:12]}"


def answer_of(name: str, item: int = 1, **more: Any) -> dict[str, Any]:
    """A question answered, as Moodle says it: a timestamp, no id."""
    return {
        "actor": {"account": {"homePage": HOME, "name": name}},
        "verb": {"id": ANSWERED},
        "object": {"id": f"{HOME}/items/{item}", "definition": {"name": {"en": f"Item {item}"}}},
        "result": {"success": item % 2 == 0},
        "timestamp": "2026-11-20T10:00:00+00:00",
    } | more


@pytest.fixture(scope="module")
def client(served: Served) -> Iterator[httpx.Client]:
    with served.client(**VERSION) as found:
        yield found


def events_of(served: Served, name: str, tenant: str | None = None) -> int:
    """How many events of a person are counted."""
    settings = served.settings if tenant is None else served.settings.with_(tenant=tenant)
    blob = ask(served.settings, lambda store: store.state(key_of(name, settings)))
    return 0 if blob is None else decode(blob).events


def settle(served: Served) -> None:
    wait_until(lambda: is_idle(served.settings), "all applied", context=served.workers.logs)


def test_a_statement_sent_is_counted_and_gives_a_queue(
    served: Served, client: httpx.Client
) -> None:
    name = person()
    sent = client.post(PATH, json=answer_of(name))
    assert sent.status_code == 200
    assert len(sent.json()) == 1
    settle(served)
    assert events_of(served, name) == 1
    queue = queue_of(served.settings, name)
    assert queue is not None
    assert queue["cause"]["statement"] == sent.json()[0]


def test_a_batch_that_moodle_sends_again_counts_once(served: Served, client: httpx.Client) -> None:
    name = person()
    batch = [answer_of(name, item) for item in range(30)]
    first = client.post(PATH, json=batch)
    at_once = client.post(PATH, json=batch)
    settle(served)
    later = client.post(PATH, json=batch)
    settle(served)
    assert first.status_code == at_once.status_code == later.status_code == 200
    assert first.json() == at_once.json() == later.json()
    assert len(set(first.json())) == 30
    assert events_of(served, name) == 30


def test_two_statements_under_one_id_of_open_edx_are_a_conflict(
    served: Served, client: httpx.Client
) -> None:
    """Its ids are made of verb, actor and time, not of the object."""
    name, shared = person(), str(uuid4())
    one, other = answer_of(name, 1, id=shared), answer_of(name, 2, id=shared)
    assert client.post(f"{PATH}?", json=one).status_code == 200
    at_once = client.post(f"{PATH}?", json=other)
    settle(served)
    later = client.put(PATH, params={"statementId": shared.upper()}, json=other)
    assert at_once.status_code == later.status_code == 409
    assert at_once.json()["code"] == "id_conflict"
    assert shared in at_once.json()["detail"]
    assert client.post(PATH, json=one).status_code == 200
    assert client.put(PATH, params={"statementId": shared}, json=one).status_code == 204
    settle(served)
    assert events_of(served, name) == 1


def test_a_conflict_refuses_its_batch_and_what_was_new_in_it_can_come_again(
    served: Served, client: httpx.Client
) -> None:
    name, shared = person(), str(uuid4())
    client.post(PATH, json=answer_of(name, 1, id=shared))
    new = answer_of(name, 3, id=str(uuid4()))
    assert client.post(PATH, json=[new, answer_of(name, 2, id=shared)]).status_code == 409
    settle(served)
    assert events_of(served, name) == 1
    changed = new | {"result": {"success": True, "response": "another"}}
    assert client.post(PATH, json=changed).status_code == 200
    settle(served)
    assert events_of(served, name) == 2


def test_other_actors_cannot_take_an_id_either(client: httpx.Client) -> None:
    shared = str(uuid4())
    assert client.post(PATH, json=answer_of(person(), id=shared)).status_code == 200
    assert client.post(PATH, json=answer_of(person(), id=shared)).status_code == 409


def test_an_invalid_one_refuses_the_batch(served: Served, client: httpx.Client) -> None:
    name = person()
    sent = client.post(PATH, json=[answer_of(name), answer_of(name, verb={"id": "none"})])
    assert sent.status_code == 400
    assert sent.headers["content-type"] == "application/problem+json"
    assert sent.json()["detail"].startswith("statement 1: verb.id")
    settle(served)
    assert events_of(served, name) == 0


def test_a_large_batch_is_taken_or_refused_whole(served: Served, client: httpx.Client) -> None:
    name = person()
    batch = [answer_of(name, item) for item in range(400)]
    assert len(encode_json(batch)) > 2 * receiver._AT_ONCE_BYTES
    bad = [*batch, answer_of(name, verb={"id": "none"})]
    refused = client.post(PATH, json=bad)
    assert (refused.status_code, refused.json()["code"]) == (400, "bad_iri")
    assert refused.json()["detail"].startswith("statement 400: ")
    sent = client.post(PATH, json=batch)
    assert len(set(sent.json())) == 400
    settle(served)
    assert events_of(served, name) == 400


def test_tenants_do_not_hear_of_each_other(served: Served, client: httpx.Client) -> None:
    name, shared = person(), str(uuid4())
    with served.client(served.other, **VERSION) as other:
        assert client.post(PATH, json=answer_of(name, 1, id=shared)).status_code == 200
        assert other.post(PATH, json=answer_of(name, 2, id=shared)).status_code == 200
        voiding = {
            "actor": {"mbox": "mailto:a@globex.example"},
            "verb": {"id": "http://adlnet.gov/expapi/verbs/voided"},
            "object": {"objectType": "StatementRef", "id": shared},
        }
        settle(served)
        assert other.post(PATH, json=voiding).status_code == 200
    settle(served)
    assert events_of(served, name) == 1
    assert events_of(served, name, "globex") == 0


def test_headers_that_forge_a_tenant_change_nothing(served: Served, client: httpx.Client) -> None:
    name = person()
    forged = {"tenant": "globex", "home-page": "https://evil.example", "X-Tenant": "globex"}
    assert client.post(PATH, json=answer_of(name), headers=forged).status_code == 200
    settle(served)
    assert events_of(served, name) == 1
    assert events_of(served, name, "globex") == 0


def test_a_key_may_be_lenient_and_have_a_home_page(served: Served) -> None:
    name, home = person(), "https://moodle.acme.example"
    token = make_key(
        served.settings, "lenient", [Scope.PUBLISH], lenient=True, home_page=home, tenant="acme"
    )
    bare = answer_of(name, actor={"account": {"name": name}})
    compound = answer_of(name, 2)
    compound["object"]["definition"] |= {"interactionType": "compound"}
    with served.client() as strict:
        assert strict.post(PATH, json=bare, headers=VERSION).status_code == 400
        assert strict.post(PATH, json=compound, headers=VERSION).status_code == 400
    with served.client(token, **VERSION) as lenient:
        wait_until(lambda: lenient.post(PATH, json=[]).status_code == 200, "the key")
        assert lenient.post(PATH, json=[bare, compound]).status_code == 200
    with served.client(token) as ralph:
        assert ralph.post(f"{PATH}/", json=[bare, compound]).status_code == 200
    settle(served)
    assert events_of(served, f"{home}|{name}", "acme") == 1
    assert events_of(served, name, "acme") == 1


def multipart(statement: dict[str, Any], content: bytes, claimed: str) -> dict[str, Any]:
    told = {
        "usageType": "http://example.com/usage",
        "display": {"en": "notes"},
        "contentType": "text/plain",
        "length": len(content),
        "sha2": hashlib.sha256(b"what is meant").hexdigest(),
    }
    body = b"\r\n".join(
        (
            b"--abc",
            b"Content-Type: application/json",
            b"",
            encode_json(statement | {"attachments": [told]}),
            b"--abc",
            b"Content-Type: text/plain",
            b"Content-Transfer-Encoding: binary",
            b"X-Experience-API-Hash: " + claimed.encode(),
            b"",
            content,
            b"--abc--",
            b"",
        )
    )
    return {"content": body, "headers": {"Content-Type": "multipart/mixed; boundary=abc"}}


def test_attachments_are_checked_and_let_go(served: Served, client: httpx.Client) -> None:
    name, right = person(), b"what is meant"
    claimed = hashlib.sha256(right).hexdigest()
    assert client.post(PATH, **multipart(answer_of(name), right, claimed)).status_code == 200
    wrong = client.post(PATH, **multipart(answer_of(name, 2), b"what is not", claimed))
    assert (wrong.status_code, wrong.json()["code"]) == (400, "bad_multipart")
    settle(served)
    assert events_of(served, name) == 1
    sent = [one.value for one in read_all(served.settings, STATEMENTS.name) if one.value]
    mine = [one for one in sent if name.encode() in one]
    assert len(mine) == 1
    assert decode_json(mine[0])["attachments"][0]["sha2"] == claimed


def test_what_articulate_sends(served: Served, client: httpx.Client) -> None:
    """The alternate request syntax: form-encoded, everything in the body."""
    name, shared = person(), str(uuid4())
    form = {
        "statementId": shared,
        "Authorization": httpx.BasicAuth("all", SECRET)._auth_header,
        "X-Experience-API-Version": "1.0.2",
        "Content-Type": "application/json",
        "content": encode_json(answer_of(name)).decode(),
    }
    with served.client("") as nobody:
        put = {"params": {"method": "PUT"}}
        assert nobody.post(PATH, data=form, **put).status_code == 204
        assert (
            nobody.post(PATH, data=form | {"Authorization": "Basic eDp5"}, **put).status_code == 401
        )
        form.pop("Authorization")
        assert nobody.post(PATH, data=form, **put).status_code == 401
        late = form | {"X-Experience-API-Version": "2.0.0"}
        assert client.post(PATH, data=late, **put).status_code == 400
        most = 3 * served.settings.max_statement_bytes
        assert nobody.post(PATH, content=b"a" * (most + 1), **put).status_code == 413
    settle(served)
    assert events_of(served, name) == 1


@pytest.mark.parametrize("version", ["1.0", "1.0.0", "1.0.3", "2.0.0"])
def test_versions_are_spoken_and_named(client: httpx.Client, version: str) -> None:
    sent = client.post(
        PATH, json=answer_of(person()), headers={"X-Experience-API-Version": version}
    )
    assert sent.status_code == 200
    expected = "2.0.0" if version == "2.0.0" else "1.0.3"
    assert sent.headers["X-Experience-API-Version"] == expected


@pytest.mark.parametrize("path", [f"{PATH}/", "/xapi//statements", f"{PATH}?"])
def test_addresses_that_senders_put_together_badly_are_the_same(
    client: httpx.Client, path: str
) -> None:
    assert client.post(path, json=answer_of(person())).status_code == 200


def test_about_wants_nothing(served: Served) -> None:
    with served.client("") as nobody:
        about = nobody.get("/xapi/about")
        assert about.json()["version"] == ["1.0.0", "1.0.1", "1.0.2", "1.0.3", "2.0.0"]
        assert about.headers["X-Experience-API-Version"] == "1.0.3"
        assert nobody.head("/xapi/about").status_code == 200


def test_refusals_name_the_version_too(served: Served, client: httpx.Client) -> None:
    with served.client("") as nobody:
        answers = [
            nobody.post(PATH, json=[]),
            client.post(PATH, content=b"x" * (served.settings.max_request_bytes + 1)),
            client.post(PATH, json=[], headers={"X-Experience-API-Version": "0.9"}),
            client.get("/xapi/activities/state"),
            client.get(PATH),
        ]
    assert [one.status_code for one in answers] == [401, 413, 400, 404, 405]
    for one in answers:
        assert one.headers["X-Experience-API-Version"] == "1.0.3"
        assert one.json()["detail"]


def test_a_key_must_allow_it_and_has_a_rate(served: Served) -> None:
    reader = make_key(served.settings, "reader", [Scope.QUEUES_READ])
    slow = make_key(served.settings, "slow", [Scope.PUBLISH], rate=0.01, burst=3)
    with served.client(reader, **VERSION) as client:
        wait_until(lambda: client.post(PATH, json=[]).status_code == 403, "the key")
    with served.client(slow, **VERSION) as client:
        wait_until(lambda: client.post(PATH, json=[]).status_code == 429, "the limit")
        refused = client.post(PATH, json=[])
        assert int(refused.headers["Retry-After"]) >= 1


def test_a_browser_may_send_from_elsewhere(served: Served) -> None:
    ask_first = {
        "Origin": "https://content.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type,x-experience-api-version",
    }
    with served.client("") as nobody:
        may = nobody.options(PATH, headers=ask_first)
        assert may.status_code == 204
        assert may.headers["Access-Control-Allow-Origin"] in {"*", "https://content.example"}
        allowed = may.headers["Access-Control-Allow-Headers"].lower()
        assert allowed == "*" or "x-experience-api-version" in allowed
        assert "POST" in may.headers["Access-Control-Allow-Methods"]
    with served.client(**VERSION, Origin="https://content.example") as client:
        sent = client.post(PATH, json=answer_of(person()))
        assert "access-control-allow-origin" in sent.headers
        assert "x-experience-api-version" in sent.headers["Access-Control-Expose-Headers"].lower()


def test_nothing_of_it_became_a_dead_letter(served: Served) -> None:
    """But for what is of nobody, whatever is taken can be used."""
    settle(served)
    reasons = {dict(one.headers).get("reason") for one in read_all(served.settings, REJECTED.name)}
    assert reasons <= {b"group_actor", b"no_identifier", None}
