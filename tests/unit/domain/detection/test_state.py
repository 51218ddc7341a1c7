"""States are small, and only their own snapshots are taken back."""

import pytest

from domain.detection.device import DeviceState
from domain.detection.state import SeriesState, SnapshotError


def test_a_series_costs_less_than_five_kilobytes() -> None:
    assert len(SeriesState().snapshot()) <= 5000


def test_a_device_of_four_metrics_costs_less_than_a_kilobyte() -> None:
    assert len(DeviceState(4).snapshot()) <= 1000


@pytest.mark.parametrize("damage", [b"", b"NLD1", b"x" * 4564])
def test_other_bytes_are_refused(damage: bytes) -> None:
    with pytest.raises(SnapshotError):
        SeriesState.restore(damage)
    with pytest.raises(SnapshotError):
        DeviceState.restore(damage)


def test_a_snapshot_cut_short_is_refused() -> None:
    with pytest.raises(SnapshotError, match="expected"):
        SeriesState.restore(SeriesState().snapshot()[:-1])
    with pytest.raises(SnapshotError):
        DeviceState.restore(DeviceState(3).snapshot()[:-1])
