"""How long to wait for an answer: as long as this agent took so far, and the second time as long as any agent may."""

_SHORTEST_S = 0.5


class Patience:
    """Time limits of one agent's requests, estimated as TCP does for its retransmissions (RFC 6298).

    `full_s` is the limit while nothing is known of the agent. A second try always has twice that, so that an agent which
    is slow now and then is not taken for silent, while a lost datagram costs little where answers come fast.
    """

    def __init__(self, full_s: float) -> None:
        self._full_s = full_s
        self._smoothed_s = -1.0
        self._variation_s = 0.0

    def limit_s(self, attempt: int) -> float:
        """Of the first (0) or a later try."""
        if attempt:
            return 2 * self._full_s
        if self._smoothed_s < 0:
            return self._full_s
        estimate_s = self._smoothed_s + 4 * self._variation_s
        return min(max(estimate_s, min(_SHORTEST_S, self._full_s)), 2 * self._full_s)

    def learn(self, took_s: float) -> None:
        if self._smoothed_s < 0:
            self._smoothed_s, self._variation_s = took_s, took_s / 2
        else:
            self._variation_s += (abs(took_s - self._smoothed_s) - self._variation_s) / 4
            self._smoothed_s += (took_s - self._smoothed_s) / 8
