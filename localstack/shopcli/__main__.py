"""`python -m shopcli`: what ./shop hands over to."""

from shopcli.app import app

app(prog_name="./shop")
