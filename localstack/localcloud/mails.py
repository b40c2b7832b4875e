"""The mails that SES was given: nobody sends them here, each is a JSON file in the state folder's `aws/mails`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from localcloud.state import make_folder, read_json, write_json

FOLDER = "mails"
_ID = re.compile(r"[\w-]+")


@dataclass(frozen=True)
class Content:
    """What stands in a mail; either form of the body may be missing."""

    subject: str
    text: str | None
    html: str | None


@dataclass(frozen=True)
class Mail:
    """A mail as it was given to SES; the time is RFC 3339 UTC."""

    id: str
    time: str
    sender: str
    to: list[str]
    subject: str
    text: str | None
    html: str | None


class Mails:
    """The mails of one state folder, the oldest first."""

    def __init__(self, aws_folder: Path) -> None:
        self._folder = make_folder(aws_folder / FOLDER)

    def keep(self, message_id: str, sender: str, to: Sequence[str], content: Content) -> None:
        """Write a mail; it is on disk when this returns. Times in file names sort them."""
        now = datetime.now(UTC)
        mail = Mail(message_id, now.isoformat(timespec="milliseconds"), sender, list(to), **asdict(content))
        write_json(self._folder / f"{now:%Y%m%dT%H%M%S%f}-{_safe(message_id)}.json", asdict(mail))

    def count(self) -> int:
        return len(self._files())

    def latest(self, limit: int) -> list[Mail]:
        return [Mail(**read_json(file, {})) for file in self._files()[-limit:]]

    def find(self, message_id: str) -> Mail | None:
        file = next(self._folder.glob(f"*-{_safe(message_id)}.json"), None)
        return Mail(**read_json(file, {})) if file else None

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob("*.json"))


def simple(content: dict[str, Any]) -> Content:
    """https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_Message.html."""
    body = content["Body"]
    text, html = (body.get(form, {}).get("Data") for form in ("Text", "Html"))
    return Content(content["Subject"]["Data"], text, html)


def raw(data: bytes) -> Content:
    """A whole message as RFC 5322 and MIME have it."""
    message = message_from_bytes(data, policy=policy.default)
    return Content(message.get("subject", ""), _part(message, "plain"), _part(message, "html"))


def _part(message: EmailMessage, form: str) -> str | None:
    part = message.get_body((form,))
    return part.get_content() if isinstance(part, EmailMessage) else None


def _safe(message_id: str) -> str:
    return "".join(_ID.findall(message_id))
