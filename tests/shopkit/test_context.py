import time

import pytest

from shopkit import context
from shopkit.context import RequestContext


@pytest.fixture
def request_for_ten_seconds() -> RequestContext:
    return RequestContext("one", time.monotonic() + 10)


class TestNoLongerThan:
    def test_shortens_the_time_inside_only(self, request_for_ten_seconds: RequestContext) -> None:
        token = context.current.set(request_for_ten_seconds)

        with context.no_longer_than(2):
            assert 1 < context.seconds_left(60) <= 2
            assert context.correlation_id() == "one"

        assert context.seconds_left(60) > 9
        context.current.reset(token)

    def test_never_lengthens_it(self, request_for_ten_seconds: RequestContext) -> None:
        token = context.current.set(request_for_ten_seconds)

        with context.no_longer_than(30):
            assert context.seconds_left(60) <= 10

        context.current.reset(token)

    def test_means_nothing_where_nobody_waits(self) -> None:
        with context.no_longer_than(2):
            assert context.seconds_left(60) == 60
