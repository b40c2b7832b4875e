"""CSV (RFC 4180) as spreadsheets read and write it: records with their line numbers, cells that are no formulas."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from catalog.transfer.uploading import LARGEST_FILE
from shopkit.errors import InvalidRequest

FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")  # noqa: RUF001  # full-width forms count too
"""What a spreadsheet would run instead of show (OWASP, 'CSV Injection'), after any number of apostrophes."""

MOST_COLUMNS = 200
"""Shopify's own exports have some fifty."""

# Python's own limit is 128 KiB a cell, for the whole process; ours is that of the file.
csv.field_size_limit(LARGEST_FILE)


@dataclass(frozen=True, slots=True)
class Record:
    """`line` is where the record starts in the file, counted from 1; `cells` are by column, as written."""

    line: int
    cells: Mapping[str, str]
    has_too_many_cells: bool

    def __getitem__(self, column: str) -> str:
        """The cell without outer spaces; empty where the file lacks the column."""
        return self.cells.get(column, "").strip()

    def get(self, column: str) -> str | None:
        """The cell without outer spaces; None where the file lacks the column."""
        return self[column] if column in self.cells else None


def protect(cell: str) -> str:
    """The cell with an apostrophe before what a spreadsheet would take for a formula."""
    return f"'{cell}" if FORMULA.match(cell) else cell


def unprotect(cell: str) -> str:
    """What `protect` was given."""
    return cell[1:] if cell.startswith("'") and FORMULA.match(cell) else cell


def write(header: Sequence[str], rows: Iterable[Mapping[str, str]]) -> str:
    """The sheet with these columns; cells that a row does not name are empty."""
    written = io.StringIO(newline="")
    sheet = csv.DictWriter(written, header, restval="")
    sheet.writeheader()
    sheet.writerows({column: protect(cell) for column, cell in row.items()} for row in rows)
    return written.getvalue()


def read(content: bytes, *, required: Sequence[str]) -> Iterator[Record]:
    """The records below the header. Raises InvalidRequest where this is not UTF-8, not CSV, or lacks a column."""
    records = _numbered(_text(content))
    header = _header(next(records, (0, []))[1], required)
    for line, cells in records:
        texts = [unprotect(cell) for cell in cells]
        missing = [""] * (len(header) - len(texts))
        yield Record(line, dict(zip(header, texts + missing, strict=False)), any(texts[len(header) :]))


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidRequest(f"The file is not UTF-8 text: see byte {error.start + 1}.", field="file") from error


def _numbered(text: str) -> Iterator[tuple[int, list[str]]]:
    """The records that are not blank, with the physical line each starts at (quoted cells may hold line ends)."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    ended = 0
    try:
        for cells in reader:
            if any(cells):
                yield ended + 1, cells
            ended = reader.line_num
    except csv.Error as error:
        raise InvalidRequest(f"The file is not CSV: line {ended + 1}, {error}.", field="file") from error


def _header(cells: list[str], required: Sequence[str]) -> list[str]:
    if len(cells) > MOST_COLUMNS:
        raise InvalidRequest(f"The file may have at most {MOST_COLUMNS} columns.", field="file")
    header = [cell.strip() for cell in cells]
    if missing := [column for column in required if column not in header]:
        raise InvalidRequest(
            f"The file's first line must name its columns, separated by commas; missing: {', '.join(missing)}.",
            field="file",
        )
    if repeated := [column for column, times in Counter(filter(None, header)).items() if times > 1]:
        raise InvalidRequest(f"The file's first line names {repeated[0]} more than once.", field="file")
    return header
