"""A whole installation that Prometheus watches: learners, worker, archiver, server, readers."""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from contextlib import ExitStack, suppress
from itertools import count
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Any, Self

import httpx
from harness.gate import Gate
from harness.live_versions import candidate
from harness.prometheus import Prometheus
from harness.servers import HttpServer, make_key
from harness.streams import ask, publish, publish_statements, wait_until
from harness.workers import ROOT, Workers, environment

from schemas.codec import encode_json
from schemas.errors import Refused
from schemas.reference import Activity
from schemas.reference_json import activity_to_json
from schemas.version import Verdict
from serving.access.keys import Scope
from serving.dashboards.alerts import Pace
from serving.dashboards.rules import rules
from stream import clock
from stream.kafka import Publisher
from stream.log import Message
from stream.releases import Releases
from stream.settings import Settings
from stream.store.contract import Store
from stream.topic_creation import create_topics
from stream.topics import ACTIVITIES

PACE = Pace(scale=1 / 30, longest_sec=30.0, threshold_scale=0.15)
"""Windows of 10 to 30 seconds; 9 seconds of lag and 0.75 seconds of queue age are too much."""
LEARNERS, RATE = 40, 25
XAPI = {"X-Experience-API-Version": "1.0.3"}
_ITEMS = 40
_LUCK = 0.05
"""Without any, models would be so sure that no spread of their loss could be measured."""


