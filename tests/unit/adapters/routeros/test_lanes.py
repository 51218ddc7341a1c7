"""Whose command goes next."""

import pytest

from adapters.routeros.lanes import PATIENCE, Job, Lanes
from adapters.routeros.wire import Answer
from domain.router_ports import Priority, RouterError


def job(name: str, priority: Priority) -> Job:
    return Job(name, (), priority, deadline=0.0)


def taken(lanes: Lanes) -> list[str]:
    order = []
    while (next_job := lanes.take()) is not None:
        order.append(next_job.command)
    return order


async def test_live_before_normal_before_bulk() -> None:
    lanes = Lanes()
    for name, priority in (("b1", "bulk"), ("n1", "normal"), ("l1", "live"), ("b2", "bulk"), ("l2", "live")):
        lanes.put(job(name, priority))  # type: ignore[arg-type]  # literals in a tuple
    assert taken(lanes) == ["l1", "l2", "n1", "b1", "b2"]


async def test_nobody_starves() -> None:
    lanes = Lanes()
    lanes.put(job("patient", "bulk"))
    order = []
    for number in range(PATIENCE + 2):
        lanes.put(job(f"live{number}", "live"))
        next_job = lanes.take()
        assert next_job is not None
        order.append(next_job.command)
    assert order.index("patient") == PATIENCE


async def test_jobs_that_nobody_waits_for_are_passed_over() -> None:
    lanes = Lanes()
    gone, waiting = job("gone", "live"), job("waiting", "live")
    lanes.put(gone)
    lanes.put(waiting)
    gone.done.cancel()
    assert lanes.take() is waiting


async def test_what_was_not_answered_goes_first_again() -> None:
    lanes = Lanes()
    first = job("first", "normal")
    lanes.put(first)
    lanes.put(job("second", "normal"))
    assert lanes.take() is first
    lanes.put_back(first)
    assert taken(lanes) == ["first", "second"]


async def test_the_lanes_are_bounded_together() -> None:
    lanes = Lanes(limit=2)
    lanes.put(job("a", "live"))
    lanes.put(job("b", "bulk"))
    with pytest.raises(RouterError) as busy:
        lanes.put(job("c", "live"))
    assert busy.value.code == "ROUTER_BUSY"
    assert len(lanes) == 2


async def test_all_fail_together() -> None:
    lanes = Lanes()
    jobs = [job("a", "live"), job("b", "bulk")]
    for one in jobs:
        lanes.put(one)
    jobs[1].done.set_result(Answer())
    lanes.fail_all(lambda: RouterError("ROUTER_CLOSED", "closed"))
    assert isinstance(jobs[0].done.exception(), RouterError)
    assert jobs[1].done.result() == Answer()
    assert lanes.take() is None
