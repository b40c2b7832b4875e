"""Whatever waits in the outbox is put together within EventBridge's limits."""

import uuid

from hypothesis import given
from hypothesis import strategies as st

from shopkit.aws.event_bus import LARGEST_REQUEST, MOST_ENTRIES, Entry
from shopkit.events.batches import Outgoing, batches

sizes = st.one_of(st.integers(0, 1000), st.integers(LARGEST_REQUEST // 12, LARGEST_REQUEST + 100))
pending = st.lists(
    st.builds(
        lambda size, attempts: Outgoing(uuid.uuid4(), attempts, Entry("orders", "order.paid", "x" * size)),
        sizes,
        st.integers(1, 5),
    ),
    max_size=40,
)


@given(pending)
def test_nothing_is_lost_and_order_is_kept(events: list[Outgoing]) -> None:
    assert [each for batch in batches(events) for each in batch] == events


@given(pending)
def test_requests_are_within_the_limits(events: list[Outgoing]) -> None:
    for batch in batches(events):
        assert 1 <= len(batch) <= MOST_ENTRIES
        assert sum(each.entry.size for each in batch) <= LARGEST_REQUEST or len(batch) == 1


@given(pending)
def test_who_failed_often_travels_alone(events: list[Outgoing]) -> None:
    for batch in batches(events):
        assert len(batch) == 1 or all(each.attempts <= 2 for each in batch)


def test_ten_small_ones_travel_together() -> None:
    entry = Entry("orders", "order.paid", "{}")
    events = [Outgoing(uuid.uuid4(), 1, entry) for _ in range(25)]
    assert [len(batch) for batch in batches(events)] == [10, 10, 5]


def test_bytes_are_counted_as_eventbridge_counts_them() -> None:
    """14 for the time, and UTF-8 for the rest."""
    assert Entry("ab", "cde", '{"a": "€"}').size == 14 + 2 + 3 + 12
