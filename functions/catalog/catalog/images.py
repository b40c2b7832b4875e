"""Pictures of our own: browsers upload them to S3 with a permission that we sign, and fetch them from there."""

import asyncio
import uuid
from functools import cache, partial
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from catalog import domain, settings
from catalog.errors import ImageNotFound, ProductNotFound
from catalog.models import Image, Listing
from catalog.repository import Images, Listings, Products
from catalog.schemas import NewImage
from shopkit.db.session import after_commit
from shopkit.errors import InvalidRequest
from shopkit.observability import logger
from shopkit.settings import optional, required

PERMITTED_FOR = 600
"""Seconds within which an upload must begin."""

SUFFIXES = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/avif": "avif",
    "image/gif": "gif",
}


async def announce(uow: AsyncSession, product_id: UUID, new: NewImage) -> dict[str, Any]:
    """Add an image to what the product's handle names; the answer permits uploading it.

    Raises ProductNotFound, and InvalidRequest where there are as many as there may be.
    """
    listing = await _listing_of(uow, product_id)
    count, last = await Images(uow).places(listing.id)
    if count >= domain.MOST_PICTURES:
        raise InvalidRequest(f"A handle may have at most {domain.MOST_PICTURES} pictures.")
    image = Image(
        listing_id=listing.id,
        storage_key=f"products/{listing.id}/{uuid.uuid4()}.{SUFFIXES[new.content_type]}",
        alt=new.alt,
        position=last + 1,
    )
    await Images(uow).add(image)
    shown = {
        "id": image.id,
        "url": f"{settings.images_url()}/{image.storage_key}",
        "alt": image.alt,
        "position": image.position,
    }
    return {"image": shown, "upload": _permission(str(image.storage_key), new)}


async def remove(uow: AsyncSession, product_id: UUID, image_id: UUID) -> None:
    """Take an image away; the file too, if it is ours. Raises ProductNotFound and ImageNotFound."""
    listing = await _listing_of(uow, product_id)
    image = await Images(uow).get(image_id)
    if image is None or image.listing_id != listing.id:
        raise ImageNotFound
    await uow.delete(image)
    _remove_files(uow, [image])


async def remove_all(uow: AsyncSession, listing: Listing) -> None:
    """Remove the files of a listing that goes; its rows go with it."""
    _remove_files(uow, await Listings(uow).images(listing.id))


async def _listing_of(uow: AsyncSession, product_id: UUID) -> Listing:
    product = await Products(uow).locked(product_id)
    if product is None:
        raise ProductNotFound
    (listing,) = await Listings(uow).locked(product.listing_id)
    return listing


def _remove_files(uow: AsyncSession, images: list[Image]) -> None:
    """Files go when it is certain that their rows have gone: a rollback brings no file back."""
    if keys := [image.storage_key for image in images if image.storage_key]:
        after_commit(uow, partial(_delete_objects, keys))


async def _delete_objects(keys: list[str]) -> None:
    """What cannot be removed is logged and stays behind."""
    from botocore.exceptions import BotoCoreError, ClientError

    objects = {"Objects": [{"Key": key} for key in keys], "Quiet": True}
    try:
        await asyncio.to_thread(_s3().delete_objects, Bucket=settings.image_bucket(), Delete=objects)
    except (BotoCoreError, ClientError):
        logger.exception("files left behind", extra={"keys": keys})


def _permission(key: str, new: NewImage) -> dict[str, Any]:
    """A form (url and fields) that S3 accepts with this one file: its key, type and size are signed."""
    permission: dict[str, Any] = _s3().generate_presigned_post(
        settings.image_bucket(),
        key,
        Fields={"Content-Type": new.content_type},
        Conditions=[{"Content-Type": new.content_type}, ["content-length-range", new.size, new.size]],
        ExpiresIn=PERMITTED_FOR,
    )
    return permission


@cache
def _s3() -> Any:
    """S3's client. An emulator is addressed by path: no name server knows its buckets."""
    import boto3
    from botocore.config import Config

    endpoint = optional("AWS_ENDPOINT_URL_S3") or optional("AWS_ENDPOINT_URL")
    style = "path" if endpoint else "virtual"
    config = Config(signature_version="s3v4", s3={"addressing_style": style}, retries={"total_max_attempts": 2})
    return boto3.client("s3", region_name=required("AWS_REGION"), endpoint_url=endpoint or None, config=config)
