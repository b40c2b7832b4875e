"""Access tokens as RFC 8725 wants them checked, through an app that asks for them."""

import base64
import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from fastapi import APIRouter

from factories.events import Http
from shopkit import runtime
from shopkit.auth.keyring import shopper_keys
from shopkit.auth.principal import Admin, Anyone, Principal, Role, Shopper
from shopkit.web.app import create_app

router = APIRouter(prefix="/kit")


@router.get("/anyone")
async def anyone(who: Anyone) -> dict[str, str | None]:
    return {"id": who.id if who else None}


@router.get("/shopper")
async def shopper(who: Shopper) -> dict[str, str]:
    return {"id": who.id}


@router.get("/admin")
async def admin(who: Admin) -> dict[str, str]:
    return {"id": who.id}


@pytest.fixture(scope="module")
def http(aws: str) -> Http:
    return Http(runtime.lambda_handler(create_app("kit", title="Kit", routers=[router])))


@pytest.fixture
def key(aws: str) -> bytes:
    return runtime.loop().run_until_complete(shopper_keys.ring()).signing_key


def claims(**changed: Any) -> dict[str, Any]:
    now = datetime.now(UTC)
    good = {
        "iss": "serverless-shop",
        "aud": "serverless-shop",
        "sub": str(uuid.uuid4()),
        "role": "user",
        "sid": str(uuid.uuid4()),
        "iat": now,
        "exp": now + timedelta(minutes=5),
    }
    return {name: value for name, value in {**good, **changed}.items() if value is not None}


class TestLadder:
    @pytest.mark.parametrize(
        ("path", "role", "status"),
        [
            ("/kit/anyone", None, 200),
            ("/kit/shopper", None, 401),
            ("/kit/admin", None, 401),
            ("/kit/shopper", Role.user, 200),
            ("/kit/admin", Role.user, 403),
            ("/kit/shopper", Role.admin, 200),
            ("/kit/admin", Role.admin, 200),
        ],
    )
    def test_roles(
        self, http: Http, token_of: Callable[[Role], str], path: str, role: Role | None, status: int
    ) -> None:
        reply = http("GET", path, token=token_of(role) if role else None)
        assert reply.status == status
        if status == 401:
            assert reply.headers["www-authenticate"] == "Bearer"

    def test_by_cookie(self, http: Http, shopper_token: str) -> None:
        assert http("GET", "/kit/shopper", cookies={"access_token": shopper_token}).status == 200

    def test_a_bad_cookie_is_none(self, http: Http) -> None:
        assert http("GET", "/kit/anyone", cookies={"access_token": "x.y.z"}).json() == {"id": None}
        assert http("GET", "/kit/shopper", cookies={"access_token": "x.y.z"}).status == 401

    def test_a_bad_bearer_is_refused_even_where_nobody_may_ask(self, http: Http) -> None:
        assert http("GET", "/kit/anyone", token="x.y.z").status == 401


class TestForgeries:
    @pytest.mark.parametrize(
        "changed",
        [
            {"iss": "somebody-else"},
            {"aud": "somebody-else"},
            {"exp": datetime.now(UTC) - timedelta(seconds=1)},
            {"exp": None},
            {"iat": None},
            {"sub": None},
            {"sid": None},
            {"role": None},
            {"role": "owner"},
        ],
    )
    def test_claims(self, http: Http, key: bytes, changed: dict[str, Any]) -> None:
        good = jwt.encode(claims(), key, headers={"kid": "first"})
        bad = jwt.encode(claims(**changed), key, headers={"kid": "first"})
        assert http("GET", "/kit/shopper", token=good).status == 200
        assert http("GET", "/kit/shopper", token=bad).status == 401

    def test_without_a_signature(self, http: Http) -> None:
        assert http("GET", "/kit/shopper", token=jwt.encode(claims(), "", algorithm="none")).status == 401

    def test_another_algorithm(self, http: Http, key: bytes) -> None:
        token = jwt.encode(claims(), key, algorithm="HS512", headers={"kid": "first"})
        assert http("GET", "/kit/shopper", token=token).status == 401

    @pytest.mark.parametrize("headers", [{}, {"kid": "unknown"}, {"kid": 7}, {"kid": "../../dev/null"}])
    def test_key_ids(self, http: Http, headers: dict[str, Any]) -> None:
        encoded = base64.urlsafe_b64encode(json.dumps({"alg": "HS256", "typ": "JWT", **headers}).encode())
        head = encoded.rstrip(b"=").decode()
        body = jwt.encode(claims(), b"k" * 32).split(".")[1]
        assert http("GET", "/kit/shopper", token=f"{head}.{body}.AAAA").status == 401

    def test_an_internal_token_is_no_access_token(self, http: Http, aws: str) -> None:
        from shopkit.auth.internal import token_for

        token = runtime.loop().run_until_complete(token_for("gateway", "kit"))
        assert http("GET", "/kit/shopper", token=token).status == 401


def test_principal_knows_administrators() -> None:
    assert Principal("1", Role.admin, "2").is_admin
    assert not Principal("1", Role.user, "2").is_admin
