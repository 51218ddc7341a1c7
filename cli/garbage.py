"""How often a long-running process looks for cyclic garbage."""

import gc

_NEW_OBJECTS = 20_000
_YOUNG, _OLD = 20, 20


def collect_seldom() -> None:
    """Called once everything is imported: what lives for ever is not looked through again, and new objects only when there
    are a good many. CPython's own 700 takes a tenth of a poller's time, as replies of a fleet are many short-lived dicts."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, _YOUNG, _OLD)
