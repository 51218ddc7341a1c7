"""When the circuit opens, and what the backoff promises."""

from random import Random

from adapters.routeros.circuit import Backoff, Circuit


def test_it_opens_after_failures_in_a_row() -> None:
    circuit = Circuit(threshold=3)
    for _ in range(2):
        circuit.failed()
    assert circuit.state == "closed"
    circuit.succeeded()
    for _ in range(3):
        circuit.failed()
    assert (circuit.state, circuit.failures) == ("open", 3)


def test_each_attempt_of_an_open_circuit_is_a_trial() -> None:
    circuit = Circuit(threshold=1)
    circuit.failed()
    circuit.trying()
    assert circuit.state == "half_open"
    circuit.failed()
    assert circuit.state == "open"
    circuit.trying()
    circuit.succeeded()
    assert circuit.state == "closed"


def test_a_lasting_refusal_opens_at_once_and_reset_closes() -> None:
    circuit = Circuit()
    circuit.failed(lasting=True)
    assert circuit.state == "open"
    circuit.reset()
    assert (circuit.state, circuit.failures) == ("closed", 0)


def test_jitter_is_full() -> None:
    backoff = Backoff(Random(7), base_s=0.1, cap_s=3.0)
    delays = [backoff.delay_s(20) for _ in range(500)]
    assert min(delays) < 0.2
    assert 2.8 < max(delays) <= 3.0
