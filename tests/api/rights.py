"""Each path of the API: who may, and what a token may that is kept to some stations."""

from typing import Any, Final, NamedTuple

from tests.api.asking import PREFIXES
from tests.api.every_path import Asked, filled_in

# Source: ticket API design page, "Who may".
MANAGERS: Final = {"manager", "owner", "tenant_admin"}
KITCHEN: Final = MANAGERS | {
    "kitchen",
    "kitchen_staff",
    "chef",
    "sous_chef",
    "line_cook",
    "expeditor",
}
ALL_ROLES: Final = KITCHEN | {"server", "pos_staff"}
WHO: Final = {
    "managers": MANAGERS,
    "kitchen": KITCHEN,
    "everyone": ALL_ROLES,
    "orders": MANAGERS | {"pos_staff"},
}

# Source: the same page, "Paths". What a token for some stations may: `own`: what is of these;
# `all`: nothing, it takes a token for every station; `seen`: it gets what it may see. All that
# is asked for is at the grill, but the bar, which is at fry: `fry` is `own` there, and `pass` is
# `own` at the pass.
TABLE: Final = """
GET    /stations/{station_id}/tickets                                           everyone  own   both
POST   /stations/{station_id}/orders/{order_id}/ticket/start                    kitchen   own   both
POST   /stations/{station_id}/orders/{order_id}/ticket/ready                    kitchen   own   both
POST   /stations/{station_id}/orders/{order_id}/ticket/bump                     kitchen   own   both
POST   /stations/{station_id}/orders/{order_id}/ticket/recall                   kitchen   own   both
POST   /stations/{station_id}/orders/{order_id}/ticket/void                     managers  own   both
POST   /stations/{station_id}/orders/{order_id}/ticket/priority                 kitchen   own   both
POST   /stations/{station_id}/orders/{order_id}/ticket/items/{line_id}/done     kitchen   own   ours
POST   /stations/{station_id}/orders/{order_id}/ticket/items/{line_id}/undone   kitchen   own   ours
POST   /stations/{station_id}/orders/{order_id}/ticket/move                     kitchen   own   ours
POST   /stations/{station_id}/orders/{order_id}/ticket/undo                     kitchen   own   ours
POST   /stations/{station_id}/orders/{order_id}/ticket/print                    kitchen   own   ours
POST   /stations/{station_id}/undo                                              kitchen   own   ours
POST   /stations/{station_id}/summon                                            kitchen   own   ours
DELETE /stations/{station_id}/summon                                            kitchen   own   ours
GET    /stations/{station_id}/all-day                                           everyone  own   ours
GET    /stations                                                                everyone  seen  ours
GET    /stations/{station_id}                                                   everyone  own   ours
POST   /stations                                                                managers  all   ours
PUT    /stations/{station_id}                                                   managers  all   ours
DELETE /stations/{station_id}                                                   managers  all   ours
GET    /stats                                                                   everyone  seen  ours
GET    /routing                                                                 everyone  seen  ours
POST   /routing                                                                 managers  all   ours
POST   /routing/bulk                                                            managers  all   ours
DELETE /routing/{rule_id}                                                       managers  all   ours
POST   /routing/test                                                            everyone  seen  ours
GET    /menu                                                                    everyone  seen  ours
GET    /prep-times                                                              everyone  seen  ours
PUT    /menu/{plu}                                                              managers  all   ours
DELETE /menu/{plu}                                                              managers  all   ours
POST   /menu/bulk                                                               managers  all   ours
GET    /ready                                                                   everyone  seen  ours
GET    /expo                                                                    everyone  seen  both
POST   /expo/orders/{order_id}/collected                                        kitchen   pass  ours
POST   /courses/fire                                                            kitchen   own   ours
POST   /orders                                                                  orders    all   ours
PUT    /orders/{order_id}                                                       orders    all   ours
PATCH  /orders/{order_id}                                                       orders    all   ours
DELETE /orders/{order_id}                                                       orders    all   ours
GET    /events                                                                  everyone  seen  ours
GET    /session                                                                 everyone  seen  ours
GET    /status                                                                  managers  all   ours
GET    /panel                                                                   kitchen   seen  ours
POST   /panel/buttons/{button_id}/press                                         kitchen   own   ours
POST   /panel/bars/{bar_id}/press                                               kitchen   fry   ours
GET    /printers                                                                kitchen   seen  ours
POST   /printers/look                                                           managers  all   ours
GET    /printers/{printer_id}/jobs                                              kitchen   own   ours
POST   /printers/{printer_id}/test                                              managers  own   ours
POST   /printers/{printer_id}/jobs/{job_id}/print                               kitchen   own   ours
POST   /printers/{printer_id}/jobs/{job_id}/drop                                kitchen   own   ours
POST   /printers/{printer_id}/jobs/print                                        kitchen   own   ours
POST   /printers/{printer_id}/jobs/drop                                         kitchen   own   ours
POST   /printers/{printer_id}/faults                                            kitchen   own   ours
GET    /printers/{printer_id}/preview.svg                                       kitchen   own   ours
GET    /printers/{printer_id}/paper.svg                                         kitchen   own   ours
GET    /screens                                                                 kitchen   seen  ours
POST   /screens                                                                 managers  all   ours
PATCH  /screens/{screen_id}                                                     managers  all   ours
DELETE /screens/{screen_id}                                                     managers  all   ours
GET    /channels                                                                everyone  seen  ours
POST   /channels/{account}/orders/{order_id}/settled                            kitchen   pass  ours
POST   /channels/{account}/pause                                                managers  all   ours
GET    /reports/day                                                             managers  all   ours
GET    /reports/days                                                            managers  all   ours
GET    /reports/slowest                                                         managers  all   ours
GET    /reports/audit                                                           managers  all   ours
GET    /reports/day.csv                                                         managers  all   ours
GET    /reports/days.csv                                                        managers  all   ours
GET    /reports/tickets.csv                                                     managers  all   ours
GET    /reports/audit.csv                                                       managers  all   ours
POST   /tokens/revoke                                                           managers  all   ours
GET    /pins                                                                    managers  all   ours
POST   /pins                                                                    managers  all   ours
DELETE /pins/{name}                                                             managers  all   ours
GET    /devices                                                                 managers  all   ours
POST   /devices                                                                 managers  all   ours
DELETE /devices/{id}                                                            managers  all   ours
GET    /card                                                                    managers  all   ours
PUT    /card/bundle                                                             managers  all   ours
POST   /card/update                                                             managers  all   ours
POST   /card/restart                                                            managers  all   ours
GET    /setup                                                                   managers  all   ours
PUT    /setup                                                                   managers  all   ours
POST   /setup/check                                                             managers  all   ours
POST   /setup/route                                                             managers  all   ours
GET    /setup/presses                                                           managers  all   ours
GET    /setup/export                                                            managers  all   ours
POST   /setup/import                                                            managers  all   ours
GET    /setup/choices                                                           managers  all   ours
"""
RULE: Final = {"station_id": "grill", "name": ["pie"]}
STATION: Final = {"name": "Pie", "station_type": "generic"}
ORDER: Final = {"id": "A-2", "items": [{"lineId": "1", "name": "Hamburger"}]}
SMALL: Final = {"station": [{"id": "grill", "name": "Grill"}]}
BODIES: Final[dict[tuple[str, str], Any]] = {
    ("POST", "/stations/{station_id}/orders/{order_id}/ticket/priority"): {"priority": "high"},
    ("POST", "/stations/{station_id}/orders/{order_id}/ticket/move"): {"station_id": "grill"},
    ("POST", "/stations"): STATION,
    ("PUT", "/stations/{station_id}"): STATION,
    ("POST", "/routing"): RULE,
    ("POST", "/routing/bulk"): {"rules": [RULE]},
    ("POST", "/routing/test"): ORDER,
    ("PUT", "/menu/{plu}"): {"name": "Pie"},
    ("POST", "/menu/bulk"): {"items": [{"plu": "P-1", "name": "Pie"}]},
    ("POST", "/courses/fire"): {"order_id": "A-1", "course_number": 1},
    ("POST", "/orders"): ORDER,
    ("PUT", "/orders/{order_id}"): {"items": []},
    ("PATCH", "/orders/{order_id}"): {"name": "Tom"},
    ("POST", "/panel/bars/{bar_id}/press"): {"key": "summary"},
    ("POST", "/printers/look"): {"model": "plain"},
    ("POST", "/printers/{printer_id}/faults"): {"fault": "slow", "on": True},
    ("POST", "/screens"): {"address": "192.0.2.7", "name": "Wall"},
    ("PATCH", "/screens/{screen_id}"): {"name": "Wall"},
    ("POST", "/channels/{account}/pause"): {"seconds": 900},
    ("POST", "/tokens/revoke"): {"subject": "Tom"},
    ("POST", "/pins"): {"name": "Tom", "pin": "4711", "roles": ["owner"]},
    ("POST", "/devices"): {"name": "Tablet"},
    ("POST", "/setup/import"): {
        "format": 1,
        "configuration": '[[station]]\nid = "a"\nname = "A"\n',
    },
    ("POST", "/card/update"): {"size": 1},
    ("PUT", "/setup"): {"document": SMALL, "revision": ""},
    ("POST", "/setup/check"): {"document": SMALL},
    ("POST", "/setup/route"): {"document": SMALL, "items": []},
}
"""What would be done, were it not refused."""


class Row(NamedTuple):
    asked: Asked
    who: set[str]
    kept: str
    body: Any


def _rows(line: str) -> list[Row]:
    method, path, who, kept, where = line.split()
    body = BODIES.get((method, path))
    return [
        Row(Asked(method, prefix + filled_in(path)), WHO[who], kept, body)
        for prefix in (PREFIXES if where == "both" else PREFIXES[:1])
    ]


ROWS: Final = [row for line in TABLE.strip().splitlines() for row in _rows(line)]
