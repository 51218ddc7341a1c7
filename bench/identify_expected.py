"""The established NMS's OS names against ours, and the usual vendor of each."""

OS_NAMES: dict[str, str] = {}


def vendors_of(row):
    return ()
