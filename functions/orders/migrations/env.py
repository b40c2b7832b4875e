"""What Alembic runs; see shopkit.db.migrations."""

from orders.models import Base
from shopkit.db.migrations import run

run(Base.metadata)
