"""Measures forecasts beside river's Holt-Winters with the day as its season: error, cost, and how often the bands hold.

Series are those of `bench/detect.py`: synthetic, from fixed seeds. Holt-Winters is told the season's length; ours is not.
"""

import argparse
import json
import sys
import time
from pathlib import Path
from statistics import fmean

from river.time_series import HoltWinters

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.detect import DAY, INTERVAL_S, samples
from domain.detection.forecast import forecast
from domain.detection.series import SeriesDetector
from domain.detection.state import SeriesState

HORIZONS_S = (3_600, 6 * 3_600, 86_400)
_LEARN_DAYS = 14
_EVERY = 37


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--series", type=int, default=40)
    parser.add_argument("--days", type=int, default=28)
    options = parser.parse_args()
    ours: dict[int, list[float]] = {horizon: [] for horizon in HORIZONS_S}
    theirs: dict[int, list[float]] = {horizon: [] for horizon in HORIZONS_S}
    inside: dict[int, list[bool]] = {horizon: [] for horizon in HORIZONS_S}
    spent = {"ours": 0.0, "theirs": 0.0}
    for seed in range(1, options.series + 1):
        _one(list(samples(seed, options.days * DAY)), ours, theirs, inside, spent)
    learned = options.series * options.days * DAY
    for horizon in HORIZONS_S:
        print(
            f"{horizon // 3600} h ahead: mean absolute error {fmean(ours[horizon]):.2f}, Holt-Winters"
            f" {fmean(theirs[horizon]):.2f}; {100 * fmean(inside[horizon]):.1f} % within the 90 % band"
            f" ({len(ours[horizon])} forecasts)"
        )
    print(
        f"a sample: {1e6 * spent['ours'] / learned:.1f} us with detection and bands,"
        f" Holt-Winters {1e6 * spent['theirs'] / learned:.1f} us without"
    )
    day = HORIZONS_S[-1]
    print(
        json.dumps(
            {
                "bench": "forecast",
                "ours": round(fmean(ours[day]), 3),
                "peer": round(fmean(theirs[day]), 3),
                "unit": "mean absolute error a day ahead, in standard deviations of the noise",
                "ratio": round(fmean(theirs[day]) / fmean(ours[day]), 2),
                "n": len(ours[day]),
                "coverage": {
                    f"{horizon // 3600}h": round(fmean(inside[horizon]), 3) for horizon in HORIZONS_S
                },
            }
        )
    )


def _one(
    stream: list[tuple[float, float]],
    ours: dict[int, list[float]],
    theirs: dict[int, list[float]],
    inside: dict[int, list[bool]],
    spent: dict[str, float],
) -> None:
    detector, state = SeriesDetector(), SeriesState()
    peer = HoltWinters(alpha=0.1, beta=0.001, gamma=0.1, seasonality=DAY)
    for number, (at_s, value) in enumerate(stream):
        started = time.process_time()
        detector.observe(state, at_s, value)
        between = time.process_time()
        peer.learn_one(value)
        spent["ours"] += between - started
        spent["theirs"] += time.process_time() - between
        if number < _LEARN_DAYS * DAY or number % _EVERY:
            continue
        ahead = [horizon for horizon in HORIZONS_S if number + int(horizon / INTERVAL_S) < len(stream)]
        if not ahead:
            return
        predicted = peer.forecast(horizon=int(ahead[-1] / INTERVAL_S))
        for horizon in ahead:
            steps = int(horizon / INTERVAL_S)
            actual = stream[number + steps][1]
            point = forecast(state, float(horizon), float(horizon))[-1]
            ours[horizon].append(abs(actual - point.mean))
            theirs[horizon].append(abs(actual - predicted[steps - 1]))
            inside[horizon].append(point.lower <= actual <= point.upper)


if __name__ == "__main__":
    main()
