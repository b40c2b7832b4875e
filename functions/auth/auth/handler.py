"""The function's entries."""

from shopkit import runtime

# ruff: isort: split
from auth.app import app
from auth.migrating import migrate as bring_up_to_date

http = runtime.lambda_handler(app)
migrate = runtime.task_handler(bring_up_to_date)
