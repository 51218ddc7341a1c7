"""Sends telemetry to a server that takes Prometheus' remote write: Prometheus itself, VictoriaMetrics, Mimir, Thanos."""

from collections.abc import Sequence

import cramjam
import httpx

from adapters.prometheus.write_request import write_request
from domain.errors import Unavailable
from domain.telemetry import Poll
from domain.telemetry_forwarding import Rejected

_TIMEOUT_S = 20.0
_HEADERS = {
    "Content-Encoding": "snappy",
    "Content-Type": "application/x-protobuf",
    "X-Prometheus-Remote-Write-Version": "0.1.0",
    "User-Agent": "netledger",
}
_SHOWN = 300


class RemoteWrite:
    """Satisfies TelemetryTarget. Retries are the caller's: by the protocol, after 5xx and 429 alone."""

    def __init__(self, url: str, token: str = "") -> None:
        """`token`: sent as a bearer token; a name and password may be in the URL instead."""
        headers = {**_HEADERS, **({"Authorization": f"Bearer {token}"} if token else {})}
        self._url = url
        self._client = httpx.AsyncClient(headers=headers, timeout=_TIMEOUT_S)

    async def send(self, polls: Sequence[Poll]) -> int:
        message, count = write_request(polls)
        if not count:
            return 0
        try:
            answer = await self._client.post(self._url, content=bytes(cramjam.snappy.compress_raw(message)))
        except httpx.HTTPError as error:
            raise Unavailable(f"the remote write server does not answer: {type(error).__name__}") from None
        if answer.status_code >= 500 or answer.status_code == 429:
            raise Unavailable(f"the remote write server answers {answer.status_code}")
        if answer.status_code >= 300:
            raise Rejected(f"the remote write server answers {answer.status_code}: {answer.text[:_SHOWN]}")
        return count

    async def close(self) -> None:
        await self._client.aclose()
