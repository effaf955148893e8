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

from processors.curriculum.plan import Traveller, plan_of
from processors.reference import Reference
from schemas.codec import encode_json, hash64
from serving.console.assets import HEADERS, load
from stream.load.loading import Loaded
from stream.load.loading import load as load_files

Json = Any
NOW = 1_764_147_000.0
KEY = "4f" * 16
BASE = "https://learn.larkmoor.example/"
QUEUE = tuple(f"{BASE}{one}" for one in ("sql/joins", "statistics/intervals", "charts/clinic"))
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
        return asdict(plan_of(self.reference, Traveller(NOW, "", done, queue)))

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
                    if key not in fake.keys:
                        raise Refusal(401, "this key is not known")
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


def queue_of(reference: Reference, activities: list[str], version: int = 7) -> Json:
    """A queue of those activities."""
    items = [item(reference, one, rank) for rank, one in enumerate(activities, 1)]
    return {
        "learner": KEY,
        "version": version,
        "generated_at": NOW + version,
        "cause": {"statement": "5f1c7a52-3b0e-5d0a-9a61-0c5f9d1e1001", "verb": "v/completed"},
        "model": "online",
        "policy": "default",
        "items": items,
        "put_aside": [],
        "fallback": False,
        "decision": f"{version}-{NOW:.0f}",
    }


def item(reference: Reference, activity: str, rank: int) -> Json:
    """One item, with reasons of both shapes."""
    known = reference.lookup(activity)
    assert known is not None, activity
    skill = known.skills[0] if known.skills else "SQL"
    return {
        "activity": activity,
        "title": known.title,
        "rank": rank,
        "score": 0.61 - rank / 20,
        "propensity": 0.93,
        "expected": {"success": 0.71, "engagement": 0.8, "gain": 0.06, "retention": 0.55},
        "minutes": known.minutes or 30.0,
        "not_before": NOW,
        "reasons": [
            {
                "code": "skill_gap",
                "text": f"Closes your largest gap: {skill} (0.42 of 0.80 required)",
                "evidence": {"skill": skill, "proficiency": 0.42, "target": 0.8},
            },
            {
                "code": "unlocks",
                "text": "Opens Advanced SQL and 2 more",
                "evidence": {"activity": f"{BASE}sql/windows", "count": 3},
            },
        ],
    }


LEARNER: Json = {
    "learner": KEY,
    "profile": {
        "role": "Data analyst",
        "level": "junior",
        "cohort": "2026-spring",
        "minutes_per_week": 120,
    },
    "role": "Data analyst",
    "goals": ["SQL"],
    "skills": [
        {
            "skill": "SQL",
            "proficiency": 0.42,
            "uncertainty": 0.11,
            "target": 0.8,
            "gap": 0.38,
            "recall": 0.9,
            "half_life_days": 12.0,
            "attempts": 6,
            "last_practised": NOW,
        },
        {
            "skill": "Statistics",
            "proficiency": 0.66,
            "uncertainty": 0.08,
            "target": 0.6,
            "gap": 0.0,
            "recall": 0.74,
            "half_life_days": 31.0,
            "attempts": 14,
            "last_practised": NOW,
        },
        {
            "skill": "Presenting",
            "proficiency": 0.5,
            "uncertainty": 0.22,
            "target": None,
            "gap": None,
            "recall": None,
            "half_life_days": None,
            "attempts": 0,
            "last_practised": None,
        },
    ],
    "recent": [
        {
            "activity": f"{BASE}sql/first-questions",
            "title": "SQL basics: ask a table a question",
            "kind": "completed",
            "at": NOW - 3600,
            "outcome": None,
        },
        {
            "activity": f"{BASE}statistics/check",
            "title": "Statistics check",
            "kind": "scored",
            "at": NOW - 86400,
            "outcome": 0.65,
        },
    ],
    "features": {"velocity": 0.42, "performance_delta": -0.05, "session_minutes": 43.0},
}
_QUALITY = {
    "events": 5210.0,
    "auc": 0.741,
    "log_loss": 0.58,
    "baseline_log_loss": 0.66,
    "ece": 0.021,
    "rmse": 0.44,
    "baseline_rmse": 0.48,
    "mae": None,
    "coverage": None,
}
_MEASURED = {
    "unit": "nats",
    "quality": {"total": _QUALITY, "5000": _QUALITY, "500": _QUALITY},
    "put_aside": {},
    "newest_at": NOW,
    "drifts": 1,
    "drift_at": NOW - 86400,
    "invalid": 0,
}
MODELS: Json = {
    "partitions": 8, "events": 52_100, "base": 17,
    "models": [
        {"name": "success", "schema": "success/3", "shared": 812, "own": 96, "measured": _MEASURED},
        {"name": "engagement", "schema": "engagement/2", "shared": 64, "own": 12,
         "measured": _MEASURED | {"put_aside": {"3": {"reason": "worse"}}}},
        {"name": "relevance", "schema": "relevance/4", "shared": 2311, "own": 401, "measured": None},
    ],
}  # fmt: skip
AUDIT: Json = [
    {
        "at": NOW,
        "tenant": "acme",
        "key": "desk",
        "name": "L&D desk",
        "action": "queue",
        "learner": KEY,
    },
    {
        "at": NOW - 9,
        "tenant": "acme",
        "key": "lms",
        "name": "Moodle",
        "action": "why",
        "learner": KEY,
    },
]
