"""Connections as every function makes them."""

from typing import Any

import psycopg
from psycopg.rows import tuple_row

from shopkit import context
from shopkit.db import address
from shopkit.errors import DatabaseUnavailable
from shopkit.sockets import is_silent

CONNECT_SECONDS = 3.0


async def connect(**options: Any) -> psycopg.AsyncConnection[Any]:
    """A connection without server-side prepared statements, which RDS Proxy would pin.

    Raises DatabaseUnavailable.
    """
    try:
        return await _connect(**options)
    except psycopg.OperationalError as error:
        if "password authentication failed" not in str(error):
            raise DatabaseUnavailable from error
    address.forget()
    try:
        return await _connect(**options)
    except psycopg.OperationalError as error:
        raise DatabaseUnavailable from error


async def _connect(**options: Any) -> psycopg.AsyncConnection[Any]:
    return await psycopg.AsyncConnection.connect(
        await address.conninfo(),
        connect_timeout=max(1, round(context.seconds_left(CONNECT_SECONDS))),
        prepare_threshold=None,
        row_factory=tuple_row,
        **options,
    )


def is_usable(connection: psycopg.AsyncConnection[Any]) -> bool:
    """Whether the server still listens, as far as this machine knows: no round trip is made to ask it.

    What comes while somebody else is asking is his answer.
    """
    return not connection.closed and (connection.lock.locked() or is_silent(connection.fileno()))
