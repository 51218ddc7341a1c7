"""What calls to routers look like on NATS: subjects, verbs, and the seal around every message.

Requests, steps and answers are sealed with AES-256-GCM under a key that the processes of one installation share: PPPoE
passwords pass unseen, and nobody else on the same NATS can command a router.
"""

import os
from typing import Any, TypeVar

import msgspec
import zstandard
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domain.router_isolation import IsolationMemento, IsolationOutcome, IsolationPlan, Settled
from domain.router_ports import Priority
from domain.router_reads import ActiveUser, RouterHealth, RouterHistoryEntry, RouterTraffic, UserTraffic
from domain.router_secrets import PppSecret, SecretChange, WantedSecret

T = TypeVar("T")

RESULTS: dict[str, Any] = {
    "health": RouterHealth,
    "traffic": RouterTraffic,
    "user_traffic": UserTraffic,
    "active_users": tuple[ActiveUser, ...],
    "history": tuple[RouterHistoryEntry, ...],
    "secrets": tuple[PppSecret, ...],
    "secret": PppSecret | None,
    "passwords": dict[str, str],
    "profiles": tuple[str, ...],
    "ensure_secret": SecretChange,
    "ensure_no_secret": SecretChange,
    "ensure_isolated": IsolationOutcome,
    "ensure_released": IsolationOutcome,
    "before_many": tuple[IsolationMemento, ...],
    "switch_many": tuple[Settled, ...],
    "reset": None,
    "sync": None,
}
ARGUMENTS: dict[str, Any] = {
    "username": str,
    "name": str,
    "wanted": WantedSecret,
    "create_only": bool,
    "plan": IsolationPlan,
    "memento": IsolationMemento | None,
    "mementos": tuple[IsolationMemento, ...],
    "names": tuple[str, ...],
    "isolated": bool,
    "watch_s": float,
    "deadline_s": float,
    "priority": Priority,
}
_UNPACKED = 64 << 20
LARGEST = 900_000
"""Bytes of a message; NATS takes a mebibyte by default."""


class Unsealed(Exception):
    """The message was not sealed by this installation for this subject, or says nothing that can be understood."""


def subject_of(router_id: str) -> str:
    return f"router.{router_id}.call"


class CallFailure(msgspec.Struct, frozen=True):
    """An error on its way back. `router`: a RouterError, with whether the command may have been sent."""

    code: str
    message: str
    details: dict[str, Any] = {}
    sent: bool = False


class Call(msgspec.Struct, frozen=True):
    verb: str
    arguments: dict[str, Any] = {}
    steps: str = ""


class Answer(msgspec.Struct, frozen=True):
    result: Any = None
    failure: CallFailure | None = None


class Seal:
    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, value: Any, subject: str) -> bytes:
        plain = zstandard.ZstdCompressor(level=1).compress(msgspec.json.encode(value))
        nonce = os.urandom(12)
        return nonce + self._cipher.encrypt(nonce, plain, subject.encode())

    def open(self, sealed: bytes, subject: str, kind: type[T]) -> T:
        """Raises Unsealed."""
        try:
            plain = self._cipher.decrypt(sealed[:12], sealed[12:], subject.encode())
            return msgspec.json.decode(
                zstandard.ZstdDecompressor().decompress(plain, max_output_size=_UNPACKED), type=kind
            )
        except (InvalidTag, ValueError, zstandard.ZstdError) as error:
            raise Unsealed(type(error).__name__) from None
