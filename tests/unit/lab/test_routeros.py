"""Simulated routers without a network: queries, tables, subscribers, meters, releases."""

from collections.abc import Callable

import pytest

from lab.addresses import addresses
from lab.faults import Faults
from lab.routeros.faults import Fault
from lab.routeros.fleet import add_customer, furnish
from lab.routeros.meter import Meter
from lab.routeros.query import compile_query
from lab.routeros.release import Release
from lab.routeros.router import SimulatedRouter
from lab.routeros.trap import Trap

ITEM = {"name": "a", "disabled": "false", "mtu": "1500"}


@pytest.mark.parametrize(
    ("words", "matches"),
    [
        (["?name=a"], True),
        (["?=name=a"], True),
        (["?name=b"], False),
        (["?name"], True),
        (["?-name"], False),
        (["?-comment"], True),
        (["?disabled=no"], True),
        (["?>mtu=900"], True),
        (["?<mtu=900"], False),
        (["?name=a", "?mtu=1"], False),
        (["?name=a", "?mtu=1", "?#|"], True),
        (["?name=b", "?#!"], True),
        (["?name=a", "?mtu=1500", "?disabled=yes", "?#!&&"], True),
        (["?name=a", "?name=b", "?#1"], True),
        (["?name=b", "?name=a", "?#1."], False),
    ],
)
def test_queries(words: list[str], matches: bool) -> None:
    assert compile_query(words)(ITEM) is matches


def test_queries_that_make_no_sense() -> None:
    for words in (["?#|"], ["?name=a", "?#&"], ["?#3"], ["?name=a", "?#x"]):
        with pytest.raises(Trap):
            compile_query(words)(ITEM)


