"""Finding and being found by mDNS (RFC 6762, 6763), as a library around zeroconf.

`network.py` keeps announcements and searches alive while interfaces come and go, `host.py` finds
a host name that nobody else has, `found.py` makes what strangers say harmless, and bounds it.
"""

ORDERS = "_kitchen-orders._tcp"
"""An appliance that takes orders. TXT: `id`, `name`, `version`, `api` (the path of the HTTP API),
`http` and, where it has that, `https`: ports."""
PAGES = "_http._tcp"
"""Its pages. TXT: `id`, `path`."""
SCREEN = "_kitchen-screen._tcp"
"""A screen that can be adopted. TXT: `id`, `name`, `proto` (`board` or `lan`), `station`,
`version`. Its port, for `lan`, is where it takes orders."""
