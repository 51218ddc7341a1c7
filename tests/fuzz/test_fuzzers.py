"""A short run of each fuzzer, from datagrams that are right; longer ones are started by hand."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from adapters.snmp.ber import element, integer, object_identifier

HERE = Path(__file__).parent
RUNS = 20_000
_TRAP = element(
    0x30,
    integer(1),
    element(0x04, b"public"),
    element(
        0xA7,
        integer(7),
        integer(0),
        integer(0),
        element(
            0x30,
            element(0x30, object_identifier("1.3.6.1.2.1.1.3.0"), element(0x43, b"\x01\x02")),
            element(
                0x30, object_identifier("1.3.6.1.6.3.1.1.4.1.0"), object_identifier("1.3.6.1.6.3.1.1.5.3")
            ),
        ),
    ),
)
SEEDS = {
    "fuzz_syslog": [
        b'<165>1 2003-10-11T22:14:15.003Z host app 7 ID47 [exampleSDID@32473 iut="3"] \xef\xbb\xbfwords',
        b"<34>Oct 11 22:14:15 mymachine su: 'su root' failed",
        b"<189>29: *Mar  1 18:46:11: %SYS-5-CONFIG_I: Configured from console by vty2",
    ],
    "fuzz_trap": [_TRAP],
}


@pytest.mark.skipif(
    importlib.util.find_spec("atheris") is None, reason="atheris has no wheel for this machine"
)
@pytest.mark.parametrize("fuzzer", SEEDS)
def test_nothing_breaks_it(fuzzer: str, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for number, seed in enumerate(SEEDS[fuzzer]):
        (corpus / str(number)).write_bytes(seed)
    command = [sys.executable, str(HERE / f"{fuzzer}.py"), f"-runs={RUNS}", "-seed=1", str(corpus)]
    run = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert run.returncode == 0, run.stderr[-3_000:]
    assert f"Done {RUNS} runs" in run.stderr
