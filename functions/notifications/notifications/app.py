"""The notifications service's app."""

from notifications.endpoints import router
from shopkit.web.app import create_app
from shopkit.web.health import database_answers

app = create_app(
    "notifications",
    title="Serverless Shop: notifications",
    routers=[router],
    checks={"database": database_answers},
)
