"""The kit's small parts."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotoCredentials
from pydantic import BaseModel, ValidationError

from shopkit import settings
from shopkit.aws.sigv4 import Credentials, sign
from shopkit.breaker import Breaker
from shopkit.db.paging import LONGEST_CURSOR, decode_cursor, encode_cursor
from shopkit.errors import InvalidRequest, PreconditionFailed
from shopkit.money import Money
from shopkit.web.etags import check_if_match, etag, is_unchanged


class TestCursor:
    def test_round_trip(self) -> None:
        values: list[str | int | None] = ["9.90", 7, None, "ünï"]
        assert decode_cursor(encode_cursor("price", values), "price", 4) == values

    def test_a_cursor_that_is_handed_out_is_taken(self) -> None:
        assert len(encode_cursor("name", ["🪁" * 200, str(UUID(int=0))])) <= LONGEST_CURSOR

    @pytest.mark.parametrize(
        "cursor", ["", "x", "%%%", "bnVsbA", "W10", "WyJwcmljZSJd", encode_cursor("name", ["a"]), "é", "W3t9LDFd"]
    )
    def test_broken(self, cursor: str) -> None:
        with pytest.raises(InvalidRequest):
            decode_cursor(cursor, "price", 1)


class TestMoney:
    class Priced(BaseModel):
        price: Money

    @pytest.mark.parametrize("given", ["19.9", 19.9, Decimal("19.90"), "19.90"])
    def test_two_decimals(self, given: object) -> None:
        assert self.Priced.model_validate({"price": given}).model_dump_json() == '{"price":"19.90"}'

    def test_a_zero_with_many_decimals_is_a_zero(self) -> None:
        assert str(self.Priced.model_validate({"price": "0E-99999"}).price) == "0.00"

    @pytest.mark.parametrize("given", ["-0.01", "1.001", "10000000000.00", "NaN", "Infinity", "", None, "1,00"])
    def test_refused(self, given: object) -> None:
        with pytest.raises(ValidationError):
            self.Priced.model_validate({"price": given})


class TestEtags:
    def test_tells_versions_apart(self) -> None:
        assert etag("id", 1) == etag("id", 1) != etag("id", 2)

    @pytest.mark.parametrize("header", [None, "*", '"a"', '"b", "a"', 'W/"a"'])
    def test_matching(self, header: str | None) -> None:
        check_if_match(header, '"a"')

    @pytest.mark.parametrize("header", ['"b"', "", "a"])
    def test_stale(self, header: str) -> None:
        with pytest.raises(PreconditionFailed):
            check_if_match(header, '"a"')

    def test_unchanged(self) -> None:
        assert is_unchanged('"a"', '"a"')
        assert not is_unchanged(None, '"a"')


class TestBreaker:
    def test_opens_rests_and_closes(self) -> None:
        now = [0.0]
        breaker = Breaker(threshold=2, rest=1.0, clock=lambda: now[0])
        breaker.failed()
        assert not breaker.is_open
        breaker.failed()
        assert breaker.is_open
        now[0] = 1.0
        assert not breaker.is_open
        breaker.failed()
        assert breaker.is_open
        now[0] = 2.0
        breaker.succeeded()
        breaker.failed()
        assert not breaker.is_open


class TestSettings:
    def test_empty_is_not_set(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("WISH", "")
        assert settings.optional("WISH", "default") == "default"
        with pytest.raises(settings.MissingSettingError, match="WISH"):
            settings.required("WISH")


@pytest.mark.parametrize("token", ["", "session"])
@pytest.mark.parametrize(("path", "query"), [("/", ""), ("/2015-03-31/functions/A/invocations", "Qualifier=live")])
def test_signatures_are_those_of_botocore(token: str, path: str, query: str) -> None:
    """botocore is the reference: its time is taken over, its signature compared."""
    request = AWSRequest(
        "POST",
        f"https://lambda.eu-central-1.amazonaws.com{path}{'?' + query if query else ''}",
        data=b"{}",
        headers={"content-type": "application/json", "host": "lambda.eu-central-1.amazonaws.com"},
    )
    SigV4Auth(BotoCredentials("key", "secret", token or None), "lambda", "eu-central-1").add_auth(request)
    ours = sign(
        Credentials("key", "secret", token),
        service="lambda",
        region="eu-central-1",
        method="POST",
        path=path,
        query=query,
        headers={"host": "lambda.eu-central-1.amazonaws.com", "content-type": "application/json"},
        body=b"{}",
        now=datetime.strptime(request.headers["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC),
    )
    assert ours["authorization"].split("Signature=")[1] == request.headers["Authorization"].split("Signature=")[1]
