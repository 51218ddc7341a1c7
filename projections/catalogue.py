"""All read models, in the order in which the runner feeds them."""

from projections.accounts import Accounts
from projections.alert_rules import AlertRules
from projections.alerts import Alerts
from projections.anomalies import Anomalies
from projections.audit import Audit
from projections.channels import Channels
from projections.configs import Configs
from projections.customers import Customers
from projections.findings import Findings
from projections.inventory import Inventory
from projections.operations import Operations
from projections.policies import Policies
from projections.projection import Projection
from projections.settings import SettingsInForce
from projections.silences import Silences
from projections.templates import Templates


def projections() -> tuple[Projection, ...]:
    """Fresh instances; the fastest readers' models come first."""
    return (
        Accounts(),
        SettingsInForce(),
        AlertRules(),
        Silences(),
        Channels(),
        Operations(),
        Inventory(),
        Customers(),
        Alerts(),
        Anomalies(),
        Configs(),
        Templates(),
        Policies(),
        Findings(),
        Audit(),
    )
