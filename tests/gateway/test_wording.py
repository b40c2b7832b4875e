import pytest

from gateway.web.wording import about_list, sentence


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Value error, must not be 0", "Must not be 0."),
        ("Input should be a valid decimal.", "Input should be a valid decimal."),
    ],
)
def test_sentences(said: str, shown: str) -> None:
    assert sentence(said) == shown


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("min_price: Input should be a valid decimal", "Lowest price should be a valid decimal."),
        ("min_price: must be an amount such as 12.50", "Lowest price must be an amount such as 12.50."),
        ("min_price must not be above max_price.", "Lowest price must not be above highest price."),
        ("Sorting by relevance needs q.", "Sorting by relevance needs search words."),
        (
            "q: String should have at most 200 characters; sort: Input should be 'newest'",
            "Search words should have at most 200 characters; order should be 'newest'.",
        ),
        ("This cursor does not belong to this list.", "This page does not belong to this list."),
    ],
)
def test_of_lists(said: str, shown: str) -> None:
    assert about_list(said) == shown
