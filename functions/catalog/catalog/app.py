"""The catalog as an ASGI app."""

from shopkit.web.app import create_app
from shopkit.web.health import database_answers

app = create_app("catalog", title="Catalog", routers=[], checks={"database": database_answers})
