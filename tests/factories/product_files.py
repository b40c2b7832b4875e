"""Product files, the requests that upload them, and what the catalog's database holds after."""

import csv
import io
from typing import Any

import psycopg

from factories.events import Http, Reply

Rows = psycopg.Connection[Any]

SOMEBODY_WAITS = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
TABLES = ("listings", "products", "categories", "product_categories", "product_images", "stock_movements")


def csv_of(*rows: dict[str, str], columns: list[str] | None = None) -> bytes:
    """A sheet of these rows; its columns are those that they mention, unless named."""
    names = columns or list(dict.fromkeys(name for row in rows for name in row))
    written = io.StringIO(newline="")
    sheet = csv.DictWriter(written, names)
    sheet.writeheader()
    sheet.writerows(rows)
    return written.getvalue().encode()


def mug(**cells: str) -> dict[str, str]:
    """The row of a product that can be imported."""
    row = {"Handle": "mug", "Title": "Mug", "Variant SKU": "MUG", "Variant Price": "9.50", "Variant Inventory Qty": "5"}
    return row | cells


def multipart(content: bytes, *, field: str = "file", filename: str | None = "products.csv") -> tuple[bytes, str]:
    """A body that carries the file, and its content type."""
    name = f'; filename="{filename}"' if filename else ""
    head = f'--edge\r\nContent-Disposition: form-data; name="{field}"{name}\r\nContent-Type: text/csv\r\n\r\n'
    return head.encode() + content + b"\r\n--edge--\r\n", "multipart/form-data; boundary=edge"


class Importer:
    """Uploads files to the catalog's import."""

    def __init__(self, http: Http, token: str) -> None:
        self._http, self._token = http, token

    def send(self, content: bytes, *, query: str = "", **part: Any) -> Reply:
        body, content_type = multipart(content, **part)
        headers = {"content-type": content_type}
        return self._http("POST", "/catalog/imports", body=body, headers=headers, query=query, token=self._token)

    def __call__(self, content: bytes, *, dry_run: bool = False) -> dict[str, Any]:
        """The report on a file that is accepted."""
        reply = self.send(content, query=f"dry_run={str(dry_run).lower()}")
        assert reply.status == 200, reply.text
        report: dict[str, Any] = reply.json()
        return report


def results(report: dict[str, Any]) -> list[str]:
    return [row["result"] for row in report["rows"]]


def details(report: dict[str, Any]) -> list[str]:
    """What is said of the rows that failed."""
    return [row["detail"] for row in report["rows"] if row["result"] == "failed"]


def one(rows: Rows, query: str) -> Any:
    """The first row, or its only value."""
    found = rows.execute(query.encode()).fetchone()
    return found[0] if found and len(found) == 1 else found


def everything(rows: Rows) -> dict[str, list[Any]]:
    """All that is stored, times included."""
    return {table: rows.execute(f"SELECT * FROM {table} ORDER BY 1, 2".encode()).fetchall() for table in TABLES}  # noqa: S608
