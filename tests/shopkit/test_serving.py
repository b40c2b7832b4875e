"""What every answer has, whatever happens."""

import asyncio
import json
from typing import Any

import pytest
from fastapi import APIRouter, Depends

from factories.events import Http, LambdaContext, http_event
from shopkit import context, runtime
from shopkit.auth.callers import internal_caller
from shopkit.auth.internal import token_for
from shopkit.errors import Conflict, Unavailable
from shopkit.observability import logger
from shopkit.web.app import create_app
from shopkit.web.schemas import RequestBody

router = APIRouter(prefix="/kit")


class SoldOut(Conflict):
    code = "sold_out"

    def __init__(self, left: int) -> None:
        super().__init__(f"Only {left} left.")
        self.left = left


class Body(RequestBody):
    password: str
    count: int


@router.get("/boom")
async def boom() -> None:
    raise ValueError("secret-detail")


@router.get("/sold-out")
async def sold_out() -> None:
    raise SoldOut(3)


@router.get("/asleep")
async def asleep() -> None:
    raise Unavailable("orders")


@router.get("/forever")
async def forever() -> None:
    await asyncio.Event().wait()


@router.post("/body")
async def body(given: Body) -> dict[str, int]:
    return {"count": given.count}


@router.get("/context")
async def tell_context() -> dict[str, Any]:
    return {"correlation_id": context.correlation_id(), "seconds": context.seconds_left(1000)}


@router.get("/internal/secret", dependencies=[Depends(internal_caller("kit", "gateway"))])
async def internal() -> dict[str, bool]:
    return {"welcome": True}


app = create_app("kit", title="Kit", routers=[router])
handler = runtime.lambda_handler(app)


@pytest.fixture
def http() -> Http:
    return Http(handler)


def lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    """The log as it is written: JSON lines."""
    return [json.loads(logger.registered_formatter.format(record)) for record in caplog.records]


class TestProblems:
    def test_a_fact(self, http: Http) -> None:
        reply = http("GET", "/kit/sold-out")
        assert reply.status == 409
        assert reply.headers["content-type"] == "application/problem+json"
        assert reply.json() == {
            "detail": "Only 3 left.",
            "code": "sold_out",
            "left": 3,
            "title": "Conflict",
            "status": 409,
            "instance": "/kit/sold-out",
        }

    def test_an_unforeseen_failure_tells_nothing(self, http: Http, caplog: pytest.LogCaptureFixture) -> None:
        reply = http("GET", "/kit/boom")
        assert reply.status == 500
        assert reply.json()["code"] == "internal_error"
        assert "secret-detail" not in reply.text
        assert reply.headers["x-request-id"] == "edge-request-id"
        assert "secret-detail" in lines(caplog)[0]["exception"]

    def test_unavailable_says_when_to_come_back(self, http: Http) -> None:
        reply = http("GET", "/kit/asleep")
        assert reply.status == 503
        assert reply.json()["detail"] == "orders unavailable"
        assert reply.headers["retry-after"] == "1"

    def test_validation_names_the_field_and_keeps_the_password_to_itself(self, http: Http) -> None:
        reply = http("POST", "/kit/body", json_body={"password": ["hunter2hunter2"], "count": 1, "extra": 1})
        assert reply.status == 422
        assert [error["loc"] for error in reply.json()["errors"]] == [["body", "password"], ["body", "extra"]]
        assert "hunter2" not in reply.text

    @pytest.mark.parametrize(("method", "path", "status"), [("GET", "/nowhere", 404), ("PUT", "/kit/body", 405)])
    def test_no_route(self, http: Http, method: str, path: str, status: int) -> None:
        reply = http(method, path)
        assert reply.status == status
        assert reply.headers["content-type"] == "application/problem+json"

    def test_late(self) -> None:
        answer = handler(http_event("GET", "/kit/forever"), LambdaContext(milliseconds=700))
        assert answer["statusCode"] == 504
        assert json.loads(answer["body"])["code"] == "out_of_time"


