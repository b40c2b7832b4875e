"""One cold start, in a process of its own: import a handler, serve one event, tell the milliseconds.

`python probe.py module:attribute event.json` - it runs with the function's own packages and imports none of ours.
"""

import time

STARTED = time.perf_counter()

import importlib  # noqa: E402
import json  # noqa: E402
import sys  # noqa: E402


class Context:
    """The little that handlers ask of Lambda's context."""

    aws_request_id = "bench"
    function_name = "bench"

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds."""
        return 20_000


def main(target: str, event_file: str) -> None:
    """Print how long import and first answer took, and the answer's status."""
    with open(event_file, encoding="utf-8") as file:  # noqa: PTH123  # pathlib is an import too
        event = json.load(file)
    module, attribute = target.split(":")
    began = time.perf_counter()
    handler = getattr(importlib.import_module(module), attribute)
    imported = time.perf_counter()
    answer = handler(event, Context())
    ended = time.perf_counter()
    result = {"import_ms": (imported - began) * 1e3, "first_ms": (ended - imported) * 1e3}
    print(json.dumps({**result, "total_ms": (ended - began) * 1e3, "status": answer["statusCode"]}))


main(*sys.argv[1:])
