"""The store of SQS's queues, as moto's API calls it."""

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from moto.sqs.exceptions import InvalidParameterValue, QueueDoesNotExist, ReceiptHandleIsInvalid
from moto.sqs.models import Message, sqs_backends

from localcloud.queues import Queue, Queues, source_of
from localcloud.stack import ACCOUNT

REGION, NAME = "eu-central-1", "inbox"


@pytest.fixture
def queues() -> Iterator[Queues]:
    store = sqs_backends[ACCOUNT][REGION] = Queues(REGION, ACCOUNT)
    store.create_queue(NAME)
    yield store
    del sqs_backends[ACCOUNT][REGION]


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor() as pool:
        yield pool


def queue(queues: Queues, name: str = NAME) -> Queue:
    return queues.standard_queue(name)


def receive(queues: Queues, name: str = NAME, *, count: int = 10, wait: int = 0, visibility: int = 30) -> list[Message]:
    return queues.receive_message(name, count, wait, visibility)


def bodies(messages: list[Message]) -> list[str]:
    return [message.body for message in messages]


def handle(message: Message) -> str:
    assert message.receipt_handle
    return message.receipt_handle


class TestReceive:
    def test_in_the_order_of_arrival(self, queues: Queues) -> None:
        for body in "abc":
            queues.send_message(NAME, body)
        assert bodies(receive(queues, count=2)) == ["a", "b"]
        assert bodies(receive(queues)) == ["c"]

    def test_hides_what_was_received(self, queues: Queues) -> None:
        queues.send_message(NAME, "a")
        receive(queues)
        assert receive(queues) == []
        assert queue(queues).approximate_number_of_messages_not_visible == 1

    def test_shows_it_again_at_once_with_a_visibility_of_zero(self, queues: Queues) -> None:
        queues.send_message(NAME, "a")
        assert bodies(receive(queues, visibility=0)) == ["a"]
        (again,) = receive(queues, visibility=0)
        assert again.approximate_receive_count == 2

    def test_answers_copies(self, queues: Queues) -> None:
        queues.send_message(NAME, "a", {"of": {"DataType": "String", "StringValue": "x"}})
        (first,) = receive(queues, visibility=0)
        assert first.message_attributes == {}
        (second,) = queues.receive_message(NAME, 1, 0, 0, ["o.*", "of"])
        assert second.message_attributes["of"]["StringValue"] == "x"
        assert first.receipt_handle != second.receipt_handle

    @pytest.mark.parametrize(
        ("asked", "answered"), [(["All"], 2), (["shop.*"], 1), ([".*"], 2), (["other"], 1), ([], 0)]
    )
    def test_attributes_by_name(self, queues: Queues, asked: list[str], answered: int) -> None:
        value = {"DataType": "String", "StringValue": "x"}
        queues.send_message(NAME, "a", {"shop.of": value, "other": value})
        (message,) = queues.receive_message(NAME, 1, 0, 30, asked)
        assert len(message.message_attributes) == answered

    def test_drops_what_is_too_old(self, queues: Queues) -> None:
        message = queues.send_message(NAME, "a")
        message.sent_timestamp = 0  # type: ignore[assignment]  # as moto sets it later
        assert receive(queues) == []
        assert queue(queues).messages == []


class TestWait:
    """Long polls end as soon as there is something, and not for nothing."""

    def waiting(self, queues: Queues, pool: ThreadPoolExecutor) -> Future[list[Message]]:
        return pool.submit(receive, queues, count=1, wait=20)

    def test_for_a_message(self, queues: Queues, pool: ThreadPoolExecutor) -> None:
        polls = [self.waiting(queues, pool) for _ in range(2)]
        queues.send_message(NAME, "a")
        queues.send_message(NAME, "b")
        assert sorted(body for poll in polls for body in bodies(poll.result(5))) == ["a", "b"]

    def test_for_one_that_is_delayed(self, queues: Queues, pool: ThreadPoolExecutor) -> None:
        began = time.monotonic()
        queues.send_message(NAME, "late", delay_seconds=1)
        assert queue(queues).approximate_number_of_messages_delayed == 1
        assert receive(queues) == []
        assert bodies(self.waiting(queues, pool).result(5)) == ["late"]
        assert 1 <= time.monotonic() - began < 2

    def test_for_one_that_is_hidden(self, queues: Queues, pool: ThreadPoolExecutor) -> None:
        queues.send_message(NAME, "a")
        (first,) = receive(queues)
        poll = self.waiting(queues, pool)
        queues.change_message_visibility(NAME, handle(first), 0)
        assert bodies(poll.result(5)) == ["a"]

    def test_ends_with_nothing(self, queues: Queues) -> None:
        assert receive(queues, wait=1) == []


