"""Product files, and the requests that upload them."""

import csv
import io


def csv_of(*rows: dict[str, str], columns: list[str] | None = None) -> bytes:
    """A sheet of these rows; its columns are those that they mention, unless named."""
    names = columns or list(dict.fromkeys(name for row in rows for name in row))
    written = io.StringIO(newline="")
    sheet = csv.DictWriter(written, names)
    sheet.writeheader()
    sheet.writerows(rows)
    return written.getvalue().encode()


def multipart(content: bytes, *, field: str = "file", filename: str | None = "products.csv") -> tuple[bytes, str]:
    """A body that carries the file, and its content type."""
    name = f'; filename="{filename}"' if filename else ""
    head = f'--edge\r\nContent-Disposition: form-data; name="{field}"{name}\r\nContent-Type: text/csv\r\n\r\n'
    return head.encode() + content + b"\r\n--edge--\r\n", "multipart/form-data; boundary=edge"
