"""What can be said to `./shop bench`."""

from typing import Annotated

import typer

bench = typer.Typer(help="Measure speed: ratios to a baseline in the same run.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]
Rounds = Annotated[int, typer.Option(min=1, max=1000, help="How often each is measured.")]


@bench.command()
def coldstart(rounds: Rounds = 10, *, as_json: AsJson = False) -> None:
    """Import and first real request of each function, against the plainest function one would write."""
    from shopcli.bench import coldstart as measuring

    measuring.run(rounds, as_json=as_json)


@bench.command()
def gateway(rounds: Rounds = 5, *, as_json: AsJson = False) -> None:
    """The whole path (front, gateway, catalog, Postgres), against the catalog app alone under uvicorn."""
    from shopcli.bench import gateway as measuring

    measuring.run(rounds, as_json=as_json)


@bench.command()
def checkout(rounds: Rounds = 5, *, as_json: AsJson = False) -> None:
    """Add to the cart, place and pay through all services, against the same SQL from one program."""
    from shopcli.bench import checkout as measuring

    measuring.run(rounds, as_json=as_json)
