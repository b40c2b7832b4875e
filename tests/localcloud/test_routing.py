import pytest

from localcloud.routing import Router
from localcloud.stack import Route

ROUTES = [
    Route(key, function=key)
    for key in (
        "$default",
        "ANY /{proxy+}",
        "ANY /items/{proxy+}",
        "ANY /items/{id}",
        "GET /items/{id}",
        "GET /items/{id}/parts/{part}",
        "GET /items/new",
        "POST /items",
        "ANY /a.b",
    )
]


@pytest.mark.parametrize(
    ("method", "path", "key", "parameters"),
    [
        ("GET", "/items/new", "GET /items/new", {}),
        ("GET", "/items/7", "GET /items/{id}", {"id": "7"}),
        ("PUT", "/items/7", "ANY /items/{id}", {"id": "7"}),
        ("GET", "/items/7/parts/8", "GET /items/{id}/parts/{part}", {"id": "7", "part": "8"}),
        ("PUT", "/items/7/parts/8", "ANY /items/{proxy+}", {"proxy": "7/parts/8"}),
        ("PUT", "/items/new", "ANY /items/{id}", {"id": "new"}),
        ("POST", "/items", "POST /items", {}),
        ("GET", "/items", "ANY /{proxy+}", {"proxy": "items"}),
        ("GET", "/items/", "ANY /{proxy+}", {"proxy": "items/"}),
        ("GET", "/a.b", "ANY /a.b", {}),
        ("GET", "/a-b", "ANY /{proxy+}", {"proxy": "a-b"}),
        ("GET", "/two\nlines", "ANY /{proxy+}", {"proxy": "two\nlines"}),
        ("GET", "/", "$default", {}),
    ],
)
def test_most_specific_route_wins(method: str, path: str, key: str, parameters: dict[str, str]) -> None:
    match = Router(ROUTES).match(method, path)
    assert match is not None
    assert (match.route.key, match.path_parameters) == (key, parameters)


@pytest.mark.parametrize(("method", "path"), [("GET", "/other"), ("DELETE", "/items")])
def test_no_route(method: str, path: str) -> None:
    assert Router([Route("POST /items", "F"), Route("GET /", "F")]).match(method, path) is None
