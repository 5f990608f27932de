"""Who answers at a LAN screen's address: the screen, another, or nobody knows yet."""

from collections.abc import Callable
from ipaddress import ip_address

import pytest
from msgspec.structs import replace

from appliance.mdns import ORDERS
from appliance.screens.feeding import Fed
from appliance.screens_now import CannotAdopt, Wanted
from tests.screens.evening import AT, ELSEWHERE, Evening, service

pytestmark = pytest.mark.usefixtures("networks")

ONE, OTHER = "E7A09AAD7B98", "0F1E2D3C4B5A"
HERE, THERE = "10.0.0.9", "10.0.0.77"
GRILL = frozenset({"grill"})


def pass_by(evening: Evening, seconds: int, *said: tuple[str, str]) -> None:
    """So much time, in which these beacon: identifier and address."""
    for _ in range(seconds // 2):
        for name, address in said:
            evening.beacon(name, address)
        evening.seconds(2)


def adopt(evening: Evening) -> None:
    pass_by(evening, 4, (ONE, HERE))
    evening.adopt_lan(ONE, AT, station="grill")
    pass_by(evening, 4, (ONE, HERE))
    assert evening.states()[ONE] == "live"


def die(evening: Evening) -> None:
    evening.feeding.there = set()
    evening.seconds(8)
    assert evening.states()[ONE] == "away"


def is_fed(evening: Evening, name: str = ONE) -> bool:
    return not evening.feeding.fed[name].is_held


def test_who_has_the_address_of_a_dead_screen_gets_nothing_of_it(evening: Evening) -> None:
    adopt(evening)
    die(evening)
    evening.feeding.there = {AT}
    evening.seconds(1)
    assert not is_fed(evening)  # Nobody has said anything yet.
    pass_by(evening, 60, (OTHER, HERE))
    assert not is_fed(evening)
    shown = evening.shows(ONE)
    assert (shown.state, shown.why, shown.conflict) == (
        "away",
        f"another screen, {OTHER}, is at its address now",
        "",
    )
    assert evening.found() == {OTHER: AT}


def test_who_has_its_address_can_be_adopted_there(evening: Evening) -> None:
    adopt(evening)
    with pytest.raises(CannotAdopt, match="is where E7A09AAD7B98 is"):
        evening.adopt_lan(OTHER, AT)
    die(evening)
    evening.feeding.there = {AT}
    pass_by(evening, 30, (OTHER, HERE))
    evening.adopt_lan(OTHER, AT, station="fry")
    pass_by(evening, 10, (OTHER, HERE))
    assert evening.states() == {ONE: "away", OTHER: "live"}
    evening.feeding.there = {AT, ELSEWHERE}
    pass_by(evening, 10, (OTHER, HERE), (ONE, THERE))
    assert evening.states() == {ONE: "live", OTHER: "live"}
    assert evening.feeding.fed == {ONE: Fed(ELSEWHERE, GRILL), OTHER: Fed(AT, frozenset({"fry"}))}


def test_two_that_change_their_addresses_show_each_their_own(evening: Evening) -> None:
    adopt(evening)
    pass_by(evening, 4, (ONE, HERE), (OTHER, THERE))
    evening.adopt_lan(OTHER, ELSEWHERE, station="fry")
    pass_by(evening, 10, (ONE, HERE), (OTHER, THERE))
    # Both answer, all the time.
    pass_by(evening, 10, (ONE, THERE), (OTHER, HERE))
    assert evening.feeding.fed == {ONE: Fed(ELSEWHERE, GRILL), OTHER: Fed(AT, frozenset({"fry"}))}
    pass_by(evening, 20, (ONE, THERE), (OTHER, HERE))
    assert evening.states() == {ONE: "live", OTHER: "live"}
    assert [each.conflict for each in evening.now.screens.values()] == ["", ""]


def test_a_screen_that_is_back_is_fed_when_it_says_so(evening: Evening) -> None:
    adopt(evening)
    die(evening)
    evening.feeding.there = {AT}
    evening.seconds(4)
    assert not is_fed(evening)
    evening.beacon(ONE, HERE)
    evening.seconds(1)
    assert is_fed(evening)
    evening.seconds(1)
    assert evening.states() == {ONE: "live"}


def test_where_nobody_says_anything_it_is_fed_after_a_while(evening: Evening) -> None:
    """What is sent to all may not get through, at 19:40."""
    adopt(evening)
    die(evening)
    evening.feeding.there = {AT}
    evening.seconds(19)
    assert evening.states() == {ONE: "away"}
    evening.seconds(3)
    for _ in range(20):
        assert is_fed(evening)
        evening.seconds(0.5)
    assert evening.states() == {ONE: "live"}


def test_a_screen_that_never_said_anything_is_not_waited_for(evening: Evening) -> None:
    evening.adopt_lan(ONE, AT, station="grill")
    evening.seconds(2)
    die(evening)
    evening.feeding.there = {AT}
    evening.seconds(2)
    assert evening.states() == {ONE: "live"}
    # What others say of its address by mDNS, they can say of any.
    evening.network.finds(service(OTHER, HERE))
    evening.seconds(60)
    assert evening.states() == {ONE: "live"}


def test_what_is_said_of_its_place_by_mdns_counts_not_against_its_beacon(evening: Evening) -> None:
    adopt(evening)
    evening.network.finds(service(OTHER, HERE))
    pass_by(evening, 60, (ONE, HERE))
    assert is_fed(evening)


def test_of_two_by_mdns_at_one_place_it_is_who_answers(evening: Evening) -> None:
    heard = service(ONE, HERE)

    def at(seconds: float) -> Callable[[], None]:
        said = replace(heard, heard=seconds), replace(service(OTHER, HERE), heard=seconds)
        return lambda: evening.network.finds(*said)

    evening.call(lambda: evening.network.finds(replace(heard, heard=evening.loop.time())))
    evening.adopt_lan(ONE, AT, station="grill")
    evening.seconds(10)
    evening.call(lambda: evening.network.finds(heard, service(OTHER, HERE)))
    evening.seconds(1)
    assert evening.network.doubted == [HERE]
    evening.call(at(evening.loop.time()))  # Both say so again.
    evening.seconds(60)
    assert is_fed(evening)
    die(evening)
    evening.call(lambda: evening.network.finds(heard))  # As it was heard before.
    evening.feeding.there = {AT}
    evening.seconds(3)
    assert not is_fed(evening)
    assert evening.network.doubted == [HERE, HERE]
    evening.call(at(evening.loop.time()))
    evening.seconds(2)
    assert is_fed(evening)


def test_after_a_start_it_is_fed_when_it_says_to_be_there(evening: Evening) -> None:
    adopt(evening)
    evening.start()
    evening.feeding.there = {AT}
    evening.beacons.clear()
    evening.seconds(3)
    assert (evening.states(), is_fed(evening)) == ({ONE: "not seen yet"}, False)
    pass_by(evening, 2, (ONE, HERE))
    assert (evening.states(), is_fed(evening)) == ({ONE: "live"}, True)


def test_where_it_was_adopted_it_counts_more_than_elsewhere(evening: Evening) -> None:
    """A stranger said to be it while it was away, and got its orders; no longer."""
    adopt(evening)
    die(evening)
    evening.feeding.there = {ELSEWHERE}
    pass_by(evening, 20, (ONE, THERE))
    assert evening.feeding.fed[ONE] == Fed(ELSEWHERE, GRILL)
    evening.start()
    evening.feeding.there = {AT, ELSEWHERE}
    pass_by(evening, 10, (ONE, HERE), (ONE, THERE))
    assert evening.feeding.fed[ONE] == Fed(AT, GRILL)
    assert "both say to be it" in evening.shows(ONE).conflict
    pass_by(evening, 60, (ONE, HERE), (ONE, THERE))
    assert evening.feeding.fed[ONE] == Fed(AT, GRILL)


def test_one_that_was_typed_before_it_was_heard_stays_itself_elsewhere(evening: Evening) -> None:
    made = evening.adopt_lan("", AT, station="grill")
    evening.seconds(4)
    assert made.id == AT
    pass_by(evening, 10, (ONE, HERE))
    assert evening.found() == {}
    evening.start()
    evening.beacons.clear()
    evening.feeding.there = {ELSEWHERE}
    pass_by(evening, 16, (ONE, THERE))
    assert evening.feeding.fed == {AT: Fed(ELSEWHERE, GRILL)}
    assert (evening.states(), evening.found()) == ({AT: "live"}, {})


def test_a_machine_with_two_addresses_is_one(evening: Evening) -> None:
    """Another appliance, with a cable and Wi-Fi: it beacons from both."""
    both = tuple(map(ip_address, (HERE, THERE)))
    evening.network.finds(replace(service(ONE, HERE, type_=ORDERS), addresses=both))
    pass_by(evening, 4, (ONE, HERE), (ONE, THERE))
    evening.feeding.there = {AT, ELSEWHERE}
    made = evening.do(evening.watcher.adopt_lan(ONE, "", Wanted("Chained", "grill")))
    assert made.address == AT
    pass_by(evening, 20, (ONE, HERE), (ONE, THERE))
    assert (evening.shows(ONE).conflict, evening.found()) == ("", {})


def test_after_a_start_a_screen_that_answers_is_not_looked_for_elsewhere(evening: Evening) -> None:
    """Its own beacon may be a while in coming; a stranger beacons at once."""
    adopt(evening)
    evening.start()
    evening.beacons.clear()
    evening.feeding.there = {AT, ELSEWHERE}
    pass_by(evening, 12, (ONE, THERE))
    assert evening.feeding.fed[ONE] == Fed(AT, GRILL, is_held=True)
    pass_by(evening, 12, (ONE, THERE), (ONE, HERE))
    assert evening.feeding.fed[ONE] == Fed(AT, GRILL)
    assert "both say to be it" in evening.shows(ONE).conflict


def test_what_answers_and_never_says_who_it_is_counts_less_than_who_does(evening: Evening) -> None:
    """Somebody else has its address now, who beacons not."""
    adopt(evening)
    die(evening)
    evening.feeding.there = {AT, ELSEWHERE}
    evening.seconds(2)
    pass_by(evening, 16, (ONE, THERE))
    assert evening.feeding.fed[ONE] == Fed(AT, GRILL, is_held=True)
    pass_by(evening, 8, (ONE, THERE))
    assert evening.feeding.fed[ONE] == Fed(ELSEWHERE, GRILL)


def test_one_that_takes_connections_and_answers_nothing_is_not_taken_for_another(
    evening: Evening,
) -> None:
    """It is away, for one order perhaps: its place is no other's."""
    adopt(evening)
    evening.feeding.mute = True
    evening.beacons.clear()
    pass_by(evening, 40, (ONE, THERE))
    assert (evening.states(), is_fed(evening)) == ({ONE: "away"}, True)
    assert evening.feeding.fed[ONE].address == AT


def test_who_is_adopted_by_his_address_is_not_adopted_again_by_his_id(evening: Evening) -> None:
    evening.adopt_lan("", AT, station="grill")
    pass_by(evening, 10, (ONE, HERE))
    evening.feeding.there = {ELSEWHERE}
    evening.beacons.clear()
    pass_by(evening, 4, (ONE, THERE))
    with pytest.raises(CannotAdopt, match="E7A09AAD7B98 is adopted already, as"):
        evening.adopt_lan(ONE, ELSEWHERE, station="fry")
