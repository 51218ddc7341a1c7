"""Measures device identification on SNMP recordings: share right for vendor, OS, version, model and serial.

What counts as right, for every recording where the expected value is known (fillers such as "<private>" are not):
vendor: the usual vendor name of the expected OS (table in `bench/identify_expected.py`), or another name of that vendor listed there.
os: our identifier equals the expected one, or is the one that the table in `bench/identify_expected.py` maps it to.
version, model: equal without regard to case and separators, or one holds the other as a run of whole words; a number cut
at a dot is not a whole word, so 16.12 is wrong for 16.12.4.
serial: equal without regard to case.
"""

import argparse
import gzip
import json
import os
import random
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.identify_expected import OS_NAMES, vendors_of
from domain.identification import Identity, identify, wanted
from domain.identification.text import is_placeholder, plain
from domain.observation import OidValue, PhysicalEntity, SnmpFacts, SystemGroup

ROOT = Path(__file__).resolve().parent.parent
SYSTEM = "1.3.6.1.2.1.1."
ENTITY = "1.3.6.1.2.1.47.1.1.1.1."
COLUMNS = {
    2: "descr",
    3: "vendor_type",
    4: "contained_in",
    5: "class",
    7: "name",
    8: "hardware_rev",
    9: "firmware_rev",
    10: "software_rev",
    11: "serial",
    12: "manufacturer",
    13: "model",
}
FIELDS = ("vendor", "os", "version", "model", "serial")
Row = dict[str, str | None]


def main() -> None:
    """Reads the recordings, identifies each, and prints the shares."""
    options = _options()
    folder: Path = options.recordings
    if not (folder / "expected.jsonl").exists():
        print(
            f"no expected.jsonl in {folder}: give a folder of recordings with --recordings or BENCH_RECORDINGS"
        )
        print(json.dumps({"bench": "identify", "skipped": "no recordings"}))
        return
    rows = [json.loads(line) for line in (folder / "expected.jsonl").read_text("utf-8").splitlines()]
    if options.fold:
        rows = _fold(rows, options.fold)
    right, known, elapsed = _measure(rows, folder, options)
    shares = {field: round(right[field] / known[field], 4) if known[field] else None for field in FIELDS}
    for field in FIELDS:
        print(f"{field:8} {right[field]:4} of {known[field]:4}  {100 * (shares[field] or 0):5.1f} %")
    typical = sorted(elapsed)[len(elapsed) // 2] * 1e3 if elapsed else None
    print(f"identify() takes {typical:.3f} ms (median), {max(elapsed) * 1e3:.3f} ms at most")
    figures = {
        "bench": "identify",
        "recordings": len(rows),
        "shares": shares,
        "known": known,
        "identify_ms": round(typical or 0, 4),
    }
    print(json.dumps(figures))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--recordings",
        type=Path,
        default=Path(os.environ.get("BENCH_RECORDINGS", ROOT / "recordings")),
        help="folder of *.snmprec.gz with expected.jsonl",
    )
    parser.add_argument("--misses", nargs="?", const="all", help="list mistakes, of one field or of all")
    parser.add_argument(
        "--fold",
        choices=("develop", "held-out"),
        help="a random two thirds of the OS names, or the other third",
    )
    return parser.parse_args()


