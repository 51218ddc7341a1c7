"""When to try a router again, and when to stop making callers wait for it."""

from random import Random

from domain.router_ports import CircuitState


class Backoff:
    """Exponential with full jitter: a random delay up to a limit that doubles with every failure, up to a cap.

    Source: "Exponential Backoff And Jitter", AWS Architecture Blog, 2015. The cap keeps the promise to be back within 5 s
    of a router's return.
    """

    __slots__ = ("_base_s", "_cap_s", "_random")

    def __init__(self, random: Random, *, base_s: float = 0.1, cap_s: float = 3.0) -> None:
        self._random = random
        self._base_s = base_s
        self._cap_s = cap_s

    def delay_s(self, failures: int) -> float:
        return self._random.uniform(0.0, min(self._cap_s, self._base_s * 2.0 ** min(failures, 30)))


class Circuit:
    """Opens after `threshold` failures in a row, or at once for a refusal that waiting does not cure.

    While it is open, callers are refused at once; the attempts to connect go on, each a half-open trial.
    """

    __slots__ = ("_threshold", "failures", "state")

    def __init__(self, threshold: int = 5) -> None:
        self._threshold = threshold
        self.failures = 0
        self.state: CircuitState = "closed"

    def trying(self) -> None:
        if self.state == "open":
            self.state = "half_open"

    def failed(self, *, lasting: bool = False) -> None:
        self.failures += 1
        if lasting or self.state == "half_open" or self.failures >= self._threshold:
            self.state = "open"

    def succeeded(self) -> None:
        self.failures = 0
        self.state = "closed"

    reset = succeeded
