"""Previous and next page of a list whose cursors only lead on."""

from urllib.parse import parse_qsl, urlsplit

import pytest

from gateway.web.paging import LONGEST_TRAIL, neighbours


def query_of(address: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(address).query))


def test_a_list_of_one_page() -> None:
    around = neighbours("/admin", {"q": "mug"}, None)
    assert (around.previous, around.following) == ("", "")


def test_there_and_back_again() -> None:
    cursors = ["one", "-two-", "three_"]
    addresses, query = ["/admin?q=a+mug"], {"q": "a mug"}
    for cursor in cursors:
        addresses.append(neighbours("/admin", query, cursor).following)
        query = query_of(addresses[-1])
        assert query["cursor"] == cursor
    for address in reversed(addresses[:-1]):
        assert neighbours("/admin", query, None).previous == address
        query = query_of(address)
    assert neighbours("/admin", query, None).previous == ""


def test_back_to_the_first_page_of_an_unfiltered_list() -> None:
    assert neighbours("/admin", {"cursor": "one"}, None).previous == "/admin"


@pytest.mark.parametrize("length", [99, 100, 1500, 2000, 2001])
def test_addresses_stay_short(length: int) -> None:
    query: dict[str, str] = {}
    cursors = [f"{number:0{length}}" for number in range(40)]
    for cursor in cursors:
        query = query_of(neighbours("/admin", query, cursor).following)
    kept = query.get("trail", "").split()
    assert kept == cursors[39 - len(kept) : 39]
    assert len(kept) == (LONGEST_TRAIL + 1) // (length + 1)
