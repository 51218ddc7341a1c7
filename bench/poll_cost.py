"""Measures what polling costs: wall and CPU seconds for 450,000 values of 2,000 lab devices, from the agents into the stream.

Published of a poller in C on net-snmp, on other hardware: 450,000 values of 5,000 devices in 20 s, 5 s of CPU. `ours` are CPU
seconds of the poller with rates and publishing; the wall time is mostly that of the simulated agents, who share the machine.
"""

import argparse
import json

import uvloop

from bench.polling import Fleet, agents, published
from bench.product import servers

_VALUES = 450_000
_PUBLISHED_CPU_S, _PUBLISHED_WALL_S = 5.0, 20.0


def main() -> None:
    """Prints one line of JSON at the end."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--devices", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=4)
    options = parser.parse_args()
    with agents(options.devices) as lab, servers() as configuration:
        fleet = Fleet(lab)
        wall_s, cpu_s = uvloop.run(published(fleet, configuration.nats_url, options.rounds))
    share = _VALUES / fleet.variables
    print(
        f"{fleet.variables:,} values in {wall_s:.1f} s, {cpu_s:.2f} s of CPU; for {_VALUES:,}: {wall_s * share:.1f} s,"
        f" {cpu_s * share:.2f} s of CPU"
    )
    ours = round(cpu_s * share, 2)
    figures = {
        "bench": "poll-cost",
        "ours": ours,
        "peer": _PUBLISHED_CPU_S,
        "unit": "CPU s for 450,000 values",
    }
    more = {"wall_s": round(wall_s * share, 1), "peer_wall_s": _PUBLISHED_WALL_S}
    print(json.dumps({**figures, "ratio": round(_PUBLISHED_CPU_S / ours, 2), "n": fleet.variables, **more}))


if __name__ == "__main__":
    main()
