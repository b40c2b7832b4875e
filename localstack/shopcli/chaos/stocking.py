"""The shop before the first checkout: its products, and its shoppers' accounts."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from shopcli import place, starting
from shopcli.chaos.asking import Account, Caller
from shopcli.chaos.plan import CLIENTS, Plan, Product
from shopcli.chaos.shopper import Shopper
from shopcli.progress import fail

PASSWORD = "correct horse battery staple"  # noqa: S105 - of accounts that are thrown away


def stock(cloud: place.Cloud, products: Sequence[Product]) -> list[str]:
    """Create the products as the administrator; their ids."""
    admin = Caller(cloud.url, Account(starting.ADMIN_EMAIL, starting.ADMIN_PASSWORD))
    admin.sign_in()
    return [_create(admin, product) for product in products]


def _create(admin: Caller, product: Product) -> str:
    body = {"sku": product.sku, "name": product.sku.title(), "price": product.price, "stock": product.stock}
    answer = admin.ask("POST", "/api/products", body)
    if not answer.is_success:
        fail(f"{product.sku} could not be created: {answer.body.decode()[:300]}")
    return str(answer.content["id"])


def shoppers(cloud: place.Cloud, plan: Plan, products: Sequence[str]) -> list[Shopper]:
    """One for each client, with an account of his own."""
    with ThreadPoolExecutor(CLIENTS) as pool:
        return list(pool.map(lambda number: _shopper(cloud, plan, products, number), range(CLIENTS)))


def _shopper(cloud: place.Cloud, plan: Plan, products: Sequence[str], number: int) -> Shopper:
    caller = Caller(cloud.url, Account(f"shopper-{plan.seed}-{number}@example.com", PASSWORD))
    return Shopper(caller, caller.sign_up(), products)
