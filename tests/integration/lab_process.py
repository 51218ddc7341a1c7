"""A lab process, which takes orders as lines of JSON."""

import json
import subprocess
import sys
from typing import Any


class LabProcess:
    """`python -m MODULE ARGUMENTS`; `ready` is what it said when all listened."""

    def __init__(self, module: str, *arguments: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.ready: dict[str, Any] = json.loads(self._process.stdout.readline())

    def order(self, **order: Any) -> dict[str, Any]:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        told: dict[str, Any] = json.loads(self._process.stdout.readline())
        assert told["ok"], told
        return told

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(10)
