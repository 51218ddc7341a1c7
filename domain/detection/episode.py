"""One alarm of one series from the first strange sample to calm again, so that one event is one alert."""

from typing import Literal

import msgspec

Step = Literal["resolved", "nothing"]


class Episode(msgspec.Struct, array_like=True):
    """A series that fires, or has fired of late. Times are the samples' own, in s since the epoch."""

    firing: bool
    since: float
    """When it was raised, later when it was resolved."""
    calm: int = 0
    peak: float = 0.0
    """The highest score since it was raised."""
    quiet_until: float = 0.0
    """No other alarm before."""

    def observe(self, score: float, strength: float, calm_below: float, enough: int) -> Step:
        """The next sample of a series that fires."""
        self.peak = max(self.peak, score)
        self.calm = self.calm + 1 if strength < calm_below else 0
        return "resolved" if self.calm >= enough else "nothing"

    def end(self, at_s: float, refractory_s: float) -> None:
        self.firing = False
        self.since = at_s
        self.quiet_until = at_s + refractory_s

    def over(self, at_s: float) -> bool:
        """Nothing to remember any more, also where the clock was set back to before its end."""
        return not self.firing and not self.since <= at_s < self.quiet_until
