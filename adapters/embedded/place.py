"""Where the embedded servers keep their data, without ever loosening a folder that is not ours."""

import os
import pwd
import stat
import tempfile
from hashlib import sha256
from pathlib import Path

from adapters.embedded.process import reachable_by

STATE_ROOT = Path("/var/lib/netledger")
"""Root's fall-back where the data directory lies in a folder that the servers' account may not enter."""

_SOCKET_PATH_LIMIT = 100  # sun_path holds 107 bytes, and PostgreSQL adds its file name


def own_folder(path: Path, account: pwd.struct_passwd | None, mode: int = 0o700) -> Path:
    """Makes a folder of ours; only the last component is given to the account."""
    path.mkdir(parents=True, exist_ok=True)
    if account is not None:
        os.chown(path, account.pw_uid, account.pw_gid)
    path.chmod(mode)
    return path


def server_folder(data_dir: Path, account: pwd.struct_passwd | None) -> Path:
    """The data directory itself where the account can reach it; else a folder under /var/lib/netledger named after it."""
    if account is None or reachable_by(account, data_dir):
        return data_dir
    STATE_ROOT.mkdir(mode=0o755, parents=True, exist_ok=True)
    folder = STATE_ROOT / sha256(str(data_dir).encode()).hexdigest()[:16]
    folder.mkdir(mode=0o711, exist_ok=True)
    return folder


def socket_folder(folder: Path, account: pwd.struct_passwd | None) -> Path:
    """A short enough folder for a unix socket, entered by its owner alone."""
    wanted = folder / "run"
    if len(str(wanted / ".s.PGSQL.5432")) <= _SOCKET_PATH_LIMIT:
        return own_folder(wanted, account)
    short = Path("/tmp") / f"netledger-{os.geteuid()}-{sha256(str(folder).encode()).hexdigest()[:16]}"  # noqa: S108  # checked below
    owners = {os.geteuid(), account.pw_uid if account is not None else os.geteuid()}
    try:
        short.mkdir(mode=0o700)
    except FileExistsError:
        # /tmp is everybody's: whatever was put there in advance, a link above all, is not given away or entered.
        status = short.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid not in owners or status.st_mode & 0o077:
            raise PermissionError(
                f"{short} belongs to somebody else; set NETLEDGER_DATA_DIR to a shorter path"
            ) from None
    return own_folder(short, account)


def write_owned(path: Path, text: str, account: pwd.struct_passwd | None) -> None:
    """Replaces a 0600 file of the account's whole, never through a link that may lie in its folder."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(descriptor)
        if account is not None:
            os.fchown(file.fileno(), account.pw_uid, account.pw_gid)
    Path(name).replace(path)
