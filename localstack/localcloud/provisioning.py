"""Makes what a template declares in moto, once: secrets with generated values, and buckets.

What was declared the last time is remembered, for as in CloudFormation only what changed in the template changes
in what was made: a value that was rotated since stays as it is.
"""

import json
from collections.abc import Mapping
from typing import Any

from moto.s3.models import s3_backends
from moto.secretsmanager.models import FakeSecret, secretsmanager_backends

from localcloud import generated_secret
from localcloud.kept import current_version
from localcloud.stack import ACCOUNT, BUCKET, SECRET


def provision(declared: Mapping[str, Any], before: Mapping[str, Any], region: str) -> dict[str, Any]:
    """Make each resource that is not there; answers the physical ids (Ref and attributes) by logical id."""
    return {
        name: _MAKERS[resource["type"]](
            name, resource["properties"], before.get(name, {}).get("properties", {}), region
        )
        for name, resource in declared.items()
    }


def _make_secret(name: str, properties: Mapping[str, Any], before: Mapping[str, Any], region: str) -> dict[str, str]:
    backend = secretsmanager_backends[ACCOUNT][region]
    secret_name = properties.get("Name", name)
    if secret_name not in backend.secrets:
        backend.create_secret(
            name=secret_name,
            secret_string=_first_value(properties),
            secret_binary=None,
            description=properties.get("Description"),
            tags=properties.get("Tags"),
            kms_key_id=properties.get("KmsKeyId"),
            client_request_token=None,
            replica_regions=[],
            force_overwrite=False,
        )
    secret = backend.secrets[secret_name]
    if before and isinstance(secret, FakeSecret):
        _refresh(secret, before, properties)
    return {"Ref": secret.arn, "Id": secret.arn}


def _first_value(properties: Mapping[str, Any]) -> str | None:
    if "GenerateSecretString" in properties:
        return generated_secret.generate(properties["GenerateSecretString"])
    value: str | None = properties.get("SecretString")
    return value


def _refresh(secret: FakeSecret, before: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    """Bring the current value up to date with what changed in the template."""
    current = current_version(secret.versions)
    if "SecretString" in now and now["SecretString"] != before.get("SecretString"):
        current["secret_string"] = now["SecretString"]
    if "GenerateSecretString" in now and current:
        current["secret_string"] = generated_secret.refreshed(
            current["secret_string"], before.get("GenerateSecretString", {}), now["GenerateSecretString"]
        )


def _make_bucket(name: str, properties: Mapping[str, Any], _before: Mapping[str, Any], region: str) -> dict[str, str]:
    """Objects can be read by all who reach this server: it stands for the network that delivers them."""
    backend = s3_backends[ACCOUNT]["aws"]
    bucket_name = properties.get("BucketName", name.lower())
    if bucket_name not in backend.buckets:
        backend.create_bucket(bucket_name, region)
    bucket = backend.buckets[bucket_name]
    bucket.policy = _everyone_reads(bucket_name)
    bucket.set_cors([_cors_rule(rule) for rule in properties.get("CorsConfiguration", {}).get("CorsRules", [])])
    if "VersioningConfiguration" in properties:
        bucket.versioning_status = properties["VersioningConfiguration"]["Status"]
    return {
        "Ref": bucket_name,
        "Arn": f"arn:aws:s3:::{bucket_name}",
        "DomainName": f"{bucket_name}.s3.amazonaws.com",
        "RegionalDomainName": f"{bucket_name}.s3.{region}.amazonaws.com",
    }


def _everyone_reads(bucket: str) -> bytes:
    statement = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{bucket}/*",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}).encode()


def _cors_rule(rule: Mapping[str, Any]) -> dict[str, Any]:
    """CloudFormation's form of a rule in S3's own."""
    names = {"AllowedMethods": "AllowedMethod", "AllowedOrigins": "AllowedOrigin"}
    names |= {"AllowedHeaders": "AllowedHeader", "ExposedHeaders": "ExposeHeader"}
    wanted = {s3: rule[cloudformation] for cloudformation, s3 in names.items() if cloudformation in rule}
    return wanted | ({"MaxAgeSeconds": str(rule["MaxAge"])} if "MaxAge" in rule else {})


_MAKERS = {SECRET: _make_secret, BUCKET: _make_bucket}
