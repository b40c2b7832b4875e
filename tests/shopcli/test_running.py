"""./shop up, down, status and logs, as a developer's shell sees them."""

import os
import signal
import socket
import subprocess
import sys
import uuid
from pathlib import Path

import httpx
import pytest

from conftest import free_port
from factories.place import ADMIN, ROOT, RunningShop, run_command
from factories.waiting import wait_for
from localcloud.processes import Identity


class TestUp:
    def test_twice_says_what_already_runs(self, running_shop: RunningShop) -> None:
        again = running_shop.command("up")
        assert "already runs" in again.stderr
        assert running_shop.url in again.stderr

    def test_tells_the_addresses_and_the_sign_in(self, running_shop: RunningShop) -> None:
        told = running_shop.command("up").stderr
        assert f"{running_shop.url}/admin" in told
        assert "admin@example.com / admin123" in told

    def test_a_taken_port_gets_one_clear_line(self, tmp_path: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            done = run_command(tmp_path / "state", ["up", "--detach", "--port", str(port)], check=False)
        assert done.returncode == 1
        assert done.stderr.strip().splitlines() == [
            f"✗ Port {port} is taken by another program. Choose another: ./shop up --port {port + 1}"
        ]

    @pytest.mark.skipif(sys.platform != "linux", reason="reads /proc/net/tcp")
    def test_nothing_listens_outside_loopback(self, running_shop: RunningShop) -> None:
        pids = [running_shop.facts["pid"], *(service["pid"] for service in running_shop.status["services"])]
        assert listening_addresses(pids) == {"127.0.0.1"}


class TestInTheForeground:
    def test_ctrl_c_stops_all_children_and_loses_nothing(self, tmp_path: Path) -> None:
        state, sku = tmp_path / "state", f"KEPT-{uuid.uuid4()}"
        first = foreground(state)
        shop = RunningShop(state)
        children = [Identity.of(service["pid"]) for service in shop.status["services"]]
        product = create_product(shop.url, sku)
        first.send_signal(signal.SIGINT)
        assert first.wait(30) == 0
        assert not [child for child in children if child and child.is_alive()]
        assert not (state / "run" / "cloud.json").exists()

        second = foreground(state)
        assert httpx.get(f"{RunningShop(state).url}/api/products/{product}").json()["sku"] == sku
        second.kill()  # not even its own parent's sudden death may leave children behind
        second.wait()
        wait_for(lambda: not (state / "run" / "cloud.json").exists())


class TestStatusAndLogs:
    def test_status_is_for_people_too(self, running_shop: RunningShop) -> None:
        told = running_shop.command("status").stdout
        assert "postgres" in told
        assert "CatalogFunction" in told

    def test_without_a_shop(self, tmp_path: Path) -> None:
        done = run_command(tmp_path / "state", ["status"], check=False)
        assert done.returncode == 1
        assert "./shop up" in done.stderr
        assert run_command(tmp_path / "state", ["down"]).returncode == 0

    def test_logs_of_one_function(self, running_shop: RunningShop) -> None:
        httpx.get(f"{running_shop.url}/api/products?limit=1").raise_for_status()
        assert '"service":"catalog"' in running_shop.command("logs", "catalog").stdout
        assert "There is no log of 'nothing'" in running_shop.command("logs", "nothing", check=False).stderr

    def test_logs_are_their_owners_alone(self, running_shop: RunningShop) -> None:
        logs = list((running_shop.state / "logs").iterdir())
        assert {"cloud.log", "postgres.log"} <= {log.name for log in logs}
        assert {log.stat().st_mode & 0o777 for log in logs} == {0o600}


def test_every_command_explains_itself(tmp_path: Path) -> None:
    commands = ["up", "down", "status", "logs", "test", "lint", "migrate", "seed", "openapi", "doctor", "bench"]
    commands += ["events", "dlq", "mail", "reconcile"]
    for command in commands:
        assert run_command(tmp_path, [command, "--help"]).stdout.strip()


def foreground(state: Path) -> subprocess.Popen[bytes]:
    """./shop up as in a terminal; returns when the shop answers."""
    port = str(free_port())
    process = subprocess.Popen(
        [sys.executable, "-m", "shopcli", "up", "--no-seed", "--port", port],
        cwd=ROOT,
        env={**os.environ, "SHOP_STATE": str(state), "PYTHONPATH": str(ROOT / "localstack")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wait_for(lambda: process.poll() is not None or answers(f"http://localhost:{port}/health"), 60)
    assert process.poll() is None
    wait_for((state / "migrated").exists, 60)
    return process


def answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5).is_success
    except httpx.HTTPError:
        return False


def create_product(url: str, sku: str) -> str:
    token = httpx.post(f"{url}/auth/login", data=ADMIN, timeout=20).json()["access_token"]
    body = {"sku": sku, "name": "Kept", "price": "1.00"}
    made = httpx.post(f"{url}/api/products", json=body, headers={"Authorization": f"Bearer {token}"}, timeout=20)
    product: str = made.raise_for_status().json()["id"]
    return product


def listening_addresses(pids: list[int]) -> set[str]:
    """Where these processes listen, as Linux tells it."""
    sockets = set()
    for pid in pids:
        for descriptor in Path(f"/proc/{pid}/fd").iterdir():
            target = str(descriptor.readlink())
            if target.startswith("socket:["):
                sockets.add(target[8:-1])
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    lines += [line.split() for line in Path("/proc/net/tcp6").read_text().splitlines()[1:]]
    listening = "0A"
    return {_address(line[1]) for line in lines if line[3] == listening and line[9] in sockets}


def _address(told: str) -> str:
    """An address as /proc/net/tcp writes it: hexadecimal, in the machine's byte order."""
    raw = bytes.fromhex(told.partition(":")[0])
    return socket.inet_ntop(socket.AF_INET, raw[::-1]) if len(raw) == 4 else socket.inet_ntop(socket.AF_INET6, raw)
