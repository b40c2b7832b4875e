"""`python -m localcloud`: run a SAM template until told to stop."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from pathlib import Path

import uvloop

from localcloud.cloud import Settings, run
from localcloud.intrinsics import TemplateError
from localcloud.programs import NoServerProgramError
from localcloud.state import AlreadyRunningError
from localcloud.supervised import StartError

_EXPECTED = (AlreadyRunningError, NoServerProgramError, OSError, StartError, TemplateError)


def main() -> int:
    """Answers the exit code: 0 when it was told to stop, 1 when it could not run; then one line says why."""
    options = _parser().parse_args()
    settings = Settings(
        template=options.template,
        state=options.state,
        host=options.host,
        port=options.port,
        listen_also=options.listen_also,
        parameters=dict(options.parameter),
        region=options.region,
        reload=options.reload,
    )
    reasons: list[BaseException] = []
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_run_until_stopped(settings, has_lifeline=options.lifeline))
    except* _EXPECTED as failures:
        reasons.append(_first(failures))
    if reasons:
        print(*reasons, file=sys.stderr)
    return len(reasons)


async def _run_until_stopped(settings: Settings, *, has_lifeline: bool) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    if has_lifeline:
        _watch_lifeline(loop, stop)
    await run(settings, stop)


def _watch_lifeline(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    """Stop when the other end of standard input is closed: whoever started us is gone."""
    descriptor = sys.stdin.fileno()

    def read() -> None:
        if not os.read(descriptor, 1024):
            loop.remove_reader(descriptor)
            stop.set()

    loop.add_reader(descriptor, read)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="localcloud", description=__doc__)
    parser.add_argument("--template", type=Path, required=True, help="the SAM template")
    parser.add_argument("--state", type=Path, required=True, help="the folder that keeps everything")
    parser.add_argument("--host", default=Settings.host, help="where the HTTP API listens")
    parser.add_argument("--port", type=int, default=Settings.port)
    parser.add_argument("--listen-also", metavar="ADDRESS", help="another address for the inner ports, for containers")
    parser.add_argument("--parameter", type=_parameter, action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--region", default=Settings.region)
    parser.add_argument("--lifeline", action="store_true", help="stop when standard input is closed")
    parser.add_argument("--reload", action="store_true", help="replace functions whose code changes")
    return parser


def _parameter(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not separator:
        raise argparse.ArgumentTypeError(f"{text} is not of the form NAME=VALUE")
    return name, value


def _first(failures: BaseExceptionGroup[BaseException]) -> BaseException:
    failure = failures.exceptions[0]
    return _first(failure) if isinstance(failure, BaseExceptionGroup) else failure


if __name__ == "__main__":
    sys.exit(main())
