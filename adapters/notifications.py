"""Sends notifications: signed webhooks by HTTP, and everything that apprise knows (mail, Slack, Teams, Telegram ...)."""

import asyncio
import hmac
import time
from hashlib import sha256
from urllib.parse import urlsplit

import httpx
import msgspec
from apprise import Apprise, NotifyType
from apprise.common import NotifyFormat

from domain.channel import ChannelKind
from domain.errors import Invalid
from domain.notification import Address, DeliveryFailed, Notification

TIMEOUT_S = 10.0
_TYPES = {"critical": NotifyType.FAILURE, "high": NotifyType.FAILURE, "medium": NotifyType.WARNING}


class OutgoingNotifications:
    """Satisfies Notifications. Redirects are not followed, so that a signed message goes where it was meant to go."""

    def __init__(self, *, timeout_s: float = TIMEOUT_S) -> None:
        self._timeout_s = timeout_s

    async def send(self, kind: ChannelKind, address: Address, notification: Notification) -> None:
        if kind == "webhook":
            await self._webhook(address, notification)
        else:
            await self._apprise(address, notification)

    def check(self, kind: ChannelKind, address: Address) -> str:
        parts = urlsplit(address.url)
        if kind == "webhook":
            if parts.scheme not in ("http", "https") or not parts.hostname:
                raise Invalid("a webhook's url begins with https:// or http://", field="url")
            return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        if not Apprise().add(address.url):
            raise Invalid(
                "no service is known by this url; see https://appriseit.com/services/ for theirs", field="url"
            )
        return f"{parts.scheme}://"

    async def _webhook(self, address: Address, notification: Notification) -> None:
        body = msgspec.json.encode(notification)
        at = str(int(time.time()))
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Netledger",
            "X-Netledger-Delivery": notification.id,
            "X-Netledger-Timestamp": at,
            "X-Netledger-Signature": "sha256=" + signature(address.key, at, body),
        }
        try:
            async with httpx.AsyncClient(timeout=self._timeout_s) as client:
                answer = await client.post(address.url, content=body, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise DeliveryFailed(type(error).__name__) from None  # its text may hold the address
        if answer.status_code >= 300:
            permanent = answer.status_code in (400, 401, 403, 404, 405, 410)
            raise DeliveryFailed(f"the receiver answered {answer.status_code}", permanent=permanent)

    async def _apprise(self, address: Address, notification: Notification) -> None:
        def notify() -> bool:
            service = Apprise()
            return service.add(address.url) and bool(
                service.notify(
                    title=notification.title,
                    body=notification.text,
                    notify_type=_TYPES.get(notification.severity, NotifyType.INFO),
                    body_format=NotifyFormat.TEXT,
                )
            )

        try:
            async with asyncio.timeout(3 * self._timeout_s):
                taken = await asyncio.to_thread(notify)
        except Exception as error:  # services raise what they like, and its text may hold the address
            raise DeliveryFailed(type(error).__name__) from None
        if not taken:
            raise DeliveryFailed("the service did not take it")


def signature(key: str, timestamp: str, body: bytes) -> str:
    """HMAC-SHA256 (RFC 2104) over the timestamp, a dot and the body, in hexadecimal."""
    return hmac.new(key.encode(), timestamp.encode() + b"." + body, sha256).hexdigest()
