"""Secrets Manager: one call, GetSecretValue."""

import json

from shopkit.aws.api import AwsApi
from shopkit.errors import Unavailable

SECONDS = 5.0


async def get_secret(arn: str) -> str:
    """The current value of a secret. Raises Unavailable where Secrets Manager does not give it."""
    api = AwsApi("secretsmanager", "AWS_ENDPOINT_URL_SECRETS_MANAGER")
    try:
        answer = await api.call(
            "secretsmanager.GetSecretValue",
            # by its stage, always: a read without one may be stale right after a rotation
            {"SecretId": arn, "VersionStage": "AWSCURRENT"},
            version="1.1",
            seconds=SECONDS,
        )
    except OSError as error:  # TimeoutError is one
        raise Unavailable("secrets") from error
    finally:
        api.close()  # the next read is minutes away
    if answer.status != 200:  # noqa: PLR2004
        raise Unavailable("secrets")
    value: str = json.loads(answer.body)["SecretString"]
    return value
