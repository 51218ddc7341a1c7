"""Coverage-guided fuzzing of the syslog parser: every datagram is a message, on one line, within bounds.

python tests/fuzz/fuzz_syslog.py -max_total_time=600
"""

import sys
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

with atheris.instrument_imports(include=["domain.syslog"]):
    from domain.syslog import MESSAGE_LIMIT, parse


def once(datagram: bytes) -> None:
    read = parse(datagram)
    assert read.message.isprintable()
    assert len(read.message) <= MESSAGE_LIMIT
    assert 0 <= read.severity <= 7
    assert 0 <= read.facility <= 23


if __name__ == "__main__":
    atheris.Setup(sys.argv, once)
    atheris.Fuzz()
