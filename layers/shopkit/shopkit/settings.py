"""Settings come from the environment, and from nowhere else."""

import os


class MissingSettingError(RuntimeError):
    """A setting that has no default is not in the environment."""

    def __init__(self, *names: str) -> None:
        super().__init__(f"Set {' or '.join(names)} in the environment.")


def optional(name: str, default: str = "") -> str:
    """The variable's value; an empty one counts as not set."""
    return os.environ.get(name) or default


def required(name: str) -> str:
    """The variable's value; raises MissingSettingError where it is not set or empty."""
    value = os.environ.get(name)
    if not value:
        raise MissingSettingError(name)
    return value


def is_production() -> bool:
    """Whether this is the stage that shoppers use."""
    return optional("STAGE") == "prod"
