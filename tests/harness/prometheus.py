"""A real Prometheus and its promtool, where there is one; `make prometheus` fetches Debian's."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable, Mapping
from http.client import HTTPConnection
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode

import yaml
from harness.streams import wait_until
from harness.workers import ROOT

from schemas.codec import decode_json
from serving.dashboards.files import yaml_of

REQUIRED = os.environ.get("STEPSTREAM_REQUIRE_STACK") == "1"
FETCHED = Path(sys.prefix) / "prometheus/usr/bin"
SCRAPE = "1s"
MISSING = (
    "no Prometheus is here: `make prometheus` fetches Debian's package, or install one that is "
    "found on PATH"
)


def tool(name: str) -> str | None:
    """Path of `prometheus` or `promtool`; None where there is none."""
    return shutil.which(name) or shutil.which(name, path=FETCHED)


def promtool(*arguments: str | Path) -> str:
    """What promtool says; an error where it is not content."""
    program = tool("promtool")
    assert program is not None, MISSING
    done = subprocess.run(
        [program, *arguments], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


class Prometheus:
    """A server that scrapes `targets` every second, for a test.

    Args:
        folder: for its data.
        targets: job -> addresses.
        rules: a file of rules as data.
        port: where it listens, on loopback.
    """

    def __init__(
        self,
        folder: Path,
        targets: Mapping[str, list[str]],
        rules: Mapping[str, Any],
        port: int,
    ) -> None:
        self._folder, self._port = folder, port
        jobs = [
            {"job_name": job, "static_configs": [{"targets": found}]}
            for job, found in targets.items()
        ]
        config = {
            "global": {
                "scrape_interval": SCRAPE,
                "scrape_timeout": SCRAPE,
                "evaluation_interval": SCRAPE,
            },
            "rule_files": ["rules.yaml"],
            "scrape_configs": jobs,
        }
        (folder / "rules.yaml").write_text(yaml_of(dict(rules)))
        (folder / "prometheus.yaml").write_text(yaml.safe_dump(config))
        promtool("check", "config", folder / "prometheus.yaml")

    def __enter__(self) -> Self:
        program = tool("prometheus")
        assert program is not None, MISSING
        with (self._folder / "prometheus.log").open("wb") as log:
            self._process = subprocess.Popen(
                [
                    program,
                    f"--config.file={self._folder / 'prometheus.yaml'}",
                    f"--storage.tsdb.path={self._folder / 'data'}",
                    f"--web.listen-address=127.0.0.1:{self._port}",
                ],
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, "GOMAXPROCS": "1"},
            )
        wait_until(self._is_ready, "Prometheus", 30.0, self.log)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _is_ready(self) -> bool:
        try:
            return self._get("/-/ready")[0] == 200
        except OSError:
            return False

    def log(self) -> str:
        """What it printed."""
        return (self._folder / "prometheus.log").read_text()

    def _get(self, path: str) -> tuple[int, bytes]:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=10)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def query(self, expr: str) -> list[dict[str, Any]]:
        """The series that an expression gives now.

        Raises:
            AssertionError: where Prometheus does not accept it.
        """
        _, text = self._get(f"/api/v1/query?{urlencode({'query': expr})}")
        answer = decode_json(text)
        assert answer["status"] == "success", f"{expr}: {answer}"
        found: list[dict[str, Any]] = answer["data"]["result"]
        return found

    def firing(self) -> set[str]:
        """Names of the alerts that fire now."""
        _, text = self._get("/api/v1/alerts")
        alerts = decode_json(text)["data"]["alerts"]
        return {one["labels"]["alertname"] for one in alerts if one["state"] == "firing"}

    def down(self) -> list[str]:
        """Targets that cannot be scraped, with the reason."""
        _, text = self._get("/api/v1/targets")
        active = decode_json(text)["data"]["activeTargets"]
        sick = [one for one in active if one["health"] != "up"]
        return [f"{one['scrapeUrl']}: {one['lastError']}" for one in sick]


def grafana_types(dashboards: Iterable[Path]) -> str:
    """What Grafana's own types, in Go, say of dashboards; "" where there is no Go here."""
    go = shutil.which("go")
    if go is None:
        return ""
    folder = ROOT / "tests/harness/grafana_types"
    command = [go, "run", ".", *dashboards]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=240, check=False
    )
    return done.stdout + done.stderr
