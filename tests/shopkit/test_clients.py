"""Service calls against real HTTP servers on loopback: good ones, dead ones, and ones that hang or break off."""

import json
import os
import socket
import time

import pytest

from factories.http_server import OK, Server, always_ok, never
from shopkit.clients import ServiceClient
from shopkit.context import RequestContext, current
from shopkit.errors import Unavailable
from shopkit.http.client import HttpClient


@pytest.fixture(autouse=True)
def _plain_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTERNAL_SECRET", "x" * 32)


class TestHttpClient:
    async def test_keeps_its_connection(self) -> None:
        server = Server(always_ok)
        async with server.running() as url:
            client = HttpClient(url)
            for _ in range(3):
                answer = await client.request("GET", "/", {}, seconds=5)
                assert (answer.status, answer.body, answer.cookies) == (200, b"hi", ["a=1", "b=2"])
        assert server.connections == 1

    async def test_a_connection_closed_meanwhile_is_made_anew(self) -> None:
        async def once_each(_: bytes) -> bytes:
            return OK if len(server.requests) != 2 else b""

        async def respond(request: bytes) -> bytes | None:
            return await once_each(request) or None

        server = Server(respond)
        async with server.running() as url:
            client = HttpClient(url)
            for _ in range(2):
                assert (await client.request("GET", "/", {}, seconds=5)).status == 200
        assert len(server.requests) == 3

    async def test_a_connection_that_ended_while_the_function_was_frozen_is_not_used(self) -> None:
        """The end has arrived in the socket, but the loop did not run since: even a POST must go through."""

        async def respond(_: bytes) -> bytes:
            return OK

        server = Server(respond)
        async with server.running() as url:
            client = HttpClient(url)
            await client.request("POST", "/", {}, b"1", seconds=5)
            kept = client._idle[0]  # noqa: SLF001  # the loop must not run between its end and its next use
            ours = kept._transport.get_extra_info("socket")  # type: ignore[union-attr]  # noqa: SLF001
            shutdown = socket.socket(fileno=os.dup(ours.fileno()))
            shutdown.shutdown(socket.SHUT_RD)
            shutdown.close()
            assert (await client.request("POST", "/", {}, b"2", seconds=5)).status == 200
        assert server.connections == 2

    async def test_what_is_not_idempotent_is_not_sent_twice(self) -> None:
        async def respond(_: bytes) -> bytes | None:
            return OK if len(server.requests) == 1 else None

        server = Server(respond)
        async with server.running() as url:
            client = HttpClient(url)
            await client.request("POST", "/", {}, b"1", seconds=5)
            with pytest.raises(ConnectionError):
                await client.request("POST", "/", {}, b"2", seconds=5)
        assert len(server.requests) == 2

    async def test_time_is_limited(self) -> None:
        async with Server(never).running() as url:
            with pytest.raises(TimeoutError):
                await HttpClient(url).request("GET", "/", {}, seconds=0.05)

    async def test_garbage_is_a_lost_connection(self) -> None:
        async def garbage(_: bytes) -> bytes:
            return b"SSH-2.0-OpenSSH\r\n\r\n"

        async with Server(garbage).running() as url:
            with pytest.raises(ConnectionError):
                await HttpClient(url).request("GET", "/", {}, seconds=5)

    @pytest.mark.parametrize("evil", ["a\r\n\r\nGET /smuggled HTTP/1.1", "a\nb", "a\0b"])
    async def test_nothing_is_smuggled(self, evil: str) -> None:
        server = Server(always_ok)
        async with server.running() as url:
            for target, headers in ((f"/{evil}", {}), ("/", {"cookie": evil}), ("/", {evil: "x"})):
                with pytest.raises(ValueError, match="line ends"):
                    await HttpClient(url).request("GET", target, headers, seconds=5)
        assert server.requests == []

    @pytest.mark.parametrize("url", ["ftp://host", "host:80", "http://"])
    def test_other_addresses_are_refused(self, url: str) -> None:
        with pytest.raises(ValueError, match="address"):
            HttpClient(url)


