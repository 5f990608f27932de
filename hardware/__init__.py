"""Devices of a kitchen (buttons, bump bars, lamps, printers); knows nothing of kitchens."""
