"""The function's entry."""

from shopkit import runtime

# ruff: isort: split
from cart.app import app

http = runtime.lambda_handler(app)
