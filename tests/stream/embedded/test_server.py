"""Starting a server, whatever it is, until it answers or has failed."""

from pathlib import Path

import pytest

from stream.embedded import server as module
from stream.embedded.errors import ServerFailed, ValkeyUnavailable
from stream.embedded.process import stop_processes
from stream.embedded.server import Server
from stream.embedded.valkey import valkey_server


def _server(folder: Path, *command: str, answers: bool = False) -> Server:
    return Server("thing", command, folder, 1, lambda port: answers and port == 1)


def test_ready_as_soon_as_it_answers(tmp_path: Path) -> None:
    server = _server(tmp_path, "sleep", "60", answers=True)
    process = server.spawn()
    server.wait_ready(process)
    assert process.lives
    stop_processes([process], grace_sec=5)


@pytest.mark.parametrize(
    ("script", "complaint"),
    [
        ("echo starting; echo port is taken; echo", "port is taken"),
        ("echo ERROR port is taken; echo ERROR giving up; echo bye", "ERROR port is taken"),
        ("exit 3", "it printed nothing"),
    ],
)
def test_one_that_ends_is_quoted(tmp_path: Path, script: str, complaint: str) -> None:
    server = _server(tmp_path, "sh", "-c", script)
    with pytest.raises(ServerFailed, match=f"thing ended while starting: {complaint}") as failed:
        server.wait_ready(server.spawn())
    assert str(server.log) in str(failed.value)


def test_one_that_stays_silent_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PATIENCE_SEC", 0.1)
    server = _server(tmp_path, "sleep", "60")
    process = server.spawn()
    with pytest.raises(ServerFailed, match="does not answer"):
        server.wait_ready(process)
    stop_processes([process], grace_sec=5)


def test_valkey_keeps_what_it_is_given(tmp_path: Path) -> None:
    command = valkey_server(tmp_path, 4711).command
    options = dict(zip(command[1::2], command[2::2], strict=True))
    assert options["--bind"] == "127.0.0.1"
    assert options["--port"] == "4711"
    assert (options["--appendonly"], options["--maxmemory-policy"]) == ("yes", "noeviction")


def test_a_platform_without_valkey_is_told_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platform.machine", lambda: "riscv64")
    with pytest.raises(ValkeyUnavailable, match="REDIS_URL"):
        valkey_server(tmp_path, 4711)