def _fold(rows: list[Row], fold: str) -> list[Row]:
    names = sorted({str(row["os"]) for row in rows})
    held_out = set(random.Random(20250101).sample(names, len(names) // 3))
    return [row for row in rows if (row["os"] in held_out) == (fold == "held-out")]


def _measure(
    rows: list[Row], folder: Path, options: argparse.Namespace
) -> tuple[Counter[str], Counter[str], list[float]]:
    right: Counter[str] = Counter()
    known: Counter[str] = Counter()
    elapsed = []
    misses: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        values = read_recording(folder / f"{row['recording']}.snmprec.gz")
        facts = facts_of(values)
        identify(facts)  # the first call of a rule compiles its patterns
        started = time.perf_counter()
        identity = identify(facts)
        elapsed.append(time.perf_counter() - started)
        for field, expected, ours, good in judged(row, identity):
            known[field] += 1
            right[field] += good
            if not good:
                misses[field].append(
                    f"{field:8} {row['recording']:32} expected {expected!r}, ours {ours!r} by {identity.evidence.get(_ours(field), '-')}"
                )
    for field in FIELDS:
        if options.misses in ("all", field):
            print("\n".join(misses[field]))
    return right, known, elapsed


def judged(row: Row, identity: Identity) -> Iterator[tuple[str, str, str, bool]]:
    """Field, expected, ours and whether it is right, for each field whose expected value is known."""
    vendors = vendors_of(str(row["os"]))
    if vendors:
        yield (
            "vendor",
            "/".join(vendors),
            identity.vendor,
            identity.vendor.lower() in {v.lower() for v in vendors},
        )
    expected_os = str(row["os"])
    yield "os", expected_os, identity.os, identity.os == OS_NAMES.get(expected_os, expected_os)
    pairs = (("version", row["version"], identity.os_version), ("model", row["hardware"], identity.model))
    for field, expected, ours in pairs:
        if expected and not is_placeholder(expected):
            yield field, expected, ours, same_words(expected, ours)
    serial = row["serial"]
    if serial and not is_placeholder(serial):
        yield "serial", serial, identity.serial, serial.strip().lower() == identity.serial.lower()


def same_words(expected: str, ours: str) -> bool:
    """Whether both are the same words, or one is a run of whole words of the other."""
    left, right = _words(expected), _words(ours)
    if not left or not right:
        return False
    if "".join(left) == "".join(right):
        return True
    short, long = sorted((f" {' '.join(left)} ", f" {' '.join(right)} "), key=len)
    return short in long and any(c.isalnum() for c in short)


def _words(text: str) -> list[str]:
    """Words in lower case; dots stay inside words, a leading "v" before a digit goes."""
    words = re.split(r"[\s,;:/()\[\]_-]+", text.lower())
    return [re.sub(r"^v(?=\d)", "", word.strip(".")) for word in words if word.strip(".")]


def _ours(field: str) -> str:
    return "os_version" if field == "version" else field


def read_recording(path: Path) -> dict[str, OidValue]:
    """The objects of one recording in snmpsim's format; of a repeated object the first counts."""
    values: dict[str, OidValue] = {}
    with gzip.open(path, "rt", encoding="utf-8", errors="replace", newline="\n") as lines:
        for line in lines:
            parts = line.rstrip("\r\n").split("|", 2)
            if len(parts) == 3 and (value := _value(parts[1], parts[2])) is not None:
                values.setdefault(parts[0].lstrip("."), value)
    return values


def _value(tag: str, text: str) -> OidValue | None:
    number = tag.rstrip("xe")
    if number in ("2", "65", "66", "67", "70"):
        return int(text) if re.fullmatch(r"-?\d{1,20}", text.strip()) else None
    if number == "6":
        return text.strip().lstrip(".")
    if number == "64" and tag == "64":
        return text.strip()
    if number not in ("4", "64", "68"):
        return None
    if "x" in tag:
        digits = re.sub(r"[^0-9A-Fa-f]", "", text)
        return bytes.fromhex(digits[: len(digits) // 2 * 2])
    if "e" in tag:
        text = text.encode("latin-1", "replace").decode("unicode_escape", "replace")
    return text.encode()


def facts_of(values: dict[str, OidValue]) -> SnmpFacts:
    """What an SNMP reader would have handed over: the standard tables, and of the rest only what was wanted."""
    system = SystemGroup(
        sys_descr=_text(values.get(SYSTEM + "1.0")),
        sys_object_id=_text(values.get(SYSTEM + "2.0")),
        sys_name=_text(values.get(SYSTEM + "5.0")),
    )
    want = wanted(system)
    answered = {oid: values[oid] for oid in want.gets if oid in values}
    prefixes = tuple(walk + "." for walk in want.walks)
    if prefixes:
        answered.update({oid: value for oid, value in values.items() if oid.startswith(prefixes)})
    return SnmpFacts(system=system, values=answered, entities=_entities(values))


def _entities(values: dict[str, OidValue]) -> tuple[PhysicalEntity, ...]:
    rows: dict[int, dict[str, str | int]] = defaultdict(dict)
    for oid, value in values.items():
        if not oid.startswith(ENTITY):
            continue
        column, _, index = oid[len(ENTITY) :].partition(".")
        field = COLUMNS.get(int(column)) if column.isdecimal() else None
        if field is None or not index.isdecimal():
            continue
        if field in ("contained_in", "class"):
            rows[int(index)][field] = value if isinstance(value, int) else 0
        else:
            rows[int(index)][field] = plain(value)
    return tuple(
        msgspec.convert({"index": index} | row, PhysicalEntity) for index, row in sorted(rows.items())
    )


def _text(value: OidValue | None) -> str:
    """Text as an SNMP reader cleans it: valid, and without control characters but newline."""
    if isinstance(value, bytes):
        text = value.decode("utf-8", "replace")
    else:
        text = "" if value is None else str(value)
    return "".join(c for c in text.replace("\r\n", "\n") if c == "\n" or c.isprintable())


if __name__ == "__main__":
    main()
