"""What a service tells the others."""

from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict


class Fact(BaseModel):
    """Something that has happened; the fields are the event's `data`.

    A publisher's events.py has one subclass for each type of event. `EXAMPLE` is the data of one, to which tests
    hold publisher and consumers.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: ClassVar[str]
    EXAMPLE: ClassVar[dict[str, Any]]
