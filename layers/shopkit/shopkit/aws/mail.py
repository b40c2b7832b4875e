"""SES: one call, SendEmail of its API v2."""

import json
from dataclasses import dataclass
from typing import Any

from shopkit.aws.api import RefusedByAws, kept_api

SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Mail:
    """One message to one recipient, as text and as HTML."""

    sender: str
    recipient: str
    subject: str
    text: str
    html: str


async def send(mail: Mail, *, seconds: float = SECONDS) -> str:
    """Hand a mail to SES, rather twice than never; its id there.

    Raises OSError (TimeoutError among them) where SES does not take it; RefusedByAws, which is one, says why.
    """
    answer = await kept_api("ses", "AWS_ENDPOINT_URL_SESV2", host="email").post(
        "/v2/email/outbound-emails",
        json.dumps(_request(mail)).encode(),
        {"content-type": "application/json"},
        seconds=seconds,
        may_repeat=True,
    )
    if answer.status != 200:  # noqa: PLR2004
        raise RefusedByAws("SES", answer)
    message_id: str = json.loads(answer.body)["MessageId"]
    return message_id


def _request(mail: Mail) -> dict[str, Any]:
    return {
        "FromEmailAddress": mail.sender,
        "Destination": {"ToAddresses": [mail.recipient]},
        "Content": {
            "Simple": {
                "Subject": _utf8(mail.subject),
                "Body": {"Text": _utf8(mail.text), "Html": _utf8(mail.html)},
            }
        },
    }


def _utf8(text: str) -> dict[str, str]:
    return {"Data": text, "Charset": "UTF-8"}
