"""./shop events, dlq, mail and reconcile, as a developer's shell sees them."""

import json
import os
import select
import subprocess
import sys
import uuid
from collections.abc import Iterator
from typing import Any

import boto3
import httpx
import pytest

from factories.place import ROOT, RunningShop, run_command
from factories.waiting import wait_for

DEAD = "NotificationsQueueDeadLetters"
PASSWORD = "correct horse battery staple"


def register(shop: RunningShop) -> str:
    """A new shopper, of whom the shop tells itself; answers the address."""
    email = f"{uuid.uuid4()}@example.com"
    account = {"email": email, "password": PASSWORD}
    httpx.post(f"{shop.url}/auth/register", json=account, timeout=20).raise_for_status()
    return email


def told(shop: RunningShop, *arguments: str) -> Any:
    return json.loads(shop.command(*arguments, "--json").stdout)


class TestEvents:
    def test_without_a_shop(self, tmp_path_factory: pytest.TempPathFactory) -> None:
        nowhere = tmp_path_factory.mktemp("nowhere")
        for command in (["events"], ["dlq", "list"], ["mail"], ["reconcile"]):
            done = run_command(nowhere, command, check=False)
            assert (done.returncode, "./shop up" in done.stderr) == (1, True)

    def test_shows_every_queue_and_what_went_through(self, running_shop: RunningShop) -> None:
        register(running_shop)
        deliveries = wait_for(
            lambda: [one for one in told(running_shop, "events")["deliveries"] if one["type"] == "user.registered"]
        )
        assert (deliveries[-1]["queue"], deliveries[-1]["outcome"]) == ("NotificationsQueue", "done")
        assert deliveries[-1]["correlation_id"]
        shown = running_shop.command("events").stdout
        assert "PaymentsReminders" in shown
        assert "NotificationsQueue → NotificationsEventsFunction" in shown

    def test_follows(self, running_shop: RunningShop) -> None:
        following = subprocess.Popen(
            [sys.executable, "-m", "shopcli", "events", "--follow", "--json"],
            cwd=ROOT,
            env={**os.environ, "SHOP_STATE": str(running_shop.state), "PYTHONPATH": str(ROOT / "localstack")},
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert following.stdout
            wait_for(lambda: register(running_shop) and _has_line(following), 60)
            assert json.loads(following.stdout.readline())["number"]
        finally:
            following.terminate()
            following.communicate()

    def test_status_tells_in_one_line(self, running_shop: RunningShop) -> None:
        line = next(line for line in running_shop.command("status").stdout.splitlines() if line.startswith("Queues:"))
        assert "waiting" in line
        assert "dead" in line
        assert "Mails:" in line


def _has_line(process: subprocess.Popen[str]) -> bool:
    assert process.stdout
    return bool(select.select([process.stdout], [], [], 0.5)[0])


class TestMail:
    def test_lists_and_shows(self, running_shop: RunningShop) -> None:
        email = register(running_shop)
        [mail, *_] = wait_for(lambda: [one for one in told(running_shop, "mail") if email in one["to"]], 30)
        assert mail["subject"] in running_shop.command("mail").stdout
        shown = running_shop.command("mail", "show", mail["id"]).stdout
        assert f"To       {email}" in shown
        assert mail["text"].strip() in shown
        assert running_shop.command("mail", "show", "1").stdout.startswith("From")

    def test_that_is_not_there(self, running_shop: RunningShop) -> None:
        done = running_shop.command("mail", "show", "nobody", check=False)
        assert (done.returncode, "There is no mail nobody" in done.stderr) == (1, True)


class TestDlq:
    @pytest.fixture
    def letter(self, running_shop: RunningShop) -> Iterator[dict[str, Any]]:
        """A dead letter that its consumer will drop when it sees it again."""
        keys = {"aws_access_key_id": "x", "aws_secret_access_key": "x", "region_name": "eu-central-1"}
        sqs = boto3.client("sqs", endpoint_url=running_shop.facts["aws_url"], **keys)
        url = sqs.get_queue_url(QueueName=DEAD)["QueueUrl"]
        envelope = {"id": str(uuid.uuid4()), "type": "tests.nothing", "version": 1, "source": "tests", "data": {}}
        envelope |= {"time": "2026-11-23T12:00:00Z", "correlation_id": str(uuid.uuid4())}
        event = {"detail-type": "tests.nothing", "source": "tests", "detail": envelope}
        sent = sqs.send_message(QueueUrl=url, MessageBody=json.dumps(event))
        yield {"id": sent["MessageId"], "correlation_id": envelope["correlation_id"]}
        sqs.purge_queue(QueueUrl=url)

    def test_list_show_redrive(self, running_shop: RunningShop, letter: dict[str, Any]) -> None:
        assert {queue["name"]: queue["waiting"] for queue in told(running_shop, "dlq", "list")}[DEAD] == 1
        assert "AsyncFailures" in running_shop.command("dlq", "list").stdout
        for _ in range(2):
            [shown] = told(running_shop, "dlq", "show", DEAD)
            assert (shown["id"], shown["receive_count"]) == (letter["id"], 0)
        assert letter["id"] in running_shop.command("dlq", "show", DEAD).stdout
        assert (
            "1 back to NotificationsQueue" in running_shop.command("dlq", "redrive", DEAD, "--id", letter["id"]).stdout
        )
        wait_for(
            lambda: (
                letter["correlation_id"]
                in {one["correlation_id"] for one in told(running_shop, "events")["deliveries"]}
            ),
            30,
        )
        assert told(running_shop, "dlq", "show", DEAD) == []

    def test_empty(self, running_shop: RunningShop) -> None:
        assert f"{DEAD} is empty" in running_shop.command("dlq", "redrive", DEAD).stdout
        assert f"{DEAD} is empty" in running_shop.command("dlq", "show", DEAD).stdout

    @pytest.mark.parametrize("command", [["show", "Nobody"], ["redrive", "Nobody"], ["redrive", DEAD, "--id", "x"]])
    def test_that_is_not_there(self, running_shop: RunningShop, command: list[str]) -> None:
        done = running_shop.command("dlq", *command, check=False)
        assert done.returncode == 1
        assert "There is no queue 'Nobody'" in done.stderr or "has no message x" in done.stdout


class TestReconcile:
    def test_of_a_shop_in_order(self, running_shop: RunningShop) -> None:
        assert told(running_shop, "reconcile") == {"repaired": [], "found": []}
        assert "agree" in running_shop.command("reconcile").stdout
