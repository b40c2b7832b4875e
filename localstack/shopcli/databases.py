"""The services' databases, as their secrets in the embedded place tell where they are."""

import json
from collections.abc import Mapping
from urllib.parse import quote

from shopcli import place


def address(cloud: place.Cloud, variables: Mapping[str, str]) -> str:
    """The database of the function that runs with these variables, as a libpq address."""
    import boto3

    manager = boto3.client(
        "secretsmanager",
        endpoint_url=cloud.aws_url,
        region_name=variables["AWS_REGION"],
        aws_access_key_id=variables["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
    )
    facts = json.loads(manager.get_secret_value(SecretId=variables["DATABASE_SECRET_ARN"])["SecretString"])
    return (
        f"postgresql://{facts['username']}:{quote(facts['password'])}@{facts['host']}:{facts['port']}/{facts['dbname']}"
    )
