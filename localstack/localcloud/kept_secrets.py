"""Secrets Manager's secrets as files: one JSON file a secret, with all its versions and stages."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from moto.secretsmanager.models import FakeSecret, SecretsManagerBackend

from localcloud.kept import as_json, file_name
from localcloud.state import read_json, sync_folder, write_json

_NOT_KEPT = {"replicas"}


class KeptSecrets:
    """Brings moto's secrets back at a start, and their changes to disk."""

    def __init__(self, folder: Path, backends: Mapping[str, SecretsManagerBackend]) -> None:
        self._folder = folder
        self._backends = backends
        self._saved: dict[Path, Any] = {}

    def load(self) -> None:
        for file in self._folder.glob("*.json"):
            document = self._saved[file] = read_json(file, {})
            self._backends[document["region"]].secrets[document["name"]] = _restored(document)

    def save(self) -> None:
        now = {self._folder / f"{file_name(secret.arn)}.json": _document(secret) for secret in self._secrets()}
        for file, document in now.items():
            if self._saved.get(file) != document:
                write_json(file, document)
        gone = self._saved.keys() - now.keys()
        for file in gone:
            file.unlink()
        if gone:
            sync_folder(self._folder)
        self._saved = now

    def _secrets(self) -> list[FakeSecret]:
        secrets = (secret for backend in list(self._backends.values()) for secret in backend.secrets.values())
        return [secret for secret in secrets if isinstance(secret, FakeSecret)]


def _document(secret: FakeSecret) -> Any:
    return as_json({name: value for name, value in vars(secret).items() if name not in _NOT_KEPT})


def _restored(document: Mapping[str, Any]) -> FakeSecret:
    secret = FakeSecret(document["account_id"], document["region"], document["name"], {}, "")
    vars(secret).update(as_json(document))
    return secret
