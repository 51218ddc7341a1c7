"""How much is under watch, how much of it is warm, and how often it drifted."""

import msgspec


class Tally(msgspec.Struct, kw_only=True):
    """What is under watch, summed over the devices, and what came since the worker took the partition."""

    devices: int = 0
    series: int = 0
    warm_series: int = 0
    samples: int = 0
    """That the present states have learned."""
    series_drifts: int = 0
    joints: int = 0
    warm_joints: int = 0
    joint_polls: int = 0
    joint_drifts: int = 0
    firing: int = 0
    late_polls: int = 0
    """Duplicates, and polls older than one that came before."""
    left_out: int = 0
    """Samples of series for which there was no room."""
    newest_at: float = 0.0
