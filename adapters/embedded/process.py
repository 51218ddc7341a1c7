"""A server process of ours: started without privileges, ended with us, never left behind."""

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


class ServerStartError(RuntimeError):
    """A server did not come up; the message has the end of its log."""


def unprivileged_account() -> pwd.struct_passwd | None:
    """Who servers run as when we are root, since PostgreSQL refuses root: `netledger` where it exists, else
    `nobody`, so that no account has to be created. None when we are not root."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("netledger")
    except KeyError:
        return pwd.getpwnam("nobody")


def reachable_by(account: pwd.struct_passwd, path: Path) -> bool:
    """Whether every existing folder on the way lets the account pass."""
    for folder in (path, *path.parents):
        if not folder.exists():
            continue
        status = folder.stat()
        if status.st_uid == account.pw_uid:
            bit = 0o100
        elif status.st_gid == account.pw_gid:
            bit = 0o010
        else:
            bit = 0o001
        if not status.st_mode & bit:
            return False
    return True


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _die_with_parent(number: int) -> None:
    _libc.prctl(_PR_SET_PDEATHSIG, number)


class ServerProcess:
    """A child in its own session: Ctrl-C in the terminal reaches us alone, and we end our servers in order."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        log: Path,
        stop_signal: signal.Signals,
        account: pwd.struct_passwd | None = None,
        env: Mapping[str, str] | None = None,
    ) -> None:
        self.name = name
        self._command = list(command)
        self._log = log
        self._stop_signal = stop_signal
        self._account = account
        self._env = dict(os.environ if env is None else env)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None and self.running else None

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Must be called from the main thread: the kernel ends the child with the thread that made it."""
        number = int(self._stop_signal)
        with open(self._log, "ab", opener=_private) as log:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._env,
                cwd="/",
                start_new_session=True,
                user=self._account.pw_uid if self._account else None,
                group=self._account.pw_gid if self._account else None,
                extra_groups=[] if self._account else None,
                preexec_fn=lambda: _die_with_parent(number),
            )

    def stop(self, timeout_s: float = 20.0) -> None:
        """Asks, waits, and kills what does not go."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(self._stop_signal)
        try:
            self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def rotate(self, limit: int = 50 * 2**20) -> None:
        """Moves a log that has grown large aside, one generation; its writer goes on in the emptied file."""
        try:
            if self._log.stat().st_size > limit:
                shutil.copy(self._log, self._log.with_suffix(".log.1"))
                os.truncate(self._log, 0)
        except OSError:
            return  # a full disk; the next round tries again

    def tail(self, lines: int = 15) -> str:
        """The end of its log, for error messages."""
        try:
            return "\n".join(self._log.read_text(errors="replace").splitlines()[-lines:])
        except OSError:
            return ""

    def fail(self, what: str) -> ServerStartError:
        return ServerStartError(f"{self.name} {what}; the end of {self._log}:\n{self.tail()}")


def wait_until(ready: Callable[[], bool], timeout_s: float, interval_s: float = 0.05) -> bool:
    """Calls `ready` until it answers true or the time is over."""
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        if ready():
            return True
        time.sleep(interval_s)
    return False
