"""SQS's queues below moto's API, in a store of our own.

moto's store loses a message that is sent while another is being deleted, looks at all messages in every call, and wakes
everybody who waits each second. Here one lock guards all queues, and a heap by due time says what is next and when.
"""

import heapq
import itertools
import re
import secrets
import uuid
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from threading import Condition, RLock
from time import time
from typing import Any

from moto.sqs import models
from moto.sqs.exceptions import InvalidParameterValue, ReceiptHandleIsInvalid
from moto.sqs.models import MAXIMUM_MESSAGE_DELAY, Message, SQSBackend

SOURCE = "DeadLetterQueueSourceArn"
_HANDLE = re.compile(r"(?P<id>[0-9a-f-]{36}):[0-9a-f]{32}")


class Queue(models.Queue):
    """A standard queue. A message is due when it is neither delayed nor in somebody's hands; times are milliseconds."""

    def __init__(self, name: str, region: str, account_id: str, lock: RLock, **attributes: Any) -> None:
        super().__init__(name, region, account_id, **attributes)
        if self.fifo_queue:
            raise InvalidParameterValue("There are no FIFO queues here.")
        self._held: dict[str, tuple[int, Message]] = {}  # with the number of the heap's entry that counts
        self._due: list[tuple[float, int, Message]] = []
        self._numbers = itertools.count()
        self._changed = Condition(lock)

    @property
    def approximate_number_of_messages(self) -> int:
        now = _now()
        return sum(_due_at(message) <= now for message in self.messages)

    @property
    def approximate_number_of_messages_delayed(self) -> int:
        now = _now()
        return sum(message.delayed_until > now for message in self.messages)

    @property
    def approximate_number_of_messages_not_visible(self) -> int:
        now = _now()
        return sum(message.visible_at > now for message in self.messages)

    @property
    def messages(self) -> list[Message]:
        """All that are held, whether due or not, in the order of their arrival."""
        return [message for _, message in self._held.values()]

    def add_message(self, message: Message) -> None:
        number = next(self._numbers)
        self._held[message.id] = number, message
        heapq.heappush(self._due, (_due_at(message), number, message))
        self._changed.notify_all()

    def take(self, count: int, visibility: float) -> list[Message]:
        """What is due, up to `count` messages, now hidden from others for so many seconds."""
        now = _now()
        taken = list(itertools.islice(self._receivable(now), count))
        for message in taken:
            message.approximate_receive_count += 1
            message.approximate_first_receive_timestamp = message.approximate_first_receive_timestamp or int(now)
            message.receipt_handle = f"{message.id}:{secrets.token_hex(16)}"
            self.hide(message, visibility)
        return taken

    def hide(self, message: Message, seconds: float) -> None:
        message.visible_at = _now() + seconds * 1000
        self.add_message(message)

    def find(self, receipt_handle: str) -> Message | None:
        """The message that was last received under this handle; raises ReceiptHandleIsInvalid for what is none."""
        match = _HANDLE.fullmatch(receipt_handle)
        if match is None:
            raise ReceiptHandleIsInvalid
        _, message = self._held.get(match["id"], (0, None))
        return message if message is not None and message.receipt_handle == receipt_handle else None

    def remove(self, message: Message) -> None:
        self._held.pop(message.id, None)

    def clear(self) -> None:
        self._held.clear()
        self._due.clear()

    def wait(self, seconds: float) -> None:
        """Wait until something may be due, at most so many seconds; the lock is free meanwhile."""
        if self._due:
            seconds = min(seconds, (self._due[0][0] - _now()) / 1000)
        if seconds > 0:
            self._changed.wait(seconds)

    def _receivable(self, now: float) -> Iterator[Message]:
        """Takes what is due from the heap; leaves out what is too old, and what was received too often."""
        while self._due and self._due[0][0] <= now:
            _, number, message = heapq.heappop(self._due)
            if self._held.get(message.id) != (number, message):
                continue
            if message.sent_timestamp + self.message_retention_period * 1000 <= now:  # type: ignore[attr-defined]
                self.remove(message)
            elif self._is_spent(message):
                self._bury(message)
            else:
                yield message

    def _is_spent(self, message: Message) -> bool:
        if self.dead_letter_queue is None or not self.redrive_policy:
            return False
        limit: int = self.redrive_policy["maxReceiveCount"]
        return message.approximate_receive_count >= limit

    def _bury(self, message: Message) -> None:
        """Move a message to the dead letters; as on AWS it keeps its id and age, and tells where it came from."""
        self.remove(message)
        message.system_attributes[SOURCE] = {"StringValue": self.queue_arn, "DataType": "String"}
        message.visible_at = 0.0
        if self.dead_letter_queue is not None:
            self.dead_letter_queue.add_message(message)


