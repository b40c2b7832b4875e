"""What every suite may use: a real Postgres, moto's Secrets Manager, and tokens of either role."""

import asyncio
import json
import os
import socket
import uuid
from collections.abc import Callable, Iterator

import boto3
import psycopg
import pytest
from moto.server import ThreadedMotoServer

from factories.place import RunningShop, run_command
from localcloud.postgres import Postgres
from shopkit import runtime
from shopkit.auth.principal import Principal, Role, issue

PASSWORD = "only-for-tests"
AWS = {"AWS_ACCESS_KEY_ID": "tests", "AWS_SECRET_ACCESS_KEY": "tests", "AWS_REGION": "eu-central-1"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A throw-away cluster for the whole run."""
    with asyncio.Runner() as runner:
        cluster = Postgres(tmp_path_factory.mktemp("cluster"), free_port(), fsync=False)
        runner.run(cluster.start())
        yield cluster
        runner.run(cluster.erase())


@pytest.fixture(scope="session")
def make_database(postgres: Postgres) -> Callable[[str], str]:
    """Makes a service's database with a role of its own; returns its address."""

    def make(name: str) -> str:
        with asyncio.Runner() as runner:
            runner.run(postgres.ensure_database(name, name, PASSWORD))
        return postgres.dsn(name, PASSWORD, name)

    return make


@pytest.fixture(scope="session")
def aws() -> Iterator[str]:
    """Moto's AWS on a loopback port, with the two key rings; the environment points there."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    with pytest.MonkeyPatch.context() as environment:
        for name, value in {**AWS, "AWS_DEFAULT_REGION": AWS["AWS_REGION"], "AWS_ENDPOINT_URL": endpoint}.items():
            environment.setenv(name, value)
        manager = boto3.client("secretsmanager")
        for variable in ("JWT_SECRET_ARN", "INTERNAL_SECRET_ARN"):
            ring = {"current": "first", "keys": [], "first": uuid.uuid4().hex * 2}
            arn = manager.create_secret(Name=variable, SecretString=json.dumps(ring))["ARN"]
            environment.setenv(variable, arn)
        yield endpoint
    server.stop()


@pytest.fixture(scope="session")
def token_of(aws: str) -> Callable[[Role], str]:
    """Makes an access token for somebody of that role."""

    def make(role: Role) -> str:
        return runtime.loop().run_until_complete(issue(Principal(str(uuid.uuid4()), role, str(uuid.uuid4()))))

    return make


@pytest.fixture
def admin_token(token_of: Callable[[Role], str]) -> str:
    return token_of(Role.admin)


@pytest.fixture
def shopper_token(token_of: Callable[[Role], str]) -> str:
    return token_of(Role.user)


def empty_tables(address: str) -> None:
    """Leave a service's tables as its migrations made them, but empty."""
    with psycopg.connect(address, autocommit=True) as connection:
        tables = connection.execute(
            "SELECT string_agg(format('%I', tablename), ', ') FROM pg_tables"
            " WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
        ).fetchone()
        if tables and tables[0]:
            connection.execute(f"TRUNCATE {tables[0]} CASCADE".encode())


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--base-url", help="Run the acceptance and browser tests against this shop, already running.")


@pytest.fixture(scope="session")
def running_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningShop]:
    """The whole shop on the embedded cloud, with the demo catalogue, on a port of its own."""
    state = tmp_path_factory.mktemp("shop")
    run_command(state, ["up", "--detach", "--port", str(free_port())])
    yield RunningShop(state)
    run_command(state, ["down"])


@pytest.fixture(scope="session")
def base_url(request: pytest.FixtureRequest) -> str:
    """Where the tested shop is: --base-url, or one started for this run."""
    given: str | None = request.config.getoption("--base-url")
    if given:
        return given.rstrip("/")
    shop: RunningShop = request.getfixturevalue("running_shop")
    return shop.url


os.environ.setdefault("POWERTOOLS_SERVICE_NAME", "tests")
