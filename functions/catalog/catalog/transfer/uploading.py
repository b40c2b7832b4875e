"""The file in a multipart request (RFC 7578), as it arrives and never more of it than allowed."""

from collections.abc import AsyncGenerator

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from shopkit.errors import ContentTooLarge, InvalidRequest

LARGEST_FILE = 4 * 1024 * 1024
"""Bytes. In base64 it still fits into Lambda's request limit of 6 MB."""
ROOM_FOR_HEADERS = 4096
"""Bytes of a multipart body that are not the file."""


async def uploaded_file(request: Request, field: str) -> bytes:
    """What the field holds.

    Raises ContentTooLarge, before reading where the request tells its length, and InvalidRequest where there is no
    such file.
    """
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > LARGEST_FILE + ROOM_FOR_HEADERS:
        raise ContentTooLarge(LARGEST_FILE)
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise InvalidRequest("Send the file as multipart/form-data.", field=field)
    content = await _content(request, field)
    if len(content) > LARGEST_FILE:
        raise ContentTooLarge(LARGEST_FILE)
    return content


async def _content(request: Request, field: str) -> bytes:
    try:
        form = await MultiPartParser(request.headers, _bounded(request), max_files=1, max_fields=8).parse()
    except MultiPartException as error:
        raise InvalidRequest(f"The body cannot be read: {error.message}", field=field) from error
    try:
        file = form.get(field)
        if not isinstance(file, UploadFile):
            raise InvalidRequest(f"The file is missing: send it in the field {field}.", field=field)
        return await file.read()
    finally:
        await form.close()


async def _bounded(request: Request) -> AsyncGenerator[bytes, None]:
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > LARGEST_FILE + ROOM_FOR_HEADERS:
            raise ContentTooLarge(LARGEST_FILE)
        yield chunk
