"""The cart service's app."""

from cart import redis_server
from cart.endpoints import carts, stored
from shopkit.web.app import create_app

app = create_app("cart", title="Serverless Shop: cart", routers=[carts, stored], checks={"redis": redis_server.answers})
