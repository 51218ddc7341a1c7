"""All aggregates and all event types, by their stable names."""

from typing import Any

from domain.aggregate import Aggregate
from domain.alert import ALERT
from domain.alert_rule import ALERT_RULE
from domain.api_key import API_KEY
from domain.application import APPLICATION
from domain.channel import CHANNEL
from domain.config import CONFIG
from domain.credential import CREDENTIAL
from domain.customer import CUSTOMER
from domain.device import DEVICE
from domain.event import Event
from domain.finding import FINDING
from domain.operation import OPERATION
from domain.policy import POLICY
from domain.settings import SETTINGS
from domain.silence import SILENCE
from domain.template import TEMPLATE
from domain.terminal import TERMINAL
from domain.user import USER

AGGREGATES: tuple[Aggregate[Any], ...] = (
    DEVICE, CREDENTIAL, OPERATION, ALERT, ALERT_RULE, SILENCE, CHANNEL, CUSTOMER, USER, API_KEY, SETTINGS, CONFIG,
    TEMPLATE, APPLICATION, POLICY, FINDING, TERMINAL,
)  # fmt: skip

AGGREGATES_BY_NAME: dict[str, Aggregate[Any]] = {aggregate.name: aggregate for aggregate in AGGREGATES}

AGGREGATES_BY_TOPIC: dict[str, Aggregate[Any]] = {
    event.topic: aggregate for aggregate in AGGREGATES for event in aggregate.events
}

TOPICS: dict[str, type[Event]] = {
    event.topic: event for aggregate in AGGREGATES for event in aggregate.events
}
