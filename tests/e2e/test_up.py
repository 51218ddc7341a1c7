"""`netledger up` as a user runs it: first start, second start, two beside each other, and a hard end."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

PATIENCE_S = 60


class Instance:
    """One `netledger up` process with its own data and port."""

    def __init__(self, data_dir: Path, log: Path, **env: str) -> None:
        self.data_dir, self.log = data_dir, log
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        mine = {k: v for k, v in os.environ.items() if not k.startswith("NETLEDGER_")}
        self.env = {
            **mine,
            "NETLEDGER_DATA_DIR": str(data_dir),
            "NETLEDGER_HTTP_PORT": str(self.port),
            **env,
        }
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *options: str) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "cli", "up", *options],
                env=self.env,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def wait_for(self, text: str) -> str:
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            shown = self.log.read_text()
            if text in shown:
                return shown
            assert self.process is not None
            assert self.process.poll() is None, shown
            time.sleep(0.05)
        raise AssertionError(f"{text!r} did not come:\n{self.log.read_text()}")

    def get(self, path: str, token: str = "") -> dict:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/api/v1{path}")
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def login(self, password: str) -> str:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/v1/auth/login",
            data=json.dumps({"username": "admin", "password": password}).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)["access_token"]

    def family(self) -> list[psutil.Process]:
        """The process with all that it started, which lead sessions of their own."""
        assert self.process is not None
        leader = psutil.Process(self.process.pid)
        return [leader, *leader.children(recursive=True)]

    def interrupt(self) -> int:
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(PATIENCE_S)


@pytest.fixture
def instances(data_dir: Path, tmp_path: Path) -> Iterator:
    made: list[Instance] = []

    def make(name: str, **env: str) -> Instance:
        made.append(Instance(data_dir / f"{tmp_path.name}-{name}", tmp_path / f"{name}.log", **env))
        return made[-1]

    yield make
    for instance in made:
        if instance.process is not None and instance.process.poll() is None:
            instance.process.kill()
            instance.process.wait()


def _password(shown: str) -> str:
    found = re.search(r"password (\S+)", shown)
    assert found is not None
    return found[1]


def test_the_lab_is_found_and_a_second_start_has_lost_nothing(instances):
    instance = instances("lab")
    instance.start("--lab")
    shown = instance.wait_for("Ctrl-C stops everything")
    assert "24 new devices" in shown
    token = instance.login(_password(shown))
    devices = instance.get("/inventory/devices?limit=500", token)
    assert devices["total"] == 24
    family = instance.family()
    assert instance.interrupt() == 0
    assert not [each for each in family if each.is_running() and each.status() != psutil.STATUS_ZOMBIE]

    instance.start("--lab")
    instance.wait_for("0 new devices, 0 changed")
    again = instance.log.read_text()[len(shown) :]
    assert "shown this once" not in again
    kept = instance.get("/inventory/devices?limit=500", instance.login(_password(shown)))
    assert [each["id"] for each in kept["items"]] == [each["id"] for each in devices["items"]]
    assert instance.interrupt() == 0


def test_what_was_acknowledged_survives_a_kill_of_everything(instances):
    instance = instances("killed", NETLEDGER_ADMIN_PASSWORD="correct horse battery")
    instance.start()
    instance.wait_for("Ctrl-C stops everything")
    token = instance.login("correct horse battery")
    request = urllib.request.Request(
        f"http://127.0.0.1:{instance.port}/api/v1/alerts",
        data=b'{"severity": "low", "title": "a fan is loud", "key": "fan"}',
        headers={"Content-Type": "application/json", "Authorization": f"Bearer {token}"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.status == 201
    family = instance.family()
    for each in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            each.kill()
    assert instance.process is not None
    instance.process.wait()
    psutil.wait_procs(family, timeout=PATIENCE_S)
    instance.log.write_text("")
    instance.start()
    instance.wait_for("Ctrl-C stops everything")
    found = instance.get("/alerts", instance.login("correct horse battery"))
    assert [each["title"] for each in found["items"]] == ["a fan is loud"]
    assert instance.interrupt() == 0


def test_when_the_supervisor_alone_is_killed_nothing_is_left_behind(instances):
    instance = instances("orphans")
    instance.start()
    instance.wait_for("Ctrl-C stops everything")
    family = instance.family()
    assert len(family) > 4
    family[0].kill()
    assert instance.process is not None
    instance.process.wait()
    _, alive = psutil.wait_procs(family, timeout=PATIENCE_S)
    assert alive == []


def test_two_instances_do_not_disturb_each_other_but_one_folder_holds_one(instances):
    one, two = instances("one"), instances("two")
    one.start()
    two.start()
    one.wait_for("Ctrl-C stops everything")
    two.wait_for("Ctrl-C stops everything")
    assert one.get("/health")["status"] == two.get("/health")["status"] == "healthy"
    third = subprocess.run(
        [sys.executable, "-m", "cli", "up"],
        env={**two.env, "NETLEDGER_DATA_DIR": str(one.data_dir)},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )
    assert third.returncode == 1
    assert "another Netledger runs on" in third.stderr.replace("\n", " ")
    assert one.interrupt() == two.interrupt() == 0


def test_a_taken_port_is_named_before_anything_starts(instances):
    instance = instances("port")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", instance.port))
        taken.listen()
        done = subprocess.run(
            [sys.executable, "-m", "cli", "up"],
            env=instance.env,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE_S,
        )
    assert done.returncode == 1
    assert "NETLEDGER_HTTP_PORT" in done.stderr
    assert not (instance.data_dir / "postgres").exists()
