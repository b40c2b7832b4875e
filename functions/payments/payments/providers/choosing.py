"""Which provider the shop uses, as its settings say."""

from collections.abc import Callable

from payments import settings
from payments.providers.protocol import Provider
from shopkit.errors import Unavailable
from shopkit.settings import is_production


class ProviderUnfit(Unavailable):
    """The settings name a provider that there is not, or one that takes no money where shoppers pay."""

    code = "provider_unfit"

    def __init__(self, name: str) -> None:
        super().__init__("payment provider")
        self.detail = f"The payment provider '{name}' cannot be used at this stage; set PAYMENT_PROVIDER."


def _emulated() -> Provider:
    from payments.providers.emulated import EmulatedProvider

    return EmulatedProvider()


PROVIDERS: dict[str, Callable[[], Provider]] = {"emulated": _emulated}
TAKING_NO_MONEY = frozenset({"emulated"})


def provider() -> Provider:
    """The provider. Raises ProviderUnfit."""
    name = settings.provider()
    if name not in PROVIDERS or (name in TAKING_NO_MONEY and is_production()):
        raise ProviderUnfit(name)
    return PROVIDERS[name]()


async def provider_is_fit() -> None:
    """A check of health. Raises ProviderUnfit."""
    provider()
