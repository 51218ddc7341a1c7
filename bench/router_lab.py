"""The simulated routers of the router benches: a process of their own, so that they take no time of ours."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from domain.access import RouterOsAccess
from domain.router_ports import RouterEndpoint, RouterTrust

ROOT = Path(__file__).resolve().parent.parent


class RouterLab:
    """Simulated routers, and orders to them."""

    def __init__(self, process: "subprocess.Popen[str]", ready: dict[str, Any]) -> None:
        self._process = process
        self.ready = ready
        self.pid = process.pid

    @property
    def addresses(self) -> list[str]:
        return [router["address"] for router in self.ready["routers"]]

    def order(self, **order: Any) -> dict[str, Any]:
        """Sends an order of `lab.routeros.process` and gives its answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def endpoint(self, address: str, *, tls: bool = False) -> RouterEndpoint:
        ready = self.ready
        access = RouterOsAccess(
            id="lab",
            username=ready["username"],
            password=ready["password"],
            port=ready["tls_port" if tls else "port"],
            tls=tls,
        )
        trust = RouterTrust(fingerprint_sha256=ready["fingerprint_sha256"] or "" if tls else "")
        return RouterEndpoint(router_id=address, address=address, access=access, trust=trust)


@contextmanager
def router_lab(*options: str) -> Iterator[RouterLab]:
    """Starts `lab.routeros.process` with these options and ends it in the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "lab.routeros.process", *options],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield RouterLab(process, json.loads(process.stdout.readline()))
    finally:
        process.terminate()
        process.wait(10)
