"""`./shop up`: from nothing to a shop that answers."""

import subprocess
from dataclasses import dataclass

import requests
from rich.console import Console

from localcloud.state import State
from shopcli import assets, containers, migrating, place, seeding, starting
from shopcli.progress import console, step


@dataclass(frozen=True)
class Prepared:
    """What came of preparing the shop."""

    cloud: place.Cloud
    process: subprocess.Popen[bytes]


def say_it_runs(cloud: place.Cloud) -> None:
    """What a second `up` answers."""
    console.print(f"[green]✓[/] The shop already runs (process {cloud.pid}). Stop it with ./shop down.")
    banner(cloud)


def start(wish: starting.Wish, *, seed: bool) -> Prepared:
    """Start everything and prepare the shop; whatever fails stops all of it again."""
    State(place.STATE)
    starting.refuse_taken_port(wish)
    with step("Building the pages' styles and scripts …", "Styles and scripts are built"):
        assets.build()
    process = starting.launch(wish)
    try:
        with step("Starting Postgres, Valkey, AWS and the front …", "Postgres, Valkey, AWS and the front are up"):
            cloud = starting.wait_until_ready(process)
        _prepare(cloud, seed=seed)
        if wish.for_containers:
            file = containers.write_environment(cloud)
            console.print(f"[green]✓[/] Variables for sam local: {file}", soft_wrap=True)
    except BaseException:
        starting.stop(process.pid)
        raise
    return Prepared(cloud, process)


def _prepare(cloud: place.Cloud, *, seed: bool) -> None:
    if migrating.is_needed():
        with step("Bringing the databases up to date …", "Databases are up to date"):
            migrating.migrate(cloud)
    if seed:
        with step("Looking at the catalogue …", "Catalogue looked at"):
            empty = seeding.is_empty(cloud)
        if empty:
            with step("Importing the demo catalogue …", "Demo catalogue imported"):
                seeding.load(cloud, seeding.DEMO)
    with step("Opening the shop …", "The shop answers"):
        requests.get(f"{cloud.url}/", timeout=30).raise_for_status()


def banner(cloud: place.Cloud, told_on: Console = console) -> None:
    """The addresses and the sign-in."""
    told_on.print(
        f"""
  Shop      [bold]{cloud.url}[/]
  Admin     {cloud.url}/admin     sign in as {starting.ADMIN_EMAIL} / {starting.ADMIN_PASSWORD}
  API       {cloud.url}/api/products     documented at {cloud.url}/catalog/docs and {cloud.url}/auth/docs
  Inside    {cloud.console_url}     (functions, services, what happened)
""",
        soft_wrap=True,
    )


def stay(prepared: Prepared) -> int:
    """Wait in the foreground until Ctrl-C, or until the embedded place ends by itself."""
    console.print("  Ctrl-C stops everything and keeps your data. ./shop logs -f shows what happens.\n")
    try:
        code = prepared.process.wait()
    except KeyboardInterrupt:
        with step("Stopping …", "Stopped. Your data stays for the next ./shop up"):
            starting.stop(prepared.process.pid)
        return 0
    if place.running() is None and code == 0:
        console.print("[green]✓[/] Stopped.")
        return 0
    console.print(f"[red]✗[/] The embedded place ended (exit {code}); see ./shop logs cloud.")
    return 1
