"""The auth service's app."""

from auth.endpoints import router
from shopkit.web.app import create_app
from shopkit.web.health import database_answers

app = create_app("auth", title="Serverless Shop: auth", routers=[router], checks={"database": database_answers})
