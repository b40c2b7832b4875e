"""Where a parcel can go: ISO 3166-1's codes, with English names after the time zone database's iso3166.tab.

Whether an address is one of its country is for orders to say; it knows the same codes.
"""

from functools import cache
from pathlib import Path

NAMES = Path(__file__).with_suffix(".tsv")


@cache
def names() -> dict[str, str]:
    """Codes and names, in the order of the names."""
    return dict(line.split("\t") for line in NAMES.read_text(encoding="utf-8").splitlines())
