"""What this machine knows of a kept connection before anything is sent on it."""

import select


def is_silent(descriptor: int) -> bool:
    """Whether nothing has come on an idle connection.

    While a function is frozen its event loop sees nothing: what the peer sent meanwhile, an end most of all, waits in
    the socket.
    """
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return not poll.poll(0)
