"""API-SSL: certificates are checked by authority or by pin, before any password is sent."""

from pathlib import Path
from typing import Any

import pytest

from adapters.routeros.dial import DialLimits
from adapters.routeros.link import LinkLimits
from domain.router_ports import RouterError, RouterTrust
from lab.routeros.certificates import LabAuthority

QUICK = LinkLimits(dial=DialLimits(connect_s=0.5, handshake_s=0.7, login_s=1.0))
ADDRESS = "127.65.50.1"


async def refused(bench: Any, trust: RouterTrust) -> RouterError:
    router = bench.own(tls=True, port=bench.lab.tls_port, trust=trust)
    with pytest.raises(RouterError) as error:
        await router.health()
    assert error.value.details["cause"] == "ROUTER_CERTIFICATE_REFUSED"
    assert not any("log" in row["topics"] for row in bench.device.log.items.values()), "no login was tried"
    return error.value


async def start(bench: Any, folder: Path, *, expired: bool = False) -> tuple[str, str]:
    authority = LabAuthority(folder)
    context, fingerprint = authority.server_context([ADDRESS], expired=expired)
    await bench.start(tls=context, limits=QUICK)
    return str(authority.ca_file), fingerprint


async def test_a_certificate_signed_by_the_given_authority(bench: Any, tmp_path: Path) -> None:
    ca_file, fingerprint = await start(bench, tmp_path)
    router = bench.own(tls=True, port=bench.lab.tls_port, trust=RouterTrust(ca_file=ca_file))
    assert (await router.health()).cpu_percent is not None
    assert router.connection.certificate_sha256 == fingerprint


async def test_an_unknown_authority_is_refused(bench: Any, tmp_path: Path) -> None:
    await start(bench, tmp_path)
    assert "unable to get local issuer" in (await refused(bench, RouterTrust())).message


async def test_an_expired_certificate_is_refused(bench: Any, tmp_path: Path) -> None:
    ca_file, _fingerprint = await start(bench, tmp_path, expired=True)
    assert "expired" in (await refused(bench, RouterTrust(ca_file=ca_file))).message


async def test_a_certificate_for_another_name_is_refused(bench: Any, tmp_path: Path) -> None:
    ca_file, _fingerprint = await start(bench, tmp_path)
    error = await refused(bench, RouterTrust(ca_file=ca_file, server_name="router.example"))
    assert "router.example" in error.message


async def test_a_pin_accepts_its_certificate_only(bench: Any, tmp_path: Path) -> None:
    _ca_file, fingerprint = await start(bench, tmp_path, expired=True)
    error = await refused(bench, RouterTrust(fingerprint_sha256="00" * 32))
    assert fingerprint in error.message, "so that an engineer can pin it"
    colons = ":".join(fingerprint[at : at + 2] for at in range(0, 64, 2)).upper()
    router = bench.own(tls=True, port=bench.lab.tls_port, trust=RouterTrust(fingerprint_sha256=colons))
    assert (await router.health()).cpu_percent is not None


async def test_a_missing_authority_file_says_so(bench: Any, tmp_path: Path) -> None:
    await start(bench, tmp_path)
    error = await refused(bench, RouterTrust(ca_file=str(tmp_path / "nowhere.pem")))
    assert "nowhere.pem" in error.message


async def test_a_plain_port_is_no_tls(bench: Any, tmp_path: Path, until: Any) -> None:
    ca_file, _fingerprint = await start(bench, tmp_path)
    router = bench.own(tls=True, trust=RouterTrust(ca_file=ca_file))
    await until(lambda: router.connection.state == "down")
    assert router.connection.last_error_code == "ROUTER_UNREACHABLE"
