"""Builds the gateway's static files: `python build_assets.py OUT`.

Takes Bootstrap's style sheet and the icons that our templates show out of the package bootstrap-flask, and Swagger UI
out of fastapi-swagger; neither is ever imported. Joins our own style sheets and
scripts, and writes everything into OUT under names that carry a hash of the content, each with a gzip sibling and all
in `manifest.json`.
"""

import gzip
import hashlib
import json
import re
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

SOURCES = Path(__file__).parent / "gateway" / "web" / "static"
TEMPLATES = SOURCES.parent / "templates"
BOOTSTRAP = ("flask_bootstrap", "static/bootstrap5")
SWAGGER_UI = ("fastapi_swagger", "resources")
SWAGGER_UI_FILES = ("swagger-ui.css", "swagger-ui-bundle.js")
ICON_USED = re.compile(r"""icon\(["']([a-z0-9-]+)["']""")
SOURCE_MAP = re.compile(rb"\s*(?:/\*# sourceMappingURL=.*?\*/|//# sourceMappingURL=\S+)\s*$")


class MissingPackageError(RuntimeError):
    """A package that the build takes files from is not there."""


def folder_of(package: str, below: str) -> Path:
    """The folder `below` an installed package. Raises MissingPackageError."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise MissingPackageError(f"The package {package} is not installed.")
    return Path(spec.submodule_search_locations[0]) / below


def icons_used() -> set[str]:
    """The names of the icons that templates ask for."""
    return {name for page in TEMPLATES.rglob("*.html") for name in ICON_USED.findall(page.read_text())}


def sprite(all_icons: str, names: set[str]) -> bytes:
    """Those symbols of Bootstrap's sheet of icons (a megabyte) that are used."""
    symbols = []
    for name in sorted(names):
        symbol = re.search(rf'<symbol[^>]* id="{name}">.*?</symbol>', all_icons, re.DOTALL)
        if symbol is None:
            raise MissingPackageError(f"Bootstrap has no icon {name!r}.")
        symbols.append(symbol[0])
    return f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(symbols)}</svg>'.encode()


def joined(kind: str) -> bytes:
    """Our own sources of a kind, in the order of their names."""
    return b"\n".join(source.read_bytes() for source in sorted((SOURCES / kind).glob(f"*.{kind}")))


def hashed_files() -> Iterator[tuple[str, bytes]]:
    """Files whose served names carry a hash."""
    bootstrap = folder_of(*BOOTSTRAP)
    yield "bootstrap.css", SOURCE_MAP.sub(b"", (bootstrap / "css" / "bootstrap.min.css").read_bytes())
    yield "icons.svg", sprite((bootstrap / "icons" / "bootstrap-icons.svg").read_text(), icons_used())
    yield "shop.css", joined("css")
    yield "shop.js", joined("js")
    yield "mark.svg", (SOURCES / "mark.svg").read_bytes()


def docs_files() -> Iterator[tuple[str, bytes]]:
    """Swagger UI, under the names that the services' /docs pages know."""
    swagger_ui = folder_of(*SWAGGER_UI)
    for name in SWAGGER_UI_FILES:
        yield f"docs/{name}", SOURCE_MAP.sub(b"", (swagger_ui / name).read_bytes())
    yield "docs/start.js", (SOURCES / "docs" / "start.js").read_bytes()


def write(out: Path, name: str, content: bytes) -> None:
    """Write a file and its gzip sibling, each at once, so that a running gateway never reads a half."""
    for path, data in ((out / name, content), (out / f"{name}.gz", gzip.compress(content, mtime=0))):
        path.parent.mkdir(parents=True, exist_ok=True)
        whole = path.with_name(path.name + ".new")
        whole.write_bytes(data)
        whole.replace(path)


def build(out: Path) -> dict[str, str]:
    """Build everything into the folder `out` and answer the manifest. Raises MissingPackageError."""
    manifest = {}
    for name, content in hashed_files():
        stem, _, suffix = name.rpartition(".")
        manifest[name] = f"{stem}.{hashlib.sha256(content).hexdigest()[:12]}.{suffix}"
        write(out, manifest[name], content)
    for name, content in docs_files():
        manifest[name] = name
        write(out, name, content)
    whole = out / "manifest.json.new"
    whole.write_text(json.dumps(manifest, indent=2))
    whole.replace(out / "manifest.json")
    return manifest


if __name__ == "__main__":
    if len(sys.argv) != 2:  # noqa: PLR2004
        sys.exit(__doc__)
    build(Path(sys.argv[1]))
