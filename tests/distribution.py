"""Which tests one worker of pytest-xdist runs together, and in which order they are begun."""

from xdist.scheduler import LoadScopeScheduling

TOGETHER = ("tests/e2e/web/",)
"""Folders whose files share something that takes long to start: the running product."""


class ByFile(LoadScopeScheduling):
    """A file is run by one worker, or a folder of `TOGETHER`. As they are collected: what waits for processes to start
    and to die comes first, and the many short tests, which even the workers out, last."""

    def __init__(self, config, log=None) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False

    def _split_scope(self, nodeid: str) -> str:
        return next((each for each in TOGETHER if nodeid.startswith(each)), nodeid.partition("::")[0])