class Clockwork:
    """A clock and an alarm that a test moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.due: list[tuple[float, Callable[[], None]]] = []

    def schedule(self, delay_s: float, action: Callable[[], None]) -> None:
        self.due.append((self.now + delay_s, action))

    def pass_time(self, seconds: float) -> None:
        self.now += seconds
        for at, action in [one for one in self.due if one[0] <= self.now]:
            self.due.remove((at, action))
            action()


@pytest.fixture
def clockwork() -> Clockwork:
    return Clockwork()


@pytest.fixture
def router(clockwork: Clockwork) -> SimulatedRouter:
    router = SimulatedRouter("r", clock=lambda: clockwork.now, schedule=clockwork.schedule)
    furnish(router, customers=3)
    return router


def drop(router: SimulatedRouter, name: str) -> None:
    router.execute_line("/ppp/active/remove", f"=.id={router.ppp.active.find(name=name)['.id']}")


def test_a_dropped_subscriber_dials_again_with_the_profile_of_that_moment(
    router: SimulatedRouter, clockwork: Clockwork
) -> None:
    router.execute_line("/ppp/secret/set", "=.id=customer0000", "=profile=isolated")
    assert router.ppp.active.find(name="customer0000")["address"].startswith("100.64."), (
        "not before the next dial"
    )
    drop(router, "customer0000")
    assert router.ppp.active.find(name="customer0000") is None
    assert router.ppp.interfaces.find(name="<pppoe-customer0000>") is None
    assert router.ppp.queues.find(name="<pppoe-customer0000>") is None
    clockwork.pass_time(2)
    assert router.ppp.active.find(name="customer0000")["address"].startswith("10.66.")


def test_a_disabled_subscriber_stays_until_dropped_and_then_away_until_enabled(
    router: SimulatedRouter, clockwork: Clockwork
) -> None:
    router.execute_line("/ppp/secret/disable", "=.id=customer0000")
    clockwork.pass_time(60)
    assert router.ppp.active.find(name="customer0000") is not None
    drop(router, "customer0000")
    clockwork.pass_time(60)
    assert router.ppp.active.find(name="customer0000") is None
    router.execute_line("/ppp/secret/enable", "=.id=customer0000")
    clockwork.pass_time(2)
    assert router.ppp.active.find(name="customer0000") is not None


def test_a_fixed_address_beats_the_pool(router: SimulatedRouter, clockwork: Clockwork) -> None:
    add_customer(router, "fixed", remote_address="203.0.113.5")
    router.execute_line("/ppp/secret/set", "=.id=fixed", "=profile=isolated")
    drop(router, "fixed")
    clockwork.pass_time(2)
    assert router.ppp.active.find(name="fixed")["address"] == "203.0.113.5"


def test_a_listed_address_carries_nothing(router: SimulatedRouter) -> None:
    address = router.ppp.active.find(name="customer0000")["address"]
    queue = router.ppp.queues.find(name="<pppoe-customer0000>")
    assert router.ppp.queues.render(queue)["rate"] != "0/0"
    router.execute_line("/ip/firewall/address-list/add", "=list=isolated", f"=address={address}")
    assert router.ppp.queues.render(queue)["rate"] == "0/0"
    router.execute_line(
        "/ip/firewall/address-list/remove", f"=.id={next(iter(router.ppp.address_lists.items))}"
    )
    assert router.ppp.queues.render(queue)["rate"] != "0/0"


def test_a_router_remembers_who_changed_what(router: SimulatedRouter) -> None:
    router.execute_line("/ppp/secret/set", "=.id=customer0000", "=comment=hello")
    assert router.history.rows()[0]["action"] == "ppp secret customer0000 changed"


@pytest.mark.parametrize(
    ("words", "trap"),
    [
        (["/ppp/secret/set", "=.id=*FFFF", "=comment=x"], "no such item"),
        (["/ppp/secret/set", "=.id=*1", "=colour=red"], "unknown parameter"),
        (["/ppp/secret/set", "=.id=*1", "=remote-address="], "invalid value"),
        (["/ppp/secret/add", "=password=x"], "missing value"),
        (["/ppp/secret/frobnicate"], "no such command"),
        (["/ppp/active/add"], "no such command"),
        (["/interface/monitor-traffic", "=interface=nosuch", "=once="], "input does not match"),
        (["/system/identity/set", "=nme=x"], "unknown parameter"),
    ],
)
def test_refusals(router: SimulatedRouter, words: list[str], trap: str) -> None:
    with pytest.raises(Trap, match=trap):
        router.execute_line(*words)


def test_unset_takes_a_property_away(router: SimulatedRouter) -> None:
    router.execute_line("/ppp/secret/set", "=.id=*1", "=remote-address=203.0.113.5")
    router.execute_line("/ppp/secret/unset", "=numbers=*1", "=value-name=remote-address")
    assert "remote-address" not in router.execute_line("/ppp/secret/print", "?.id=*1").rows[0]


def test_a_meter_never_counts_backwards() -> None:
    meter = Meter(1_000_000, now=0, phase=1.0)
    counted = [meter.bytes(second) for second in range(300)]
    assert counted == sorted(counted)
    meter.retarget(0, 300)
    assert meter.bytes(400) == meter.bytes(300) >= counted[-1]
    assert 0.95 < counted[-1] * 8 / 299 / 1_000_000 < 1.05


def test_releases() -> None:
    assert Release.parse("7.18") > Release.parse("7.9.2") > Release.parse("6.49.17")
    assert Release.parse("7.18").says_empty
    assert not Release.parse("6.42.12").plain_login
    assert Release.parse("7.1").uptime(1_919_469) == "3w1d5h11m9s"
    assert Release.parse("6.40").uptime(1_919_469) == "3w1d05:11:09"


def test_faults_strike_as_often_as_asked() -> None:
    faults = Faults[Fault]()
    faults.add(Fault("hang", "/ppp", times=2))
    faults.add(Fault("slow", times=0))
    struck = [faults.strike("/ppp/secret/print") for _ in range(4)]
    assert [fault.kind for fault in struck if fault] == ["hang", "hang", "slow", "slow"]


def test_a_network_too_small_says_so() -> None:
    assert addresses("127.65.0.0/29", 2) == ["127.65.0.1", "127.65.0.2"]
    with pytest.raises(ValueError, match="larger network"):
        addresses("127.65.0.0/30", 3)
