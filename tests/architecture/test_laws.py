"""Laws that no linter of others knows, read from the code itself."""

import ast
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse

from shopcli.openapi import SERVICES

ROOT = Path(__file__).parents[2]
LONGEST_MODULE, LONGEST_FUNCTION, LONGEST_HANDLER, LONGEST_TEMPLATE = 300, 40, 60, 80
HOMELESS = re.compile(r"(^|/)(utils?|helpers?|common|misc|base_service)(\.py|/)")


def tracked(*patterns: str) -> list[Path]:
    """The files that belong to the project: known to git, or not yet added."""
    command = [
        "git",
        "-c",
        "safe.directory=*",
        "ls-files",
        "--cached",
        "--others",
        "--exclude-standard",
        "--",
        *patterns,
    ]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.splitlines() if (ROOT / name).is_file()]


def code() -> list[Path]:
    return [file for file in tracked("*.py") if "/migrations/versions/" not in str(file)]


def functions(file: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def name(file: Path) -> str:
    return str(file.relative_to(ROOT))


def test_modules_are_short() -> None:
    long = [name(file) for file in code() if len(file.read_text().splitlines()) > LONGEST_MODULE]
    assert not long


def test_functions_are_short() -> None:
    long = [
        f"{name(file)}:{function.lineno} {function.name}"
        for file in code()
        if not name(file).startswith("tests/")  # whose tables of cases may be long
        for function in functions(file)
        if (function.end_lineno or 0) - function.lineno + 1 > LONGEST_FUNCTION
    ]
    assert not long


def test_handlers_only_compose() -> None:
    handlers = tracked("functions/*/handler.py")
    assert handlers
    assert not [name(file) for file in handlers if len(file.read_text().splitlines()) > LONGEST_HANDLER]


def test_templates_are_short() -> None:
    templates = [file for file in tracked("functions/*") if "templates" in file.parts]
    assert templates
    assert not [name(file) for file in templates if len(file.read_text().splitlines()) > LONGEST_TEMPLATE]


def test_nothing_lacks_a_name_of_its_own() -> None:
    assert not [name(file) for file in tracked() if HOMELESS.search(name(file))]


def test_only_the_kit_commits() -> None:
    """One request, one transaction: `.commit()` stands in shopkit/db and nowhere else."""
    committing = [
        f"{name(file)}:{node.lineno}"
        for file in code()
        if name(file).startswith(("functions/", "layers/")) and "shopkit/db/" not in name(file)
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"
    ]
    assert not committing


def test_endpoints_are_async() -> None:
    """A `def` endpoint goes through a thread pool: 5 times the median, 30 times the p99."""
    verbs = {"get", "post", "put", "patch", "delete"}
    threaded = [
        f"{name(file)}:{function.lineno}"
        for file in code()
        if name(file).startswith("functions/")
        for function in functions(file)
        if isinstance(function, ast.FunctionDef)
        for decorator in function.decorator_list
        if isinstance(decorator, ast.Call)
        and isinstance(decorator.func, ast.Attribute)
        and decorator.func.attr in verbs
    ]
    assert not threaded


def test_nothing_names_a_registry() -> None:
    """Lock files and docs must serve those who install from a mirror."""
    hosts = re.compile("|".join((r"pypi\.or" + "g", r"pythonhosted\.or" + "g", r"registry\.npmjs\.or" + "g")))
    texts = [file for file in tracked() if file.suffix not in {".png", ".webp", ".jpg"}]
    assert not [name(file) for file in texts if hosts.search(file.read_text(errors="ignore"))]


def test_every_place_runs_the_same_packages() -> None:
    """What functions import is the same version on Lambda, in the embedded place and under the tests."""
    layer = locked(ROOT / "layers" / "dependencies")
    assert layer
    for other in ("localstack", "tests"):
        assert {name: locked(ROOT / other).get(name) for name in layer} == layer


def locked(folder: Path) -> dict[str, str]:
    lines = (folder / "requirements.txt").read_text()
    return dict(re.findall(r"^([a-z0-9-]+)==([^ \\]+)", lines, re.MULTILINE))


def test_migrations_are_dated() -> None:
    migrations = tracked("functions/*/migrations/versions/*.py")
    assert migrations
    assert not [name(file) for file in migrations if not re.match(r"20\d\d_\d\d_\d\d_[a-z0-9_]+\.py", file.name)]


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    parsed: dict[str, Any] = yaml_parse((ROOT / "template.yaml").read_text())
    return parsed


def resources(template: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    return {key: value for key, value in template["Resources"].items() if value["Type"] == kind}


def lambda_functions(template: dict[str, Any]) -> dict[str, Any]:
    return resources(template, "AWS::Serverless::Function")


def builds(makefile: Path, logical_id: str) -> bool:
    """Whether the Makefile has the target that SAM calls; one rule may have several targets."""
    return bool(re.search(rf"^(build-\w+ )*build-{logical_id}( build-\w+)*:", makefile.read_text(), re.MULTILINE))


def test_the_template_names_what_exists(template: dict[str, Any]) -> None:
    for logical_id, function in lambda_functions(template).items():
        folder, handler = ROOT / function["Properties"]["CodeUri"], function["Properties"]["Handler"]
        *module, entry = handler.split(".")
        file = folder.joinpath(*module).with_suffix(".py")
        entries = {
            target.id
            for node in ast.parse(file.read_text()).body
            for target in getattr(node, "targets", [])
            if isinstance(target, ast.Name)
        }
        assert entry in entries | {each.name for each in functions(file)}, handler
        assert builds(folder / "Makefile", logical_id), logical_id
    for logical_id, layer in resources(template, "AWS::Serverless::LayerVersion").items():
        assert builds(ROOT / layer["Properties"]["ContentUri"] / "Makefile", logical_id), logical_id


def test_time_budgets_shrink_inwards(template: dict[str, Any]) -> None:
    """API Gateway 30 s > gateway 28 s > service 20 s; who consumes events 5 s, relays as services."""
    default = template["Globals"]["Function"]["Timeout"]
    assert default == 20
    expected = {"GatewayFunction": 28} | {
        name: 300 for name in lambda_functions(template) if name.endswith("MigrateFunction")
    }
    expected |= {name: 5 for name in lambda_functions(template) if name.endswith("EventsFunction")}
    for logical_id, function in lambda_functions(template).items():
        assert function["Properties"].get("Timeout", default) == expected.get(logical_id, default)
        for event in function["Properties"].get("Events", {}).values():
            if event["Type"] == "HttpApi":
                assert event["Properties"]["TimeoutInMillis"] == 30_000


def test_every_variable_that_a_function_reads_is_declared(template: dict[str, Any]) -> None:
    """A setting without a default must be in the template, or the function fails on its first request."""
    shared = set(template["Globals"]["Function"]["Environment"]["Variables"])
    by_service: dict[str, set[str]] = {}
    for function in lambda_functions(template).values():
        variables = set(function["Properties"]["Environment"]["Variables"])
        by_service.setdefault(Path(function["Properties"]["CodeUri"]).name, set()).update(variables | shared)
    for file in tracked("functions/*.py"):
        service = file.relative_to(ROOT / "functions").parts[0]
        needed = set(re.findall(r'settings\.required\("([A-Z_]+)"\)', file.read_text()))
        assert needed <= by_service[service], name(file)


@pytest.mark.parametrize(("table", "kept"), [("inbox_table(", "RECEIVED"), ("idempotency_table(", "KEYS")])
def test_who_keeps_rows_for_a_time_removes_them(table: str, kept: str) -> None:
    """Or the table grows for ever."""
    for models in tracked("functions/*/models.py"):
        if table in models.read_text():
            assert any(kept in file.read_text() for file in models.parent.glob("*.py")), name(models)


def test_every_file_is_in_the_map() -> None:
    """docs/STRUCTURE.md says of every file what it is for."""
    told = (ROOT / "docs" / "STRUCTURE.md").read_text()
    missing = [name(file) for file in tracked() if f"`{name(file)}`" not in told and not _told_as_group(file, told)]
    assert not missing


def _told_as_group(file: Path, told: str) -> bool:
    """Drawings, screenshots and the like stand there as one line with a star."""
    return f"`{file.relative_to(ROOT).parent}/*{file.suffix}`" in told


def test_openapi_files_are_valid_json() -> None:
    files = tracked("docs/openapi/*.json")
    assert {file.stem for file in files} == set(SERVICES)
    for file in files:
        assert json.loads(file.read_text())["paths"]
