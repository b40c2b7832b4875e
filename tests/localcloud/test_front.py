import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from factories.http_api import ROUTES, raw
from factories.lambda_service import LambdaService
from factories.waiting import eventually
from localcloud.front import Front
from localcloud.gateway import BODY_LIMIT, HttpApi
from localcloud.lambdas import Lambdas


async def act(client: httpx.AsyncClient, **what: Any) -> httpx.Response:
    return await client.post("/act", json=what)


class TestRequest:
    async def test_becomes_an_event(self, client: httpx.AsyncClient, front: Front) -> None:
        answer = await client.post(
            "/echo/caf%C3%A9?a=1&a=2",
            headers=[("X-Thing", "1"), ("x-thing", "2"), ("Cookie", "s=1; t=2")],
            json={"b": 1},
        )
        event = answer.json()["event"]
        assert event["routeKey"] == "ANY /echo/{proxy+}"
        assert event["pathParameters"] == {"proxy": "café"}
        assert event["rawPath"] == "/echo/café"
        assert event["rawQueryString"] == "a=1&a=2"
        assert event["queryStringParameters"] == {"a": "1,2"}
        assert event["headers"]["x-thing"] == "1,2"
        assert event["headers"]["x-forwarded-for"] == "127.0.0.1"
        assert event["headers"]["x-forwarded-port"] == str(front.port)
        assert event["cookies"] == ["s=1", "t=2"]
        assert json.loads(event["body"]) == {"b": 1}
        assert event["requestContext"]["http"]["sourceIp"] == "127.0.0.1"
        assert event["requestContext"]["requestId"] == answer.headers["apigw-requestid"]

    async def test_chunked_body(self, client: httpx.AsyncClient) -> None:
        async def chunks() -> AsyncIterator[bytes]:
            for chunk in (b"one ", b"two ", b"three"):
                yield chunk

        answer = await client.post("/echo/x", content=chunks(), headers={"content-type": "text/plain"})
        assert answer.json()["event"]["body"] == "one two three"

    async def test_no_route(self, client: httpx.AsyncClient) -> None:
        answer = await client.get("/elsewhere")
        assert (answer.status_code, answer.json()) == (404, {"message": "Not Found"})

    async def test_other_method(self, client: httpx.AsyncClient) -> None:
        assert (await client.get("/act")).status_code == 404

    async def test_head_has_no_body(self, client: httpx.AsyncClient) -> None:
        answer = await client.head("/echo/x")
        assert (answer.status_code, answer.content) == (200, b"")
        assert (await client.get("/echo/x")).status_code == 200


class TestHost:
    async def test_port_is_no_part_of_the_domain(self, client: httpx.AsyncClient, front: Front) -> None:
        event = (await client.get("/echo/x")).json()["event"]
        assert event["headers"]["host"] == f"127.0.0.1:{front.port}"
        assert event["requestContext"]["domainName"] == "127.0.0.1"

    async def test_ipv6(self, lambdas: Lambdas, ipv6: str) -> None:
        front = Front([ipv6], 0)
        front.start(HttpApi(ROUTES, lambdas.pools))
        async with httpx.AsyncClient() as client:
            event = (await client.get(f"http://[::1]:{front.port}/echo/x")).json()["event"]
        await front.stop()
        assert event["headers"]["host"] == f"[::1]:{front.port}"
        assert event["requestContext"]["domainName"] == event["requestContext"]["domainPrefix"] == "[::1]"
        assert event["requestContext"]["http"]["sourceIp"] == "::1"

    @pytest.mark.parametrize("line", [b"host: a:b\r\n", b"host: [\r\n", b"host: a\r\nhost: b\r\n", b""])
    async def test_invalid(self, front: Front, lambdas: Lambdas, line: bytes) -> None:
        answer = await raw(front, b"GET /echo/x HTTP/1.1\r\n" + line + b"\r\n")
        assert answer.startswith(b"HTTP/1.1 400 ")
        assert answer.endswith(b'{"message": "Bad Request"}')
        assert lambdas.pools["echo"].counters.invocations == 0


