"""Who gets in, over a socket."""

import socket
import time
from urllib.parse import urlsplit

import httpx
import pytest
from harness.served import Served
from harness.servers import SECRET, make_key
from harness.streams import wait_until

from serving.access.keys import Scope

pytestmark = pytest.mark.stack


def test_health_and_documents_want_no_key(served: Served) -> None:
    with served.client("") as client:
        assert client.get("/health/live").json() == {"status": "live"}
        assert client.get("/health/ready").json() == {"status": "ready"}
        assert client.get("/openapi.json").json()["openapi"].startswith("3.1")
        page = client.get("/docs")
        assert page.headers["content-type"].startswith("text/html")
        assert client.get("/docs/swagger-ui-bundle.js").status_code == 200
        assert client.get("/docs/start.js").status_code == 200
        assert client.get("/docs/nothing.js").status_code == 404


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer all", "Bearer all.wrong", "Bearer nobody.x", "Basic !!!", "Digest x"],
)
def test_without_a_right_key_nothing_is_told(served: Served, header: str) -> None:
    headers = {"Authorization": header} if header else {}
    with served.client("") as client:
        answer = client.get("/v1/models", headers=headers)
    assert answer.status_code == 401
    assert answer.json()["code"] in {"no_key", "wrong_key"}
    assert answer.headers["www-authenticate"].startswith("Basic")
    assert answer.headers["content-type"] == "application/problem+json"


def test_basic_and_bearer_are_one(served: Served) -> None:
    with served.client("") as client:
        assert client.get("/v1/models", auth=("all", SECRET)).status_code == 200
    with served.client() as client:
        assert client.get("/v1/models").status_code == 200


def test_a_key_is_for_its_scopes(served: Served) -> None:
    token = make_key(served.settings, "narrow", [Scope.PUBLISH])
    with served.client(token) as client:
        wait_until(lambda: client.get("/v1/models").status_code == 403, "the new key")
        answer = client.get("/v1/models")
    assert answer.json()["code"] == "scope"
    assert "operate" in answer.json()["detail"]


def test_an_expired_key_is_refused(served: Served) -> None:
    token = make_key(served.settings, "old", Scope, expires_at=1.0)
    with served.client(token) as client:
        wait_until(lambda: client.get("/v1/models").json()["code"] == "expired", "the new key")


def test_a_key_that_is_too_quick_has_to_wait(served: Served) -> None:
    token = make_key(served.settings, "slow", Scope, rate=0.01, burst=2)
    with served.client(token) as client:
        wait_until(lambda: client.get("/v1/models").status_code == 429, "the limit")
        answer = client.get("/v1/models")
    assert int(answer.headers["retry-after"]) > 1


def test_another_tenants_learner_is_unknown(served: Served) -> None:
    theirs = served.other_learner
    with served.client() as client:
        answer = client.get("/v1/audit", params={"learner": theirs})
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_learner")


def test_too_large_is_refused_before_it_is_read(served: Served) -> None:
    address = urlsplit(served.server.url)
    length = served.settings.max_request_bytes + 1
    with socket.create_connection((address.hostname, address.port), timeout=30) as connection:
        head = f"POST /v1/audit HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n"
        connection.sendall(head.encode())
        assert connection.recv(1000).startswith(b"HTTP/1.1 413")


def test_a_slow_sender_is_cut_off(served: Served) -> None:
    address = urlsplit(served.server.url)
    with socket.create_connection((address.hostname, address.port), timeout=30) as connection:
        connection.sendall(b"GET /health/live HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        started = time.monotonic()
        while chunk := connection.recv(1000):
            assert b"200" not in chunk
    assert time.monotonic() - started < 30


def test_unknown_routes_and_methods_are_problems(served: Served) -> None:
    with served.client() as client:
        unknown, method = client.get("/v1/nothing"), client.patch("/v1/audit")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")
    assert (method.status_code, method.json()["code"]) == (405, "method_not_allowed")
    assert unknown.headers["x-content-type-options"] == "nosniff"


def test_secrets_and_names_are_not_in_the_log(served: Served) -> None:
    with served.client("all.wrong-but-secret") as client:
        client.get("/v1/audit", params={"learner": "ada@example.org"})
    log = served.server.log()
    assert "wrong-but-secret" not in log
    assert SECRET not in log
    assert "ada@example.org" not in log


def test_plain_client_errors_are_told(served: Served) -> None:
    with served.client() as client:
        answer = client.get("/v1/audit", params={"limit": "many"})
    assert answer.status_code == 400
    assert "limit" in answer.json()["detail"]
    assert isinstance(answer, httpx.Response)
