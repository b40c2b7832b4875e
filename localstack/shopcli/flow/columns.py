"""Rows in columns as wide as what stands in them, however wide the terminal: to be read, and to be searched."""

from collections.abc import Sequence


def show(title: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a title and rows of as many cells."""
    lines = [list(map(str, row)) for row in (title, *rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
