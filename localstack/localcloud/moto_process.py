"""The process around moto: brings back what was kept, provides what is declared, and serves AWS's APIs.

moto keeps all in memory. Here every change of a secret or an object is on disk before its answer leaves.
"""

import argparse
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import Any

from moto.events.models import events_backends
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.s3.models import s3_backends
from moto.secretsmanager.models import secretsmanager_backends
from werkzeug.serving import make_server

from localcloud.aws_client import QUEUES
from localcloud.bucket_cors import BucketCors, Environ, Rule, Wsgi
from localcloud.hot_calls import HOT_CALLS, HotCalls
from localcloud.kept import DECLARED, OBJECTS, PROVISIONED, SECRETS, Kept
from localcloud.kept_objects import KeptObjects
from localcloud.kept_secrets import KeptSecrets
from localcloud.mail_catcher import MailCatcher
from localcloud.mails import Mails
from localcloud.messaging import make_messaging
from localcloud.provisioning import provision
from localcloud.queue_desk import QueueDesk
from localcloud.queues import Queues
from localcloud.stack import ACCOUNT, KEPT_TYPES
from localcloud.state import make_folder, read_json, write_json
from localcloud.wsgi_handler import Handler

StartResponse = Callable[..., Any]

_MOTOS_OWN = "/moto-api"  # its dashboard, which can erase everything
_SCOPE = re.compile(r"/(?P<service>[\w-]+)/aws4_request")  # of a signature, version 4
_READING = ("Get", "List", "Describe", "BatchGet", "Validate")


class Keeping:
    """WSGI middleware that saves after each request that may have changed what is kept of its service."""

    def __init__(self, app: Wsgi, kept: Mapping[str, Kept]) -> None:
        self._app = app
        self._kept = kept
        self._lock = Lock()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith(_MOTOS_OWN):
            start_response("404 Not Found", [("Content-Length", "0")])
            return []
        kept = self._kept.get(_service(environ))
        if kept is None or not _may_change(environ):
            return self._app(environ, start_response)
        with self._lock:
            answer = self._app(environ, start_response)
            kept.save()
        return answer


def _service(environ: Environ) -> str:
    """The service that a request is signed for; as moto has it, those that are not signed are for S3."""
    scope = _SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
    return scope["service"] if scope else "s3"


def _may_change(environ: Environ) -> bool:
    _, _, action = environ.get("HTTP_X_AMZ_TARGET", "").partition(".")
    return environ["REQUEST_METHOD"] not in {"GET", "HEAD", "OPTIONS"} and not action.startswith(_READING)


def prepare(folder: Path, region: str) -> dict[str, Kept]:
    """Bring back what is kept in the folder and make what is declared to be kept there; the kept data by service."""
    kept: dict[str, Kept] = {
        "secretsmanager": KeptSecrets(make_folder(folder / SECRETS), secretsmanager_backends[ACCOUNT]),
        "s3": KeptObjects(make_folder(folder / OBJECTS), s3_backends[ACCOUNT]["aws"]),
    }
    for data in kept.values():
        data.load()
    declared = {
        name: resource for name, resource in read_json(folder / DECLARED, {}).items() if resource["type"] in KEPT_TYPES
    }
    physical = provision(declared, read_json(folder / PROVISIONED, {}), region)
    for data in kept.values():
        data.save()
    # Only now: where this process dies before, the same changes are made again.
    write_json(
        folder / PROVISIONED,
        {name: resource | {"physical": physical[name]} for name, resource in declared.items()},
    )
    return kept


def _is_quiet(target: str, path: str) -> bool:
    """Whether a call belongs to the flow of events, of which there are many."""
    return target in HOT_CALLS or path.startswith(QUEUES)


def _cors_rules(name: str) -> Sequence[Rule]:
    bucket = s3_backends[ACCOUNT]["aws"].buckets.get(name)
    return bucket.cors if bucket else []


def _app(kept: Mapping[str, Kept], queues: Queues, mails: Mails) -> Wsgi:
    moto = Keeping(DomainDispatcherApplication(create_backend_app), kept)
    events = events_backends[queues.account_id][queues.region_name]
    return HotCalls(QueueDesk(MailCatcher(BucketCors(moto, _cors_rules), mails), queues), queues, events)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--region", required=True)
    options = parser.parse_args()
    kept = prepare(options.folder, options.region)
    queues = make_messaging(read_json(options.folder / DECLARED, {}), options.region)
    app = _app(kept, queues, Mails(options.folder))
    Handler.is_quiet = _is_quiet
    server = make_server("127.0.0.1", options.port, app, threaded=True, request_handler=Handler)
    server.serve_forever()


if __name__ == "__main__":
    main()
