"""The events that calls between services become."""

import base64
import json

import pytest

from shopkit.calls import Call
from shopkit.transports.invoke import LONGEST_TEXT, event_of

LAMBDA_PAYLOAD = 6 * 1024 * 1024


def call(body: bytes) -> Call:
    return Call("POST", "/catalog/imports", "dry_run=true", {"content-type": "text/csv"}, body)


@pytest.mark.parametrize("text", ["", '{"name": "Größe"}', "ä" * (LONGEST_TEXT // 2)])
def test_short_text_travels_as_it_is(text: str) -> None:
    event = event_of(call(text.encode()))
    assert (event["body"], event["isBase64Encoded"]) == (text, False)


@pytest.mark.parametrize("body", [b"\xff\x00", b"x" * (LONGEST_TEXT + 1)])
def test_all_else_in_base64(body: bytes) -> None:
    event = event_of(call(body))
    assert (base64.b64decode(event["body"]), event["isBase64Encoded"]) == (body, True)


@pytest.mark.parametrize("character", ["x", '"', "\n", "ä", "€", "\x00"])
def test_the_largest_import_fits_the_payload(character: str) -> None:
    body = character.encode() * (4 * 1024 * 1024 // len(character.encode()))
    assert len(json.dumps(event_of(call(body)))) < LAMBDA_PAYLOAD
