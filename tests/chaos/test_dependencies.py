"""Each dependency is taken away, slowed down and cut off, while shoppers browse, fill carts, check out and sign in."""

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import httpx
import pytest

from chaos.dependencies.journeys import PATIENCE, WORKS, People, Shopper
from chaos.dependencies.lines import Fault, Lines
from chaos.dependencies.table import JOURNEYS, WITHOUT, expected, rendered, unavailable
from conftest import free_port
from factories.custom_shop import custom_shop
from factories.place import ROOT, RunningShop
from factories.shop_functions import restart
from factories.waiting import wait_for
from localcloud.cache import Cache
from localcloud.state import State, is_free
from shopcli.chaos import stocking
from shopcli.chaos.plan import Product
from shopcli.place import Cloud

pytestmark = pytest.mark.timeout(300)

HERE, ALSO_HERE = "127.0.0.1", "::1"
SERVERS = {"postgres": "Postgres", "cache": "Redis", "aws": "AWS"}
"""Dependencies by the names of the embedded place's ports."""
SERVICES = WITHOUT.keys() - SERVERS.values()
BUDGET, BUDGET_BROWSING = 28.0, 8.0
"""Seconds: the gateway's, and the patience of who looks at a public page."""
LATEST = 1.0
"""Seconds that a busy machine may add."""


@dataclass(frozen=True)
class Stage:
    shop: RunningShop
    lines: Lines
    people: People


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A shop each of whose dependencies is reached through a line of its own."""
    state = State(tmp_path_factory.mktemp("dependencies") / "state")
    ports = {name: state.ports.choose(name) for name in ("postgres", "cache", "aws", "invoke")}
    if not is_free(ports["postgres"], [ALSO_HERE]):
        pytest.skip("This machine has no loopback of IPv6, at which Postgres could have a second address.")
    begins = {name: (HERE, free_port()) for name in ports} | {"postgres": (ALSO_HERE, ports["postgres"])}
    lines = Lines()
    with lines.running():
        for name, dependency in SERVERS.items():
            lines.lead(dependency, (HERE, ports[name]), at=begins[name])
        lines.lead_to_functions(SERVICES, (HERE, ports["invoke"]), at=begins["invoke"])
        parameters = {
            "DatabaseHost": ALSO_HERE,
            "RedisUrl": Cache(state.folder, begins["cache"][1]).url,
            "AwsEndpointUrl": f"http://{HERE}:{begins['aws'][1]}",
            "LambdaEndpointUrl": f"http://{HERE}:{begins['invoke'][1]}",
        }
        with custom_shop(state.folder, parameters) as shop, closing(People(shop.url, stocked(shop))) as people:
            yield Stage(shop, lines, people)


def stocked(shop: RunningShop) -> dict[str, str]:
    [product_id] = stocking.stock(Cloud(shop.facts), [Product("LAMP", "10.00", 1000)])
    product: dict[str, str] = httpx.get(f"{shop.url}/api/products/{product_id}").raise_for_status().json()
    return product


@pytest.mark.parametrize("fault", Fault)
@pytest.mark.parametrize("dependency", WITHOUT)
def test_is_borne(stage: Stage, dependency: str, fault: Fault) -> None:
    people = stage.people
    people.get_ready()
    with stage.lines.broken(dependency, fault):
        told = people.go()
    outcomes = expected(dependency, fault)
    assert {step: each.word for step, each in told.items() if each.word not in outcomes.get(step, (WORKS,))} == {}
    slow = {step: each.seconds for step, each in told.items() if each.seconds > budget(step) + LATEST}
    assert slow == {}


def test_a_function_that_starts_without_aws(stage: Stage) -> None:
    """It says so, and works once AWS is back."""
    stage.people.get_ready()
    with stage.lines.broken("AWS", Fault.DOWN):
        restart(stage.shop, "CatalogFunction")
        told = stage.people.go()
        assert told["API"].word == unavailable("catalog")
        assert told["form"].word == WORKS
    stage.people.get_ready()
    assert stage.people.go()["API"].word == WORKS


def test_nothing_was_lost(stage: Stage) -> None:
    """Whatever was answered before: the same key asked again has one order, and there are no others."""
    buyer = stage.people.buyer
    placed = [wait_for(partial(order_under, buyer, key), PATIENCE) for key in buyer.keys]
    listed = buyer.browser.get("/api/orders", params={"limit": 100}).raise_for_status().json()["items"]
    assert Counter(placed) == Counter(order["order_id"] for order in listed)


def order_under(buyer: Shopper, key: str) -> str:
    """What comes of a key, now that there is something in the cart; empty while it is worked on."""
    buyer.add().raise_for_status()
    answer = buyer.place(key)
    return str(answer.json()["order_id"]) if answer.status_code == 201 else ""


def budget(step: str) -> float:
    return BUDGET_BROWSING if step in JOURNEYS["browse"] else BUDGET


def test_table_is_told() -> None:
    page = Path(ROOT / "docs" / "reliability.md").read_text()
    assert rendered() in page, rendered()
