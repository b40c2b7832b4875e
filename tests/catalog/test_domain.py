"""How things are named."""

import pytest

from catalog import domain


@pytest.mark.parametrize(
    ("name", "slug"),
    [("Tea & Cake", "tea-cake"), ("Größe", "grosse"), ("  ", "thing"), ("☕", "thing"), ("a_b", "a-b")],
)
def test_slug_of(name: str, slug: str) -> None:
    assert domain.slug_of(name, otherwise="thing") == slug


def test_slug_of_a_long_name() -> None:
    assert len(domain.slug_of("word " * 100, otherwise="thing")) <= domain.LONGEST_HANDLE


@pytest.mark.parametrize(
    ("taken", "free"),
    [([], "mug"), (["mugs"], "mug"), (["mug"], "mug-2"), (["mug", "mug-3"], "mug-2"), (["mug", "mug-2"], "mug-3")],
)
def test_first_free(taken: list[str], free: str) -> None:
    assert domain.first_free("mug", taken) == free


@pytest.mark.parametrize("text", ["\x00", "a\nb", "a\tb", "\x7f", "\ud800"])
def test_not_a_line(text: str) -> None:
    with pytest.raises(ValueError, match="control characters"):
        domain.line(text)


def test_prose() -> None:
    assert domain.prose("<p>a\n\tb\r\n</p>") == "<p>a\n\tb\r\n</p>"
    with pytest.raises(ValueError, match="control characters"):
        domain.prose("a\x00b")
