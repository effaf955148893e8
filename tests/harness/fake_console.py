"""The answers that the console asks for, from a fixed organisation: no Kafka, no Redis, no engine.

The page itself and the map are the real ones. What a test changes, `push` tells the page.
"""

import threading
from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from harness.fake_answers import AUDIT, BASE, KEY, LEARNER, MODELS, NOW, QUEUE, queue_of

from processors.curriculum.choice import Traveller
from processors.curriculum.plan import plan_of
from processors.reference import Reference
from schemas.codec import encode_json, hash64
from serving.console.assets import HEADERS, load
from stream.load.loading import Loaded
from stream.load.loading import load as load_files

Json = Any
SCOPES = ("queues:read", "learners:read", "operate")
_EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "organisation"


class Refusal(Exception):
    """An answer that is a problem."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status, self.detail = status, detail


class FakeConsole:
    """A server of the console's routes on a free loopback port."""

    def __init__(self) -> None:
        self.keys: dict[str, tuple[str, ...]] = {"all.secret": SCOPES, "queue.secret": SCOPES[:1]}
        self.fails: dict[str, Refusal] = {}
        """Path -> what it answers instead."""
        self.reference = organisation()
        self.done = {
            f"{BASE}{one}"
            for one in ("sql/first-questions", "statistics/averages", "charts/one-message")
        }
        self.role = "Data analyst"
        self.queue = queue_of(self.reference, list(QUEUE))
        self._calls = 0
        """Counts `hang_up`."""
        self._changed = threading.Condition()
        self._assets = load()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def push(self, queue: Json) -> None:
        """Let every open stream tell another queue."""
        with self._changed:
            self.queue = queue
            self._changed.notify_all()

    def hang_up(self) -> None:
        """End every open stream."""
        with self._changed:
            self._calls += 1
            self._changed.notify_all()

    def rename(self, activity: str, title: str) -> None:
        """Give an activity another title."""
        known = self.reference.lookup(activity)
        assert known is not None
        self.reference.put(replace(known, title=title))

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self._changed.notify_all()
        self._server.shutdown()
        self._server.server_close()

    def answer(self, path: str, params: Mapping[str, str]) -> Json:
        """What a route of the API says."""
        if path in self.fails:
            raise self.fails[path]
        tell: Mapping[str, Callable[[], Json]] = {
            "/v1/learners": lambda: [{"learner": KEY, "role": self.role, "version": 1, "at": NOW}],
            "/v1/learner": self._learner,
            "/v1/queue": lambda: self.queue,
            "/v1/activities": lambda: self._found(params["q"].lower()),
            "/v1/why": lambda: self._why(params["activity"]),
            "/v1/map": lambda: self._map(params),
            "/v1/models": lambda: MODELS,
            "/v1/audit": lambda: AUDIT,
        }
        if path not in tell:
            raise Refusal(404, "there is no such route")
        return tell[path]()

    def _learner(self) -> Json:
        return LEARNER | {"role": self.role}

    def _found(self, word: str) -> Json:
        return [
            {
                "activity": one.activity.id,
                "title": one.activity.title,
                "content": one.activity.content,
                "minutes": one.activity.minutes,
                "skills": one.activity.skills,
            }
            for one in self.reference.entries()
            if word in one.activity.title.lower() or word in one.activity.id
        ][:12]

    def _why(self, activity: str) -> Json:
        found = self.reference.lookup(activity)
        if found is None:
            raise Refusal(404, "no such activity")
        told = {"activity": activity, "title": found.title}
        for item in self.queue["items"]:
            if item["activity"] == activity:
                return told | {"offered": True, "rank": item["rank"], "reasons": item["reasons"]}
        missing = [one for one in found.prerequisites if one not in self.done]
        removal = (
            {
                "code": "prerequisites",
                "text": "Something else comes first",
                "evidence": {"missing": missing},
            }
            if missing
            else {
                "code": "outranked",
                "text": "Others scored higher",
                "evidence": {"score": 0.21, "lowest": 0.34},
            }
        )
        return told | {"offered": False, "rank": None, "removal": removal}

    def _map(self, params: Mapping[str, str]) -> Json:
        if "learner" not in params:
            return asdict(plan_of(self.reference))
        done = defaultdict(bool, {hash64(one): True for one in self.done})
        queue = [item["activity"] for item in self.queue["items"]]
        return asdict(plan_of(self.reference, Traveller(NOW, done, queue=queue)))

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                url = urlsplit(self.path)
                if url.path.startswith("/console"):
                    fake._page(self, url.path.removeprefix("/console").strip("/") or "index.html")
                    return
                key = self.headers.get("Authorization", "").removeprefix("Bearer ")
                params = {name: values[0] for name, values in parse_qs(url.query).items()}
                try:
                    fake._tell(self, url.path, params, key)
                except Refusal as refusal:
                    problem = {"status": refusal.status, "detail": refusal.detail}
                    reply(self, refusal.status, encode_json(problem), "application/problem+json")

            def log_message(self, *_: object) -> None:
                """Tests are quiet."""

        return Handler

    def _page(self, request: BaseHTTPRequestHandler, name: str) -> None:
        asset = self._assets.get(name)
        if asset is None:
            reply(request, 404, b"", "text/plain")
        else:
            reply(request, 200, asset.body, asset.media_type, HEADERS)

    def _tell(
        self, request: BaseHTTPRequestHandler, path: str, params: Mapping[str, str], key: str
    ) -> None:
        if key not in self.keys:
            raise Refusal(401, "this key is not known")
        if path == "/v1/queue/stream" and path not in self.fails:
            self._stream(request)
        elif path == "/v1/key":
            told = {"id": key.partition(".")[0], "name": "L&D desk", "tenant": "acme"}
            reply(request, 200, encode_json(told | {"scopes": self.keys[key]}), "application/json")
        else:
            reply(request, 200, encode_json(self.answer(path, params)), "application/json")

    def _stream(self, request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Type", "text/event-stream")
        request.end_headers()
        told: Json = None
        with self._changed, suppress(OSError):
            calls = self._calls
            while calls == self._calls:
                if told is not self.queue:
                    told = self.queue
                    data = encode_json(told).decode()
                    request.wfile.write(f"event: queue\ndata: {data}\n\n".encode())
                    request.wfile.flush()
                self._changed.wait(0.5)
                request.wfile.write(b": still here\n\n")


def reply(
    request: BaseHTTPRequestHandler,
    status: int,
    body: bytes,
    media_type: str,
    headers: Mapping[str, str] | None = None,
) -> None:
    request.send_response(status)
    for name, value in (headers or {}).items():
        request.send_header(name, value)
    request.send_header("Content-Type", media_type)
    request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    request.wfile.write(body)


def organisation() -> Reference:
    """The invented organisation of the examples."""
    loaded = load_files([_EXAMPLE / "catalogue", _EXAMPLE / "roles.yaml"], lambda _: KEY)
    assert isinstance(loaded, Loaded)
    reference = Reference()
    for record in (*loaded.activities, *loaded.requirements):
        reference.put(record)
    return reference
