"""What can be said to `./shop dlq` and `./shop mail`."""

from typing import Annotated

import typer

from shopcli import place

dlq = typer.Typer(help="Look at what functions failed to do, and send it back.", no_args_is_help=True)
mail = typer.Typer(help="Look at the mails that the shop sent; here they reach nobody.", invoke_without_command=True)

AsJson = Annotated[bool, typer.Option("--json", help="For programs: everything as JSON.")]
Queue = Annotated[str, typer.Argument(help="A queue's name, as ./shop dlq list shows it; any queue will do.")]


@dlq.command("list")
def list_queues(*, as_json: AsJson = False) -> None:
    """List the queues that keep what failed, and how much is in each."""
    from shopcli.flow import dead_letters

    dead_letters.list_queues(place.needed(), as_json=as_json)


@dlq.command("show")
def show_queue(queue: Queue, *, as_json: AsJson = False) -> None:
    """Show a queue's messages; they stay where they are, and nobody's count of receiving them grows."""
    from shopcli.flow import dead_letters

    dead_letters.show(place.needed(), queue, as_json=as_json)


@dlq.command()
def redrive(
    queue: Queue, message_id: Annotated[str | None, typer.Option("--id", help="Only the message with this id.")] = None
) -> None:
    """Send a queue's messages back to the queues that they come from. Exits with 1 if some have to stay."""
    from shopcli.flow import dead_letters

    dead_letters.redrive(place.needed(), queue, message_id)


@mail.callback()
def list_mails(context: typer.Context, *, as_json: AsJson = False) -> None:
    if context.invoked_subcommand is None:
        from shopcli.flow import mails

        mails.list_mails(place.needed(), as_json=as_json)


@mail.command("show")
def show_mail(
    which: Annotated[str, typer.Argument(help="A mail's number in ./shop mail, 1 being the latest, or its id.")],
) -> None:
    """Print one mail: what stands in its head, and its text."""
    from shopcli.flow import mails

    mails.show(place.needed(), which)
