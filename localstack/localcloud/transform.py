"""The SAM transform, done by AWS's own translator, and kept: loading it costs over a second."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

LOCAL = "local"  # the bucket that stands for "beside the template"
_CODE_PROPERTIES = ("CodeUri", "ContentUri", "Code", "Content")


def transform(template: Path, parameters: Mapping[str, str], region: str, cache: Path) -> dict[str, Any]:
    """A SAM template as plain CloudFormation.

    Code that lies in local folders stands in the result as S3 objects of the bucket LOCAL whose keys are the
    paths as the template wrote them. The result is kept in the folder `cache` until anything it depends on changes.
    """
    source = template.read_text()
    identity = json.dumps([version("aws-sam-translator"), region, dict(parameters), source], sort_keys=True)
    kept = cache / f"template-{hashlib.sha256(identity.encode()).hexdigest()[:16]}.json"
    if not kept.exists():
        result = json.dumps(_translate(source, parameters, region))
        for outdated in cache.glob("template-*.json"):
            outdated.unlink()
        draft = kept.with_suffix(".new")
        draft.write_text(result)
        draft.replace(kept)
    document: dict[str, Any] = json.loads(kept.read_text())
    return document


def _translate(source: str, parameters: Mapping[str, str], region: str) -> dict[str, Any]:
    os.environ.setdefault("AWS_DEFAULT_REGION", region)  # the translator asks boto3 for it
    from samtranslator.parser.parser import Parser
    from samtranslator.translator.translator import Translator
    from samtranslator.yaml_helper import yaml_parse

    document = yaml_parse(source)
    sections = [document.get("Globals", {}).values(), _properties(document)]
    for section in sections:
        for properties in section:
            _point_to_local_code(properties)
    translated: dict[str, Any] = Translator({}, Parser()).translate(document, dict(parameters))
    return translated


def _properties(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [resource.get("Properties", {}) for resource in document.get("Resources", {}).values()]


def _point_to_local_code(properties: dict[str, Any]) -> None:
    # As cfn-lint does: the translator only takes code that was uploaded.
    for name in _CODE_PROPERTIES:
        path = properties.get(name)
        if isinstance(path, str) and not path.startswith("s3://"):
            is_sam = name.endswith("Uri")
            properties[name] = f"s3://{LOCAL}/{path}" if is_sam else {"S3Bucket": LOCAL, "S3Key": path}
