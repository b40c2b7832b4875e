"""Stock under many hands: each promise of reservations, kept while everybody does the same at once."""

from collections import Counter
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.sql import SQL

from catalog import reserving, restocking
from catalog.errors import NotEnoughStock
from catalog.statements import Run
from factories.catalogue import Catalogue
from factories.crowd import all_at_once, while_unfinished
from factories.events import Http
from factories.reservations import Balance, Orders, Product, balance

Rows = psycopg.Connection[Any]


@pytest.fixture
def orders(http: Http) -> Orders:
    return Orders(http)


def hold(order_id: UUID, *wanted: tuple[Product, int]) -> partial[Any]:
    return partial(reserving.hold, order_id=order_id, wanted={UUID(product["id"]): qty for product, qty in wanted})


def release(order_id: UUID) -> partial[Any]:
    return partial(reserving.release, order_id=order_id)


class TestTheSameAtOnce:
    def test_holding(self, database: str, shop: Catalogue, rows: Rows) -> None:
        product = shop.product(stock=60)
        answers = all_at_once(database, [hold(uuid4(), (product, 2))] * 50)
        assert len(set(answers)) == 1
        assert '"status":"held"' in str(answers[0])
        assert balance(rows, product) == Balance(stock=58, ledger=58, held=2, sold=0)

    def test_holding_the_last(self, database: str, shop: Catalogue, rows: Rows) -> None:
        """Who comes second finds too little left, and yet is told that it is held."""
        product = shop.product(stock=2)
        answers = all_at_once(database, [hold(uuid4(), (product, 2))] * 50)
        assert len(set(answers)) == 1
        assert '"status":"held"' in str(answers[0])
        assert balance(rows, product) == Balance(stock=0, ledger=0, held=2, sold=0)

    def test_releasing(self, database: str, orders: Orders, shop: Catalogue, rows: Rows) -> None:
        product = shop.product(stock=9)
        assert set(all_at_once(database, [release(UUID(orders.held((product, 4))))] * 50)) == {None}
        assert balance(rows, product) == Balance(stock=9, ledger=9, held=0, sold=0)

    def test_confirming(self, database: str, orders: Orders, shop: Catalogue, rows: Rows) -> None:
        product = shop.product(stock=9)
        order_id = UUID(orders.held((product, 4)))
        assert set(all_at_once(database, [partial(reserving.confirm, order_id=order_id)] * 50)) == {None}
        assert balance(rows, product) == Balance(stock=5, ledger=5, held=0, sold=4)

    def test_restocking(self, database: str, orders: Orders, shop: Catalogue, rows: Rows) -> None:
        product = shop.product(stock=9)
        order_id = UUID(orders.sold((product, 4)))
        units = {UUID(product["id"]): 1}
        restock = partial(restocking.restock, refund_id=uuid4(), order_id=order_id, units=units)
        assert set(all_at_once(database, [restock] * 50)) == {None}
        assert balance(rows, product) == Balance(stock=6, ledger=6, held=0, sold=3)


class TestOneAgainstTheOther:
    @pytest.mark.parametrize("_time", range(3))
    def test_holding_and_releasing(self, database: str, shop: Catalogue, rows: Rows, _time: int) -> None:
        """Released in the end, whoever came first; none of the stock is lost."""
        product, order_id = shop.product(stock=9), uuid4()
        deeds = [hold(order_id, (product, 4)), release(order_id)] * 10
        answers = all_at_once(database, deeds)
        assert set(answers[1::2]) == {None}
        assert all(answer == "reservation_released" or '"held"' in str(answer) for answer in answers[::2])
        assert balance(rows, product) == Balance(stock=9, ledger=9, held=0, sold=0)
        assert rows.execute("SELECT status FROM reservations").fetchone() == ("released",)

    @pytest.mark.parametrize("_time", range(3))
    def test_confirming_and_releasing(
        self, database: str, orders: Orders, shop: Catalogue, rows: Rows, _time: int
    ) -> None:
        product = shop.product(stock=9)
        order_id = UUID(orders.held((product, 4)))
        deeds = [partial(reserving.confirm, order_id=order_id), release(order_id)] * 10
        answers = all_at_once(database, deeds)
        sold = answers[0] is None
        assert set(answers[::2]) == ({None} if sold else {"reservation_released"})
        assert set(answers[1::2]) == ({"reservation_confirmed"} if sold else {None})
        left = 5 if sold else 9
        assert balance(rows, product) == Balance(stock=left, ledger=left, held=0, sold=9 - left)

    @pytest.mark.parametrize("_time", range(3))
    def test_giving_back_and_taking(self, database: str, shop: Catalogue, rows: Rows, _time: int) -> None:
        """Each unit that is given back may be taken at once, and is then nowhere else."""
        product = shop.product(stock=20)
        held = [uuid4() for _ in range(20)]
        all_at_once(database, [hold(order_id, (product, 1)) for order_id in held])
        answers = all_at_once(database, [*map(release, held), *(hold(uuid4(), (product, 1)) for _ in range(20))])
        taken = 20 - answers.count("out_of_stock")
        assert balance(rows, product) == Balance(stock=20 - taken, ledger=20 - taken, held=taken, sold=0)

    def test_in_crossed_orders(self, database: str, shop: Catalogue, rows: Rows) -> None:
        """Nobody waits in a circle."""
        mug, jug = shop.product(stock=99), shop.product(stock=99)
        held = [uuid4() for _ in range(20)]
        crossed = [[(mug, 1), (jug, 1)], [(jug, 1), (mug, 1)]] * 10
        all_at_once(database, [hold(order_id, *wanted) for order_id, wanted in zip(held, crossed, strict=True)])
        more = [hold(uuid4(), *wanted) for wanted in crossed]
        answers = all_at_once(database, [*more, *map(release, held)])
        assert answers[20:] == [None] * 20
        assert balance(rows, mug) == balance(rows, jug) == Balance(stock=79, ledger=79, held=20, sold=0)

    def test_restocks_of_many_refunds(self, database: str, orders: Orders, shop: Catalogue, rows: Rows) -> None:
        """Never more than was sold."""
        product = shop.product(stock=10)
        restock = partial(restocking.restock, order_id=UUID(orders.sold((product, 10))), units={UUID(product["id"]): 1})
        answers = all_at_once(database, [partial(restock, refund_id=uuid4()) for _ in range(40)])
        assert Counter(answers) == {None: 10, "restock_exceeds": 30}
        assert balance(rows, product) == Balance(stock=10, ledger=10, held=0, sold=0)


