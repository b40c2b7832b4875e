import os

import pytest

from localcloud import logs
from localcloud.state import State


def test_a_grown_log_makes_room_below_its_writer(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "LIMIT", 10)
    file = state.log("service")
    writer = logs.open_log(file)
    os.write(writer, b"first lines\n")
    logs.rotate_all(state.logs)
    os.write(writer, b"next\n")
    logs.rotate_all(state.logs)
    os.close(writer)
    assert file.read_bytes() == b"next\n"
    assert file.with_name("service.log.1").read_bytes() == b"first lines\n"
    for kept in (file, file.with_name("service.log.1")):
        assert kept.stat().st_mode & 0o777 == 0o600


def test_tail(state: State) -> None:
    file = state.log("service")
    assert logs.tail(file) == ""
    file.write_text("1\n2\n3\n")
    assert logs.tail(file, lines=2) == "2\n3"
