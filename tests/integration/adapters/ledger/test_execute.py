"""Commands through the ledger: what they append, what others see, and who wins when several decide at once."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import AsyncConnection

from adapters.embedded.postgres import EmbeddedPostgres
from adapters.ledger.ledger import LOADED, Ledger
from adapters.ledger.log import PostgresEventLog
from domain.aggregate import Outcome
from domain.alert import ALERT, alert_id
from domain.alert_commands import AcknowledgeAlert, RaiseAlert, ResolveAlert, UnacknowledgeAlert
from domain.alert_events import AlertAcknowledged, AlertRaised
from domain.credential import CREDENTIAL, CreateCredential, ReplaceSecret
from domain.errors import Invalid, NotFound, Refused, Unavailable
from domain.event import Attribution

OpenLedger = Callable[[str], Awaitable[Ledger]]

LEDGERS = 3


def raise_alert(key: str) -> RaiseAlert:
    return RaiseAlert(key=key, severity="low", title=f"about {key}")


async def test_events_get_consecutive_positions_and_carry_who_and_why(
    ledger: Ledger, event_log: PostgresEventLog, engineer: Attribution
) -> None:
    raised = await ledger.execute(ALERT.to(alert_id("a"), raise_alert("a")), by=engineer)
    seen = await ledger.execute(ALERT.to(alert_id("a"), AcknowledgeAlert(reason="on it")), by=engineer)
    events = await event_log.read(0)
    assert [each.position for each in events] == [1, 2]
    assert [type(each.event) for each in events] == [AlertRaised, AlertAcknowledged]
    assert tuple(events) == raised.events + seen.events
    assert (raised.position, seen.position) == (1, 2)
    assert events[1].meta.actor == engineer.actor
    assert events[1].meta.reason == "on it"
    assert events[1].originator_version == 2


async def test_asking_for_what_already_is_so_appends_nothing(
    ledger: Ledger, event_log: PostgresEventLog, engineer: Attribution
) -> None:
    await ledger.execute(ALERT.to(alert_id("a"), raise_alert("a")), by=engineer)
    outcome = await ledger.execute(ALERT.to(alert_id("a"), raise_alert("a")), by=engineer)
    assert outcome.events == ()
    assert outcome.states[alert_id("a")].state == "firing"
    assert await event_log.head() == 1


async def test_a_refusal_appends_nothing(
    ledger: Ledger, event_log: PostgresEventLog, engineer: Attribution
) -> None:
    with pytest.raises(NotFound):
        await ledger.execute(ALERT.to(alert_id("none"), ResolveAlert()), by=engineer)
    assert await event_log.head() == 0


async def test_several_aggregates_change_together_or_not_at_all(
    ledger: Ledger, event_log: PostgresEventLog, engineer: Attribution
) -> None:
    with pytest.raises(NotFound):
        await ledger.execute(
            ALERT.to(alert_id("a"), raise_alert("a")),
            ALERT.to(alert_id("b"), ResolveAlert()),
            by=engineer,
        )
    assert await event_log.head() == 0
    outcome = await ledger.execute(
        ALERT.to(alert_id("a"), raise_alert("a")),
        ALERT.to(alert_id("b"), raise_alert("b")),
        ALERT.to(alert_id("a"), AcknowledgeAlert()),
        by=engineer,
    )
    assert [(each.originator_id, each.originator_version) for each in outcome.events] == [
        (alert_id("a"), 1),
        (alert_id("b"), 1),
        (alert_id("a"), 2),
    ]
    assert outcome.states[alert_id("a")].state == "acknowledged"


async def test_a_ledger_that_knows_none_of_many_reads_them_together(
    database: str, open_ledger: OpenLedger, engineer: Attribution
) -> None:
    """More than are read in one question, with histories of several lengths, and one that is not there."""
    one, other = await open_ledger(database), await open_ledger(database)
    keys = [str(number) for number in range(LOADED + 1)]
    await one.execute(*(ALERT.to(alert_id(key), raise_alert(key)) for key in keys), by=engineer)
    await one.execute(*(ALERT.to(alert_id(key), AcknowledgeAlert()) for key in keys[::2]), by=engineer)
    resolved = [ALERT.to(alert_id(key), ResolveAlert()) for key in keys]
    outcome = await other.execute(*resolved, ALERT.to(alert_id("new"), raise_alert("new")), by=engineer)
    versions = {each.originator_id: each.originator_version for each in outcome.events}
    expected = {alert_id(key): 3 if number % 2 == 0 else 2 for number, key in enumerate(keys)}
    assert versions == expected | {alert_id("new"): 1}
    assert {outcome.states[key].state for key in expected} == {"resolved"}


async def test_a_ledger_with_an_old_picture_decides_again_on_the_new_one(
    database: str, open_ledger: OpenLedger, engineer: Attribution
) -> None:
    one, other = await open_ledger(database), await open_ledger(database)
    await one.execute(ALERT.to(alert_id("a"), raise_alert("a")), by=engineer)
    await other.execute(ALERT.to(alert_id("a"), ResolveAlert()), by=engineer)
    with pytest.raises(Refused):  # `one` still remembers it as firing
        await one.execute(ALERT.to(alert_id("a"), AcknowledgeAlert()), by=engineer)


async def test_a_change_that_was_taken_back_elsewhere_is_made_again(
    database: str, open_ledger: OpenLedger, engineer: Attribution
) -> None:
    one, other = await open_ledger(database), await open_ledger(database)
    await one.execute(ALERT.to(alert_id("a"), raise_alert("a")), by=engineer)
    await one.execute(ALERT.to(alert_id("a"), AcknowledgeAlert()), by=engineer)
    await other.execute(ALERT.to(alert_id("a"), UnacknowledgeAlert()), by=engineer)
    outcome = await one.execute(ALERT.to(alert_id("a"), AcknowledgeAlert()), by=engineer)
    assert [each.originator_version for each in outcome.events] == [4]


async def test_nothing_to_do_for_one_of_two_is_not_believed_of_an_old_picture(
    database: str, open_ledger: OpenLedger, engineer: Attribution
) -> None:
    one, other = await open_ledger(database), await open_ledger(database)
    await one.execute(ALERT.to(alert_id("a"), raise_alert("a")), by=engineer)
    await one.execute(ALERT.to(alert_id("a"), AcknowledgeAlert()), by=engineer)
    await other.execute(ALERT.to(alert_id("a"), UnacknowledgeAlert()), by=engineer)
    outcome = await one.execute(
        ALERT.to(alert_id("a"), AcknowledgeAlert()), ALERT.to(alert_id("b"), raise_alert("b")), by=engineer
    )
    assert len(outcome.events) == 2


async def test_a_promise_that_an_id_is_new_may_be_wrong(ledger: Ledger, engineer: Attribution) -> None:
    await ledger.execute(ALERT.to(alert_id("a"), raise_alert("a"), new=True), by=engineer)
    ledger._states.clear()  # as in another process
    outcome = await ledger.execute(ALERT.to(alert_id("a"), raise_alert("a"), new=True), by=engineer)
    assert outcome.events == ()


async def test_of_many_who_raise_the_same_alert_one_does(
    database: str, open_ledger: OpenLedger, event_log: PostgresEventLog, engineer: Attribution
) -> None:
    ledgers = [await open_ledger(database) for _ in range(LEDGERS)]
    outcomes = await asyncio.gather(
        *(
            ledger.execute(ALERT.to(alert_id("a"), raise_alert("a"), new=number % 2 == 0), by=engineer)
            for ledger in ledgers
            for number in range(10)
        )
    )
    assert sum(len(outcome.events) for outcome in outcomes) == 1
    assert await event_log.head() == 1
    assert {outcome.states[alert_id("a")].state for outcome in outcomes} == {"firing"}


async def test_ledgers_that_race_on_one_aggregate_lose_no_command_and_no_order(
    database: str, open_ledger: OpenLedger, event_log: PostgresEventLog, engineer: Attribution
) -> None:
    ledgers = [await open_ledger(database) for _ in range(LEDGERS)]
    credential = uuid4()
    await ledgers[0].execute(
        CREDENTIAL.to(credential, CreateCredential(name="c", kind="snmp_v2c", secret_id="0")), by=engineer
    )

    async def replace(ledger: Ledger, who: int) -> list[Outcome]:
        return [
            await ledger.execute(
                CREDENTIAL.to(credential, ReplaceSecret(secret_id=f"{who}/{number}")), by=engineer
            )
            for number in range(15)
        ]

    outcomes = await asyncio.gather(*(replace(ledger, who) for who, ledger in enumerate(ledgers)))
    history = await event_log.of_aggregate(credential)
    assert [each.originator_version for each in history] == list(range(1, 2 + 15 * LEDGERS))
    placed = {each.position: each for each in history}
    for outcome in [each for one in outcomes for each in one]:
        (event,) = outcome.events
        assert placed[event.position] == event


async def test_a_conflict_fails_its_own_command_only(
    database: str, open_ledger: OpenLedger, event_log: PostgresEventLog, engineer: Attribution
) -> None:
    """Everything below is in one event loop step, and so in one group."""
    one, other = await open_ledger(database), await open_ledger(database)
    keys = [f"k{number}" for number in range(20)]
    for key in keys[:10]:
        await one.execute(ALERT.to(alert_id(key), raise_alert(key)), by=engineer)
        await other.execute(ALERT.to(alert_id(key), ResolveAlert()), by=engineer)
    outcomes = await asyncio.gather(
        *(one.execute(ALERT.to(alert_id(key), AcknowledgeAlert()), by=engineer) for key in keys[:10]),
        *(one.execute(ALERT.to(alert_id(key), raise_alert(key), new=True), by=engineer) for key in keys[10:]),
        return_exceptions=True,
    )
    assert all(isinstance(each, Refused) for each in outcomes[:10])
    assert all(isinstance(each, Outcome) and len(each.events) == 1 for each in outcomes[10:])
    assert await event_log.head() == 30


async def test_what_a_decision_only_looked_at_is_guarded_too(
    database: str, open_ledger: OpenLedger, engineer: Attribution
) -> None:
    one, other = await open_ledger(database), await open_ledger(database)
    await one.execute(ALERT.to(alert_id("a"), raise_alert("a")), by=engineer)
    async with await AsyncConnection.connect(database, autocommit=True) as conn:
        async with conn.transaction():
            await conn.execute("LOCK TABLE ledger.events IN EXCLUSIVE MODE")
            first = asyncio.create_task(other.execute(ALERT.to(alert_id("a"), ResolveAlert()), by=engineer))
            await queue_for_lock(conn, 1)
            second = asyncio.create_task(
                one.execute(
                    ALERT.to(alert_id("a"), raise_alert("a")),
                    ALERT.to(alert_id("b"), raise_alert("b")),
                    by=engineer,
                )
            )
            await queue_for_lock(conn, 2)  # it has decided: the alert fires, there is nothing to raise
        await first
        outcome = await second
    assert [each.originator_id for each in outcome.events] == [alert_id("a"), alert_id("b")]
    assert outcome.states[alert_id("a")].occurrence == 2


async def test_what_was_only_looked_at_costs_no_retry_when_it_stays_as_it_is(
    ledger: Ledger, event_log: PostgresEventLog, engineer: Attribution
) -> None:
    await ledger.execute(ALERT.to(alert_id("a"), raise_alert("a")), by=engineer)
    for number in range(5):
        outcome = await ledger.execute(
            ALERT.to(alert_id("a"), raise_alert("a")),
            ALERT.to(alert_id(str(number)), raise_alert(str(number))),
            by=engineer,
        )
        assert outcome.position == number + 2
        assert outcome.states[alert_id("a")].state == "firing"


async def queue_for_lock(conn: AsyncConnection, number: int) -> None:
    """Until that many appends wait for the table."""
    async with asyncio.timeout(5):
        while True:
            cursor = await conn.execute(
                "SELECT count(*) FROM pg_locks WHERE relation = 'ledger.events'::regclass AND NOT granted"
            )
            if await cursor.fetchone() == (number,):
                return
            await asyncio.sleep(0.005)


async def test_events_too_large_to_carry_are_refused(ledger: Ledger, engineer: Attribution) -> None:
    huge = RaiseAlert(key="a", severity="low", title="t", detail={"text": "x" * (7 * 2**20)})
    with pytest.raises(Invalid, match="bytes"):
        await ledger.execute(ALERT.to(alert_id("a"), huge), by=engineer)


async def test_a_command_that_postgresql_refuses_fails_alone(
    database: str,
    open_ledger: OpenLedger,
    postgres: EmbeddedPostgres,
    event_log: PostgresEventLog,
    engineer: Attribution,
) -> None:
    name = database.rpartition("/")[2].partition("?")[0]
    admin = postgres.admin_url.replace("/postgres?", f"/{name}?")
    with psycopg.connect(admin, autocommit=True) as conn:
        conn.execute("ALTER TABLE ledger.events ADD CHECK (state::text NOT LIKE '%poison%')")
    ledger = await open_ledger(database)
    keys = ["fine", "poison", "good", "well"]
    outcomes = await asyncio.gather(
        *(ledger.execute(ALERT.to(alert_id(key), raise_alert(key)), by=engineer) for key in keys),
        return_exceptions=True,
    )
    assert [isinstance(each, Outcome) for each in outcomes] == [True, False, True, True]
    assert isinstance(outcomes[1], psycopg.errors.CheckViolation)
    assert await event_log.head() == 3


async def test_a_closed_ledger_refuses_and_leaves_nobody_waiting(
    database: str, open_ledger: OpenLedger, engineer: Attribution
) -> None:
    ledger = await open_ledger(database)
    commands = [
        asyncio.create_task(
            ledger.execute(ALERT.to(alert_id(str(number)), raise_alert(str(number)), new=True), by=engineer)
        )
        for number in range(50)
    ]
    await asyncio.sleep(0)
    await ledger._writer.stop()
    done, waiting = await asyncio.wait(commands, timeout=5)
    assert not waiting
    assert all(task.exception() is None for task in done)
    with pytest.raises(Unavailable):
        await ledger.execute(ALERT.to(alert_id("late"), raise_alert("late"), new=True), by=engineer)
    await ledger.stop()
    with pytest.raises(Unavailable):
        await ledger.execute(ALERT.to(alert_id("later"), raise_alert("later")), by=engineer)


async def test_a_caller_who_left_takes_nothing_with_it(ledger: Ledger, engineer: Attribution) -> None:
    task = asyncio.create_task(ledger.execute(ALERT.to(alert_id("a"), raise_alert("a")), by=engineer))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    outcome = await ledger.execute(ALERT.to(alert_id("b"), raise_alert("b")), by=engineer)
    assert outcome.states[alert_id("b")].state == "firing"


async def test_state_is_read_from_the_database(
    database: str, open_ledger: OpenLedger, engineer: Attribution
) -> None:
    one, other = await open_ledger(database), await open_ledger(database)
    await one.execute(ALERT.to(alert_id("a"), raise_alert("a")), by=engineer)
    await other.execute(ALERT.to(alert_id("a"), ResolveAlert()), by=engineer)
    assert (await one.state(ALERT, alert_id("a"))).state == "resolved"
    assert (await one.state(ALERT, UUID(int=0))).state == "absent"