class Queues(SQSBackend):
    """moto's SQS for one region on these queues; takes the place of `sqs_backends[account][region]`."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.lock = RLock()

    def create_queue(self, name: str, tags: dict[str, str] | None = None, **attributes: Any) -> models.Queue:
        with self.lock:
            if name not in self.queues:
                self.queues[name] = Queue(name, self.region_name, self.account_id, self.lock, **attributes)  # type: ignore[abstract]
            return super().create_queue(name, tags, **attributes)

    def standard_queue(self, name: str) -> Queue:
        """Raises QueueDoesNotExist."""
        queue = self.get_queue(name)
        if not isinstance(queue, Queue):
            raise TypeError(f"{name} was not made here.")
        return queue

    def send_message(
        self,
        queue_name: str,
        message_body: str,
        message_attributes: dict[str, Any] | None = None,
        delay_seconds: int | None = None,
        deduplication_id: str | None = None,
        group_id: str | None = None,
        system_attributes: dict[str, Any] | None = None,
        validate_group_id: bool = True,  # noqa: FBT001, FBT002 - as moto has it
    ) -> Message:
        queue = self.standard_queue(queue_name)
        delay = int(queue.delay_seconds if delay_seconds is None else delay_seconds)  # type: ignore[attr-defined]
        if not 0 <= delay <= MAXIMUM_MESSAGE_DELAY:
            raise InvalidParameterValue(f"DelaySeconds is invalid: {delay}. It must be >= 0 and <= 900.")
        self._validate_message(queue, message_body, delay, deduplication_id, group_id, validate_group_id)
        message = Message(str(uuid.uuid4()), message_body, dict(system_attributes or {}))
        message.message_attributes = message_attributes or {}
        message.group_id = group_id
        message.mark_sent(delay)
        with self.lock:
            queue.add_message(message)
        return message

    def receive_message(
        self,
        queue_name: str,
        count: int,
        wait_seconds_timeout: int,
        visibility_timeout: int,
        message_attribute_names: list[str] | None = None,
    ) -> list[Message]:
        queue = self.standard_queue(queue_name)
        until = time() + wait_seconds_timeout
        with self.lock:
            while not (taken := queue.take(count, visibility_timeout)) and (left := until - time()) > 0:
                queue.wait(left)
            return [_copy(message, message_attribute_names or ()) for message in taken]

    def delete_message(self, queue_name: str, receipt_handle: str) -> None:
        queue = self.standard_queue(queue_name)
        with self.lock:
            if message := queue.find(receipt_handle):
                queue.remove(message)

    def change_message_visibility(self, queue_name: str, receipt_handle: str, visibility_timeout: int) -> None:
        queue = self.standard_queue(queue_name)
        with self.lock:
            if message := queue.find(receipt_handle):
                queue.hide(message, int(visibility_timeout))

    def purge_queue(self, queue_name: str) -> None:
        queue = self.standard_queue(queue_name)
        with self.lock:
            queue.clear()


def _copy(message: Message, attribute_names: Sequence[str]) -> Message:
    """As it is now, with those of its attributes that were asked for."""
    copied = copy(message)
    copied.message_attributes = {
        name: value for name, value in message.message_attributes.items() if _is_asked_for(name, attribute_names)
    }
    return copied


def _is_asked_for(name: str, asked: Sequence[str]) -> bool:
    """By name, by a prefix that ends in `.*`, or all.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
    """
    return any(each in {"All", name} or (each.endswith(".*") and name.startswith(each[:-2])) for each in asked)


def _due_at(message: Message) -> float:
    return max(message.sent_timestamp or 0, message.delayed_until, message.visible_at)


def _now() -> float:
    return time() * 1000


def source_of(attributes: Mapping[str, Any]) -> str | None:
    """The ARN of the queue that a dead letter comes from."""
    source: str | None = attributes.get(SOURCE, {}).get("StringValue")
    return source
