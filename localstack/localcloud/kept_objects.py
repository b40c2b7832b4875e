"""S3's buckets and objects as files.

A bucket's folder holds `bucket.json`, a JSON file for each key with its versions, oldest first, and the bodies
that these name by their content. Uploads in parts that were not completed are not kept.
"""

import hashlib
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from moto.s3.models import FakeAcl, FakeBucket, FakeDeleteMarker, FakeGrant, FakeGrantee, FakeKey, S3Backend

from localcloud.kept import file_name
from localcloud.state import make_folder, read_json, sync_folder, write_bytes, write_json

_BUCKET, _KEY, _BODY = "bucket.json", ".key.json", ".body"
_PLAIN = (str, int, type(None))


class KeptObjects:
    """Brings moto's buckets back at a start, and their changes to disk."""

    def __init__(self, folder: Path, backend: S3Backend) -> None:
        self._folder = folder
        self._backend = backend
        self._saved: dict[Path, Any] = {}
        self._bodies: set[Path] = set()
        self._digests: WeakKeyDictionary[FakeKey, str] = WeakKeyDictionary()

    def load(self) -> None:
        for file in self._folder.glob(f"*/{_BUCKET}"):
            about = self._saved[file] = read_json(file, {})
            bucket = self._backend.create_bucket(about["name"], about["region"])
            bucket.versioning_status = about["versioning"]
            for key_file in file.parent.glob(f"*{_KEY}"):
                versions = self._saved[key_file] = read_json(key_file, [])
                bucket.keys.setlist(versions[0]["name"], list(self._restored(bucket, versions)))
        self._bodies = set(self._folder.glob(f"*/*{_BODY}"))

    def save(self) -> None:
        """Bodies are written before, and removed after, the files that name them."""
        documents, bodies = self._wanted()
        changed = {file for file, document in documents.items() if self._saved.get(file) != document}
        gone = self._saved.keys() - documents.keys()
        for body in bodies.keys() - self._bodies:
            make_folder(body.parent)
            write_bytes(body, bodies[body].value)
        for file in changed:
            make_folder(file.parent)
            write_json(file, documents[file])
        for file in [*gone, *(self._bodies - bodies.keys())]:
            _remove(file)
        self._saved, self._bodies = documents, set(bodies)

    def _wanted(self) -> tuple[dict[Path, Any], dict[Path, FakeKey]]:
        """The files that should be there: documents with their contents, and bodies."""
        documents: dict[Path, Any] = {}
        bodies: dict[Path, FakeKey] = {}
        for bucket in list(self._backend.buckets.values()):
            folder = self._folder / file_name(bucket.name)
            documents[folder / _BUCKET] = {
                "name": bucket.name,
                "region": bucket.region_name,
                "versioning": bucket.versioning_status,
            }
            for name in list(bucket.keys):
                versions = bucket.keys.getlist(name, [])
                documents[folder / f"{file_name(name)}{_KEY}"] = [self._document(one) for one in versions]
                objects = (one for one in versions if isinstance(one, FakeKey))
                bodies |= {folder / f"{self._digest(one)}{_BODY}": one for one in objects}
        return documents, bodies

    def _document(self, version: FakeKey | FakeDeleteMarker) -> Any:
        about = {"name": version.name, "last_modified": version.last_modified.isoformat()}
        if isinstance(version, FakeDeleteMarker):
            return about | {"delete_marker": version.version_id}
        tags = self._backend.tagger.get_tag_dict_for_resource(version.arn)
        return about | {
            "body": self._digest(version),
            "attributes": {name: value for name, value in vars(version).items() if isinstance(value, _PLAIN)},
            "metadata": dict(version.metadata),
            "grants": [
                [[dict(vars(grantee)) for grantee in grant.grantees], list(grant.permissions)]
                for grant in (version.acl.grants if version.acl else [])
            ],
            "tags": tags,
        }

    def _digest(self, key: FakeKey) -> str:
        """What an object's body is called: a body never changes once it is an object's."""
        if key not in self._digests:
            self._digests[key] = hashlib.sha256(key.value).hexdigest()
        return self._digests[key]

    def _restored(self, bucket: FakeBucket, documents: list[Any]) -> Iterator[FakeKey | FakeDeleteMarker]:
        hidden: Any = None  # what a delete marker stands before
        for document in documents:
            if "delete_marker" in document:
                hidden = FakeDeleteMarker(hidden or _nothing(bucket, document["name"]))
                hidden._version_id = document["delete_marker"]  # noqa: SLF001 - moto makes one up
            else:
                hidden = self._restored_key(bucket, document)
            hidden.last_modified = datetime.fromisoformat(document["last_modified"])
            yield hidden

    def _restored_key(self, bucket: FakeBucket, document: Any) -> FakeKey:
        body = (self._folder / file_name(bucket.name) / f"{document['body']}{_BODY}").read_bytes()
        key = FakeKey(document["name"], body, bucket.account_id, bucket.region_name, bucket_name=bucket.name)
        vars(key).update(document["attributes"])
        key.set_metadata(document["metadata"], replace=True)
        key.set_acl(FakeAcl([_grant(grantees, permissions) for grantees, permissions in document["grants"]]))
        tags = self._backend.tagger.convert_dict_to_tags_input(document["tags"])
        self._backend.tagger.tag_resource(key.arn, tags)
        self._digests[key] = document["body"]
        return key


def _grant(grantees: list[dict[str, str]], permissions: list[str]) -> FakeGrant:
    return FakeGrant([FakeGrantee(one["id"], one["uri"], one["display_name"]) for one in grantees], permissions)


def _nothing(bucket: FakeBucket, name: str) -> FakeKey:
    return FakeKey(name, b"", bucket.account_id, bucket.region_name, bucket_name=bucket.name)


def _remove(file: Path) -> None:
    """Remove a file, and after a bucket's own file what is left of its folder."""
    if not file.exists():
        return
    file.unlink()
    sync_folder(file.parent)
    if file.name == _BUCKET:
        shutil.rmtree(file.parent)
