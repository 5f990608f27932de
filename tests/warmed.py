"""What a start makes once and keeps, made before warm processes are forked from where it is."""

import gc

from aiohttp import web

from appliance import config, pages
from hardware.printers.models import model_of, prints_as_text

_KITCHEN = config.parse(config.embedded(), "the built-in kitchen")

pages.add_routes(web.Application().router, "", _KITCHEN.appliance.time_zone)
for _printer in _KITCHEN.printer:
    prints_as_text("é", model_of(_printer.model))

gc.collect()
gc.freeze()  # What the forked ones collect would be copied for each of them.
