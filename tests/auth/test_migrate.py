import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine

from auth.models import Base
from auth.settings import WellKnownPasswordError
from factories.events import Handler, LambdaContext


@pytest.fixture
def admin_settings(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setenv("STAGE", "embedded")
    monkeypatch.setenv("ADMIN_EMAIL", "admin@example.com")
    monkeypatch.setenv("ADMIN_PASSWORD", "admin123")
    return monkeypatch


def stored_admins(sql: psycopg.Connection) -> list[tuple[object, ...]]:
    return sql.execute("SELECT email, role, is_active, password_hash FROM users").fetchall()


def test_models_are_what_the_migrations_make(database: str) -> None:
    engine = create_engine(database.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


class TestFirstAdmin:
    def test_none_without_a_password(
        self, migrate: Handler, sql: psycopg.Connection, admin_settings: pytest.MonkeyPatch
    ) -> None:
        admin_settings.setenv("ADMIN_PASSWORD", "")
        answer = migrate({}, LambdaContext())
        assert answer["admin"] == "none"
        assert answer["revision"].startswith("2026_")
        assert stored_admins(sql) == []

    @pytest.mark.parametrize("stage", ["", "dev", "staging", "prod"])
    def test_well_known_password_elsewhere(
        self, migrate: Handler, sql: psycopg.Connection, admin_settings: pytest.MonkeyPatch, stage: str
    ) -> None:
        admin_settings.setenv("STAGE", stage)
        with pytest.raises(WellKnownPasswordError, match="ADMIN_PASSWORD"):
            migrate({}, LambdaContext())
        assert stored_admins(sql) == []

    @pytest.mark.parametrize(("name", "value"), [("ADMIN_EMAIL", "nobody"), ("ADMIN_PASSWORD", "short")])
    def test_settings_that_make_no_account(
        self, migrate: Handler, admin_settings: pytest.MonkeyPatch, name: str, value: str
    ) -> None:
        admin_settings.setenv(name, value)
        with pytest.raises(ValueError, match=r"e-mail address|characters"):
            migrate({}, LambdaContext())

    def test_created_once(self, migrate: Handler, sql: psycopg.Connection, admin_settings: pytest.MonkeyPatch) -> None:
        assert migrate({}, LambdaContext())["admin"] == "created"
        (admin,) = stored_admins(sql)
        assert admin[:3] == ("admin@example.com", "admin", True)
        admin_settings.setenv("ADMIN_EMAIL", "Admin@Example.com")
        admin_settings.setenv("ADMIN_PASSWORD", "another password")
        assert migrate({}, LambdaContext())["admin"] == "present"
        assert stored_admins(sql) == [admin]

    def test_leaves_a_shopper_with_that_address(
        self, migrate: Handler, sql: psycopg.Connection, admin_settings: pytest.MonkeyPatch
    ) -> None:
        sql.execute("INSERT INTO users (email, password_hash) VALUES ('admin@example.com', 'x')")
        assert migrate({}, LambdaContext())["admin"] == "present"
        assert stored_admins(sql) == [("admin@example.com", "user", True, "x")]
