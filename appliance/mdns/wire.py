"""The sockets, by zeroconf: what this machine announces, what it asks, what it hears.

All questions go to all and are to be answered to all: what is sent to this machine alone, another
program on it may get, which listens on the same port. To one machine something is sent only when
it asks for an answer of its own. Over IPv4, which every screen has; IPv6 addresses are told there.
"""

import logging
from collections.abc import Callable, Collection, Iterable, Sequence
from ipaddress import IPv4Address
from typing import Final

from zeroconf import (
    IPVersion,
    RecordUpdate,
    RecordUpdateListener,
    ServiceInfo,
    Zeroconf,
    current_time_millis,
)
from zeroconf._dns import DNSAddress, DNSPointer, DNSQuestion, DNSRecord, DNSService, DNSText
from zeroconf._protocol.outgoing import DNSOutgoing
from zeroconf.asyncio import AsyncZeroconf
from zeroconf.const import (
    _CLASS_IN,
    _FLAGS_AA,
    _FLAGS_QR_QUERY,
    _FLAGS_QR_RESPONSE,
    _TYPE_A,
    _TYPE_AAAA,
    _TYPE_PTR,
    _TYPE_SRV,
    _TYPE_TXT,
)

from appliance.mdns.heard import Heard, Question

PORT: Final = 5353
"""UDP, of mDNS."""
LATE_MILLISECONDS: Final = 3000
"""An answer may wait for one and a half seconds (RFC 6762, 6): so long after a change, what was
ours before is heard from ourselves."""
MOST_RIVALS: Final = 32
"""Records under our names that are kept: enough to tell who it is."""