class TestServiceClient:
    async def test_passes_on_who_asks_and_how_long_he_waits(self) -> None:
        server = Server(always_ok)
        token = current.set(RequestContext("joined", time.monotonic() + 3))
        async with server.running() as url:
            answer = await ServiceClient("catalog", url, caller="gateway").request("GET", "/p", query="a=1")
        current.reset(token)
        assert answer.body == b"hi"
        head = server.requests[0].decode().lower()
        assert head.startswith("get /p?a=1 http/1.1")
        assert "x-correlation-id: joined" in head
        assert "x-internal-token: ey" in head
        left = int(head.split("x-time-left-ms: ")[1].split("\r\n")[0])
        assert 2000 < left < 3000

    async def test_one_bad_request_spoils_nothing_for_others(self) -> None:
        """A plain 500 is this request's own: it is not repeated, and the service is not spared for it."""

        async def failing(request: bytes) -> bytes:
            return OK if b"/good" in request else b"HTTP/1.1 500 Oops\r\ncontent-length: 0\r\n\r\n"

        server = Server(failing)
        async with server.running() as url:
            client = ServiceClient("catalog", url, caller="gateway")
            for _ in range(10):
                with pytest.raises(Unavailable, match="catalog unavailable"):
                    await client.request("GET", "/bad")
            assert (await client.request("GET", "/good")).status == 200
        assert len(server.requests) == 11

    async def test_a_failing_service_is_unavailable_and_asked_again_only_if_that_is_harmless(self) -> None:
        async def failing(_: bytes) -> bytes:
            return b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n"

        for method, times in (("GET", 3), ("POST", 1)):
            server = Server(failing)
            async with server.running() as url:
                with pytest.raises(Unavailable, match="catalog unavailable"):
                    await ServiceClient("catalog", url, caller="gateway").request(method, "/")
            assert len(server.requests) == times

    async def test_recovers_by_itself(self) -> None:
        async def second_time(_: bytes) -> bytes | None:
            return OK if len(server.requests) > 1 else None

        server = Server(second_time)
        async with server.running() as url:
            assert (await ServiceClient("catalog", url, caller="gateway").request("GET", "/")).status == 200

    async def test_a_dead_service_is_spared_after_a_while(self) -> None:
        client = ServiceClient("catalog", "http://127.0.0.1:1", caller="gateway")
        for _ in range(8):
            with pytest.raises(Unavailable):
                await client.request("POST", "/")
        started = time.perf_counter()
        with pytest.raises(Unavailable):
            await client.request("GET", "/")
        assert time.perf_counter() - started < 0.05

    async def test_never_outlives_the_caller(self) -> None:
        token = current.set(RequestContext("x", time.monotonic() + 0.4))
        async with Server(never).running() as url:
            started = time.perf_counter()
            with pytest.raises(Unavailable):
                await ServiceClient("catalog", url, caller="gateway").request("GET", "/")
            assert time.perf_counter() - started < 0.5
        current.reset(token)


class TestInvoke:
    @pytest.fixture(autouse=True)
    def _credentials(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.setenv(name, "tests")
        monkeypatch.setenv("AWS_REGION", "eu-central-1")

    async def test_sends_an_event_and_reads_the_answer(self, monkeypatch: pytest.MonkeyPatch) -> None:
        payload = json.dumps({"statusCode": 201, "headers": {"etag": '"1"'}, "body": "aGk=", "isBase64Encoded": True})

        async def invoke(_: bytes) -> bytes:
            return f"HTTP/1.1 200 OK\r\ncontent-length: {len(payload)}\r\n\r\n{payload}".encode()

        server = Server(invoke)
        async with server.running() as url:
            monkeypatch.setenv("AWS_ENDPOINT_URL_LAMBDA", url)
            client = ServiceClient("catalog", "lambda://CatalogFunction:live", caller="gateway")
            answer = await client.request("POST", "/catalog/products", body=b"\xff\x00")
        assert (answer.status, answer.headers["etag"], answer.body) == (201, '"1"', b"hi")
        head, _, body = server.requests[0].partition(b"\r\n\r\n")
        assert head.startswith(b"POST /2015-03-31/functions/CatalogFunction/invocations?Qualifier=live")
        assert b"authorization: AWS4-HMAC-SHA256" in head
        event = json.loads(body)
        assert event["requestContext"]["apiId"] == "direct"
        assert event["isBase64Encoded"] is True

    async def test_a_crashed_function_is_unavailable(self, monkeypatch: pytest.MonkeyPatch) -> None:
        async def crashed(_: bytes) -> bytes:
            return b"HTTP/1.1 200 OK\r\nx-amz-function-error: Unhandled\r\ncontent-length: 2\r\n\r\n{}"

        async with Server(crashed).running() as url:
            monkeypatch.setenv("AWS_ENDPOINT_URL_LAMBDA", url)
            with pytest.raises(Unavailable):
                await ServiceClient("catalog", "lambda://CatalogFunction", caller="gateway").request("POST", "/")
