"""The pictures on a product's page: added one by one, and taken away."""

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from gateway import pictures, products
from gateway.pictures import Upload
from gateway.routing import route
from gateway.session import Visitor
from gateway.web import forms, product_form
from gateway.web.forms import Form
from gateway.web.pages.admin.desk import for_admins, go_on
from gateway.web.pages.admin.product import address_of, id_in, product_page
from shopkit.errors import Unavailable


@for_admins
async def add(request: Request, who: Visitor) -> Response:
    form, upload = await _sent(request)
    if upload is not None and not form.is_refused:
        try:
            answer = await pictures.add(who, id_in(request), upload, form["alt"])
        except Unavailable:
            form.refuse("The picture could not be stored just now. Please try again in a moment.", status=503)
        else:
            if answer.status == 201:  # noqa: PLR2004
                return go_on(address_of(id_in(request)), "picture", fragment="pictures")
            form.refuse_as(answer)
    product = await products.find(who, id_in(request))
    unchanged = product_form.of_product(product.facts)
    return await product_page(request, who, product, unchanged, picture_form=form)


@for_admins
async def remove(request: Request, who: Visitor) -> Response:
    await forms.genuine(request)
    await pictures.remove(who, id_in(request), str(request.path_params["image_id"]))
    return go_on(address_of(id_in(request)), "no-picture", fragment="pictures")


async def _sent(request: Request) -> tuple[Form, Upload | None]:
    """The form and the picture in it; what is wrong with that is noted in the form."""
    async with request.form(max_files=1, max_fields=10) as sent:
        form = await forms.checked(request, {name: [value] for name, value in sent.items() if isinstance(value, str)})
        chosen = sent.get("file")
        if not isinstance(chosen, UploadFile) or not chosen.filename:
            form.refuse_field("file", "Choose a picture.")
            return form, None
        content = await chosen.read()
    media_type = chosen.content_type or ""
    if media_type not in pictures.MEDIA_TYPES:
        form.refuse_field("file", "The picture must be a JPEG, PNG, WebP, AVIF or GIF.")
    elif not content:
        form.refuse_field("file", "There is nothing in this file.")
    elif len(content) > pictures.LARGEST:
        form.refuse_field("file", f"The picture may have at most {pictures.LARGEST_MB} MB.", status=413)
    return form, Upload("picture", media_type, content)


ROUTES = [
    route("/admin/products/{id:uuid}/pictures", post=add),
    route("/admin/products/{id:uuid}/pictures/{image_id:uuid}/delete", post=remove),
]
