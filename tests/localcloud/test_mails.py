"""Mails that AWS's SDK sends, and how they look in the console."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import boto3
import pytest
import pytest_asyncio
from botocore.exceptions import ClientError

from localcloud import mail_pages
from localcloud.aws import Aws
from localcloud.mails import Mail, Mails
from localcloud.stack import SENDER, Resource
from localcloud.state import free_port

pytestmark = pytest.mark.asyncio(loop_scope="module")

REGION = "eu-central-1"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mails")


@pytest.fixture
def mails(folder: Path) -> Mails:
    return Mails(folder / "aws")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def ses(folder: Path) -> AsyncIterator[Any]:
    sender = {"Sender": Resource(SENDER, {"EmailIdentity": "shop@example.com"})}
    server = Aws(folder, free_port(), sender, REGION)
    await server.start()
    keys = {"aws_access_key_id": "tests", "aws_secret_access_key": "tests", "region_name": REGION}
    yield boto3.client("sesv2", endpoint_url=server.url, **keys)
    await server.stop()


class TestSend:
    async def test_keeps_both_forms(self, ses: Any, mails: Mails, folder: Path) -> None:
        body = {"Text": {"Data": "Hello"}, "Html": {"Data": "<p>Hello</p>"}}
        sent = ses.send_email(
            FromEmailAddress="Shop <shop@example.com>",
            Destination={"ToAddresses": ["ann@example.com"], "CcAddresses": ["bob@example.com"]},
            Content={"Simple": {"Subject": {"Data": "Wëlcome"}, "Body": body}},
        )
        mail = mails.find(sent["MessageId"])
        assert mail
        assert (mail.sender, mail.to) == ("Shop <shop@example.com>", ["ann@example.com", "bob@example.com"])
        assert (mail.subject, mail.text, mail.html) == ("Wëlcome", "Hello", "<p>Hello</p>")
        (file,) = (folder / "aws" / "mails").glob(f"*{sent['MessageId']}*")
        assert file.stat().st_mode & 0o777 == 0o600

    async def test_raw(self, ses: Any, mails: Mails) -> None:
        data = b"From: shop@example.com\r\nTo: ann@example.com\r\nSubject: =?utf-8?q?H=C3=A9?=\r\n\r\nHello\r\n"
        sent = ses.send_email(
            FromEmailAddress="shop@example.com",
            Destination={"ToAddresses": ["ann@example.com"]},
            Content={"Raw": {"Data": data}},
        )
        mail = mails.find(sent["MessageId"])
        assert mail
        assert (mail.subject, mail.text, mail.html) == ("Hé", "Hello\r\n", None)

    async def test_of_a_sender_that_nobody_verified(self, ses: Any, mails: Mails) -> None:
        before = mails.count()
        with pytest.raises(ClientError) as caught:
            ses.send_email(
                FromEmailAddress="thief@example.org",
                Destination={"ToAddresses": ["ann@example.com"]},
                Content={"Simple": {"Subject": {"Data": "x"}, "Body": {"Text": {"Data": "x"}}}},
            )
        assert caught.value.response["Error"]["Code"] == "MessageRejected"
        assert mails.count() == before


class TestPages:
    MAIL = Mail("id-1", "2026-11-23T12:00:00.000+00:00", "<shop>", ["ann@example.com"], "1 < 2", "a < b", "<p>Hi</p>")

    async def test_escape_everything(self) -> None:
        listing, page = mail_pages.listing([self.MAIL]).decode(), mail_pages.page(self.MAIL).decode()
        assert '<a href="/mails/id-1">1 &lt; 2</a>' in listing
        assert "&lt;shop&gt;" in page
        assert "<pre>a &lt; b</pre>" in page
        assert "<p>Hi</p>" not in page

    async def test_frame_runs_no_script(self) -> None:
        page = mail_pages.page(self.MAIL).decode()
        assert "allow-scripts" not in page
        assert 'sandbox="' in page
        assert "script-src" not in mail_pages.POLICY
        assert mail_pages.POLICY.startswith("default-src 'none'")

    async def test_latest_first(self) -> None:
        other = Mail("id-2", "2026-11-23T12:00:01.000+00:00", "", [], "", None, None)
        listing = mail_pages.listing([self.MAIL, other]).decode()
        assert listing.index("id-2") < listing.index("id-1")
        assert "(no subject)" in listing

    async def test_none(self) -> None:
        assert "No mail was sent yet." in mail_pages.listing([]).decode()
