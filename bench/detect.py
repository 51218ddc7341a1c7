"""Measures the detectors: time a sample beside river's half-space trees, bytes a series, false alarms, forecast coverage.

All series are synthetic, made from fixed seeds: a day's and a week's rhythm, noise, a slow drift, bursts.
"""

import argparse
import json
import math
import multiprocessing
import pickle
import random
import sys
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from uuid import UUID

import psutil
import zstandard
from river.anomaly import HalfSpaceTrees

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from domain.detection.alarm_rules import AlarmRules
from domain.detection.device import DeviceDetector
from domain.detection.forecast import ForecastError, forecast
from domain.detection.packed import encode
from domain.detection.partition_watch import PartitionWatch
from domain.detection.series import SeriesDetector
from domain.detection.state import SeriesState
from domain.telemetry import PARTITIONS, Poll, Published, Sample, partition

START_S = 1_700_000_000.0
INTERVAL_S = 300.0
DAY = int(86_400 / INTERVAL_S)


def main() -> None:
    options = _options()
    snapshot = len(SeriesState().snapshot())
    resident = _resident(options.series)
    print(
        f"state: {snapshot} bytes as a snapshot, {resident:.0f} bytes resident"
        f" ({options.series} series, {resident * 1e5 / 1e6:.0f} MB for 100,000)"
    )
    ours, (peer, large_peer), peer_bytes = _speed(options.samples)
    print(
        f"one series: {ours:.1f} us a sample; river HalfSpaceTrees with its defaults (10 trees of height 8)"
        f" {peer:.1f} us and {peer_bytes[0]} bytes, with those of its paper (25 of height 15) {large_peer:.1f} us"
        f" and {peer_bytes[1]} bytes"
    )
    device = _device_speed(options.samples // 4)
    print(f"one device of four metrics: {device:.1f} us a poll")
    worker = _worker(options.worker_series)
    print(
        f"a worker with {options.worker_series} series: {worker['mb']:.0f} MB in all, {worker['bytes']:.0f} bytes a series"
        f" with names, devices and drift; {worker['us']:.1f} us a sample; a checkpoint of a sixteenth takes"
        f" {worker['pack_s']:.2f} s and {worker['saved']:.0f} bytes a series"
    )
    for threshold, rate in _false_alarms(options.samples).items():
        print(f"alarms of score >= {threshold} on ordinary series: {rate:.2f} a series and week")
    coverage = _coverage()
    for ahead_s, (share, width) in coverage.items():
        print(
            f"forecast {ahead_s / 3600:.0f} h ahead: {100 * share:.1f} % within the 90 % band, width {width:.1f} noise sd"
        )
    print(
        json.dumps(
            {
                "bench": "detect",
                "ours": round(ours, 2),
                "peer": round(peer, 2),
                "unit": "us/sample",
                "ratio": round(peer / ours, 2),
                "n": options.samples,
                "peer_with_paper_settings": round(large_peer, 2),
                "bytes_per_series": snapshot,
                "resident_bytes_per_series": round(resident),
                "device_us_per_poll": round(device, 2),
                "worker_mb": round(worker["mb"]),
                "worker_series": options.worker_series,
                "worker_us_per_sample": round(worker["us"], 2),
                "saved_bytes_per_series": round(worker["saved"]),
                "coverage": {
                    f"{ahead_s / 3600:.0f}h": round(share, 3) for ahead_s, (share, _) in coverage.items()
                },
            }
        )
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--samples", type=int, default=40_000)
    parser.add_argument(
        "--series", type=int, default=20_000, help="states to hold at once for the memory figure"
    )
    parser.add_argument(
        "--worker-series", type=int, default=100_000, help="series of one worker's process, 20 a device"
    )
    return parser.parse_args()


def samples(seed: int, count: int) -> Iterator[tuple[float, float]]:
    """Traffic-like: a daily and a weekly rhythm, unit noise, a slow drift; every fifth series has bursts as well."""
    dice = random.Random(seed)
    swing, weekend, drift = dice.uniform(0.0, 10.0), dice.uniform(0.4, 1.0), dice.uniform(-0.5, 0.5)
    phase = dice.random()
    for number in range(count):
        days = number / DAY
        share = weekend if int(days) % 7 >= 5 else 1.0
        value = (
            100.0
            + drift * days
            + swing * share * math.sin(2.0 * math.pi * (days + phase))
            + dice.gauss(0.0, 1.0)
        )
        if seed % 5 == 0 and dice.random() < 0.01:
            value += dice.expovariate(0.1)
        yield START_S + number * INTERVAL_S, value


def _speed(count: int) -> tuple[float, tuple[float, float], tuple[int, ...]]:
    """All detectors over the same samples, in turns, so that a busy machine slows all; the peers' pickled sizes."""
    detector, state = SeriesDetector(), SeriesState()
    limits = {"value": (80.0, 120.0)}
    peers = (
        HalfSpaceTrees(seed=42, limits=limits),
        HalfSpaceTrees(n_trees=25, height=15, seed=42, limits=limits),
    )
    ours, theirs = 0.0, [0.0, 0.0]
    stream = list(samples(1, count))
    for begin in range(0, count, 1000):
        block = stream[begin : begin + 1000]
        started = time.process_time()
        for at_s, value in block:
            detector.observe(state, at_s, value)
        ours += time.process_time() - started
        for number, trees in enumerate(peers):
            started = time.process_time()
            for _, value in block:
                point = {"value": value}
                trees.score_one(point)
                trees.learn_one(point)
            theirs[number] += time.process_time() - started
    sizes = tuple(len(pickle.dumps(trees)) for trees in peers)
    return 1e6 * ours / count, (1e6 * theirs[0] / count, 1e6 * theirs[1] / count), sizes


def _device_speed(count: int) -> float:
    detector = DeviceDetector(("cpu_percent", "memory_percent", "if_in_bps", "if_in_errors_per_s"))
    state = detector.new_state()
    dice = random.Random(2)
    polls = []
    for _ in range(count):
        load = dice.gauss(0.0, 1.0)
        polls.append(
            [50.0 + 10.0 * load + dice.gauss(0.0, 2.0), 40.0, 1e6 * (5.0 + load), abs(dice.gauss(0.0, 1.0))]
        )
    started = time.process_time()
    for values in polls:
        detector.observe(state, values)
    return 1e6 * (time.process_time() - started) / count


def _resident(count: int) -> float:
    """Growth of the process by so many states in use, per state."""
    detector = SeriesDetector()
    process = psutil.Process()
    before = process.memory_info().rss
    states = [SeriesState() for _ in range(count)]
    for state in states:
        detector.observe(state, START_S, 1.0)
        detector.observe(state, START_S + INTERVAL_S, 2.0)
    return float(process.memory_info().rss - before) / len(states)


def _worker(count: int) -> dict[str, float]:
    """One process that watches so many series, after enough polls that all its parts are there; and one checkpoint."""
    reader, writer = multiprocessing.get_context("spawn").Pipe(duplex=False)
    process = multiprocessing.get_context("spawn").Process(target=_watch, args=(count, writer))
    process.start()
    found: dict[str, float] = reader.recv()
    process.join()
    return found


def _watch(count: int, writer: Connection) -> None:
    process = psutil.Process()
    before = process.memory_info().rss
    devices = [str(UUID(int=number)) for number in range(count // 20)]
    watches = [PartitionWatch(AlarmRules()) for _ in range(PARTITIONS)]
    dice = random.Random(1)
    rounds = 4
    spent = 0.0
    for number in range(rounds):
        for device_id in devices:
            polls = list(_polls(device_id, START_S + number * INTERVAL_S, dice))
            started = time.process_time()
            watches[partition(device_id)].observe(polls)
            spent += time.process_time() - started
    largest = max(watches, key=lambda watch: len(watch.devices))
    started = time.process_time()
    compressor = zstandard.ZstdCompressor(level=3)
    saved = sum(
        len(compressor.compress(encode(packed))) for _, packed in largest.packed(list(largest.devices))
    )
    pack_s = time.process_time() - started
    series = sum(watch.tally().series for watch in watches)
    rss = process.memory_info().rss
    writer.send(
        {
            "mb": rss / 1e6,
            "bytes": (rss - before) / series,
            "us": 1e6 * spent / (series * rounds),
            "pack_s": pack_s,
            "saved": saved / largest.tally().series,
        }
    )


def _polls(device_id: str, at: float, dice: random.Random) -> Iterator[Published]:
    """Two polls of together twenty series."""
    resources = ("cpu_percent", "memory_percent")
    yield Published(
        0,
        Poll(
            device_id, "resources", at, INTERVAL_S, tuple(Sample(name, dice.random()) for name in resources)
        ),
    )
    traffic = tuple(
        Sample(name, dice.random(), f"GigabitEthernet0/{port}")
        for port in range(9)
        for name in ("if_in_bps", "if_out_bps")
    )
    yield Published(0, Poll(device_id, "interfaces", at, INTERVAL_S, traffic))


def _false_alarms(count: int) -> dict[float, float]:
    """Alarms a week on series in which nothing happens, after the first day."""
    detector = SeriesDetector()
    alarms = dict.fromkeys((0.5, 0.6, 0.7, 0.75, 0.8), 0)
    each = min(count, 28 * DAY)
    several = max(1, count // each)
    for seed in range(1, several + 1):
        state = SeriesState()
        for number, (at_s, value) in enumerate(samples(seed if seed % 5 else seed + 1000, each)):
            score = detector.observe(state, at_s, value).score
            if number >= DAY:
                for threshold in alarms:
                    alarms[threshold] += score >= threshold
    weeks = several * (each - DAY) / (7 * DAY)
    return {threshold: found / weeks for threshold, found in alarms.items()}


def _coverage(several: int = 10, days: int = 42) -> dict[float, tuple[float, float]]:
    """Share of samples that fell into the bands of forecasts made through the last three weeks, and the bands' width."""
    detector = SeriesDetector()
    horizons = (3600.0, 6 * 3600.0, 86_400.0)
    inside = dict.fromkeys(horizons, 0)
    widths = dict.fromkeys(horizons, 0.0)
    made = dict.fromkeys(horizons, 0)
    for seed in range(1, several + 1):
        stream = list(samples(seed, days * DAY))
        state = SeriesState()
        for number, (at_s, value) in enumerate(stream):
            detector.observe(state, at_s, value)
            if number < (days - 21) * DAY or number % 37:
                continue
            for ahead_s in horizons:
                later = number + int(ahead_s / INTERVAL_S)
                if later >= len(stream):
                    continue
                try:
                    point = forecast(state, ahead_s, ahead_s)[-1]
                except ForecastError:
                    continue
                made[ahead_s] += 1
                inside[ahead_s] += point.lower <= stream[later][1] <= point.upper
                widths[ahead_s] += point.upper - point.lower
    return {
        ahead_s: (inside[ahead_s] / made[ahead_s], widths[ahead_s] / made[ahead_s]) for ahead_s in horizons
    }


if __name__ == "__main__":
    main()
