"""`netledger verify` and `netledger export-ledger`: proof that the past is what was written."""

from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console as Terminal
from rich.progress import Progress

from adapters.ledger.export import export, verify_export
from adapters.ledger.proof import Report, Trust
from adapters.ledger.seals import LedgerSeals
from adapters.ledger.verify import verify
from cli.config import ConfigurationError


def verify_database(url: str, seals: LedgerSeals, terminal: Terminal) -> bool:
    with Progress(console=terminal) as bar:
        task = bar.add_task("verifying the ledger", total=None)
        report = verify(
            url,
            Trust(seals.public_key, seals),
            progress=lambda done, total: bar.update(task, completed=done, total=max(total, 1)),
        )
    return _tell(report, terminal)


def verify_file(path: Path, public_key: str, terminal: Terminal) -> bool:
    """Needs no database and no secret: the public key alone."""
    try:
        key = bytes.fromhex(public_key)
    except ValueError:
        raise ConfigurationError(
            "the public key is 64 hex digits, as `netledger public-key` prints it"
        ) from None
    return _tell(verify_export(path, key), terminal)


def export_database(url: str, seals: LedgerSeals, path: Path, terminal: Terminal) -> None:
    with Progress(console=terminal) as bar:
        task = bar.add_task("exporting the ledger", total=None)
        count = export(
            url,
            path,
            seals=seals,
            now=datetime.now(UTC),
            progress=lambda done, total: bar.update(task, completed=done, total=max(total, 1)),
        )
    terminal.print(f"{count} events in {path}; public key {seals.public_key.hex()}")


def _tell(report: Report, terminal: Terminal) -> bool:
    if report.finding is not None:
        terminal.print(f"[red]NOT intact[/] at position {report.finding.position}: {report.finding.what}")
        return False
    terminal.print(
        f"[green]intact[/]: {report.events} events up to position {report.position}, {report.checkpoints} signed "
        f"checkpoints, proven up to {report.proven}"
    )
    return True