class TestBehindAnother:
    """What the second meets is what the first leaves, not what was there when the second began."""

    def test_releasing_what_is_just_being_held(self, database: str, shop: Catalogue, rows: Rows) -> None:
        product, order_id = shop.product(stock=9), uuid4()
        assert while_unfinished(database, hold(order_id, (product, 4)), release(order_id)) is None
        assert balance(rows, product) == Balance(stock=9, ledger=9, held=0, sold=0)

    def test_holding_what_is_just_given_up(self, database: str, shop: Catalogue, rows: Rows) -> None:
        product, order_id = shop.product(stock=9), uuid4()
        refused = while_unfinished(database, release(order_id), hold(order_id, (product, 4)))
        assert refused == "reservation_released"
        assert balance(rows, product) == Balance(stock=9, ledger=9, held=0, sold=0)

    def test_holding_what_is_just_given_back(self, database: str, orders: Orders, shop: Catalogue, rows: Rows) -> None:
        """The other's units are there when they are, and not before."""
        product = shop.product(stock=4)
        given_back = UUID(orders.held((product, 4)))
        assert "held" in str(while_unfinished(database, release(given_back), hold(uuid4(), (product, 3))))
        assert balance(rows, product) == Balance(stock=1, ledger=1, held=3, sold=0)

    def test_releasing_and_holding_again(self, database: str, orders: Orders, shop: Catalogue, rows: Rows) -> None:
        """Both lock the product first: whoever has it has nothing to wait for."""
        product = shop.product(stock=9)
        order_id = UUID(orders.held((product, 4)))

        async def lock(run: Run) -> None:
            await run(SQL("SELECT id FROM products FOR NO KEY UPDATE"), {})

        assert while_unfinished(database, lock, release(order_id), then=hold(order_id, (product, 4))) is None
        assert balance(rows, product) == Balance(stock=9, ledger=9, held=0, sold=0)

    def test_restocking_the_same_units(self, database: str, orders: Orders, shop: Catalogue, rows: Rows) -> None:
        product = shop.product(stock=9)
        order_id = UUID(orders.sold((product, 4)))
        restock = partial(restocking.restock, order_id=order_id, units={UUID(product["id"]): 3})
        refused = while_unfinished(database, partial(restock, refund_id=uuid4()), partial(restock, refund_id=uuid4()))
        assert refused == "restock_exceeds"
        assert balance(rows, product) == Balance(stock=8, ledger=8, held=0, sold=1)

    def test_restocking_the_rest(self, database: str, orders: Orders, shop: Catalogue, rows: Rows) -> None:
        product = shop.product(stock=9)
        order_id = UUID(orders.sold((product, 4)))
        restock = partial(restocking.restock, refund_id=uuid4(), order_id=order_id, units={UUID(product["id"]): 3})
        rest = partial(restocking.restock_rest, order_id=order_id)
        assert while_unfinished(database, restock, rest) is None
        assert balance(rows, product) == Balance(stock=9, ledger=9, held=0, sold=0)


def test_flash_sale(database: str, shop: Catalogue, rows: Rows) -> None:
    """64 buyers of 100 units, each for as long as there are any: exactly 100 are sold."""
    product = shop.product(stock=100)

    async def buy_all_one_can(run: Run) -> int:
        bought = 0
        while True:
            order_id = uuid4()
            try:
                await reserving.hold(run, order_id, {UUID(product["id"]): 1})
            except NotEnoughStock:
                return bought
            await reserving.confirm(run, order_id)
            bought += 1

    bought = all_at_once(database, [buy_all_one_can] * 64)
    assert sum(int(each) for each in bought) == 100
    assert balance(rows, product) == Balance(stock=0, ledger=0, held=0, sold=100)
