"""Where things are: the project's folders, and the embedded place while it runs."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localcloud.processes import Identity
from shopcli.progress import fail

ROOT = Path(__file__).parents[2]
STATE = Path(os.environ.get("SHOP_STATE") or ROOT / ".local" / "cloud")
"""All that the embedded place keeps. SHOP_STATE names another folder, for a second shop beside the first."""


@dataclass(frozen=True)
class Cloud:
    """The running embedded place, as it described itself when it was ready."""

    facts: dict[str, Any]

    @property
    def pid(self) -> int:
        return int(self.facts["pid"])

    @property
    def url(self) -> str:
        return str(self.facts["url"])

    @property
    def invoke_url(self) -> str:
        return str(self.facts["invoke_url"])

    @property
    def aws_url(self) -> str:
        return str(self.facts["aws_url"])

    @property
    def console_url(self) -> str:
        return str(self.facts["console_url"])

    @property
    def queues_url(self) -> str:
        return str(self.facts["queues_url"])

    @property
    def functions(self) -> list[str]:
        return list(self.facts["functions"])


def running() -> Cloud | None:
    """The embedded place of this state folder, if it runs."""
    file = STATE / "run" / "cloud.json"
    try:
        cloud = Cloud(json.loads(file.read_text()))
    except (OSError, ValueError):
        return None
    return cloud if Identity.of(cloud.pid) else None


def needed() -> Cloud:
    """The same, for a command that cannot do without it."""
    return running() or fail("The shop does not run. Start it with ./shop up")
