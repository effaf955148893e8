"""Ports stay the same over restarts, unless somebody has taken one."""

import socket
from dataclasses import astuple
from pathlib import Path

import pytest

from stream.embedded.ports import LOOPBACK, choose_ports, is_free


def test_three_different_free_ports(tmp_path: Path) -> None:
    ports = astuple(choose_ports(tmp_path))
    assert len(set(ports)) == 3
    assert all(map(is_free, ports))


def test_the_next_start_takes_the_same(tmp_path: Path) -> None:
    assert choose_ports(tmp_path) == choose_ports(tmp_path)


def test_a_taken_port_is_given_up(tmp_path: Path) -> None:
    first = choose_ports(tmp_path)
    with socket.create_server((LOOPBACK, first.kafka)):
        assert not is_free(first.kafka)
        second = choose_ports(tmp_path)
    assert second.kafka != first.kafka
    assert choose_ports(tmp_path) == second


@pytest.mark.parametrize("text", ["", "[]", '{"kafka": 1}', '{"kafka": "x"'])
def test_an_unreadable_record_is_replaced(tmp_path: Path, text: str) -> None:
    (tmp_path / "ports.json").write_text(text)
    assert choose_ports(tmp_path) == choose_ports(tmp_path)
