import pytest

from localcloud.authority import domain


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        (b"localhost", "localhost"),
        (b"localhost:8000", "localhost"),
        (b"id.execute-api.eu-central-1.amazonaws.com:443", "id.execute-api.eu-central-1.amazonaws.com"),
        (b"192.0.2.1:65535", "192.0.2.1"),
        (b"[::1]", "[::1]"),
        (b"[::ffff:192.0.2.1]:8000", "[::ffff:192.0.2.1]"),
        (b"caf%C3%A9.example:", "caf%C3%A9.example"),
    ],
)
def test_valid(host: bytes, expected: str) -> None:
    assert domain([(b"accept", b"*/*"), (b"host", host)]) == expected


@pytest.mark.parametrize(
    "host",
    [
        b"",
        b":8000",
        b"a:b",
        b"a:1:2",
        b"a:-1",
        b"a:65536",
        b"a:" + b"1" * 5000,
        b"a b",
        b"a/b",
        b"a?b",
        b"user@a",
        b"%zz",
        b"\xe9",
        b"[",
        b"]",
        b"[::1",
        b"[::1]8000",
        b"[:::1]",
        b"[192.0.2.1]",
        b"[fe80::1%eth0]",
        b"::1",
    ],
)
def test_invalid(host: bytes) -> None:
    assert domain([(b"host", host)]) is None


def test_none_or_two() -> None:
    assert domain([]) is None
    assert domain([(b"host", b"a"), (b"host", b"a")]) is None
