"""Pictures of products: catalog permits an upload, and the file store takes the file."""

import json
from dataclasses import dataclass
from urllib.parse import urlsplit

from gateway import multipart, products
from gateway.session import Visitor
from shopkit import context
from shopkit.calls import Answer
from shopkit.clients import KEPT_FOR_ANSWERING
from shopkit.errors import Unavailable
from shopkit.http.client import HttpClient

MEDIA_TYPES = ("image/jpeg", "image/png", "image/webp", "image/avif", "image/gif")
LARGEST_MB = 4
LARGEST = LARGEST_MB * 1024 * 1024
"""Bytes; in base64 they must fit Lambda's payload of 6 MB."""
SECONDS = 15.0
TAKEN = (200, 201, 204)
"""S3 answers a POST with 204, unless the form asks for another."""


@dataclass(frozen=True, slots=True)
class Upload:
    name: str
    media_type: str
    content: bytes


async def add(who: Visitor, product_id: str, upload: Upload, alt: str) -> Answer:
    """Give the product a picture; catalog's answer is 201, or tells what it refuses.

    Raises Unavailable where the store does not take the file; the product is as it was then.
    """
    wanted = {"content_type": upload.media_type, "size": len(upload.content), "alt": alt}
    answer = await products.ask(who, "POST", f"/products/{product_id}/images", json_body=wanted)
    if answer.status == 201:  # noqa: PLR2004
        permitted = json.loads(answer.body)
        try:
            await _store(permitted["upload"]["url"], permitted["upload"]["fields"], upload)
        except Unavailable:
            await remove(who, product_id, permitted["image"]["id"])
            raise
    return answer


async def remove(who: Visitor, product_id: str, image_id: str) -> None:
    """Raises NotFound."""
    await products.ask(who, "DELETE", f"/products/{product_id}/images/{image_id}")


async def _store(url: str, fields: dict[str, str], upload: Upload) -> None:
    """Send S3's form (Amazon S3 API reference, 'POST Object'), whose last field is the file."""
    parts = urlsplit(url)
    content_type, body = multipart.encode(fields, upload.name, upload.media_type, upload.content)
    client = HttpClient(f"{parts.scheme}://{parts.netloc}")
    seconds = context.seconds_left(SECONDS) - KEPT_FOR_ANSWERING
    try:
        answer = await client.request("POST", parts.path or "/", {"content-type": content_type}, body, seconds=seconds)
    except OSError as error:
        raise Unavailable("pictures") from error
    finally:
        client.close()
    if answer.status not in TAKEN:
        raise Unavailable("pictures")
