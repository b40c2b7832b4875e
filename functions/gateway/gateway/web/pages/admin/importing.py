"""/admin/import: a Shopify product CSV, first checked, then brought in."""

import base64
import gzip
import json
import zlib
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from gateway import multipart, products
from gateway.routing import route
from gateway.session import Visitor
from gateway.web import forms
from gateway.web.forms import Form
from gateway.web.pages.admin.desk import for_admins, page

GZIP = 31
"""What zlib calls it (wbits)."""
LARGEST_MB = 4
LARGEST = LARGEST_MB * 1024 * 1024
"""Bytes of a file, as catalog takes it."""
TOO_LARGE = f"The file may have at most {LARGEST_MB} MB. Split it, each part with the header row."
ROWS_SHOWN = 300


@dataclass(frozen=True, slots=True)
class Report:
    """What an import did, or would do."""

    facts: dict[str, Any]

    @property
    def counts(self) -> list[tuple[str, int]]:
        names = ("created", "updated", "unchanged", "images", "failed")
        return [(name, self.facts[name]) for name in names]

    @property
    def failed(self) -> list[dict[str, Any]]:
        return [row for row in self.facts["rows"] if row["result"] == "failed"]

    @property
    def others(self) -> list[dict[str, Any]]:
        return [row for row in self.facts["rows"] if row["result"] != "failed"]

    @property
    def changes_anything(self) -> bool:
        return any(self.facts[name] for name in ("created", "updated", "images"))


@for_admins
async def choose(request: Request, who: Visitor) -> Response:  # noqa: ARG001  # who: asked for by the guard
    return await _show(request, Form())


@for_admins
async def bring_in(request: Request, who: Visitor) -> Response:
    """Check a chosen file, or import the one that was checked.

    The gateway keeps nothing, so that what was checked travels in the page, compressed: exactly that is imported.
    """
    form, csv = await _sent(request)
    is_checked = bool(form["checked"])
    if csv is None and not form.is_refused:
        form.refuse_field("file", "Choose a file.")
    if csv is None or form.is_refused:
        return await _show(request, form)
    content_type, body = multipart.encode({}, "products.csv", "text/csv", csv)
    answer = await products.ask(
        who,
        "POST",
        "/imports",
        query={"dry_run": "false" if is_checked else "true"},
        headers={"content-type": content_type},
        body=body,
    )
    if answer.status != 200:  # noqa: PLR2004
        form.refuse_field("file", json.loads(answer.body)["detail"])
        return await _show(request, form)
    checked = "" if is_checked else base64.b64encode(gzip.compress(csv)).decode()
    return await _show(request, form, report=Report(json.loads(answer.body)), checked=checked)


async def _sent(request: Request) -> tuple[Form, bytes | None]:
    """The form, and the file that it brought, chosen or checked before."""
    async with request.form(max_files=1, max_fields=10, max_part_size=2 * LARGEST) as sent:
        fields = {name: [value] for name, value in sent.items() if isinstance(value, str)}
        form = await forms.checked(request, fields)
        upload = sent.get("file")
        csv = await upload.read() if isinstance(upload, UploadFile) and upload.filename else None
    if form["checked"]:
        csv = _unpacked(form)
    if csv is not None and len(csv) > LARGEST:
        form.refuse_field("file", TOO_LARGE, status=413)
    return form, csv


def _unpacked(form: Form) -> bytes | None:
    try:
        packed = base64.b64decode(form["checked"], validate=True)
        return zlib.decompressobj(wbits=GZIP).decompress(packed, LARGEST + 1)
    except (ValueError, zlib.error):
        form.refuse_field("file", "Choose the file again.")
        return None


async def _show(request: Request, form: Form, *, report: Report | None = None, checked: str = "") -> Response:
    return await page(
        request,
        "import.html",
        status=form.status,
        form=form,
        report=report,
        checked=checked,
        rows_shown=ROWS_SHOWN,
        largest_mb=LARGEST_MB,
    )


ROUTES = [route("/admin/import", get=choose, post=bring_in)]
