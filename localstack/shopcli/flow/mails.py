"""`./shop mail`: the mails that the embedded place caught instead of sending them."""

import json
from typing import Any

import requests

from shopcli import place
from shopcli.flow import columns
from shopcli.progress import fail, output


def list_mails(cloud: place.Cloud, *, as_json: bool) -> None:
    """Print the mails, the latest first."""
    mails = _mails(cloud)
    if as_json:
        print(json.dumps(mails, indent=2))
    elif not mails:
        output.print("No mail was sent yet.")
    else:
        rows = [(n, each["time"], ", ".join(each["to"]), each["subject"]) for n, each in enumerate(mails, start=1)]
        columns.show(("", "Time", "To", "Subject"), rows)
        print(f"\n./shop mail show 1 prints the latest; {cloud.console_url}/mails shows them as they look.")


def show(cloud: place.Cloud, which: str) -> None:
    """Print one mail, named by its number in the list or by its id."""
    found = _find(_mails(cloud), which)
    for name, value in (("From", found["sender"]), ("To", ", ".join(found["to"])), ("Time", found["time"])):
        print(f"{name:8} {value}")
    print(f"Subject  {found['subject']}\n\n{found['text'] or '(no text)'}")
    if found["html"]:
        output.print(f"\n[dim]Its HTML: {cloud.console_url}/mails/{found['id']}[/]", soft_wrap=True)


def _find(mails: list[dict[str, Any]], which: str) -> dict[str, Any]:
    named: dict[str, dict[str, Any]] = {each["id"]: each for each in mails} | {
        str(n): each for n, each in enumerate(mails, start=1)
    }
    return named.get(which) or fail(f"There is no mail {which}; ./shop mail lists {len(mails) or 'none'}.")


def _mails(cloud: place.Cloud) -> list[dict[str, Any]]:
    """The latest first."""
    mails: list[dict[str, Any]] = requests.get(f"{cloud.console_url}/mails.json", timeout=10).json()
    return mails[::-1]
