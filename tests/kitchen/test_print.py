"""Printing a ticket again is asked of the kitchen, and changes nothing in it."""

from appliance.kitchen import event as events
from appliance.kitchen.command import PrintTicket, Refused, TicketsNow, Undo
from appliance.kitchen.event import PrintAsked
from tests.kitchen.nights import recorded, replayed
from tests.kitchen.orders import act, after, busy, create, do, item, new_kitchen, ticket


def test_what_is_asked_for_is_the_ticket_as_it_is_and_by_whom() -> None:
    kitchen = busy(create(item("1")), act("grill", "start"))
    decision = kitchen.decide(PrintTicket("grill", "7", "fry"), after(5), "Maria")
    assert decision.events == (
        PrintAsked(after(5).at, 5_000, ticket(kitchen, "grill"), "fry", "Maria"),
    )
    assert isinstance(decision.reply, TicketsNow)
    assert decision.reply.tickets == (ticket(kitchen, "grill"),)


def test_it_changes_nothing_and_is_no_action_to_take_back() -> None:
    kitchen = busy(create(item("1")))
    before = kitchen.state()
    do(kitchen, PrintTicket("grill", "7"))
    assert kitchen.state() == before
    assert isinstance(do(kitchen, Undo("grill", "7")).reply, Refused)


def test_finished_tickets_are_printed_too() -> None:
    kitchen = busy(create(item("1")), act("pass", "bump"))
    (event,) = do(kitchen, PrintTicket("grill", "7")).events
    assert isinstance(event, PrintAsked)
    assert event.ticket.status == "bumped"


def test_what_is_not_here_is_refused() -> None:
    for station, order_id in (("fry", "7"), ("grill", "8"), ("attic", "7")):
        reply = do(busy(create(item("1"))), PrintTicket(station, order_id)).reply
        assert isinstance(reply, Refused)
        assert reply.reason == "no_such_ticket"


def test_the_log_has_it_and_is_read_again() -> None:
    kitchen = new_kitchen()
    log = recorded(do(kitchen, create(item("1"))))
    asked = do(kitchen, PrintTicket("grill", "7"))
    log += recorded(asked)
    assert [events.decode(stored) for stored, _guest in log[-1:]] == list(asked.events)
    assert replayed(kitchen, log).state() == kitchen.state()
