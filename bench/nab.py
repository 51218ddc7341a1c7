"""Scores the detector on a folder of the Numenta Anomaly Benchmark, at the fixed thresholds or the folder's best ones.

The folder holds `data/`, `combined_windows.json` and `nab_score.py`, the scorer of the published method (A. Lavin, S. Ahmad,
arXiv:1510.03336). The detector is what `netledger score` runs: it is fed lines and learns neither name, length nor range.
No data of the benchmark is part of this repository.
"""

import argparse
import importlib.util
import io
import json
import random
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from cli.score import score
from domain.detection import series
from domain.detection.series import PARTS, DetectorSettings, SeriesDetector
from domain.detection.state import SeriesState

THRESHOLDS = {"standard": 0.5, "reward_low_FP_rate": 0.508, "reward_low_FN_rate": 0.5}
"""Found on half of the files, and fixed since."""

Scores = dict[str, Any]


def main() -> None:
    options = _options()
    scorer = _scorer(options.nab)
    files, raw = scorer.load(str(options.nab / "data"), str(options.nab / "combined_windows.json"))
    started = time.process_time()
    scores = {name: _run(*columns) for name, columns in raw.items()}
    elapsed = time.process_time() - started
    if options.save:
        scorer.save_scores(str(options.save), files, raw, scores)
    fixed = scorer.evaluate(files, scores, THRESHOLDS)
    best = scorer.evaluate(files, scores)
    scorer.report(files, fixed, None, options.per_file)
    records = sum(file.n for file in files)
    print(f"\n{1e6 * elapsed / records:.1f} us CPU a record, reading and writing lines included")
    print("with the best thresholds for this folder: " + _summary(best, with_threshold=True))
    if options.halves:
        _halves(scorer, files, scores)
    if options.ablation:
        _ablation(scorer, files, raw, fixed["standard"]["score"])
    standard = fixed["standard"]
    print(
        json.dumps(
            {
                "bench": "nab",
                "ours": round(standard["score"], 2),
                "unit": "NAB standard profile",
                "threshold": THRESHOLDS["standard"],
                "low_fp": round(fixed["reward_low_FP_rate"]["score"], 2),
                "low_fn": round(fixed["reward_low_FN_rate"]["score"], 2),
                "detected": standard["detected"],
                "windows": standard["windows"],
                "false_alarms": standard["fp"],
                "n": records,
            }
        )
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--nab", type=Path, required=True, metavar="DIR")
    parser.add_argument("--save", type=Path, metavar="DIR", help="keep the scores here")
    parser.add_argument("--per-file", action="store_true")
    parser.add_argument(
        "--halves", action="store_true", help="threshold from one half of the files, score on the other"
    )
    parser.add_argument("--ablation", action="store_true", help="leave out each part in turn")
    return parser.parse_args()


def _scorer(folder: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("nab_score", folder / "nab_score.py")
    if spec is None or spec.loader is None:
        sys.exit(f"no nab_score.py in {folder}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _run(stamps: list[str], values: list[str]) -> Any:
    lines = "".join(f"{stamp},{value}\n" for stamp, value in zip(stamps, values, strict=True))
    out = io.StringIO()
    score(io.StringIO("timestamp,value\n" + lines), out)
    return np.array([float(line) for line in out.getvalue().split()])


def _summary(result: Scores, *, with_threshold: bool) -> str:
    return ", ".join(
        f"{profile} {found['score']:.2f}" + (f" at {found['threshold']:.4f}" if with_threshold else "")
        for profile, found in result.items()
    )


def _halves(scorer: ModuleType, files: list[Any], scores: Scores, rounds: int = 200) -> None:
    """What a threshold found on a random half of the files is worth on the other half."""
    dice = random.Random(1)
    profile = scorer.PROFILES["standard"]
    moved, own, fixed = [], [], []
    for _ in range(rounds):
        shuffled = dice.sample(files, len(files))
        here, there = shuffled[: len(files) // 2], shuffled[len(files) // 2 :]
        thresholds, totals = scorer.sweep(here, scores, profile)
        at = thresholds[int(np.argmax(totals))]
        points = scorer.score_at(there, scores, profile, at)["raw"]
        moved.append(scorer.normalise(points, there, profile))
        own.append(scorer.normalise(scorer.sweep(there, scores, profile)[1].max(), there, profile))
        points = scorer.score_at(there, scores, profile, THRESHOLDS["standard"])["raw"]
        fixed.append(scorer.normalise(points, there, profile))
    print(
        f"{rounds} random halves, standard profile: threshold of the other half {np.mean(moved):.1f}"
        f" (sd {np.std(moved):.1f}), own best {np.mean(own):.1f}, fixed {np.mean(fixed):.1f} (sd {np.std(fixed):.1f})"
    )


class _Detector(SeriesDetector):
    """The detector with other weights for its parts."""

    def __init__(self, weights: tuple[float, ...], settings: DetectorSettings) -> None:
        super().__init__(settings)
        self._weights = tuple(weight / sum(weights) for weight in weights)


def _ablation(scorer: ModuleType, files: list[Any], raw: Any, whole: float) -> None:
    """The score at the best threshold for the folder without each part, and without each mechanism."""
    plain = DetectorSettings()
    trials: list[tuple[str, tuple[float, ...], DetectorSettings]] = [("all", series.WEIGHTS, plain)]
    for number, part in enumerate(PARTS):
        weights = tuple(0.0 if place == number else weight for place, weight in enumerate(series.WEIGHTS))
        trials.append((f"without {part}", weights, plain))
    for name, changed in {
        "no hold after an alarm": {"hold": 1, "hold_share": 0.0},
        "plain average": {"exponent": 1.0},
        "almost the maximum": {"exponent": 12.0},
        "no discount for history": {"history_discount": 0.0},
        "level memory 1000": {"level_memory": 1000},
        "no discount, no rarity": {"history_discount": 0.0, "effect_share": 1.0},
    }.items():
        trials.append((name, series.WEIGHTS, DetectorSettings(**changed)))  # type: ignore[arg-type]  # all of them numbers
    print(f"\n{'':<36}standard (fixed threshold {whole:.2f})")
    for name, weights, settings in trials:
        found = {}
        for path, (stamps, values) in raw.items():
            detector, state = _Detector(weights, settings), SeriesState()
            found[path] = np.array(
                [
                    detector.observe(state, _seconds(stamp), float(value)).score
                    for stamp, value in zip(stamps, values, strict=True)
                ]
            )
        best = scorer.evaluate(files, found)["standard"]
        print(
            f"{name:<36}{best['score']:.1f} ({best['detected']} of {best['windows']}, {best['fp']} false)",
            flush=True,
        )


def _seconds(stamp: str) -> float:
    from datetime import UTC, datetime

    return datetime.fromisoformat(stamp).replace(tzinfo=UTC).timestamp()


if __name__ == "__main__":
    main()
