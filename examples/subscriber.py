"""A subscriber to Netledger's events: prints what happens, from where it stopped last time.

    python examples/subscriber.py ["ledger.device.>"]

NATS_URL names the server; without it the instance of the current user on this machine is used.
"""

import asyncio
import contextlib
import json
import os
import sys
from pathlib import Path

import nats
from nats.js.api import ConsumerConfig, DeliverPolicy


def nats_url() -> str:
    """From NATS_URL, else from the file that a running instance leaves for its user."""
    if url := os.environ.get("NATS_URL"):
        return url
    default = "/var/lib/netledger/data" if os.geteuid() == 0 else "~/.local/share/netledger"
    data_dir = Path(os.environ.get("NETLEDGER_DATA_DIR", default)).expanduser()
    try:
        return str(json.loads((data_dir / "running.json").read_text())["nats_url"])
    except FileNotFoundError:
        sys.exit(f"no Netledger runs on {data_dir}; start it, or set NATS_URL")


async def main(subject: str) -> None:
    client = await nats.connect(nats_url())
    jetstream = client.jetstream()
    # A durable consumer: the server remembers how far this name has read, and goes on there next time.
    name = "example-" + subject.translate(str.maketrans(".*>", "-sa"))
    subscription = await jetstream.pull_subscribe(
        subject, durable=name, stream="LEDGER", config=ConsumerConfig(deliver_policy=DeliverPolicy.ALL)
    )
    print(f"listening to {subject}; Ctrl-C ends", file=sys.stderr)
    while True:
        try:
            messages = await subscription.fetch(100, timeout=5)
        except TimeoutError:
            continue
        for message in messages:
            event = json.loads(message.data)
            print(
                event["position"],
                event["occurred_at"],
                event["actor"]["name"],
                event["type"],
                event["summary"],
            )
            await message.ack()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else "ledger.>"))
