"""The door by itself, on an application that just answers."""

import asyncio
from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

import pytest

from serving.access.guards import CALLER
from serving.access.keys import ApiKey, Denial, Keyring, Scope, digest_of
from serving.access.limits import Limiter
from serving.doorway import Doorway
from serving.problems import Problem
from stream.metrics import Metrics
from stream.settings import Settings

KEY = ApiKey(id="lms", digest=digest_of("s"), tenant="acme", scopes=tuple(Scope), rate=1.0, burst=3)


class House:
    """A doorway with an application behind it that reads its request and says what it saw."""

    def __init__(self, **settings: object) -> None:
        keyring = Keyring()
        keyring.put(KEY)
        self.denials: list[Denial] = []
        self.callers: list[object] = []
        engine: Any = SimpleNamespace(
            settings=Settings(**settings),  # type: ignore[arg-type]
            keyring=keyring,
            limiter=Limiter(),
            metrics=Metrics(),
            now=lambda: 1.9e9,
            denied=lambda why, _: self.denials.append(why),
        )
        self.door = Doorway(self._app, engine)
        self.metrics: Metrics = engine.metrics
        self.seen = b""

    async def _app(self, scope: Any, receive: Any, send: Any) -> None:
        self.callers.append(scope.get(CALLER))
        scope["path_template"] = "/a/{b}"
        more = True
        while more:
            message = await receive()
            self.seen += message.get("body", b"")
            more = message.get("more_body", False)
        headers = [(b"cache-control", b"public")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    def visit(
        self,
        headers: Iterable[tuple[bytes, bytes]] = (),
        body: Iterable[bytes] = (b"",),
        pause_sec: float = 0.0,
        path: str = "/a/1",
    ) -> tuple[int, dict[bytes, bytes]]:
        """Status and headers of the answer."""
        parts, sent = list(body), []

        async def receive() -> dict[str, Any]:
            await asyncio.sleep(pause_sec)
            part = parts.pop(0)
            return {"type": "http.request", "body": part, "more_body": bool(parts)}

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {
            "type": "http",
            "method": "POST",
            "path": path,
            "query_string": b"",
            "headers": list(headers),
            "client": ("127.0.0.1", 1),
        }
        asyncio.run(self.door(scope, receive, send))
        return sent[0]["status"], dict(sent[0]["headers"])


def bearer(secret: str) -> tuple[bytes, bytes]:
    return b"authorization", f"Bearer lms.{secret}".encode()


def test_the_caller_is_left_for_the_routes() -> None:
    house = House()
    house.visit([bearer("s")])
    house.visit([bearer("wrong")])
    house.visit([bearer("s"), bearer("s")])
    house.visit()
    assert house.callers == [KEY, Denial.WRONG_KEY, Denial.WRONG_KEY, None]


def test_safe_headers_are_added_where_the_answer_has_none_of_its_own() -> None:
    _, headers = House().visit()
    assert headers[b"cache-control"] == b"public"
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert b"strict-transport-security" not in headers
    _, headers = House(tls_certificate="x").visit()
    assert b"strict-transport-security" in headers


def test_a_key_beyond_its_burst_waits_but_others_do_not() -> None:
    house = House()
    statuses = [house.visit([bearer("s")])[0] for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    assert house.visit()[0] == 200
    assert house.denials == [Denial.RATE]


def test_many_wrong_keys_have_to_wait_and_a_right_one_passes() -> None:
    house = House()
    statuses = {house.visit([bearer("wrong")])[0] for _ in range(30)}
    assert statuses == {200, 429}
    assert house.visit([bearer("s")])[0] == 200


@pytest.mark.parametrize("length", [b"11", b"999999999999999999999"])
def test_what_says_it_is_too_large_is_not_read(length: bytes) -> None:
    house = House(max_request_bytes=10)
    assert house.visit([(b"content-length", length)])[0] == 413
    assert (house.callers, house.denials) == ([], [Denial.SIZE])


@pytest.mark.parametrize("lengths", [[b"-1"], [b"1", b"2"], [b"x"], [b""], [b"\xb2"]])
def test_lengths_that_make_no_sense(lengths: list[bytes]) -> None:
    assert House().visit([(b"content-length", one) for one in lengths])[0] == 400


def test_what_becomes_too_large_is_read_no_further() -> None:
    house = House(max_request_bytes=10)
    with pytest.raises(Problem) as found:
        house.visit(body=[b"x" * 6, b"x" * 6, b"x" * 6])
    assert found.value.status == 413
    assert house.seen == b"x" * 6


def test_what_comes_too_slowly_is_waited_for_no_longer() -> None:
    house = House(request_timeout_sec=0.05)
    with pytest.raises(Problem) as found:
        house.visit(body=[b"x"] * 10, pause_sec=0.02)
    assert (found.value.status, house.denials) == (408, [Denial.SLOW])


def test_a_url_without_end_is_refused() -> None:
    assert House().visit(path="/" + "x" * 9000)[0] == 414


def test_every_visit_is_counted_by_route_never_by_path() -> None:
    house = House()
    house.visit()
    house.visit([(b"content-length", b"x")])
    value = house.metrics.registry.get_sample_value
    name = "stepstream_http_requests_total"
    assert value(name, {"route": "/a/{b}", "method": "POST", "status": "200"}) == 1
    assert value(name, {"route": "(none)", "method": "POST", "status": "400"}) == 1
