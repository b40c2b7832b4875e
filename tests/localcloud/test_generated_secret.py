import json
import string
from typing import Any

import pytest

from localcloud.generated_secret import generate, refreshed

RING = {"SecretStringTemplate": '{"current": "first", "keys": []}', "GenerateStringKey": "first"}


class TestGenerate:
    def test_has_32_characters_of_each_kind(self) -> None:
        password = generate({})
        assert len(password) == 32
        for kind in (string.ascii_lowercase, string.ascii_uppercase, string.digits, string.punctuation):
            assert set(kind) & set(password)

    def test_differs_each_time(self) -> None:
        assert generate({}) != generate({})

    @pytest.mark.parametrize(
        ("wanted", "alphabet"),
        [
            ({"ExcludePunctuation": True}, string.ascii_letters + string.digits),
            ({"ExcludePunctuation": "true", "ExcludeNumbers": "true"}, string.ascii_letters),
            ({"ExcludeLowercase": True, "ExcludeUppercase": True, "ExcludePunctuation": True}, string.digits),
            ({"ExcludeCharacters": string.punctuation + string.digits}, string.ascii_letters),
        ],
    )
    def test_excludes(self, wanted: dict[str, Any], alphabet: str) -> None:
        assert set(generate(wanted | {"PasswordLength": "500"})) <= set(alphabet)

    def test_may_hold_a_space(self) -> None:
        assert " " in generate({"IncludeSpace": True})

    def test_stands_in_the_template(self) -> None:
        value = json.loads(generate(RING | {"PasswordLength": 64, "ExcludePunctuation": True}))
        assert len(value.pop("first")) == 64
        assert value == {"current": "first", "keys": []}


class TestRefreshed:
    def test_keeps_what_was_rotated(self) -> None:
        rotated = json.dumps({"current": "second", "keys": [{"kid": "second"}], "first": "generated"})
        assert refreshed(rotated, RING, RING) == rotated

    def test_takes_what_changed_in_the_template(self) -> None:
        before = {"SecretStringTemplate": '{"port": 1, "username": "auth"}', "GenerateStringKey": "password"}
        now = {"SecretStringTemplate": '{"port": 2, "username": "auth"}', "GenerateStringKey": "password"}
        value = refreshed('{"port": 1, "username": "renamed", "password": "generated"}', before, now)
        assert json.loads(value) == {"port": 2, "username": "renamed", "password": "generated"}

    def test_leaves_a_value_that_is_no_object(self) -> None:
        assert refreshed("plain", {}, RING) == "plain"
