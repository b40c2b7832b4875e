"""The command line itself: what can be said, and whom it is said to."""

import signal
from pathlib import Path
from typing import Annotated

import typer

from shopcli import place, progress
from shopcli.bench.commands import bench
from shopcli.flow.commands import dlq, mail

app = typer.Typer(
    help="Serverless Shop, on this machine: no Docker, no account.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.add_typer(bench, name="bench")
app.add_typer(dlq, name="dlq")
app.add_typer(mail, name="mail")


@app.command()
def up(
    port: Annotated[int, typer.Option(help="The shop's port.", min=1, max=65535)] = 8000,
    host: Annotated[str, typer.Option(help="The address to listen on; 0.0.0.0 lets other machines in.")] = "127.0.0.1",
    *,
    fresh: Annotated[bool, typer.Option("--fresh", help="Throw all data away first.")] = False,
    seed: Annotated[bool, typer.Option(help="Import the demo catalogue into an empty shop.")] = True,
    detach: Annotated[bool, typer.Option("--detach", help="Return as soon as the shop answers.")] = False,
    reload: Annotated[bool, typer.Option("--reload", help="Take up changed code at once.")] = False,
    for_containers: Annotated[
        bool, typer.Option("--containers", help="Let containers on this machine reach the databases (sam local).")
    ] = False,
) -> None:
    """Start the whole shop: databases, cache, AWS, functions, front; migrated and seeded."""
    from shopcli import starting
    from shopcli import up as opening

    # Until the shop runs, a polite end is like Ctrl-C: what was started is stopped again.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    already = place.running()
    if already and fresh:
        starting.stop(already.pid)
    elif already:
        opening.say_it_runs(already)
        return
    if fresh:
        starting.erase()
    try:
        prepared = opening.start(starting.Wish(host, port, reload, detach, for_containers), seed=seed)
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    opening.banner(prepared.cloud)
    if not detach:
        raise typer.Exit(opening.stay(prepared))


@app.command()
def down() -> None:
    """Stop the shop. Its data stay."""
    from shopcli import starting

    cloud = place.running()
    if cloud is None:
        progress.console.print("The shop does not run.")
        return
    with progress.step("Stopping …", "Stopped. Your data stays for the next ./shop up"):
        starting.stop(cloud.pid)


@app.command()
def status(
    *, as_json: Annotated[bool, typer.Option("--json", help="For programs: everything as JSON.")] = False
) -> None:
    """Tell what runs, and what happened lately. Exits with 1 if the shop does not run."""
    from shopcli import status as telling

    telling.tell(place.needed(), as_json=as_json)


@app.command()
def events(
    *,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on as more happens.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs; with --follow, a line for each.")] = False,
) -> None:
    """Show the flow of events: how full the queues are, and what functions were given lately."""
    from shopcli.flow import events as flowing

    flowing.tell(place.needed(), follow=follow, as_json=as_json)


@app.command()
def reconcile(
    *, as_json: Annotated[bool, typer.Option("--json", help="For programs: everything as JSON.")] = False
) -> None:
    """Compare orders, payments and stock; repair what is certain, list the rest. Exits with 1 if something is left."""
    from shopcli import reconciling

    reconciling.reconcile(place.needed(), as_json=as_json)


@app.command()
def logs(
    service: Annotated[
        str | None, typer.Argument(help="A function, postgres, cache, aws or cloud; all without.")
    ] = None,
    *,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on as more is written.")] = False,
    lines: Annotated[int, typer.Option("--lines", "-n", help="How many of the last lines.", min=0)] = 40,
) -> None:
    """Show the logs."""
    from shopcli import logs as reading

    reading.show(service, lines=lines, follow=follow)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def test(
    context: typer.Context, *, full: Annotated[bool, typer.Option("--full", help="The long ones, too.")] = False
) -> None:
    """Run the tests; further arguments go to pytest."""
    from shopcli import testing

    raise typer.Exit(testing.run(context.args, full=full))


@app.command()
def lint() -> None:
    """Run every linter that CI runs."""
    from shopcli import linting

    raise typer.Exit(linting.run())


@app.command()
def migrate() -> None:
    """Bring the running shop's databases up to date."""
    from shopcli import migrating

    cloud = place.needed()
    with progress.step("Bringing the databases up to date …", "Databases are up to date"):
        results = migrating.migrate(cloud)
    for name, result in results.items():
        progress.console.print(f"  {name}: {result}")


@app.command()
def seed(
    file: Annotated[
        Path | None, typer.Argument(help="A product CSV in Shopify's format; the demo catalogue without.", exists=True)
    ] = None,
) -> None:
    """Import products into the running shop; what is there already stays or is updated by SKU."""
    from shopcli import seeding

    source = file or seeding.DEMO
    with progress.step(f"Importing {source.name} …", f"Imported {source.name}"):
        report = seeding.load(place.needed(), source)
    counts = ", ".join(f"{report[name]} {name}" for name in ("created", "updated", "unchanged", "failed"))
    progress.console.print(f"  {counts}")
    for row in report["rows"]:
        if row["result"] == "failed":
            progress.console.print(f"  line {row['line']}: {row['detail']}", soft_wrap=True)
    raise typer.Exit(1 if report["failed"] else 0)


@app.command()
def openapi(
    *, check: Annotated[bool, typer.Option("--check", help="Only say whether the files are up to date.")] = False
) -> None:
    """Write docs/openapi/<service>.json from the services' code."""
    from shopcli import openapi as writing

    raise typer.Exit(writing.write(check=check))


@app.command()
def chaos(
    checkouts: Annotated[int, typer.Option(help="How many checkouts, by 16 clients.", min=1)] = 100,
    kills: Annotated[int, typer.Option(help="How many processes die meanwhile.", min=0)] = 15,
    seed: Annotated[int | None, typer.Option(help="Draws the same checkouts and kills again.", min=0)] = None,
    keep_in: Annotated[
        Path | None, typer.Option(help="A new folder for the shop's state and logs, which stays.")
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Buy while processes are killed, on a shop of its own; exits with 1 if anything was lost, doubled or oversold."""
    from shopcli.chaos import telling

    raise typer.Exit(telling.run(checkouts, kills, seed, keep_in=keep_in, as_json=as_json))


@app.command()
def doctor() -> None:
    """Check this machine for what the shop needs."""
    from shopcli import doctor as checking

    raise typer.Exit(checking.examine())
