"""`./shop logs`: the log files of functions and services, one or all together."""

import time
from pathlib import Path
from typing import BinaryIO

from shopcli import place
from shopcli.progress import fail

PAUSE = 0.2
"""Seconds between looks at files that are followed."""


def show(service: str | None, *, lines: int, follow: bool) -> None:
    """Print the end of the logs, and go on with `follow` until Ctrl-C."""
    files = _files(service)
    width = max(len(file.stem) for file in files)
    prefix = {file: "" if service else f"{file.stem:{width}} | " for file in files}
    streams: dict[Path, BinaryIO] = {file: file.open("rb") for file in files}
    for file, stream in streams.items():
        _print(_last(stream, lines), prefix[file])
    while follow:
        try:
            grown = [_print(_new_lines(stream), prefix[file]) for file, stream in _reopened(streams).items()]
            if not any(grown):
                time.sleep(PAUSE)
        except KeyboardInterrupt:
            return


def _files(service: str | None) -> list[Path]:
    files = sorted((place.STATE / "logs").glob("*.log"))
    if service is not None:
        asked = {service.lower(), f"{service.lower()}function"}
        files, known = [file for file in files if file.stem.lower() in asked], [file.stem for file in files]
        if not files:
            fail(f"There is no log of {service!r}. There are: {', '.join(known) or 'none yet'}")
    return files or fail("There are no logs yet. Start the shop with ./shop up")


def _last(stream: BinaryIO, lines: int) -> list[bytes]:
    return stream.readlines()[-lines:] if lines else stream.readlines()[:0]


def _new_lines(stream: BinaryIO) -> list[bytes]:
    """Whole lines only: half a one is read again when it is finished."""
    lines = stream.readlines()
    if lines and not lines[-1].endswith(b"\n"):
        stream.seek(-len(lines.pop()), 1)
    return lines


def _reopened(streams: dict[Path, BinaryIO]) -> dict[Path, BinaryIO]:
    """A log that was rotated is shorter than what was read of it: begin anew."""
    for file, stream in streams.items():
        if file.exists() and file.stat().st_size < stream.tell():
            stream.close()
            streams[file] = file.open("rb")
    return streams


def _print(lines: list[bytes], prefix: str) -> bool:
    for line in lines:
        print(f"{prefix}{line.decode(errors='replace').rstrip()}", flush=True)
    return bool(lines)
