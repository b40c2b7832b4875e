"""Asks the provider for a refund as if each time were the first, and dies once before it has put it down."""

import os
from pathlib import Path
from typing import Any
from uuid import uuid4

from planting import when_imported

DIED = Path(__file__).with_name("died")


@when_imported("payments.providers.emulated")
def lose_the_key(emulated: Any) -> None:
    refund = emulated.EmulatedProvider.refund

    async def refund_anew(self: Any, _refund_id: Any, charge_id: str, amount: Any) -> None:
        await refund(self, uuid4(), charge_id, amount)
        if not DIED.exists():
            DIED.touch()
            os._exit(1)

    emulated.EmulatedProvider.refund = refund_anew
