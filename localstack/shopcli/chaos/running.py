"""A plan is carried out: checkouts and kills at the same time, then quiet, then the checks."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from shopcli.chaos import checks, claims, settling, stocking
from shopcli.chaos.checks import Violation
from shopcli.chaos.diary import Visit
from shopcli.chaos.evidence import Archive
from shopcli.chaos.nemesis import Nemesis, Victim
from shopcli.chaos.pace import Pace
from shopcli.chaos.plan import CLIENTS, Plan
from shopcli.chaos.recovery import recoveries
from shopcli.chaos.sampler import Sampler
from shopcli.chaos.shopper import Shopper
from shopcli.own_shop import OwnShop
from shopcli.progress import counting, step


@dataclass(frozen=True, slots=True)
class Run:
    """What came of a plan; times in seconds."""

    plan: Plan
    visits: Sequence[Visit]
    victims: Sequence[Victim]
    recoveries: dict[str, list[float]]
    busy_seconds: float
    settled_after: float
    looks: int
    violations: Sequence[Violation]


def carry_out(plan: Plan, shop: OwnShop) -> Run:
    """Carry the plan out on a shop without products, and check."""
    with step("Stocking the shop …", "Products and shoppers are there"):
        products = stocking.stock(shop.cloud, plan.products)
        shoppers = stocking.shoppers(shop.cloud, plan, products)
    initial = {product.sku: product.stock for product in plan.products}
    archive = Archive(shop, initial)
    sampler = Sampler(archive.address("catalog"), initial)
    with ThreadPoolExecutor(1) as watching:
        watching.submit(sampler.watch)
        try:
            begun = time.monotonic()
            visits, victims = _buy_and_kill(plan, shop, shoppers)
            busy_seconds = time.monotonic() - begun
            with step("Waiting until everything is settled …", "Settled"):
                evidence, settled_after = settling.settle(shop.cloud, archive)
        finally:
            sampler.end()
    found = [
        *(Violation("stock adds up at every moment", "sample", finding) for finding in sampler.findings),
        *checks.violations(evidence),
        *claims.violations(visits, evidence),
    ]
    recovered = recoveries(shop.state / "events.jsonl")
    return Run(plan, visits, victims, recovered, busy_seconds, settled_after, sampler.looks, found)


def _buy_and_kill(plan: Plan, shop: OwnShop, shoppers: Sequence[Shopper]) -> tuple[list[Visit], list[Victim]]:
    pace = Pace(len(plan.checkouts), len(plan.kills))
    nemesis = Nemesis(shop.cloud, plan.kills, pace)
    with ThreadPoolExecutor(1) as raging, ThreadPoolExecutor(CLIENTS) as buying:
        rage = raging.submit(nemesis.rage)
        try:
            with counting(len(plan.checkouts), "Checkouts and kills are over") as count:
                each = list(
                    buying.map(lambda client: _buy(shoppers[client], plan, client, pace, count), range(CLIENTS))
                )
                rage.result()
        finally:
            pace.end()
        with step("Shoppers ask once more for what they were told …", "Every key was used once more"):
            list(buying.map(_come_back, shoppers, each))
    return [visit for visits in each for visit in visits], nemesis.victims


def _buy(shopper: Shopper, plan: Plan, client: int, pace: Pace, count: Callable[[], None]) -> list[Visit]:
    """A client's share of the checkouts, one after the other."""
    visits = []
    for checkout in plan.checkouts[client::CLIENTS]:
        pace.before_checkout(checkout.number)
        visits.append(shopper.visit(checkout))
        count()
    return visits


def _come_back(shopper: Shopper, visits: Sequence[Visit]) -> None:
    for visit in visits:
        shopper.come_back(visit)
