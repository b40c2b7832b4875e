"""One structured log for all: JSON lines by Powertools, joined by the correlation id."""

from aws_lambda_powertools import Logger

logger = Logger(use_rfc3339=True, serialize_stacktrace=False)
"""Log facts as keyword `extra`; never a body, a header, a query string, a password, a token, a cookie or a card."""