def free_port() -> int:
    """A port on loopback that nobody has."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


class Installation:
    """Everything, running while it is entered.

    Args:
        settings: of a stream of its own.
        folder: for logs and data.
    """

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.settings, self._folder = settings, folder
        self._ports = {name: free_port() for name in ("worker", "serve", "archive")}
        self._running = ExitStack()
        self._numbers = count()
        self._stop = threading.Event()
        self._rng = Random(1)
        self.readings: list[int] = []
        """Statuses of what was answered over HTTP."""

    def _told(self, name: str) -> Settings:
        return self.settings.with_(metrics_port=self._ports[name])

    def __enter__(self) -> Self:
        with ExitStack() as starting:
            self._running = starting
            create_topics(self.settings)
            self.token = make_key(self.settings, "all", Scope)
            self.workers = Workers(self._told("worker"), self._folder)
            starting.enter_context(self.workers)
            self.workers.start()
            self.gate = starting.enter_context(Gate(self.settings.redis))
            self._program("archive", "archive", "run", "--seconds", "3")
            self._program("", "simulate", f"--rate={RATE}", f"--learners={LEARNERS}", "--seed=1")
            told = self._told("serve").with_(redis=self.gate.url)
            self.server = starting.enter_context(HttpServer(told))
            reader = threading.Thread(target=self._read_for_ever)
            starting.callback(reader.join)
            starting.callback(self._stop.set)
            reader.start()
            targets = {
                f"stepstream-{name}": [f"127.0.0.1:{port}"] for name, port in self._ports.items()
            }
            self.prometheus = Prometheus(self._folder, targets, rules(pace=PACE), free_port())
            starting.enter_context(self.prometheus)
            self._running = starting.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self._running.close()

    def _program(self, name: str, *words: str) -> None:
        told = self._told(name) if name else self.settings
        with (self._folder / f"{words[0]}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "stream.cli", *words],
                cwd=ROOT,
                env=os.environ | environment(told),
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self._running.callback(process.wait, 20)
        self._running.callback(process.terminate)

    def logs(self) -> str:
        """What everybody printed, the end of it."""
        paths = sorted(self._folder.glob("*.log"))
        parts = [f"--- {path.name}\n{path.read_text()[-1500:]}" for path in paths]
        return "\n".join([*parts, f"--- server\n{self.server.log()[-1500:]}"])

    def _read_for_ever(self) -> None:
        """Readers of queues, some of them strangers, some without a key."""
        with self.server.client(self.token) as known, self.server.client() as stranger:
            for number in count():
                if self._stop.wait(0.05):
                    return
                with suppress(httpx.HTTPError):
                    self._read(known, stranger, number)

    def _read(self, known: httpx.Client, stranger: httpx.Client, number: int) -> None:
        learner = f"sim-{1 + number % LEARNERS:05d}"
        answers = [known.get("/v1/queue", params={"learner": learner})]
        answers.append(known.get("/v1/models"))
        if number % 5 == 0:
            answers.append(known.get("/v1/queue", params={"learner": f"nobody-{number}"}))
            answers.append(stranger.get("/v1/queue", params={"learner": learner}))
            answers.append(known.post("/xapi/statements", json=self.answer(True), headers=XAPI))
        if number % 5 == 1 and answers[0].status_code == 200:
            answers.append(known.post("/v1/feedback", json=_shown(learner, answers[0].json())))
        self.readings += [answer.status_code for answer in answers]

    def erase(self, learner: str) -> None:
        """Have a learner erased."""
        with self.server.client(self.token) as client:
            client.timeout = 60.0
            answer = client.delete("/v1/learner", params={"learner": learner})
        assert answer.status_code == 200, answer.text

    def answer(self, right: bool, **changes: Any) -> dict[str, Any]:
        """A statement: one of some learners who always or never succeed, but for luck, answers."""
        number, rng = next(self._numbers), self._rng
        learner = rng.randrange(20)
        success = (learner % 2 == 0) is right or rng.random() < _LUCK
        home = self.settings.home_page
        return {
            "id": f"00000000-0000-4000-8000-{number:012d}",
            "actor": {"account": {"homePage": home, "name": f"steady-{learner}"}},
            "verb": {"id": "http://adlnet.gov/expapi/verbs/answered"},
            "object": {"id": f"{home}/items/{rng.randrange(_ITEMS)}"},
            "result": {"success": success},
        } | changes

    def answers(self, number: int, *, right: bool) -> None:
        """Publish answers, as learners always were, or the wrong way round."""
        self.publish([self.answer(right) for _ in range(number)])

    def publish(self, statements: list[Any]) -> None:
        """Publish statements."""
        publish_statements(self.settings, [encode_json(one) for one in statements])

    def oddities(self) -> None:
        """What is mended, what is sent again, what is withdrawn and what is another's."""
        twice, mended = self.answer(True), self.answer(True)
        del mended["actor"]["account"]["homePage"]
        other = twice | {"result": {"success": not twice["result"]["success"]}}
        target = {"objectType": "StatementRef", "id": mended["id"]}
        verb = {"id": "http://adlnet.gov/expapi/verbs/voided"}
        voiding = self.answer(True, verb=verb, object=target)
        del voiding["result"]
        self.publish([twice, twice, other, mended, voiding])

    def withdraw_unnoticed(self, until: Callable[[], bool]) -> None:
        """Withdraw what stands in a queue while the worker stands still, and wait.

        What is not to be handed out any more is then up to the server.
        """
        with self.server.client(self.token) as client:
            queue = client.get("/v1/queue", params={"learner": "sim-00001"}).json()
        assert not queue["fallback"], queue
        self.workers.pause(0)
        try:
            self._withdraw([item["activity"] for item in queue["items"]])
            wait_until(until, "activities left out at reading", 30.0, self.logs)
        finally:
            self.workers.resume(0)

    def _withdraw(self, names: Iterable[str]) -> None:
        topic = self.settings.prefix + ACTIVITIES.name
        gone = [Activity(id=name, withdrawn=True) for name in names]
        publish(
            self.settings,
            [Message(topic, encode_json(activity_to_json(one)), one.id.encode()) for one in gone],
        )

    def judge(self, name: str, verdict: Verdict) -> bool:
        """Make a version with this verdict and have it promoted; whether it was."""
        candidate(self.settings, name, verdict)

        async def promote(store: Store) -> bool:
            with Publisher(self.settings.kafka) as log:
                try:
                    await Releases(self.settings, store.pool, clock.now).promote(name, log)
                except Refused:
                    return False
            return True

        return ask(self.settings, promote)


def _shown(learner: str, queue: dict[str, Any]) -> dict[str, Any]:
    item = queue["items"][0]["activity"]
    return {
        "learner": learner,
        "decision": queue["decision"],
        "activity": item,
        "kind": "shown",
    }
