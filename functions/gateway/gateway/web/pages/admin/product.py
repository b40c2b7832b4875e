"""One product: made, edited, restocked and deleted."""

import json
from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from gateway import pictures, products
from gateway.products import Product
from gateway.routing import route
from gateway.session import Visitor
from gateway.web import forms, product_form
from gateway.web.forms import Form
from gateway.web.pages.admin.desk import HOME, for_admins, go_on, page
from gateway.web.pages.admin.listing import filters_in
from gateway.web.rows import row_of

FIELD_OF_CODE = {"sku_taken": "sku", "variant_exists": "options"}
CHANGED_MEANWHILE = "Somebody changed this product while you were editing it. Nothing of yours is saved yet."
PRECONDITION_FAILED = 412


@for_admins
async def new(request: Request, who: Visitor) -> Response:
    return await _creation_page(request, who, product_form.blank())


@for_admins
async def create(request: Request, who: Visitor) -> Response:
    form = await forms.read(request)
    wanted = {**product_form.to_product(form), "stock": product_form.whole_number(form, "stock")}
    if not form.is_refused:
        answer = await products.ask(who, "POST", "/products", json_body=wanted)
        if answer.status == 201:  # noqa: PLR2004
            return go_on(address_of(json.loads(answer.body)["id"]), "created")
        form.refuse_as(answer, FIELD_OF_CODE)
    return await _creation_page(request, who, form)


@for_admins
async def edit(request: Request, who: Visitor) -> Response:
    product = await products.find(who, id_in(request))
    return await product_page(request, who, product, product_form.of_product(product.facts))


@for_admins
async def save(request: Request, who: Visitor) -> Response:
    """Save the version that was read; where another one is there by now, show both."""
    form = await forms.read(request)
    changes = product_form.to_product(form)
    if not form.is_refused:
        answer = await products.change(who, id_in(request), changes, etag=form["etag"])
        if answer.status == 200:  # noqa: PLR2004
            return go_on(address_of(id_in(request)), "saved")
        form.refuse_as(answer, FIELD_OF_CODE)
    product = await products.find(who, id_in(request))
    differences: list[tuple[str, str, str]] = []
    if form.status == PRECONDITION_FAILED:
        form.refuse(CHANGED_MEANWHILE, status=PRECONDITION_FAILED)
        differences = product_form.differences(product.facts, changes)
    return await product_page(request, who, product, form, differences=differences)


@for_admins
async def move_stock(request: Request, who: Visitor) -> Response:
    stock_form = await forms.read(request)
    delta = product_form.whole_number(stock_form, "delta")
    reason = stock_form.required("reason", "Say why.")
    if not stock_form.is_refused:
        answer = await products.move_stock(who, id_in(request), delta, reason)
        if answer.status == 200:  # noqa: PLR2004
            return _restocked(request, stock_form)
        stock_form.refuse_as(answer, {"out_of_stock": "delta"})
    product = await products.find(who, id_in(request))
    return await product_page(request, who, product, product_form.of_product(product.facts), stock_form=stock_form)


def _restocked(request: Request, form: Form) -> Response:
    """Go back to where the form was: in the list, or on the product's page."""
    if not form["list"]:
        return go_on(address_of(id_in(request)), "stock", fragment="stock")
    return go_on(HOME, "stock", query=filters_in(form["list"]), fragment=f"product-{id_in(request)}")


@for_admins
async def confirm(request: Request, who: Visitor) -> Response:
    """Ask before deleting: it cannot be undone."""
    return await page(request, "delete.html", row=row_of((await products.find(who, id_in(request))).facts))


@for_admins
async def delete(request: Request, who: Visitor) -> Response:
    await forms.genuine(request)
    await products.ask(who, "DELETE", f"/products/{id_in(request)}")
    return go_on(HOME, "deleted")


def id_in(request: Request) -> str:
    return str(request.path_params["id"])


def address_of(product_id: str) -> str:
    return f"{HOME}/products/{product_id}"


async def _creation_page(request: Request, who: Visitor, form: Form) -> Response:
    categories = await products.categories(who)
    return await page(request, "new.html", status=form.status, form=form, categories=categories)


async def product_page(
    request: Request,
    who: Visitor,
    product: Product,
    form: Form,
    *,
    stock_form: Form | None = None,
    picture_form: Form | None = None,
    differences: Sequence[tuple[str, str, str]] = (),
) -> Response:
    """A product's page with its three forms, one of which may be there again because something is wrong with it."""
    stock_form, picture_form = stock_form or Form(), picture_form or Form()
    return await page(
        request,
        "product.html",
        status=max(form.status, stock_form.status, picture_form.status),
        row=row_of(product.facts),
        etag=product.etag,
        form=form,
        stock_form=stock_form,
        picture_form=picture_form,
        differences=differences,
        categories=await products.categories(who),
        pictures=product.facts["images"],
        largest_picture_mb=pictures.LARGEST_MB,
        movements=await products.movements(who, product.facts["id"]),
    )


ROUTES = [
    route("/admin/products/new", get=new, post=create),
    route("/admin/products/{id:uuid}", get=edit, post=save),
    route("/admin/products/{id:uuid}/stock", post=move_stock),
    route("/admin/products/{id:uuid}/delete", get=confirm, post=delete),
]
