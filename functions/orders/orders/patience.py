"""For how long another service may take."""

from contextlib import AbstractContextManager

from shopkit import context

PATIENCE, SHARE = 5.0, 0.75
"""Seconds, and of the caller's time: what is left is for putting down how far it came."""


def patiently() -> AbstractContextManager[None]:
    """A limit for one call of another service."""
    return context.no_longer_than(SHARE * context.seconds_left(PATIENCE / SHARE))
