"""`stepstream keys`, and what a running server makes of it."""

import time
from typing import Any

import pytest
from click.testing import CliRunner, Result
from harness.served import Served
from harness.streams import wait_until
from harness.workers import environment

from schemas.codec import decode_json
from stream.cli import cli

pytestmark = pytest.mark.stack


def keys(served: Served, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["keys", *arguments], env=environment(served.settings))


def made(served: Served, *arguments: str) -> dict[str, Any]:
    result = keys(served, "create", "--json", *arguments)
    assert result.exit_code == 0, result.stderr
    told: dict[str, Any] = decode_json(result.stdout)
    return told


def test_a_key_works_once_made_and_stops_once_revoked(served: Served) -> None:
    told = made(served, "--scope", "operate", "--name", "ops", "--days", "1")
    with served.client(told["key"]) as client:
        wait_until(lambda: client.get("/v1/models").status_code == 200, "the new key", 5)
        started = time.monotonic()
        assert keys(served, "revoke", told["id"]).exit_code == 0
        wait_until(lambda: client.get("/v1/models").status_code == 401, "the end of the key", 5)
    assert time.monotonic() - started < 10


def test_the_secret_is_shown_once_and_its_hash_never(served: Served) -> None:
    told = made(served, "--scope", "all", "--name", "once")
    secret = told["key"].partition(".")[2]
    listed = keys(served, "list", "--json")
    assert told["id"] in listed.stdout
    assert secret not in listed.stdout
    assert "digest" not in listed.stdout + str(told)
    shown = keys(served, "list")
    assert "once" in shown.stdout


def test_what_a_key_cannot_be(served: Served) -> None:
    assert keys(served, "create").exit_code == 2
    assert keys(served, "create", "--scope", "everything").exit_code == 2
    assert keys(served, "create", "--scope", "all", "--days", "0").exit_code == 2
    wrong = keys(served, "create", "--scope", "all", "--id", "Not An Id")
    assert (wrong.exit_code, "a-z" in wrong.stderr) == (78, True)
    far = keys(served, "create", "--scope", "all", "--days", "1e300")
    assert far.exit_code == 78


def test_an_id_is_given_once(served: Served) -> None:
    made(served, "--scope", "publish", "--id", "moodle")
    again = keys(served, "create", "--scope", "publish", "--id", "moodle")
    assert again.exit_code == 1
    assert "revoke it first" in again.stderr


def test_revoking_what_is_not_there(served: Served) -> None:
    result = keys(served, "revoke", "nobody")
    assert result.exit_code == 1
    assert "keys list" in result.stderr
