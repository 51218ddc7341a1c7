"""GET /logs/network."""

import time
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from adapters.network_logs import PostgresNetworkLogs
from domain.network_log import NetworkLog
from tests.integration.api.serving import Netledger


@pytest.fixture
async def device(instance: Netledger) -> str:
    """With messages of two minutes and a trap."""
    device_id = str(uuid4())
    now = time.time()
    logs = [
        NetworkLog(
            received_at=now - number,
            source="syslog" if number else "trap",
            address="192.0.2.7",
            device_id=device_id,
            severity=3 if number % 2 else 6,
            app="OSPF",
            message=f"neighbour {number} is 100% gone\0",
            trap_oid="" if number else "1.3.6.1.6.3.1.1.5.3",
            fields={} if number else {"1.3.6": "x\0y"},
        )
        for number in range(120)
    ]
    async with AsyncConnectionPool(
        instance.configuration.database_url,
        min_size=1,
        max_size=1,
        kwargs={"autocommit": True},
        connection_class=AsyncConnection,
    ) as pool:
        store = PostgresNetworkLogs(pool)
        await store.add(logs)
        old = NetworkLog(
            received_at=now - 40 * 86_400,
            source="syslog",
            address="a",
            severity=5,
            message="of old",
            device_id=device_id,
        )
        await store.add([old])
        assert await store.expire(30) == 1
    return device_id


def test_messages_are_found_by_every_filter_and_paged(viewer: httpx.Client, device: str) -> None:
    def found(**params: str) -> list[str]:
        answer = viewer.get("/logs/network", params={"device_id": device, "limit": "500", **params})
        assert answer.status_code == 200, answer.text
        return [item["message"] for item in answer.json()["items"]]

    assert len(found()) == 120
    assert found(q="NEIGHBOUR 7 is 100%")[0].startswith("neighbour 7 ")
    assert len(found(severity="error")) == 60
    assert len(found(source="trap")) == 1
    assert found(address="192.0.2.8") == []
    since = (datetime.now(UTC) - timedelta(seconds=61)).isoformat()
    recent, older = found(since=since), found(until=since)
    assert 50 < len(recent) <= 62
    assert len(recent) + len(older) == 120

    page = viewer.get("/logs/network", params={"device_id": device, "limit": 70}).json()
    rest = viewer.get(
        "/logs/network", params={"device_id": device, "limit": 70, "cursor": page["next_cursor"]}
    ).json()
    messages = [item["message"] for item in (*page["items"], *rest["items"])]
    assert messages == found()
    assert rest["next_cursor"] is None


def test_bad_filters_are_refused(viewer: httpx.Client) -> None:
    for bad in ({"severity": "loud"}, {"since": "yesterday"}, {"device_id": "7"}, {"cursor": "x"}):
        assert viewer.get("/logs/network", params=bad).status_code == 400
