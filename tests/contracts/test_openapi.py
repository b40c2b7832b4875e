"""The OpenAPI files are what the code says."""

import pytest

from factories.place import run_command


def test_files_are_up_to_date(tmp_path_factory: pytest.TempPathFactory) -> None:
    done = run_command(tmp_path_factory.mktemp("state"), ["openapi", "--check"], check=False)
    assert done.returncode == 0, done.stderr
