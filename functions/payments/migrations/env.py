from payments.models import Base
from shopkit.db.migrations import run

run(Base.metadata)
