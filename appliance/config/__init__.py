"""The configuration file as typed structs; every error names the file, the key, what is allowed.

Every key has a default but the few that are required.

    reading ─▶ words     each key by itself
            ─▶ whole     all sections: doors, stations, timing, devices, made of values
            ─▶ checking  between the keys; wiring: of buttons, bars and lights; printers:
                           of printers, and of chits, which template reads;
                           screens: of screens
"""

from appliance.config.channels import DeliverectSection
from appliance.config.doors import LOCAL_ISSUER, Auth, Cloud, HttpLimits, OrderLimits
from appliance.config.reading import (
    ConfigError,
    Fault,
    document_of,
    embedded,
    load,
    load_screen,
    located,
    of_document,
    parse,
    text_of,
)
from appliance.config.stations import MenuSection, rule_of, station_of
from appliance.config.timing import course_key
from appliance.config.values import Address, Duration, Site
from appliance.config.whole import (
    ALL_INTERFACES,
    Appliance,
    Config,
    ScreenConfig,
    on_all_interfaces,
)

__all__ = [
    "ALL_INTERFACES",
    "LOCAL_ISSUER",
    "Address",
    "Appliance",
    "Auth",
    "Cloud",
    "Config",
    "ConfigError",
    "DeliverectSection",
    "Duration",
    "Fault",
    "HttpLimits",
    "MenuSection",
    "OrderLimits",
    "ScreenConfig",
    "Site",
    "course_key",
    "document_of",
    "embedded",
    "load",
    "load_screen",
    "located",
    "of_document",
    "on_all_interfaces",
    "parse",
    "rule_of",
    "station_of",
    "text_of",
]