class TestDelete:
    def test_by_the_last_receipt_handle(self, queues: Queues) -> None:
        queues.send_message(NAME, "a")
        (first,) = receive(queues, visibility=0)
        (second,) = receive(queues, visibility=0)
        queues.delete_message(NAME, handle(first))
        assert len(queue(queues).messages) == 1
        queues.delete_message(NAME, handle(second))
        assert queue(queues).messages == []

    def test_twice(self, queues: Queues) -> None:
        queues.send_message(NAME, "a")
        (message,) = receive(queues)
        queues.delete_message(NAME, handle(message))
        queues.delete_message(NAME, handle(message))
        assert receive(queues) == []

    def test_what_is_no_handle(self, queues: Queues) -> None:
        with pytest.raises(ReceiptHandleIsInvalid):
            queues.delete_message(NAME, "nonsense")

    def test_beside_senders_loses_nothing(self, queues: Queues, pool: ThreadPoolExecutor) -> None:
        def send(number: int) -> None:
            for n in range(200):
                queues.send_message(NAME, f"{number}.{n}")

        def consume(_: int) -> list[str]:
            seen = []
            while messages := receive(queues, wait=1):
                seen += bodies(messages)
                queues.delete_message_batch(NAME, [{"Id": m.id, "ReceiptHandle": handle(m)} for m in messages])
            return seen

        senders = [pool.submit(send, number) for number in range(2)]
        consumed = [body for seen in pool.map(consume, range(2)) for body in seen]
        for sender in senders:
            sender.result()
        assert sorted(consumed) == sorted(f"{number}.{n}" for number in range(2) for n in range(200))
        assert queue(queues).messages == []


class TestDeadLetters:
    @pytest.fixture
    def dead(self, queues: Queues) -> Queue:
        queues.create_queue("dead")
        dead = queue(queues, "dead")
        policy = {"deadLetterTargetArn": dead.queue_arn, "maxReceiveCount": "2"}
        queues.set_queue_attributes(NAME, {"RedrivePolicy": policy})
        return dead

    def test_take_what_was_received_too_often(self, queues: Queues, dead: Queue) -> None:
        sent = queues.send_message(NAME, "a")
        for _ in range(2):
            assert bodies(receive(queues, visibility=0)) == ["a"]
        assert dead.messages == []
        assert receive(queues) == []
        assert [message.id for message in dead.messages] == [sent.id]
        (letter,) = receive(queues, "dead")
        assert source_of(letter.system_attributes) == queue(queues).queue_arn

    def test_do_not_hold_up_those_behind(self, queues: Queues, dead: Queue) -> None:
        queues.send_message(NAME, "bad")
        for _ in range(2):
            receive(queues, visibility=0)
        queues.send_message(NAME, "good")
        assert bodies(receive(queues)) == ["good"]
        assert bodies(dead.messages) == ["bad"]


class TestSend:
    @pytest.mark.parametrize("delay", [-1, 901])
    def test_delay_out_of_bounds(self, queues: Queues, delay: int) -> None:
        with pytest.raises(InvalidParameterValue):
            queues.send_message(NAME, "a", delay_seconds=delay)

    def test_delay_of_the_queue(self, queues: Queues) -> None:
        queues.create_queue("slow", DelaySeconds=900)
        queues.send_message("slow", "a")
        queues.send_message("slow", "now", delay_seconds=0)
        assert bodies(receive(queues, "slow")) == ["now"]

    def test_to_no_queue(self, queues: Queues) -> None:
        with pytest.raises(QueueDoesNotExist):
            queues.send_message("nobody", "a")


def test_purge(queues: Queues) -> None:
    queues.send_message(NAME, "a")
    queues.purge_queue(NAME)
    assert receive(queues) == []


def test_fifo_is_refused(queues: Queues) -> None:
    with pytest.raises(InvalidParameterValue):
        queues.create_queue("orders.fifo", FifoQueue="true")
