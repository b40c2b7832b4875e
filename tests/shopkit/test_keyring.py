import json
from datetime import UTC, datetime

import pytest

from shopkit.auth.keyring import FRESH_FOR, RELOAD_AT_MOST_EVERY, KeyRing, KeyRings
from shopkit.errors import Unavailable

NOW = datetime(2026, 11, 23, tzinfo=UTC)


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


class Store:
    """A secret that can be changed, and counts how often it is read."""

    def __init__(self) -> None:
        self.ring = {"current": "a", "keys": [{"kid": "a", "key": "key-a", "not_after": None}]}
        self.reads = 0
        self.is_down = False

    async def read(self, _: str) -> str:
        self.reads += 1
        if self.is_down:
            raise Unavailable("secrets")
        return json.dumps(self.ring)


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setenv("RING_ARN", "arn")
    return Store()


class TestParse:
    def test_as_cloudformation_generates_it(self) -> None:
        ring = KeyRing.parse('{"current": "first", "keys": [], "first": "generated"}', NOW)
        assert ring.signing_key == b"generated"

    def test_rotated(self) -> None:
        keys = [
            {"kid": "old", "key": "o", "not_after": "2026-11-22T00:00:00Z"},
            {"kid": "last", "key": "l", "not_after": "2026-11-24T00:00:00Z"},
            {"kid": "new", "key": "n", "not_after": None},
        ]
        ring = KeyRing.parse(json.dumps({"current": "new", "keys": keys}), NOW)
        assert ring.keys == {"last": b"l", "new": b"n"}
        assert ring.signing_key == b"n"


class TestCache:
    async def test_is_read_once_while_fresh(self, store: Store) -> None:
        clock = Clock()
        rings = KeyRings("UNSET", "RING_ARN", read_secret=store.read, clock=clock)
        await rings.ring()
        clock.now += FRESH_FOR
        await rings.ring()
        assert store.reads == 1
        clock.now += 1
        await rings.ring()
        assert store.reads == 2

    async def test_an_unknown_key_is_looked_up_but_not_at_every_request(self, store: Store) -> None:
        clock = Clock()
        rings = KeyRings("UNSET", "RING_ARN", read_secret=store.read, clock=clock)
        await rings.ring()
        store.ring["keys"].append({"kid": "b", "key": "key-b"})  # type: ignore[attr-defined]
        assert "b" not in (await rings.ring_with("b")).keys
        clock.now += RELOAD_AT_MOST_EVERY + 1
        assert "b" in (await rings.ring_with("b")).keys
        await rings.ring_with("forged")
        assert store.reads == 2

    async def test_an_old_ring_is_better_than_none(self, store: Store) -> None:
        clock = Clock()
        rings = KeyRings("UNSET", "RING_ARN", read_secret=store.read, clock=clock)
        await rings.ring()
        store.is_down = True
        clock.now += FRESH_FOR + 1
        assert (await rings.ring()).signing_key == b"key-a"
        await rings.ring()
        assert store.reads == 2  # not at every request
        with pytest.raises(Unavailable):
            await KeyRings("UNSET", "RING_ARN", read_secret=store.read).ring()

    async def test_a_plain_setting_wins(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PLAIN", "secret")
        rings = KeyRings("PLAIN", "RING_ARN", read_secret=store.read)
        assert (await rings.ring()).signing_key == b"secret"
        assert store.reads == 0
