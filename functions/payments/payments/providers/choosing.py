"""Which provider the shop uses, as its settings say."""

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


def provider() -> Provider:
    """The provider. Raises ProviderUnfit."""
    name = settings.provider()
    if name != "emulated" or is_production():
        raise ProviderUnfit(name)
    from payments.providers.emulated import EmulatedProvider

    return EmulatedProvider()


async def provider_is_fit() -> None:
    """A check of health. Raises ProviderUnfit."""
    provider()
