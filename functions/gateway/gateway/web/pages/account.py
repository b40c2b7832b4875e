"""`/login`, `/register` and `/logout`: auth's answers as pages."""

from collections.abc import Awaitable
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway import session, settings
from gateway.routing import route
from gateway.web import forms
from gateway.web.addresses import own_path
from gateway.web.forms import Form
from gateway.web.rendering import page
from shopkit.calls import Answer
from shopkit.errors import Forbidden, Unavailable

LOGIN, REGISTER = "shop/login.html", "shop/register.html"
NOT_NOW = "We cannot reach your account just now. Please try again in a moment."
WRONG = "This e-mail address and password do not belong together."
TAKEN = "There is an account with this address already."


def _next(request: Request) -> str:
    return own_path(request.query_params.get("next", ""))


async def _form_page(request: Request, template: str, form: Form) -> Response:
    return await page(
        request,
        template,
        status=form.status,
        with_form=True,
        form=form,
        after=_next(request),
        well_known_admin=settings.well_known_admin(),
    )


async def _offer(request: Request, template: str) -> Response:
    """The empty form; who is signed in already goes where he wanted."""
    if (await session.visitor(request)).is_signed_in:
        return RedirectResponse(_next(request), 303)
    return await _form_page(request, template, Form())


async def login_form(request: Request) -> Response:
    return await _offer(request, LOGIN)


async def login(request: Request) -> Response:
    """Sign in and go on; 400 for an incomplete form, 401 for wrong credentials."""
    form = await _credentials(request)
    signed_in = None if form.is_refused else await _sign_in(request, form)
    return signed_in or await _form_page(request, LOGIN, form)


async def register_form(request: Request) -> Response:
    return await _offer(request, REGISTER)


async def register(request: Request) -> Response:
    """Make an account, sign in and go on; 400 for a form that auth does not take, 409 for a known address."""
    form = await _credentials(request)
    made = not form.is_refused and await _make_account(request, form)
    signed_in = await _sign_in(request, form) if made else None
    return signed_in or await _form_page(request, REGISTER, form)


async def logout(request: Request) -> Response:
    """End the session. Raises Forbidden for a form of another one."""
    form = await forms.read(request)
    if form.is_refused and (await session.visitor(request)).is_signed_in:
        raise Forbidden(form.message)
    await session.end(request)
    return RedirectResponse("/", 303)


async def _credentials(request: Request) -> Form:
    form = await forms.read(request)
    form.required("email", "Your e-mail address, please.")
    if not _password(form):
        form.refuse_field("password", "Your password, please.")
    return form


def _password(form: Form) -> str:
    """As it was typed: blanks around it belong to it."""
    return next(iter(form.all("password")), "")


async def _sign_in(request: Request, form: Form) -> Response | None:
    """On to where the visitor wanted, with auth's cookies; None where something stands in the form now."""
    credentials = {"username": form["email"], "password": _password(form)}
    answer = await _answer(form, session.ask_auth(request, "/auth/login", form=credentials))
    match answer:
        case Answer(status=200):
            await session.begin(request, answer)
            return RedirectResponse(_next(request), 303)
        case Answer(status=401 | 422):
            form.refuse(WRONG, status=401)
        case Answer():
            form.refuse_as(answer)
    return None


async def _make_account(request: Request, form: Form) -> bool:
    """Whether there is one now; if not, something stands in the form."""
    account = {"email": form["email"], "password": _password(form)}
    answer = await _answer(form, session.ask_auth(request, "/auth/register", json_body=account))
    match answer:
        case Answer(status=409):
            form.refuse_field("email", TAKEN)
            form.refuse("", status=409)
        case Answer(status=status) if status != HTTPStatus.CREATED:
            form.refuse_as(answer)
    return not form.is_refused


async def _answer(form: Form, asked: Awaitable[Answer]) -> Answer | None:
    try:
        return await asked
    except Unavailable:
        form.refuse(NOT_NOW, status=503)
        return None


ROUTES = [
    route("/login", get=login_form, post=login),
    route("/register", get=register_form, post=register),
    route("/logout", post=logout),
]
