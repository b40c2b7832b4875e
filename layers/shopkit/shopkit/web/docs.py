"""/docs: Swagger UI from the shop's own static files, never from somebody else's server."""

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="stylesheet" href="/static/docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui" data-openapi="{openapi}"></div>
<script src="/static/docs/swagger-ui-bundle.js"></script>
<script src="/static/docs/start.js"></script>
</body>
</html>
"""


def docs_page(title: str, openapi: str) -> HTMLResponse:
    """The page that shows the document at the address `openapi`."""
    from markupsafe import escape

    return HTMLResponse(PAGE.format(title=escape(title), openapi=escape(openapi)))


async def openapi_document(request: Request) -> Response:
    """The app's OpenAPI document."""
    from shopkit.web.answers import answer

    return answer(request.app.openapi())
