"""The thin AWS clients against moto: what they ask for is what AWS's own protocol says."""

import json
import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from typing import Any

import boto3
import pytest
from moto.ses.models import ses_backends

from factories.http_server import Server
from factories.mails import ACCOUNT
from shopkit.aws import event_bus, mail, queues
from shopkit.aws.api import RefusedByAws, kept_api
from shopkit.aws.event_bus import LARGEST_REQUEST, Entry
from shopkit.aws.functions import invoke_as_event
from shopkit.aws.mail import Mail

from .conftest import Queue

Run = Callable[[Awaitable[Any]], Any]
MAIL = Mail("shop@example.com", "ada@example.com", "Grüße", "Hallo Ada", "<p>Hallo Ada</p>")
FAILED = b"HTTP/1.1 500 Internal Server Error\r\ncontent-length: 2\r\n\r\n{}"


DONE = b'HTTP/1.1 200 OK\r\ncontent-length: 37\r\n\r\n{"Entries": [{}], "MessageId": "one"}'


async def put_an_event() -> None:
    await event_bus.put("kit", [Entry("tests", "thing.made", "{}")], seconds=5)


async def send_a_message() -> None:
    await queues.send("http://sqs/1/queue", "{}", seconds=5)


async def start_a_function() -> None:
    with suppress(RefusedByAws):  # Lambda would say 202
        await invoke_as_event("RelayFunction:live", b"{}", seconds=5)


async def send_a_mail() -> None:
    await mail.send(MAIL)


@pytest.fixture
def fresh_connections(aws: str) -> Iterator[None]:
    kept_api.cache_clear()
    yield
    kept_api.cache_clear()


class TestEventBus:
    def test_takes_events(self, run: Run, bus: Queue) -> None:
        entries = [Entry("tests", "thing.made", json.dumps({"n": n, "text": "Größe €"})) for n in range(10)]
        assert run(event_bus.put("kit", entries, seconds=5)) == [""] * 10
        assert sorted(message["detail"]["n"] for message in bus.receive()) == list(range(10))

    def test_says_which_it_did_not_take(self, run: Run, bus: Queue) -> None:
        entries = [Entry("tests", "thing.made", "{}"), Entry("tests", "thing.made", "no JSON")]
        taken, refused = run(event_bus.put("kit", entries, seconds=5))
        assert (taken, bool(refused)) == ("", True)

    def test_takes_none_beyond_its_limit(self, run: Run, bus: Queue) -> None:
        entry = Entry("tests", "thing.made", json.dumps("x" * (LARGEST_REQUEST // 2)))
        assert run(event_bus.put("kit", [entry, entry], seconds=5)) == ["RequestTooLarge"] * 2

    def test_that_fails_is_no_answer(self, run: Run, fresh_connections: None, monkeypatch: pytest.MonkeyPatch) -> None:
        async def fail(_: bytes) -> bytes:
            return FAILED

        async def main() -> None:
            async with Server(fail).running() as url:
                monkeypatch.setenv("AWS_ENDPOINT_URL_EVENTBRIDGE", url)
                await event_bus.put("kit", [Entry("tests", "thing.made", "{}")], seconds=5)

        with pytest.raises(RefusedByAws):
            run(main())


class TestClosedMeanwhile:
    """AWS closes idle connections, and a function that slept does not always see it: what bears to come twice does."""

    @pytest.mark.parametrize("ask", [put_an_event, send_a_message, start_a_function, send_a_mail])
    def test_is_asked_again(
        self, run: Run, fresh_connections: None, monkeypatch: pytest.MonkeyPatch, ask: Callable[[], Awaitable[Any]]
    ) -> None:
        async def respond(_: bytes) -> bytes | None:
            return DONE if len(server.requests) != 2 else None  # the second breaks off

        async def main() -> None:
            async with server.running() as url:
                monkeypatch.setenv("AWS_ENDPOINT_URL", url)
                for _ in range(2):
                    await ask()

        server = Server(respond)
        run(main())
        assert len(server.requests) == 3


class TestMail:
    def test_is_handed_over(self, run: Run, aws: str, fresh_connections: None) -> None:
        boto3.client("ses").verify_email_identity(EmailAddress=MAIL.sender)
        message_id = run(mail.send(MAIL))
        sent = ses_backends[ACCOUNT][os.environ["AWS_REGION"]].sent_messages
        (message,) = [each for each in sent if each.id == message_id]
        assert (message.source, message.subject) == (MAIL.sender, MAIL.subject)
        assert message.destinations["ToAddresses"] == [MAIL.recipient]

    def test_that_is_refused_says_why(self, run: Run, fresh_connections: None) -> None:
        stranger = Mail("stranger@example.org", MAIL.recipient, MAIL.subject, MAIL.text, MAIL.html)
        with pytest.raises(RefusedByAws) as refused:
            run(mail.send(stranger))
        assert refused.value.code == "MessageRejected"
