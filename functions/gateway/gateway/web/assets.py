"""Our static files, as `build_assets.py` left them: under names that change with their content."""

import json
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from gateway.routing import route
from shopkit.errors import NotFound

BUILT = Path(__file__).parent / "static" / "built"
FOR_EVER = "public, max-age=31536000, immutable"
FOR_AN_HOUR = "public, max-age=3600"
MEDIA_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
COMPRESSED = ".gz"


class AssetsNotBuiltError(RuntimeError):
    """The static files were not built, or lack one that a template names."""

    def __init__(self, missing: str) -> None:
        super().__init__(f"{missing} is not built: run `python functions/gateway/build_assets.py {BUILT}`.")


@cache
def manifest() -> dict[str, str]:
    """Names as templates use them → names as they are served. Raises AssetsNotBuiltError."""
    try:
        names: dict[str, str] = json.loads((BUILT / "manifest.json").read_text())
    except FileNotFoundError as error:
        raise AssetsNotBuiltError("manifest.json") from error
    return names


def address(name: str) -> str:
    """Where a browser finds the file that templates call `name`. Raises AssetsNotBuiltError."""
    try:
        return f"/static/{manifest()[name]}"
    except KeyError as error:
        raise AssetsNotBuiltError(name) from error


@cache
def _content(name: str) -> bytes:
    return (BUILT / name).read_bytes()


@cache
def _served() -> frozenset[str]:
    return frozenset(manifest().values())


async def static(request: Request) -> Response:
    """One built file; nothing else of the folder can be asked for."""
    name = request.path_params["name"]
    if name not in _served():
        raise NotFound
    headers = {"Cache-Control": FOR_AN_HOUR if name.startswith("docs/") else FOR_EVER, "Vary": "Accept-Encoding"}
    media_type = MEDIA_TYPES[Path(name).suffix]
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(
            _content(name + COMPRESSED), headers={**headers, "Content-Encoding": "gzip"}, media_type=media_type
        )
    return Response(_content(name), headers=headers, media_type=media_type)


ROUTES = [route("/static/{name:path}", get=static)]
