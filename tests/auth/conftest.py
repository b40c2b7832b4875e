"""Auth's handlers against its own database."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.cookies import SimpleCookie

import psycopg
import pytest
from argon2 import PasswordHasher

from conftest import empty_tables
from factories.events import Handler, Http, LambdaContext, Reply
from shopkit import runtime
from shopkit.auth.principal import Role
from shopkit.db import address, reading, session

PASSWORD = "correct horse"


@pytest.fixture(scope="session")
def migrated(make_database: Callable[[str], str]) -> str:
    """The address of auth's database with all migrations, and without an administrator."""
    url = make_database("auth")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("DATABASE_URL", url)
        environment.delenv("ADMIN_PASSWORD", raising=False)
        from auth.handler import migrate

        migrate({}, LambdaContext())
        forget_connections()
    return url


@pytest.fixture(scope="module")
def settings(migrated: str, aws: str) -> Iterator[str]:
    """The environment names auth's database; another service's tests may come next in this process."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("DATABASE_URL", migrated)
        yield migrated
        forget_connections()


@pytest.fixture
def database(settings: str) -> str:
    """Auth's database, empty."""
    empty_tables(settings)
    return settings


@pytest.fixture
def http(database: str) -> Http:
    from auth.handler import http as handler

    return Http(handler)


@pytest.fixture
def migrate(database: str) -> Handler:
    from auth.handler import migrate as handler

    return handler


@pytest.fixture
def sql(database: str) -> Iterator[psycopg.Connection]:
    """What is stored, seen past the service."""
    with psycopg.connect(database, autocommit=True) as connection:
        yield connection


def forget_connections() -> None:
    """Let the next request read its settings and connect anew."""
    runtime.loop().run_until_complete(reading.close())
    runtime.loop().run_until_complete(session.close())
    address.forget()


@dataclass(frozen=True)
class SignedIn:
    id: str
    email: str
    access_token: str
    refresh_token: str


class Accounts:
    """Makes accounts and signs them in."""

    def __init__(self, http: Http, sql: psycopg.Connection) -> None:
        self._http, self._sql = http, sql

    def register(self, email: str | None = None, password: str = PASSWORD, role: Role = Role.user) -> str:
        """A new account's address."""
        email = email or f"{uuid.uuid4().hex}@example.com"
        reply = self._http("POST", "/auth/register", json_body={"email": email, "password": password})
        assert reply.status == 201, reply.text
        self._sql.execute("UPDATE users SET role = %s WHERE email = %s", [role.value, email])
        return email

    def log_in(self, email: str, password: str = PASSWORD) -> Reply:
        return self._http("POST", "/auth/login", form={"username": email, "password": password})

    def sign_in(self, email: str | None = None, role: Role = Role.user) -> SignedIn:
        """Somebody signed in; without an address, somebody new."""
        email = email or self.register(role=role)
        reply = self.log_in(email)
        assert reply.status == 200, reply.text
        token = reply.json()["access_token"]
        user_id = self._http("GET", "/auth/me", token=token).json()["id"]
        return SignedIn(user_id, email, token, cookie_values(reply)["refresh_token"])


@pytest.fixture
def accounts(http: Http, sql: psycopg.Connection) -> Accounts:
    return Accounts(http, sql)


def weak_hash(password: str) -> str:
    """What a password was stored as when our parameters were weaker."""
    hasher = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1)
    return hasher.hash(password)


def cookies_of(reply: Reply) -> SimpleCookie:
    """The cookies that an answer sets."""
    jar = SimpleCookie()
    for line in reply.cookies:
        jar.load(line)
    return jar


def cookie_values(reply: Reply) -> dict[str, str]:
    return {name: morsel.value for name, morsel in cookies_of(reply).items()}
