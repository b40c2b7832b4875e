"""How one service calls another, over Lambda's Invoke API or over HTTP, as the URL in the environment says."""

from collections.abc import Mapping

from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from shopkit import context
from shopkit.auth.internal import HEADER, token_for
from shopkit.breaker import Breaker
from shopkit.calls import Answer, Call, Transport
from shopkit.errors import Unavailable
from shopkit.http.client import REPEATABLE

LONGEST_CALL = 20.0
"""Seconds; a service's own limit."""
KEPT_FOR_ANSWERING = 0.25
"""Seconds of the caller's time that a call leaves, so that its failure can still be told."""
ATTEMPTS = 3
INTERNAL_ERROR = 500
OUT_OF_ORDER = frozenset({502, 503, 504})
"""Answers of a service that cannot work just now. With a plain 500 it failed at this one request, and would again:
that is no reason to ask twice, nor to spare it for everybody else."""


def transport_for(url: str) -> Transport:
    """`lambda://Function[:alias]` goes through Invoke, `http(s)://…` over HTTP. Raises ValueError for others."""
    if url.startswith("lambda://"):
        from shopkit.transports.invoke import InvokeTransport

        return InvokeTransport(url.removeprefix("lambda://"))
    from shopkit.transports.http import HttpTransport

    return HttpTransport(url)


class ServiceClient:
    """Calls one service on behalf of another.

    Every call carries the caller's internal token, the correlation id and what is left of the caller's time,
    which it never outlives. Idempotent ones are repeated with jittered back-off; a circuit breaker spares a
    callee that has failed several times in a row.
    """

    def __init__(self, callee: str, url: str, *, caller: str) -> None:
        self.callee, self.caller = callee, caller
        self._transport = transport_for(url)
        self._breaker = Breaker()

    async def request(
        self,
        method: str,
        path: str,
        *,
        query: str = "",
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> Answer:
        """The service's answer, if it is not a failure of its own (5xx): then, and where none comes, Unavailable."""
        call = Call(method, path, query, {**(headers or {}), **await self._identity()}, body)
        if self._breaker.is_open:
            raise Unavailable(self.callee)
        try:
            answer = await self._attempt(call)
        except Unavailable:
            if method not in REPEATABLE:
                raise
            answer = await self._again(call)
        if answer.status >= INTERNAL_ERROR:
            raise Unavailable(self.callee)
        return answer

    async def _again(self, call: Call) -> Answer:
        retrying = AsyncRetrying(
            wait=wait_random_exponential(multiplier=0.05, max=0.5),
            stop=stop_after_attempt(ATTEMPTS - 1),
            retry=retry_if_exception_type(Unavailable),
            reraise=True,
        )
        return await retrying(self._attempt, call)

    async def _attempt(self, call: Call) -> Answer:
        seconds = context.seconds_left(LONGEST_CALL + KEPT_FOR_ANSWERING) - KEPT_FOR_ANSWERING
        if seconds <= 0 or self._breaker.is_open:
            raise Unavailable(self.callee)
        call.headers[context.TIME_LEFT] = str(int(seconds * 1000))
        try:
            answer = await self._transport.send(call, seconds=seconds)
        except OSError as error:
            self._breaker.failed()
            raise Unavailable(self.callee) from error
        if answer.status in OUT_OF_ORDER:
            self._breaker.failed()
            raise Unavailable(self.callee)
        self._breaker.succeeded()
        return answer

    async def _identity(self) -> dict[str, str]:
        return {HEADER: await token_for(self.caller, self.callee), context.CORRELATION_ID: context.correlation_id()}
