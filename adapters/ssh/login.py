"""Logs in to a device over SSH once, to see whether a credential opens it."""

from adapters.ssh.transport import connected
from domain.access import AnyAccess, SshAccess
from domain.config_ports import ConfigTarget


async def try_ssh(address: str, access: AnyAccess) -> str:
    """Words that name the host key met, so that it can be compared; raises ConfigError.

    Nothing is pinned: who tries a credential on an address says by that whom the password may be shown to.
    """
    assert isinstance(access, SshAccess)  # as it is registered
    target = ConfigTarget(device_id="", address=address, platform="", access=access)
    async with connected(target, username=access.username) as transport:
        return f"the login is accepted; the host key is {transport.seen.host_key}"
