"""PPPoE secrets are made what is wanted, changed only where they differ, and read back."""

from typing import Any

import pytest

from domain.router_ports import RouterError
from domain.router_secrets import WantedSecret
from lab.routeros.faults import Fault

WANTED = WantedSecret(
    name="new", password="p", service="pppoe", profile="home", remote_address="100.64.9.9", comment="Jürgen"
)


async def test_a_secret_is_created_once(bench: Any) -> None:
    await bench.start(customers=0)
    router = bench.own()
    change = await router.ensure_secret(WANTED, create_only=True, report=bench.report)
    assert change.changed
    assert change.before is None
    assert change.after is not None
    assert (change.after.profile, change.after.remote_address) == ("home", "100.64.9.9")
    assert bench.told() == [("secret.create", state) for state in ("intended", "sent", "confirmed")]
    again = await router.ensure_secret(WANTED, create_only=True, report=bench.report)
    assert not again.changed
    assert len(bench.device.history.items) == 1


async def test_only_what_differs_is_written(bench: Any) -> None:
    await bench.start(customers=0)
    router = bench.own()
    await router.ensure_secret(WANTED, report=bench.report)
    change = await router.ensure_secret(
        WantedSecret(name="new", profile="family", password="p", remote_address="", comment=""),
        report=bench.report,
    )
    assert change.fields == ("comment", "profile", "remote-address")
    assert change.before is not None
    assert change.before.comment == "Jürgen"
    row = bench.device.ppp.secrets.find(name="new")
    assert row is not None
    assert "remote-address" not in row
    assert "comment" not in row
    assert row["service"] == "pppoe", "a field that is not wanted stays"


async def test_creating_over_another_secret_is_refused(bench: Any) -> None:
    await bench.start()
    with pytest.raises(RouterError) as refused:
        await bench.own().ensure_secret(
            WantedSecret(name="customer0000", password="other"), create_only=True, report=bench.report
        )
    assert refused.value.code == "ROUTER_ITEM_EXISTS"
    assert "other" not in str(refused.value.details)
    assert bench.device.ppp.secrets.find(name="customer0000")["password"] == "pw-customer0000"


async def test_a_name_that_another_service_uses(bench: Any) -> None:
    await bench.start(customers=0)
    bench.device.ppp.secrets.add({"name": "vpn", "service": "l2tp"})
    router = bench.own()
    assert await router.secret("vpn") is None
    with pytest.raises(RouterError) as refused:
        await router.ensure_secret(WantedSecret(name="vpn", service="pppoe"), report=bench.report)
    assert refused.value.code == "ROUTER_ITEM_EXISTS"


async def test_a_refused_value_changes_nothing(bench: Any) -> None:
    await bench.start()
    with pytest.raises(RouterError) as refused:
        await bench.own().ensure_secret(
            WantedSecret(name="customer0000", profile="nowhere", comment="x"), report=bench.report
        )
    assert refused.value.code == "ROUTER_ARGUMENT_REFUSED"
    assert refused.value.details["words"] == "input does not match any value of profile"
    assert "comment" not in bench.device.ppp.secrets.find(name="customer0000")


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
async def test_creation_cut_short_is_finished_by_the_next_attempt(bench: Any, kind: Any) -> None:
    await bench.start(customers=0)
    router = bench.own()
    bench.device.faults.add(Fault(kind, "/ppp/secret/add"))
    with pytest.raises(RouterError) as cut:
        await router.ensure_secret(WANTED, create_only=True, report=bench.report)
    assert cut.value.outcome_unknown
    change = await router.ensure_secret(WANTED, create_only=True, report=bench.report)
    assert change.changed is (kind == "drop_before")
    assert len(bench.device.ppp.secrets.items) == 1


async def test_removal_ends_the_session(bench: Any) -> None:
    await bench.start()
    router = bench.own()
    change = await router.ensure_no_secret("customer0000", report=bench.report)
    assert change.before is not None
    assert bench.device.ppp.secrets.find(name="customer0000") is None
    assert bench.device.ppp.active.find(name="customer0000") is None
    assert not (await router.ensure_no_secret("customer0000", report=bench.report)).changed
