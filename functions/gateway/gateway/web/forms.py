"""What a page's form sent, and what is to be said beside its fields when the page is shown again."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from starlette.requests import Request

from gateway.web import form_tokens
from gateway.web.wording import sentence
from shopkit.calls import Answer
from shopkit.errors import ContentTooLarge, Forbidden

LARGEST = 1024 * 1024
"""Bytes of a form without files: ten times the longest description in URL encoding (three bytes for one), so that one
that is too long is told so beside its field, and stays typed. The page that shows it again makes five bytes of some
characters, and must fit Lambda's answer of 6 MB."""
MOST_FIELDS = 500
CONTENT_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")
INVALID = 422
NOT_GENUINE = "This page was open for too long. Nothing was changed; please send it once more."


class Form:
    """Fields by name. `errors` has a sentence for each field that is not right, `message` one for all of it."""

    def __init__(self, fields: Mapping[str, list[str]] | None = None) -> None:
        self._fields = dict(fields or {})
        self.errors: dict[str, str] = {}
        self.message = ""
        self.status = 200

    def __getitem__(self, name: str) -> str:
        """The field's first value without surrounding blanks; empty where none was sent."""
        return self._fields.get(name, [""])[0].strip()

    def all(self, name: str) -> list[str]:
        """The values of a field that can be sent more than once."""
        return self._fields.get(name, [])

    @property
    def is_refused(self) -> bool:
        return self.status >= 400  # noqa: PLR2004

    def refuse(self, message: str, *, status: int = 400) -> None:
        """The form as a whole cannot be taken."""
        self.message, self.status = message, status

    def refuse_field(self, name: str, message: str, *, status: int = 400) -> None:
        """The field is not right; the first thing said of it stays."""
        self.errors.setdefault(name, message)
        self.status = max(self.status, status)

    def required(self, name: str, message: str) -> str:
        """The field's value; `message` is noted where it is empty."""
        if not self[name]:
            self.refuse_field(name, message)
        return self[name]

    def refuse_as(
        self, answer: Answer, field_of_code: Mapping[str, str] | None = None, *, group: str | None = None
    ) -> None:
        """A service did not take it: tell what its problem document says, beside the fields that it means.

        Those stand in its `errors`, or follow from its `code` by `field_of_code`. What the service keeps together in
        an object called `group` are fields of their own here.
        """
        problem = json.loads(answer.body)
        said = dict(_told(each, group) for each in problem.get("errors") or () if each["loc"][1:])
        if (meant := (field_of_code or {}).get(problem["code"])) is not None:
            said[meant] = problem["detail"]
        for name, message in said.items():
            self.refuse_field(name, message)
        self.refuse("" if said else problem["detail"], status=400 if answer.status == INVALID else answer.status)


def _told(error: dict[str, Any], group: str | None) -> tuple[str, str]:
    """A field's name, and what is to be said beside it."""
    name, *within = error["loc"][1:]
    return str(within[0] if within and name == group else name), sentence(error["msg"])


def is_form(request: Request) -> bool:
    """Whether the request comes from a form, and not from a program that sends JSON."""
    return request.headers.get("content-type", "").lower().startswith(CONTENT_TYPES)


async def read(request: Request) -> Form:
    """The form that a page of ours sent; refused (403) unless it carries that page's token.

    Raises ContentTooLarge.
    """
    body = await request.body()
    if len(body) > LARGEST:
        raise ContentTooLarge(LARGEST)
    try:
        fields = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:  # more fields than any form of ours has, or not UTF-8
        fields = {}
    return await checked(request, fields)


async def genuine(request: Request) -> Form:
    """As `read`, for forms that are no page of their own. Raises Forbidden where the token is not good."""
    form = await read(request)
    if form.is_refused:
        raise Forbidden(form.message)
    return form


async def checked(request: Request, fields: Mapping[str, list[str]]) -> Form:
    """The form with these fields; refused (403) unless its token was made for this visitor's session."""
    form = Form(fields)
    if not await form_tokens.is_genuine(request, form[form_tokens.FIELD]):
        form.refuse(NOT_GENUINE, status=403)
    return form
