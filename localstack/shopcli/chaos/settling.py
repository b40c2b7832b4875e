"""After the last kill: unpaid orders expire, the sweeps run, and everything comes to rest."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import psycopg
import requests

from shopcli import place
from shopcli.chaos import checks
from shopcli.chaos.evidence import Archive, Evidence

SECONDS = 60.0
"""How long everything may take to settle."""
SWEEP_EVERY = 1.0
"""Seconds: the quiet minute stands for hours, in which sweeps come every 15 minutes and finish 100 orders each."""
LOOK_EVERY = 0.5
EXPIRE = "UPDATE orders SET expires_at = now() WHERE status = 'created' AND expires_at > now()"
RELAY = "RelayFunction"
REST = ("everything is settled", "stock follows orders", "every fact arrives", "every mail is sent")
"""The promises that need a while."""


def settle(cloud: place.Cloud, archive: Archive, limit: float = SECONDS) -> tuple[Evidence, float]:
    """Wait until nothing is under way, at most `limit` seconds; what there is then, and the seconds it took."""
    begun = time.monotonic()
    swept_at = -SWEEP_EVERY
    while True:
        seconds = time.monotonic() - begun
        if seconds - swept_at >= SWEEP_EVERY:
            swept_at = seconds
            expire(archive)
            sweep(cloud)
        evidence = _read(archive)
        if evidence is not None and (seconds > limit or _is_at_rest(evidence)):
            return evidence, seconds
        time.sleep(LOOK_EVERY)


def expire(archive: Archive) -> None:
    """Let the time of all unpaid orders be over."""
    try:
        archive.execute("orders", EXPIRE)
    except psycopg.OperationalError:
        return  # it is being restarted; the next round does it


def sweep(cloud: place.Cloud) -> None:
    """Invoke what the schedules invoke, as EventBridge does."""
    names = [name for name in cloud.functions if name.endswith(RELAY)]
    with ThreadPoolExecutor(len(names)) as pool:
        list(pool.map(lambda name: _invoke(cloud, name), names))


def _invoke(cloud: place.Cloud, function: str) -> None:
    """A sweep that fails comes again."""
    event = {
        "version": "0",
        "source": "aws.events",
        "detail-type": "Scheduled Event",
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "detail": {},
    }
    requests.post(f"{cloud.invoke_url}/2015-03-31/functions/{function}/invocations", json=event, timeout=SECONDS)


def _read(archive: Archive) -> Evidence | None:
    try:
        return archive.read()
    except (psycopg.OperationalError, requests.RequestException):
        return None


def _is_at_rest(evidence: Evidence) -> bool:
    return not any(next(checks.CHECKS[name](evidence), None) for name in REST)
