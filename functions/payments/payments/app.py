"""The payments service's app."""

from payments.endpoints import providers, shoppers
from payments.providers.choosing import provider_is_fit
from shopkit.web.app import create_app
from shopkit.web.health import database_answers

app = create_app(
    "payments",
    title="Serverless Shop: payments",
    routers=[shoppers, providers],
    checks={"database": database_answers, "provider": provider_is_fit},
)
