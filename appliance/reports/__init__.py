"""What the kitchen did: days and hours counted, and who did what, by an index of the log.

log, feed ──▶ index (facts of each ticket, each deed) ──▶ reports ──▶ counting ──▶ api

Read `README.md` for what each figure means.
"""

from appliance.reports.counting import Day, Figures, Hour, LateAfter, OrderFigures, is_late
from appliance.reports.days import Span
from appliance.reports.deeds import ACTIONS, Action, Deed, DeedFilter
from appliance.reports.index import MOST, Served
from appliance.reports.reports import Reports

__all__ = [
    "ACTIONS",
    "MOST",
    "Action",
    "Day",
    "Deed",
    "DeedFilter",
    "Figures",
    "Hour",
    "LateAfter",
    "OrderFigures",
    "Reports",
    "Served",
    "Span",
    "is_late",
]
