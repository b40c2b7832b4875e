"""Postgres: quick reads on one kept connection, units of work by SQLAlchemy, keyset pages, migrations."""
