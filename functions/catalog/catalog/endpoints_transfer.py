"""Importing and exporting the catalogue, for administrators."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import AfterValidator
from pydantic_core import to_json
from starlette.responses import Response

from catalog import answers, domain
from catalog.errors import AnswerTooLarge
from shopkit.auth.principal import Admin, Role, require
from shopkit.errors import Conflict, ContentTooLarge, Forbidden, InvalidRequest, Unauthenticated, may_fail
from shopkit.web.uow import Uow

router = APIRouter(
    prefix="/catalog",
    tags=["transfer"],
    dependencies=[Depends(require(Role.admin))],
    default_response_class=Response,
    responses=may_fail(Unauthenticated, Forbidden),
)

Category = Annotated[
    str | None, Query(max_length=domain.LONGEST_HANDLE, description="A slug."), AfterValidator(domain.line)
]

FILE = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {"file": {"type": "string", "format": "binary", "description": "At most 4 MB."}},
            }
        }
    },
}


@router.post(
    "/imports",
    operation_id="import_products",
    responses=may_fail(Conflict, ContentTooLarge, InvalidRequest, AnswerTooLarge),
    openapi_extra={"requestBody": FILE},
)
async def import_products(
    request: Request,
    admin: Admin,
    uow: Uow,
    *,
    dry_run: Annotated[bool, Query(description="Only report what an import would do.")] = False,
) -> Response:
    """Create and update products out of a Shopify product CSV; answers what became of each row."""
    from catalog.transfer import importing
    from catalog.transfer.uploading import uploaded_file

    content = await uploaded_file(request, "file")
    report = await importing.import_products(uow, content, by=admin.id, dry_run=dry_run)
    return answers.plain(to_json(report).decode())


@router.get(
    "/exports/products.csv",
    operation_id="export_products",
    responses={200: {"content": {"text/csv": {}}}, **may_fail(InvalidRequest, AnswerTooLarge)},
)
async def export_products(category: Category = None) -> Response:
    """All products, or those of a category, as a Shopify product CSV; importing it again changes nothing."""
    from catalog.transfer.exporting import products_csv

    headers = {"Content-Disposition": 'attachment; filename="products.csv"', "Cache-Control": "no-store"}
    content = answers.fitting(await products_csv(category))
    return Response(content, headers=headers, media_type="text/csv; charset=utf-8")
