import unicodedata

import pytest

from auth import domain
from auth.domain import Standing
from shopkit.auth.principal import Role


class TestEmailAddress:
    @pytest.mark.parametrize("text", ["ada@example.com", "a.b+c'd@sub.example.co", "x@localhost", "_@1.2"])
    def test_valid(self, text: str) -> None:
        assert domain.email_address(text) == text

    def test_keeps_its_case_and_loses_blanks(self) -> None:
        assert domain.email_address("  Ada@Example.com\n") == "Ada@Example.com"

    @pytest.mark.parametrize(
        "text",
        ["", "ada", "@example.com", "ada@", "ada@-x.com", "ada@x-.com", "ada@x..com", "a b@x.com", "ä@x.com", "a@x\0"],
    )
    def test_invalid(self, text: str) -> None:
        with pytest.raises(ValueError, match="not an e-mail address"):
            domain.email_address(text)

    def test_at_most_254_characters(self) -> None:
        longest = f"{'a' * 242}@example.com"
        assert domain.email_address(longest) == longest
        with pytest.raises(ValueError, match="not an e-mail address"):
            domain.email_address("a" + longest)


class TestPassword:
    @pytest.mark.parametrize("text", ["x" * 8, "x" * 128, "žluťoučký kůň", "  blanks  "])
    def test_valid(self, text: str) -> None:
        assert domain.password(text) == text

    @pytest.mark.parametrize("length", [0, 7, 129, 1_000_000])
    def test_of_wrong_length(self, length: int) -> None:
        with pytest.raises(ValueError, match="8 to 128"):
            domain.password("x" * length)

    def test_of_half_characters(self) -> None:
        with pytest.raises(ValueError, match="whole characters"):
            domain.password("\ud800" * 8)

    def test_is_the_same_however_it_was_typed(self) -> None:
        composed, decomposed = "garçon-été", unicodedata.normalize("NFD", "garçon-été")
        assert composed != decomposed
        assert domain.password(decomposed) == composed

    def test_counts_characters_as_they_are_read(self) -> None:
        assert domain.password(unicodedata.normalize("NFD", "\u1f82" * 128)) == "\u1f82" * 128


class TestRefreshToken:
    def test_is_random(self) -> None:
        tokens = {domain.new_refresh_token() for _ in range(100)}
        assert len(tokens) == 100
        assert min(map(len, tokens)) >= 43  # 256 bits, six to a character

    def test_is_stored_as_its_sha256(self) -> None:
        assert domain.fingerprint("abc").hex() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


class TestStanding:
    @pytest.mark.parametrize(
        ("before", "after", "ends"),
        [
            (Standing(Role.user, is_active=True), Standing(Role.user, is_active=True), False),
            (Standing(Role.user, is_active=True), Standing(Role.admin, is_active=True), True),
            (Standing(Role.admin, is_active=True), Standing(Role.user, is_active=True), True),
            (Standing(Role.user, is_active=True), Standing(Role.user, is_active=False), True),
            (Standing(Role.user, is_active=False), Standing(Role.user, is_active=True), False),
        ],
    )
    def test_ends_sessions(self, before: Standing, after: Standing, ends: bool) -> None:  # noqa: FBT001
        assert after.ends_sessions_of(before) is ends

    def test_administers(self) -> None:
        assert Standing(Role.admin, is_active=True).administers
        assert not Standing(Role.admin, is_active=False).administers
        assert not Standing(Role.user, is_active=True).administers