class TestLimits:
    async def test_announced_body_is_refused_before_it_is_sent(self, front: Front) -> None:
        head = b"POST /echo/x HTTP/1.1\r\nhost: a\r\ncontent-length: %d\r\n\r\n" % (BODY_LIMIT + 1)
        answer = await raw(front, head)
        assert answer.startswith(b"HTTP/1.1 413 ")
        assert answer.endswith(b'{"message": "Request Entity Too Large"}')

    async def test_chunked_body_is_refused_before_its_end(self, front: Front) -> None:
        head = b"POST /echo/x HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n"
        chunk = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"
        assert (await raw(front, head + chunk * 11)).startswith(b"HTTP/1.1 413 ")

    async def test_event_above_lambdas_limit(self, client: httpx.AsyncClient) -> None:
        answer = await client.post("/echo/x", content=b"\xff" * 5_000_000)
        assert (answer.status_code, answer.json()) == (413, {"message": "Request Entity Too Large"})

    async def test_result_above_lambdas_limit(self, client: httpx.AsyncClient) -> None:
        answer = await act(client, answer_bytes=6_291_556)
        assert (answer.status_code, answer.json()) == (500, {"message": "Internal Server Error"})

    async def test_large_request_and_answer(self, client: httpx.AsyncClient) -> None:
        text = "a large text in ASCII " * 100_000
        answer = await client.post("/echo/x", content=text, headers={"content-type": "text/plain"})
        assert answer.json()["event"]["body"] == text

    async def test_limit_counts_utf_8(self, client: httpx.AsyncClient) -> None:
        text = json.dumps({"answer": "short", "text": "ü" * 3_000_000}, ensure_ascii=False)
        answer = await client.post("/act", content=text.encode(), headers={"content-type": "text/plain"})
        assert answer.status_code == 200

    async def test_function_that_takes_longer_than_the_route_allows(
        self, client: httpx.AsyncClient, service: LambdaService, tmp_path: Path
    ) -> None:
        gate = tmp_path / "gate"
        answer = await act(client, wait_for=str(gate), log="it went on")
        assert (answer.status_code, answer.json()) == (503, {"message": "Service Unavailable"})
        gate.touch()
        await eventually(lambda: "it went on" in service.log("act_directly"))

    async def test_throttled_function(self, client: httpx.AsyncClient) -> None:
        assert (await client.post("/none")).status_code == 503


class TestFailures:
    async def test_exception(self, client: httpx.AsyncClient) -> None:
        answer = await act(client, **{"raise": "boom"})
        assert (answer.status_code, answer.json()) == (500, {"message": "Internal Server Error"})

    async def test_malformed_result(self, client: httpx.AsyncClient) -> None:
        assert (await act(client, answer={"statusCode": "soon"})).status_code == 500

    async def test_crash_and_recovery(self, client: httpx.AsyncClient) -> None:
        assert (await act(client, exit=1)).status_code == 500
        assert (await act(client)).status_code == 200

    async def test_kill_while_requests_run(self, client: httpx.AsyncClient, lambdas: Lambdas) -> None:
        pool = lambdas.pools["act_directly"]
        running = [asyncio.create_task(act(client, sleep=0.02)) for _ in range(20)]
        await eventually(lambda: any(request.done() for request in running))
        os.kill(pool.pids[0], signal.SIGKILL)
        statuses = [(await request).status_code for request in running]
        assert statuses.count(500) <= 1
        assert set(statuses) <= {200, 500}
        assert (await act(client)).status_code == 200


class TestAnswer:
    async def test_cookies_and_headers(self, client: httpx.AsyncClient) -> None:
        headers = {"location": "/", "x-two": "2"}
        answer = await act(client, answer={"statusCode": 303, "headers": headers, "cookies": ["a=1; Path=/", "b=2"]})
        assert answer.status_code == 303
        assert answer.headers["location"] == "/"
        assert answer.headers.get_list("set-cookie") == ["a=1; Path=/", "b=2"]

    async def test_without_content(self, client: httpx.AsyncClient) -> None:
        answer = await act(client, answer={"statusCode": 204})
        assert answer.status_code == 204
        assert "content-length" not in answer.headers
        assert (await act(client)).status_code == 200

    async def test_result_without_status_is_json(self, client: httpx.AsyncClient) -> None:
        answer = await act(client, n=1)
        assert answer.headers["content-type"] == "application/json"
        assert answer.json()["event"]["n"] == 1


async def test_stop_waits_for_answers(front: Front, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{front.port}", timeout=20) as client:
        request = asyncio.create_task(act(client, wait_for=str(gate)))
        await eventually((tmp_path / "started").exists)
        stopping = asyncio.create_task(front.stop())
        gate.touch()
        assert (await request).status_code == 200
        await stopping


async def test_two_addresses(lambdas: Lambdas) -> None:
    front = Front(["127.0.0.1", "127.0.0.2"], 0)
    front.start(HttpApi(ROUTES, lambdas.pools))
    async with httpx.AsyncClient() as client:
        for address in ("127.0.0.1", "127.0.0.2"):
            assert (await client.get(f"http://{address}:{front.port}/nothing")).status_code == 404
    await front.stop()
