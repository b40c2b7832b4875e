"""What becomes of each step of a shopper's journey while one dependency is down, slow or resets its connections."""

from collections.abc import Mapping

from chaos.dependencies.journeys import ERROR_PAGE, NOTICE, WORKS
from chaos.dependencies.lines import Fault

Expected = Mapping[str, tuple[str, ...]]
"""By step, what may come of it; steps that are not named work."""
JOURNEYS: Mapping[str, tuple[str, ...]] = {
    "browse": ("front page", "product page", "API"),
    "cart": ("cart page", "add"),
    "checkout": ("checkout page", "place", "pay"),
    "sign-in": ("form", "sign in"),
}


def unavailable(service: str) -> str:
    return f"503 `{service} unavailable`"


NO_PRODUCTS: Expected = {
    "front page": (NOTICE,),
    "product page": (ERROR_PAGE,),
    "API": (unavailable("catalog"),),
}
NO_CART: Expected = {
    "cart page": (NOTICE,),
    "add": (unavailable("cart"),),
    "checkout page": (NOTICE,),
    "place": (unavailable("orders"),),
}
NO_ORDERS: Expected = {
    "checkout page": (NOTICE,),
    "place": (unavailable("orders"),),
    "pay": (unavailable("payments"),),
}
NO_PAYMENTS: Expected = {"pay": (unavailable("payments"),)}
NO_ACCOUNTS: Expected = {"sign in": (ERROR_PAGE,)}

NO_DATABASE: Expected = {**NO_PRODUCTS, **NO_CART, **NO_ORDERS, **NO_ACCOUNTS}
JUST_STARTED: Expected = {
    step: (WORKS, *NO_DATABASE.get(step, ()), ERROR_PAGE, unavailable("secrets"))
    for steps in JOURNEYS.values()
    for step in steps
}
"""A process that starts just then has neither keys nor a database's address; those that run go on."""

WITHOUT: Mapping[str, Expected] = {
    "Postgres": NO_DATABASE,
    "Redis": NO_CART,
    "AWS": JUST_STARTED,
    "auth": NO_ACCOUNTS,
    "catalog": {**NO_PRODUCTS, **NO_CART},
    "cart": NO_CART,
    "orders": NO_ORDERS,
    "payments": NO_PAYMENTS,
}
"""By dependency: where it refuses connections, and where they break off in the midst of an answer."""
SLOW: Mapping[str, Expected] = {
    "Postgres": {step: (WORKS, *words) for step, words in NO_DATABASE.items()},
    "Redis": NO_CART,
}
"""Where its answers come 2 s later; what is not named works, slowly. To connect to Postgres takes several answers, and
so more than the 3 s that a function has for it: what happens depends on whether it is connected still."""


def expected(dependency: str, fault: Fault) -> Expected:
    return SLOW.get(dependency, {}) if fault is Fault.SLOW else WITHOUT[dependency]


def rendered() -> str:
    """The table as it stands in docs/reliability.md."""
    lines = [f"| | | {' | '.join(JOURNEYS)} |", "|---|---|" + "---|" * len(JOURNEYS)]
    for dependency in WITHOUT:
        lines += [_line(dependency, "down, resets", Fault.DOWN), _line(dependency, "+2 s", Fault.SLOW)]
    return "\n".join(lines)


def _line(dependency: str, faults: str, fault: Fault) -> str:
    outcomes = expected(dependency, fault)
    cells = [_cell({step: outcomes[step] for step in steps if step in outcomes}) for steps in JOURNEYS.values()]
    return f"| {dependency} | {faults} | {' | '.join(cells)} |"


def _cell(outcomes: Expected) -> str:
    if any(unavailable("secrets") in words for words in outcomes.values()):
        return "works, but not where a process is just starting"
    if any(WORKS in words for words in outcomes.values()):
        return "works, or as above"
    return "; ".join(f"{step}: {' or '.join(words)}" for step, words in outcomes.items()) or WORKS