class TestContext:
    def test_the_edge_gives_the_correlation_id(self, http: Http) -> None:
        reply = http("GET", "/kit/context", headers={"x-correlation-id": "forged", "x-time-left-ms": "1"})
        assert reply.json()["correlation_id"] == "edge-request-id"
        assert reply.json()["seconds"] > 10
        assert reply.headers["x-request-id"] == "edge-request-id"

    def test_a_service_passes_it_on_with_its_time(self, http: Http) -> None:
        headers = {"x-correlation-id": "joined", "x-time-left-ms": "4000"}
        reply = http("GET", "/kit/context", headers=headers, api_id="direct")
        assert reply.json()["correlation_id"] == "joined"
        assert 3 < reply.json()["seconds"] <= 4

    def test_the_log_has_the_id_and_no_query(self, http: Http, caplog: pytest.LogCaptureFixture) -> None:
        http("GET", "/kit/context", query={"token": "in-the-query"})
        (line,) = lines(caplog)
        assert line["correlation_id"] == "edge-request-id"
        assert line["status"] == 200
        assert "in-the-query" not in json.dumps(line)


class TestHosts:
    @pytest.mark.parametrize("host", ["[::1]:8000", "[::1]", "[", "shop.test:8000"])
    def test_any_host(self, http: Http, host: str) -> None:
        reply = http("GET", "/kit/sold-out", headers={"host": host})
        assert reply.status == 409
        assert reply.json()["instance"] == "/kit/sold-out"


class TestOtherSites:
    @pytest.mark.parametrize(
        ("headers", "status"),
        [
            ({}, 200),
            ({"origin": "https://shop.test"}, 200),
            ({"origin": "https://evil.test"}, 403),
            ({"origin": "null"}, 403),
            ({"origin": "http://["}, 403),
            ({"origin": "http://[::1]:80", "host": "[::1]:80"}, 200),
            ({"sec-fetch-site": "same-origin"}, 200),
            ({"sec-fetch-site": "none"}, 200),
            ({"sec-fetch-site": "same-site"}, 403),
            ({"sec-fetch-site": "cross-site"}, 403),
            ({"sec-fetch-site": "cross-site", "authorization": "Bearer x"}, 200),
        ],
    )
    def test_unsafe_requests(self, http: Http, headers: dict[str, str], status: int) -> None:
        reply = http("POST", "/kit/body", json_body={"password": "p", "count": 1}, headers=headers)
        assert reply.status == status

    def test_safe_requests_pass(self, http: Http) -> None:
        assert http("GET", "/kit/context", headers={"sec-fetch-site": "cross-site"}).status == 200


class TestInternal:
    def test_is_not_there_for_the_public(self, http: Http) -> None:
        assert http("GET", "/kit/internal/secret").status == 404

    def test_wants_a_token_of_an_allowed_service(self, http: Http, aws: str) -> None:
        make = runtime.loop().run_until_complete
        tokens = [("", 401), (make(token_for("gateway", "kit")), 200)]
        tokens += [(make(token_for("gateway", "other")), 401), (make(token_for("payments", "kit")), 403)]
        for token, status in tokens:
            reply = http("GET", "/kit/internal/secret", headers={"x-internal-token": token}, api_id="direct")
            assert reply.status == status


class TestLastResort:
    def test_a_broken_app_still_answers_with_our_headers(self) -> None:
        async def broken(scope: Any, receive: Any, send: Any) -> None:
            raise RuntimeError("before any middleware")

        answer = runtime.lambda_handler(broken)(http_event("GET", "/kit"), LambdaContext())
        assert answer["statusCode"] == 500
        assert answer["headers"]["x-request-id"] == "edge-request-id"
        assert json.loads(answer["body"])["code"] == "internal_error"


class TestDocs:
    def test_documents_itself_in_all_stages_but_production(self, http: Http, monkeypatch: pytest.MonkeyPatch) -> None:
        assert http("GET", "/kit/openapi.json").json()["paths"]
        assert "swagger-ui" in http("GET", "/kit/docs").text
        monkeypatch.setenv("STAGE", "prod")
        production = Http(runtime.lambda_handler(create_app("kit", title="Kit", routers=[router])))
        assert production("GET", "/kit/openapi.json").status == 404
        assert production("GET", "/kit/docs").status == 404