class Wire(RecordUpdateListener):
    """Open until closed; of all that is heard, it keeps what `Heard` has use for."""

    def __init__(self, types: Collection[str], tell: Callable[[], None]) -> None:
        """`tell`: something was heard. Raises OSError where the port is another's alone."""
        # A network that is away is no error of the library's to be told with its traceback.
        logging.getLogger("zeroconf").setLevel(logging.CRITICAL)
        self._zeroconf = Zeroconf(interfaces=[], ip_version=IPVersion.V4Only, use_asyncio=True)
        self._network = AsyncZeroconf(zc=self._zeroconf)
        self._tell = tell
        self.heard = Heard(self._zeroconf.cache, types)
        self.fault: Exception | None = None
        """Of ours, with something that was heard."""
        self._infos: Sequence[ServiceInfo] = ()
        self._own: set[DNSRecord] = set()
        self._late: dict[DNSRecord, float] = {}
        """What was ours, and until when it may still be heard from us."""
        self._rivals: dict[DNSRecord, None] = {}
        """What others said under our names; the newest last."""
        self._batch: list[DNSRecord] = []
        self._zeroconf.async_add_listener(self, None)

    async def use(self, addresses: Iterable[IPv4Address], *, anew: bool) -> None:
        """Send from these, and hear where they are. `anew`: whatever was so before.

        Raises OSError.
        """
        if anew:
            await self._network.async_update_interfaces([])
        await self._network.async_update_interfaces([str(one) for one in addresses])

    def sweep(self) -> None:
        """Keep nothing of those who are gone."""
        self.heard.sweep(self._own, current_time_millis())

    async def close(self) -> None:
        """Say goodbye, and end."""
        self._zeroconf.async_remove_listener(self)
        await self._network.async_close()

    # ── out ──────────────────────────────────────────────────────────────────────────

    def claim(self, infos: Sequence[ServiceInfo]) -> None:
        """These are to be ours, and no others. Nothing is announced before `register`."""
        now = current_time_millis()
        self._zeroconf.registry.async_remove(self._zeroconf.registry.async_get_service_infos())
        own = {
            record
            for info in infos
            for record in (
                info.dns_pointer(),
                info.dns_service(),
                info.dns_text(),
                *info.dns_addresses(),
            )
        }
        self._late = {record: until for record, until in self._late.items() if until > now}
        self._late.update(dict.fromkeys(self._own - own, now + LATE_MILLISECONDS))
        self._withdraw(record for record in self._own - own if isinstance(record, DNSAddress))
        self._infos, self._own = infos, own
        self.forget_rivals()
        self.sweep()

    def register(self) -> None:
        """Announce what was claimed, and answer to it."""
        for info in self._infos:
            self._zeroconf.registry.async_add(info)
        self.announce()

    def announce(self) -> None:
        """Tell all what is registered."""
        for info in self._zeroconf.registry.async_get_service_infos():
            self._zeroconf.async_send(self._zeroconf.generate_service_broadcast(info, None))

    def _withdraw(self, addresses: Iterable[DNSAddress]) -> None:
        """Goodbye to addresses, but not to those that another has under the same name."""
        out = DNSOutgoing(_FLAGS_QR_RESPONSE | _FLAGS_AA)
        for one in addresses:
            gone = DNSAddress(one.name, one.type, _CLASS_IN, 0, one.address, created=0.0)
            out.add_answer_at_time(gone, 0)
        if out.answers:
            self._zeroconf.async_send(out)

    def probe(self) -> None:
        """Whoever has a name that is to be ours is to say so at once (RFC 6762, 8.1 and 8.2)."""
        out = self._question_for_names()
        # `add_authorative_answer` takes pointers alone, and is not what writes them.
        out.authorities.extend(self._own_but_pointers())  # type: ignore[arg-type]
        self._zeroconf.async_send(out)

    def ask_for_names(self) -> None:
        """Whoever has one of ours as well is to say so; it may take a second and a half."""
        self._send_with_known(self._question_for_names(), self._own_but_pointers())

    def _question_for_names(self) -> DNSOutgoing:
        out = DNSOutgoing(_FLAGS_QR_QUERY)
        of_host = (_TYPE_A, _TYPE_AAAA)
        names = {(info.server or info.name, type_) for info in self._infos for type_ in of_host}
        names |= {(info.name, type_) for info in self._infos for type_ in (_TYPE_SRV, _TYPE_TXT)}
        for name, type_ in sorted(names):
            out.add_question(DNSQuestion(name, type_, _CLASS_IN))
        return out

    def _own_but_pointers(self) -> list[DNSRecord]:
        """What is ours alone: of a type, there are several."""
        return [record for record in self._own if not isinstance(record, DNSPointer)]

    def ask_for_services(self) -> None:
        """Whoever is there is to say so, but for those that are known for long enough."""
        out = DNSOutgoing(_FLAGS_QR_QUERY)
        for name in self.heard.types:
            out.add_question(DNSQuestion(name, _TYPE_PTR, _CLASS_IN))
        own = [one for one in self._own if isinstance(one, DNSPointer)]
        self._send_with_known(out, [*own, *self.heard.known(current_time_millis())])

    def ask(self, questions: Sequence[Question]) -> None:
        """What is still to be known of services."""
        if not questions:
            return
        out = DNSOutgoing(_FLAGS_QR_QUERY)
        for name, type_ in questions:
            out.add_question(DNSQuestion(name, type_, _CLASS_IN))
        self._zeroconf.async_send(out)

    def _send_with_known(self, out: DNSOutgoing, records: Iterable[DNSRecord]) -> None:
        """A question; whoever has nothing else to say is silent, ourselves as well."""
        now = current_time_millis()
        for record in records:
            # 0: with all of its time left, as ours always are.
            out.add_answer_at_time(record, 0 if record in self._own else now)
        self._zeroconf.async_send(out)

    # ── in ───────────────────────────────────────────────────────────────────────────

    def rivals(self) -> list[DNSRecord]:
        """What others said under our names, since they were claimed or this was forgotten."""
        return list(self._rivals)

    def forget_rivals(self) -> None:
        """Whoever still has one of our names is to say so again."""
        self._rivals.clear()

    def async_update_records(
        self,
        zc: Zeroconf,  # noqa: ARG002 - zeroconf's
        now: float,
        records: list[RecordUpdate],
    ) -> None:
        """A packet has come; the library has not stored it yet."""
        self._batch = [update.new for update in records if not update.new.is_expired(now)]

    def async_update_records_complete(self) -> None:
        """It has."""
        batch, self._batch = self._batch, []
        try:
            self._hear(batch)
        except Exception as error:  # noqa: BLE001 - raised by whoever runs this
            self.fault = error
        self._tell()

    def _hear(self, records: Sequence[DNSRecord]) -> None:
        now = current_time_millis()
        names = {info.key for info in self._infos} | {info.server_key for info in self._infos}
        for record in records:
            if (
                record.key in names
                and record not in self._own
                and isinstance(record, DNSAddress | DNSService | DNSText)
                and self._late.get(record, now) <= now
            ):
                self._rivals.pop(record, None)
                self._rivals[record] = None
                if len(self._rivals) > MOST_RIVALS:
                    del self._rivals[next(iter(self._rivals))]
        self.heard.take(records, self._own)
