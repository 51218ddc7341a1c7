"""What the services of this process tell of themselves."""

from collections.abc import Callable, Collection, Iterable

from domain.worker_figures import WorkerFigure

Source = Callable[[], Iterable[WorkerFigure]]


class FigureSources:
    """A service that is made anew takes the place of the one before."""

    def __init__(self) -> None:
        self._sources: dict[str, Source] = {}

    def add(self, service: str, source: Source) -> None:
        self._sources[service] = source

    def now(self, services: Collection[str]) -> list[WorkerFigure]:
        """Of these services, which are those that run."""
        return [figure for name, source in self._sources.items() if name in services for figure in source()]
