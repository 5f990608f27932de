"""All that `GET /status` tells, by part: the parts belong to several packages."""

from collections.abc import Sequence

from msgspec import UNSET, Struct, UnsetType

from appliance.api.attention import AttentionJson
from appliance.api.auth.authority import AuthStatus
from appliance.api.limits import LimitsStatus
from appliance.api.places import ConnectionsStatus
from appliance.api.printer_json import PrintersShown
from appliance.api.routing import RoutingStatus
from appliance.devices import PanelStatus
from appliance.indexing import IndexStatus
from appliance.lan.presence import PresenceStatus
from appliance.orders.server import OrdersStatus
from appliance.printers import PrintingStatus
from appliance.screens_now import ScreensStatus
from appliance.tls import HttpsStatus


class ConfigurationStatus(Struct):
    """How the configuration's files are."""

    errors: Sequence[str]
    """What is wrong with them, line by line, where the service started on what it had before."""


class StatusJson(Struct):
    """Every part of the appliance; what is not there is switched off."""

    configuration: ConfigurationStatus
    kitchen: AttentionJson
    orders: OrdersStatus
    auth: AuthStatus
    requests: LimitsStatus
    history: IndexStatus
    reports: IndexStatus
    routing: RoutingStatus
    screens: ScreensStatus
    connections: ConnectionsStatus
    https: HttpsStatus | UnsetType = UNSET
    beacon: PresenceStatus | UnsetType = UNSET
    panel: PanelStatus | UnsetType = UNSET
    printers: PrintersShown | UnsetType = UNSET
    printing: PrintingStatus | UnsetType = UNSET
