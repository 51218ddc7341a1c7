"""Host keys pinned at first sight: how they are written, compared, and asked for."""

import hmac

import asyncssh

from domain.config_ports import ConfigError, HostKeySeen

_RSA = ("rsa-sha2-512", "rsa-sha2-256", "ssh-rsa")


def written(key: asyncssh.SSHKey) -> str:
    """`TYPE SHA256:BASE64`, as `ssh-keygen -l` writes fingerprints."""
    return f"{key.get_algorithm()} {key.get_fingerprint('sha256')}"


def algorithms(pinned: str) -> tuple[str, ...]:
    """What to ask for so that a device with several keys presents the pinned one again; empty for any."""
    if not pinned:
        return ()
    kind = pinned.split(" ", 1)[0]
    return _RSA if kind == "ssh-rsa" else (kind,)


class HostKeyCheck(asyncssh.SSHClient):
    """Looks at the presented key before any secret is sent: the pinned one passes, and any one where none is pinned."""

    def __init__(self, pinned: str) -> None:
        self.pinned = pinned
        self.presented = ""

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
        self.presented = written(key)
        return not self.pinned or hmac.compare_digest(self.pinned, self.presented)

    def seen(self, *, weak_algorithms: bool) -> HostKeySeen:
        return HostKeySeen(
            host_key=self.presented, first_sight=not self.pinned, weak_algorithms=weak_algorithms
        )


def changed(address: str, pinned: str, presented: str) -> ConfigError:
    return ConfigError(
        "SSH_HOST_KEY_CHANGED",
        f"{address} presents the host key {presented or 'of another type'}, not the pinned {pinned}: nothing was sent; "
        "accept the new key if the device was replaced or reset, otherwise somebody stands in between",
        pinned=pinned,
        presented=presented,
    )
