"""Chromium, headless, at a phone's and a desk's width."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Response, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDTHS = {"phone": (390, 844), "desk": (1280, 900)}


@pytest.fixture(scope="module")  # not longer: while Playwright runs, no other event loop can
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        if os.environ.get("SHOP_BROWSER_REQUIRED"):
            pytest.fail("Chromium is not on PATH, and SHOP_BROWSER_REQUIRED says that it must be.")
        pytest.skip("Chromium is not on PATH (./shop doctor says so, too)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


def is_complaint(message: ConsoleMessage) -> bool:
    """Pages may well answer 400 or 404, which the browser notes as an error; parts of pages may not (see is_broken)."""
    return message.type == "error" and not message.text.startswith("Failed to load resource")


def is_broken(answer: Response) -> bool:
    """A style, script or picture that did not come."""
    return answer.status >= 400 and answer.request.resource_type != "document"


@pytest.fixture(params=["phone", "desk"])
def width(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def page(request: pytest.FixtureRequest, chromium: Browser, base_url: str, width: str) -> Iterator[Page]:
    """A new visitor's page. It fails the test if the browser complains about the page, or asks another origin."""
    across, down = WIDTHS[width]
    context = chromium.new_context(
        base_url=base_url, viewport={"width": across, "height": down}, java_script_enabled=request.param
    )
    page = context.new_page()
    complaints: list[str] = []
    elsewhere: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if is_complaint(message) else None)
    page.on("response", lambda answer: complaints.append(answer.url) if is_broken(answer) else None)
    page.on("request", lambda sent: None if sent.url.startswith((base_url, "data:")) else elsewhere.append(sent.url))
    yield page
    context.close()
    assert not complaints
    assert not elsewhere
