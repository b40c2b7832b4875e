import json
import os
import socket
from pathlib import Path

import pytest

from localcloud.state import AlreadyRunningError, State, is_free, read_json, write_bytes, write_json


class TestFolder:
    def test_is_closed_to_others(self, state: State) -> None:
        passing_by = 0o711 if os.geteuid() == 0 else 0o700
        assert state.folder.stat().st_mode & 0o777 == passing_by
        assert state.run.stat().st_mode & 0o777 == 0o700

    def test_serves_one_supervisor(self, state: State) -> None:
        with state.exclusive(), pytest.raises(AlreadyRunningError), State(state.folder).exclusive():
            pass

    def test_is_free_again(self, state: State) -> None:
        with state.exclusive():
            pass
        with state.exclusive():
            pass


class TestFiles:
    def test_are_private_and_whole(self, tmp_path: Path) -> None:
        file = tmp_path / "file"
        write_bytes(file, b"first")
        write_bytes(file, b"second")
        assert file.read_bytes() == b"second"
        assert file.stat().st_mode & 0o777 == 0o600
        assert list(tmp_path.iterdir()) == [file]

    def test_stay_as_they_were_when_writing_fails(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        file = tmp_path / "file"
        write_json(file, {"is": "old"})

        def fail(_descriptor: int) -> None:
            raise OSError("disk full")

        monkeypatch.setattr(os, "fsync", fail)
        with pytest.raises(OSError, match="disk full"):
            write_json(file, {"is": "new"})
        assert read_json(file, None) == {"is": "old"}
        assert list(tmp_path.iterdir()) == [file]


class TestPorts:
    def test_stay_the_same(self, state: State) -> None:
        assert state.ports.choose("postgres") == State(state.folder).ports.choose("postgres")

    def test_differ_by_name(self, state: State) -> None:
        names = ["postgres", "cache", "aws"]
        assert len({state.ports.choose(name) for name in names}) == len(names)

    def test_change_where_taken(self, state: State) -> None:
        port = state.ports.choose("postgres")
        with socket.socket() as other:
            other.bind(("127.0.0.1", port))
            other.listen()
            assert not is_free(port)
            moved = state.ports.choose("postgres")
        assert moved != port
        assert state.ports.choose("postgres") == moved


class TestEvents:
    def test_are_told_in_order(self, state: State) -> None:
        state.events.record("started", "postgres", pid=7)
        state.events.record("crashed", "postgres", signal="SIGKILL")
        first, second = State(state.folder).events.recent()
        assert (first["event"], first["name"], first["pid"]) == ("started", "postgres", 7)
        assert second["signal"] == "SIGKILL"
        assert first["time"] <= second["time"]
        assert first["time"].endswith("+00:00")

    def test_bear_a_line_cut_short(self, state: State) -> None:
        state.events.record("started", "postgres")
        file = state.folder / "events.jsonl"
        file.write_text(file.read_text() + json.dumps({"event": "crashed"})[:-3])
        assert [event["event"] for event in state.events.recent()] == ["started"]
