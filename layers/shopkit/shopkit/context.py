"""What is known of the request being served, from anywhere in the code that serves it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any

SECONDS_TO_ANSWER = 0.5
"""Kept back from Lambda's own limit, so that a late request still gets an answer."""
CORRELATION_ID, TIME_LEFT = "x-correlation-id", "x-time-left-ms"
"""The headers in which one service hands its context to the next."""


@dataclass(slots=True, frozen=True)
class RequestContext:
    """`deadline` is on time.monotonic()'s clock, in seconds."""

    correlation_id: str
    deadline: float
    through_api_gateway: bool = False

    def seconds_left(self) -> float:
        """How long the caller still waits; not below zero."""
        return max(0.0, self.deadline - time.monotonic())


current: ContextVar[RequestContext | None] = ContextVar("current_request", default=None)


def seconds_left(at_most: float) -> float:
    """What is left of the caller's time, or `at_most` where that is less or nobody waits."""
    request = current.get()
    return at_most if request is None else min(at_most, request.seconds_left())


@contextmanager
def no_longer_than(seconds: float) -> Iterator[None]:
    """Give what is asked of others inside it less time than the caller would wait."""
    request = current.get()
    if request is None:
        yield
        return
    token = current.set(replace(request, deadline=min(request.deadline, time.monotonic() + seconds)))
    try:
        yield
    finally:
        current.reset(token)


@contextmanager
def on_behalf_of(correlation_id: str, *, deadline: float) -> Iterator[RequestContext]:
    """Serve what is no HTTP request: an event, a reminder."""
    request = RequestContext(correlation_id, deadline)
    token = current.set(request)
    try:
        yield request
    finally:
        current.reset(token)


def deadline_of(lambda_context: Any) -> float:
    """When to stop, so that there is time to answer: half a second before Lambda's own limit."""
    milliseconds: int = lambda_context.get_remaining_time_in_millis()
    return time.monotonic() + milliseconds / 1000 - SECONDS_TO_ANSWER


def correlation_id() -> str:
    """The id that joins all that happens on behalf of one request; empty outside of one."""
    request = current.get()
    return "" if request is None else request.correlation_id
