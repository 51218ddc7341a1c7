"""Coverage-guided fuzzing of the SNMP trap reader: a datagram is a trap, or is refused as bad BER; nothing else happens.

python tests/fuzz/fuzz_trap.py -max_total_time=600
"""

import sys
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

with atheris.instrument_imports(include=["adapters.snmp.ber", "adapters.snmp.trap_message"]):
    from adapters.snmp.ber import BerError
    from adapters.snmp.trap_message import read_trap, version_of


def once(datagram: bytes) -> None:
    try:
        version_of(datagram)
        trap, _ = read_trap(datagram)
    except BerError:
        return
    assert all(part.isdigit() for part in trap.oid.split("."))


if __name__ == "__main__":
    atheris.Setup(sys.argv, once)
    atheris.Fuzz()
