"""What an attacker would try, over a socket, on every route that the API says it has."""

import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from harness.served import Served
from harness.servers import SECRET, make_key
from harness.streams import wait_until

pytestmark = pytest.mark.stack

NASTY = (
    "*",
    "{0}:learner:*",
    "../../etc/passwd",
    "x\r\nSET a b\r\n",
    "x\x00y",
    "' OR '1'='1",
    "${jndi:ldap://x}",
    "<script>alert(1)</script>",
    "\N{SNOWMAN}\N{RIGHT-TO-LEFT OVERRIDE}",
    "|",
    "@",
    "0" * 31,
    "f" * 33,
)


class Operation:
    """One method of one path, as the API declares it."""

    def __init__(self, path: str, method: str, told: dict[str, Any]) -> None:
        self.path, self.method, self.told = path, method.upper(), told

    @property
    def is_open(self) -> bool:
        return {} in self.told.get("security", [])

    @property
    def parameters(self) -> set[str]:
        return {one["name"] for one in self.told.get("parameters", ())}

    @property
    def sends(self) -> bool:
        return "requestBody" in self.told

    def __repr__(self) -> str:
        return f"{self.method} {self.path}"


def operations(served: Served) -> Iterator[Operation]:
    with served.client("") as client:
        paths = client.get("/openapi.json").json()["paths"]
    for path, methods in paths.items():
        for method, told in methods.items():
            yield Operation(path, method, told)


def ask(client: httpx.Client, operation: Operation, **params: str) -> httpx.Response:
    """A request to `operation`; a stream's first bytes are enough."""
    given = {"learner": "1001", "activity": "x", "q": "x"} | params
    sent = {name: value for name, value in given.items() if name in operation.parameters}
    body = {"json": {}} if operation.sends else {}
    with client.stream(operation.method, operation.path, params=sent, **body) as answer:
        if not answer.headers.get("content-type", "").startswith("text/event-stream"):
            answer.read()
    return answer


def test_every_route_wants_a_key_but_those_that_say_so(served: Served) -> None:
    asked = list(operations(served))
    assert len(asked) > 3
    with served.client("") as client:
        answers = {str(one): ask(client, one).status_code for one in asked if not one.is_open}
    assert set(answers.values()) == {401}, answers


def test_every_route_wants_a_scope(served: Served) -> None:
    token = make_key(served.settings, "nothing", [])
    with served.client(token) as client:
        wait_until(lambda: client.get("/v1/models").status_code == 403, "the new key")
        asked = [one for one in operations(served) if not one.is_open]
        answers = {str(one): ask(client, one).status_code for one in asked}
    assert set(answers.values()) == {403}, answers


def test_another_tenants_learner_is_nobody_on_every_route(served: Served) -> None:
    asked = [one for one in operations(served) if "learner" in one.parameters]
    assert asked
    with served.client() as client:
        answers = {str(one): ask(client, one, learner=served.other_learner) for one in asked}
    told = {name: (one.status_code, one.json()["code"]) for name, one in answers.items()}
    assert set(told.values()) == {(404, "unknown_learner")}, told


@pytest.mark.parametrize("text", NASTY)
def test_no_learner_id_breaks_anything(served: Served, text: str) -> None:
    asked = [
        one for one in operations(served) if "learner" in one.parameters and one.method == "GET"
    ]
    with served.client() as client:
        for one in asked:
            answer = ask(client, one, learner=text, q=text, activity=text)
            assert answer.status_code < 500, (one, answer.status_code)


@pytest.mark.parametrize(
    "path",
    [
        "/console/../../pyproject.toml",
        "/console/..%2f..%2fpyproject.toml",
        "/console/%2e%2e/%2e%2e/engine.py",
        "/console//etc/passwd",
        "/docs/..%2f__init__.py",
        "/docs/%2e%2e%2f__init__.py",
        "//v1/models",
        "/v1/models/../../health/live",
        "/v1/models%00",
        "/v1/models;x=y",
        "/V1/models",
    ],
)
def test_no_path_leads_out_of_the_house(served: Served, path: str) -> None:
    answer = raw(served, f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    status, _, body = answer.partition(b"\r\n\r\n")
    assert int(status.split()[1]) in {308, 400, 401, 404}, answer[:200]
    assert b"import " not in body
    assert b"root:" not in body


@pytest.mark.parametrize(
    "head",
    [
        "POST /v1/audit HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n",
        "POST /v1/audit HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n",
        "GET /v1/audit HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer a.b\r\n Folded: x\r\n",
        "GET /v1/audit HTTP/9.9\r\nHost: x\r\n",
        "GET  /v1/audit\r\n",
        "\x16\x03\x01 what is this\r\n",
    ],
)
def test_no_head_gets_through_that_two_would_read_differently(served: Served, head: str) -> None:
    answer = raw(served, head + "Connection: close\r\n\r\nabc")
    assert not answer.startswith(b"HTTP/1.1 2"), answer[:200]
    assert not answer.startswith(b"HTTP/1.1 5"), answer[:200]


def raw(served: Served, request: str) -> bytes:
    address = urlsplit(served.server.url)
    with socket.create_connection((address.hostname, address.port), timeout=20) as connection:
        connection.sendall(request.encode("latin-1"))
        received = b""
        try:
            while chunk := connection.recv(65_536):
                received += chunk
        except ConnectionResetError:
            pass
    return received


def test_headers_name_no_tenant(served: Served) -> None:
    forged = {"tenant": "globex", "X-Tenant": "globex", "home-page": "https://globex.example"}
    with served.client("", **forged) as client:
        answer = client.get(
            "/v1/audit",
            params={"learner": served.other_learner},
            headers={"Authorization": f"Bearer {served.all}"},
        )
    assert answer.status_code == 404


def test_the_log_holds_no_secret_after_all_that(served: Served) -> None:
    assert SECRET not in served.server.log()
    assert "Traceback" not in served.server.log()
