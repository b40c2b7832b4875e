"""Running the functions that bring each service's tables up to date."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from shopcli import place
from shopcli.invoking import invoke

SUFFIX = "MigrateFunction"
SECONDS = 300


def is_needed() -> bool:
    """Whether a migration was added or changed since the last run that succeeded on this state folder."""
    stamp = _stamp()
    return not stamp.exists() or stamp.read_text() != _digest()


def _stamp() -> Path:
    return place.STATE / "migrated"


def _digest() -> str:
    """What the migrate functions run: the revisions, and the code around them."""
    patterns = ("migrations/**/*.py", "*/handler.py", "*/migrating.py")
    files = [file for pattern in patterns for file in place.ROOT.glob(f"functions/*/{pattern}")]
    return hashlib.sha256(b"".join(file.read_bytes() for file in sorted(files))).hexdigest()


def migrate(cloud: place.Cloud) -> dict[str, Any]:
    """Invoke every function named *MigrateFunction; what each answered, by name."""
    names = [name for name in cloud.functions if name.endswith(SUFFIX)]
    with ThreadPoolExecutor() as pool:
        results = dict(zip(names, pool.map(lambda name: invoke(cloud, name, {}, SECONDS), names), strict=True))
    _stamp().write_text(_digest())
    return results
