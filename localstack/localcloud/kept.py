"""Where what AWS's services must not forget lies below the state folder's `aws`, and in what form."""

import hashlib
import json
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

from localcloud.state import read_json

SECRETS, OBJECTS = "secrets", "s3"
DECLARED, PROVISIONED = "declared.json", "provisioned.json"
_READABLE = 60


class Kept(Protocol):
    """One service's data: in moto's memory, and on disk."""

    def load(self) -> None:
        """Bring back what was kept."""

    def save(self) -> None:
        """Write what changed since the last call and remove what is gone; on disk when this returns."""


def file_name(name: str) -> str:
    """A file's name for any name: as readable as a file system allows, and never that of another."""
    return f"{quote(name, safe='')[-_READABLE:]}-{hashlib.sha256(name.encode()).hexdigest()[:16]}"


def current_value(aws_folder: Path, arn: str) -> str | None:
    """The string of the secret's version that carries the stage AWSCURRENT."""
    secret = read_json(aws_folder / SECRETS / f"{file_name(arn)}.json", {"versions": {}})
    return current_version(secret["versions"]).get("secret_string")


def current_version(versions: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The version that carries the stage AWSCURRENT, by moto's form of it; empty where none does."""
    return next((version for version in versions.values() if "AWSCURRENT" in version["version_stages"]), {})


def as_json(value: Any) -> Any:
    """A copy as it will be read back, so that a later change is seen by comparing."""
    return json.loads(json.dumps(value))
