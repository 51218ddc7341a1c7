"""One partition of the stream under watch: a pure fold of polls, so that the same stream gives the same findings."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress

from domain.detection.alarm_rules import AlarmRules
from domain.detection.device import WARM_UP as DEVICE_WARM_UP
from domain.detection.device_watch import FORGET_S, DeviceWatch
from domain.detection.finding import Finding
from domain.detection.packed import PackedDevice
from domain.detection.ports import Candidate
from domain.detection.series import WARM_UP
from domain.detection.state import SEEN, SeriesState, SnapshotError
from domain.detection.tally import Tally
from domain.telemetry import PARTITIONS, Published


class PartitionWatch:
    """`rules` change between two checkpoints never, so that what is read again is judged as before."""

    def __init__(self, rules: AlarmRules) -> None:
        self.rules = rules
        self.devices: dict[str, DeviceWatch] = {}
        self.changed: set[str] = set()
        """Devices that differ from the last checkpoint."""
        self._series = 0
        self._late = 0
        self._left_out = 0
        self._newest = -1e18

    def observe(self, polls: Iterable[Published]) -> list[Finding]:
        findings: list[Finding] = []
        for published in polls:
            poll = published.poll
            device = self.devices.get(poll.device_id)
            if device is None:
                device = self.devices[poll.device_id] = DeviceWatch(poll.device_id)
            before = len(device.states)
            watched = device.observe(poll, self.rules, self._room)
            self._series += len(device.states) - before
            self._late += watched.late
            self._left_out += watched.left_out
            if not watched.late:
                self._newest = max(self._newest, poll.at)
            self.changed.add(poll.device_id)
            findings += watched.findings
        return findings

    def load(self, devices: Iterable[tuple[str, PackedDevice]]) -> None:
        for device_id, packed in devices:
            device = self.devices[device_id] = DeviceWatch.unpack(device_id, packed)
            self._series += len(device.states)
            self._newest = max(self._newest, device.last_at)

    def put(self, candidate: Candidate) -> None:
        """A state that was learned from stored telemetry, in place of the present one, if there still is one."""
        device = self.devices.get(candidate.device_id)
        if device is None:
            return
        with suppress(SnapshotError):  # another version proposed it
            state = SeriesState.restore(candidate.snapshot)
            if device.replace((candidate.metric, candidate.interface), state):
                self.changed.add(candidate.device_id)

    def forget_the_silent(self) -> list[str]:
        """Drops what was silent for FORGET_S; returns the devices of which nothing is left."""
        gone = []
        for device_id, device in self.devices.items():
            dropped = device.forget(self._newest - FORGET_S)
            self._series -= dropped
            if dropped:
                self.changed.add(device_id)
            if dropped and not device.states:
                gone.append(device_id)
        for device_id in gone:
            del self.devices[device_id]
            self.changed.discard(device_id)
        return gone

    def packed(self, device_ids: Sequence[str]) -> Iterator[tuple[str, PackedDevice]]:
        for device_id in device_ids:
            yield device_id, self.devices[device_id].pack()

    def tally(self) -> Tally:
        tally = Tally(late_polls=self._late, left_out=self._left_out, newest_at=max(self._newest, 0.0))
        for device in self.devices.values():
            tally.devices += 1
            tally.series += len(device.states)
            for state in device.states:
                seen = int(state.scalars[SEEN])
                tally.samples += seen
                tally.warm_series += seen > WARM_UP
            tally.series_drifts += device.drift.events if device.drift else 0
            if device.joint.state is not None:
                tally.joints += 1
                tally.joint_polls += device.joint.state.seen
                tally.warm_joints += device.joint.state.seen > DEVICE_WARM_UP
            tally.joint_drifts += device.model_drift.events if device.model_drift else 0
            tally.firing += sum(episode.firing for episode in device.episodes.values())
        return tally

    def _room(self) -> bool:
        return self._series < self._most_series

    @property
    def _most_series(self) -> int:
        return -(-self.rules.settings.most_series // PARTITIONS)
