import json
from pathlib import Path
from typing import Any

import pytest

from factories.lambda_service import FUNCTIONS, LAYER, SAMPLE
from localcloud.intrinsics import Resolver, TemplateError
from localcloud.stack import Route, Stack
from localcloud.template import Template

REGION = "eu-central-1"
AWS_URL = "http://127.0.0.1:4566"
PHYSICAL = {
    "Secret": {"Ref": "arn:aws:secretsmanager:eu-central-1:123456789012:secret:Secret-aBcDeF"},
}


def template(cache: Path, **parameters: str) -> Template:
    return Template(SAMPLE / "template.yaml", {"Token": "t"} | parameters, REGION, cache, AWS_URL)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def stack(cache: Path) -> Stack:
    return template(cache).stack(PHYSICAL)


class TestFunctions:
    def test_globals_and_properties(self, stack: Stack) -> None:
        echo = stack.functions["EchoFunction"]
        assert (echo.handler, echo.folder, echo.layers) == ("app.echo", FUNCTIONS, (LAYER,))
        assert (echo.timeout, echo.memory, echo.reserved_concurrency) == (5, 128, None)
        assert echo.arn == f"arn:aws:lambda:{REGION}:123456789012:function:EchoFunction"
        assert echo.aliases == {"live"}
        assert echo.logging == {"LogFormat": "JSON"}
        assert stack.functions["ActFunction"].reserved_concurrency == 2

    def test_variables_are_resolved(self, stack: Stack) -> None:
        assert stack.functions["EchoFunction"].variables == {
            "STAGE": "test",
            "TOKEN": "t",
            "SECRET": PHYSICAL["Secret"]["Ref"],
            "BUCKET": "bucket",
            "BUCKET_ARN": "arn:aws:s3:::bucket",
            "BUCKET_URL": "https://bucket.s3.eu-central-1.amazonaws.com/${literal}",
            "JOINED": "b-x",
            "GIVEN": "test@eu-central-1",
            "PARTNER": "lambda://ActFunction:live",
            "PARTNER_ARN": f"arn:aws:lambda:{REGION}:123456789012:function:ActFunction:live",
            "LOGICAL": "one",
            "FLAG": "true",
            "COUNT": "3",
        }

    def test_conditions_decide_what_there_is(self, cache: Path, stack: Stack) -> None:
        assert "LiveFunction" not in stack.functions
        live = template(cache, Stage="live").stack(PHYSICAL)
        assert "LiveFunction" in live.functions
        assert live.functions["EchoFunction"].variables["ONLY_LIVE"] == "yes"
        assert live.functions["EchoFunction"].memory == 512

    def test_packaged_layer(self, cache: Path, tmp_path: Path) -> None:
        (tmp_path / "layers" / "greeting" / "python").mkdir(parents=True)
        (tmp_path / "template.yaml").write_text((SAMPLE / "template.yaml").read_text())
        stack = Template(tmp_path / "template.yaml", {"Token": "t"}, REGION, cache, AWS_URL).stack(PHYSICAL)
        assert stack.functions["EchoFunction"].layers == (tmp_path / "layers" / "greeting" / "python",)


def test_routes(stack: Stack) -> None:
    assert set(stack.routes) == {
        Route("ANY /echo/{proxy+}", "EchoFunction"),
        Route("GET /echo/items/{id}", "EchoFunction"),
        Route("$default", "ActFunction", timeout=1.5),
    }


def test_declared_resources_know_the_parameters(cache: Path) -> None:
    declared = template(cache).declared({"AWS::SecretsManager::Secret", "AWS::S3::Bucket"})
    assert declared.keys() == {"Secret", "Bucket"}
    generated = declared["Secret"].properties["GenerateSecretString"]
    assert json.loads(generated["SecretStringTemplate"]) == {"stage": "test"}


def test_transform_is_kept(tmp_path: Path) -> None:
    template(tmp_path)
    [kept] = tmp_path.iterdir()
    changed = kept.read_text().replace("app.echo", "other.echo")
    kept.write_text(changed)
    assert template(tmp_path).stack(PHYSICAL).functions["EchoFunction"].handler == "other.echo"
    assert template(tmp_path, Token="new").stack(PHYSICAL).functions["EchoFunction"].handler == "app.echo"
    assert len(list(tmp_path.iterdir())) == 1


class TestErrors:
    @pytest.mark.parametrize(
        ("parameters", "message"),
        [
            ({"Unknown": "x"}, "no parameter Unknown"),
            ({"Stage": "mars"}, "Stage cannot be mars"),
        ],
    )
    def test_parameters(self, cache: Path, parameters: dict[str, str], message: str) -> None:
        with pytest.raises(TemplateError, match=message):
            template(cache, **parameters)

    def test_missing_parameter(self, cache: Path) -> None:
        with pytest.raises(TemplateError, match="Token needs a value"):
            Template(SAMPLE / "template.yaml", {}, REGION, cache, AWS_URL)

    def test_resource_without_physical_id(self, cache: Path) -> None:
        with pytest.raises(TemplateError, match="Nothing here is called Secret"):
            template(cache).stack({})

    @pytest.mark.parametrize(
        "node",
        [
            {"Ref": "Nobody"},
            {"Fn::GetAtt": ["Nobody", "Arn"]},
            {"Fn::If": ["Nobody", 1, 2]},
            {"Fn::FindInMap": ["Nobody", "a", "b"]},
            {"Fn::ImportValue": "x"},
        ],
    )
    def test_unknown(self, node: Any) -> None:
        with pytest.raises(TemplateError):
            Resolver({}, {}, {}, REGION).value(node)
