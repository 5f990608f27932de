"""The configuration file as typed structs; every error names the file, the key, what is allowed.

Every key has a default but the few that are required.

    leaving_out          for what a newer version wrote: what reading takes of it
    reading ─▶ words     each key by itself
            ─▶ whole     all sections: doors, stations, timing, devices, made of values
            ─▶ checking  between the keys; wiring: of buttons, bars and lights; printers:
                           of printers, and of chits, which template reads;
                           screens: of screens
"""

from appliance.config.card import CardSection, WifiSection, WiredSection
from appliance.config.channels import SECTIONS as CHANNELS
from appliance.config.channels import DeliverectSection
from appliance.config.doors import LOCAL_ISSUER, Auth, Cloud, HttpLimits, OrderLimits
from appliance.config.leaving_out import leave_out_wrong
from appliance.config.reading import (
    ConfigError,
    Fault,
    document_of,
    embedded,
    load,
    load_screen,
    located,
    of_card,
    of_document,
    parse,
    screen_of,
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
    on_card,
)

__all__ = [
    "ALL_INTERFACES",
    "CHANNELS",
    "LOCAL_ISSUER",
    "Address",
    "Appliance",
    "Auth",
    "CardSection",
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
    "WifiSection",
    "WiredSection",
    "course_key",
    "document_of",
    "embedded",
    "leave_out_wrong",
    "load",
    "load_screen",
    "located",
    "of_card",
    "of_document",
    "on_all_interfaces",
    "on_card",
    "parse",
    "rule_of",
    "screen_of",
    "station_of",
    "text_of",
]
