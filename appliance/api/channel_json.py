"""Channels as the API tells of them."""

from collections.abc import Iterable, Sequence
from typing import Annotated

from msgspec import Meta, Struct

from appliance.api.times import Time, iso
from appliance.channels_now import (
    AccountNow,
    AccountState,
    Disagreement,
    Environment,
    Matter,
)

_OF_THE_MOMENT = "null on `/events`, where each order would change it"


class AccountTold(Struct):
    """How an account of a delivery channel is. Nothing of a guest is in it, and no secret."""

    id: str
    channel: Annotated[str, Meta(description="as `Deliverect`")]
    name: str
    environment: Annotated[
        Environment,
        Meta(
            description="staging: for trying it out; what comes from there proves nothing of who"
            " sent it"
        ),
    ]
    state: Annotated[
        AccountState,
        Meta(
            description="ready: it takes what it is told; waiting: nothing was to be told yet;"
            " away: it cannot be told, and is tried again; refused: it does not take our"
            " credentials"
        ),
    ]
    why: Annotated[str, Meta(description="in words; empty when ready or waiting")]
    since: Annotated[Time, Meta(description="when it came to be so")]
    last_order_at: Annotated[
        Time | None,
        Meta(description=f"when the newest order came; null for none. {_OF_THE_MOMENT}"),
    ]
    last_status_at: Annotated[
        Time | None,
        Meta(
            description=f"when it last took a status of an order; null for never. {_OF_THE_MOMENT}"
        ),
    ]
    queue: Annotated[
        int | None,
        Meta(description=f"orders of which it is still to be told something; {_OF_THE_MOMENT}"),
    ]
    oldest_at: Annotated[
        Time | None,
        Meta(description=f"since when the first of them waits; null for none. {_OF_THE_MOMENT}"),
    ]
    refused: Annotated[
        int, Meta(description="statuses that it refused for good, in the last 24 hours")
    ]
    refused_why: Annotated[str, Meta(description="why it refused the newest of them; else empty")]
    turned_away: Annotated[
        int,
        Meta(
            description="its messages, orders among them, that were not taken here for good, since"
            " the start and in the last 24 hours"
        ),
    ]
    turned_away_why: Annotated[
        str, Meta(description="why the newest of them was not taken; else empty")
    ]
    token_until: Annotated[
        Time | None,
        Meta(description="until when our access to it is good; null while there is none"),
    ]
    wrong_signatures: Annotated[
        int,
        Meta(
            description="messages for any account of this channel whose signature was none of ours,"
            " in the last hour: they may be anybody's"
        ),
    ]
    can_pause: Annotated[bool, Meta(description="whether new orders can be paused from here")]
    paused_until: Annotated[
        Time | None,
        Meta(description="until when it was asked to send no new orders; null while it sends them"),
    ]


class DisagreementTold(Struct):
    """An order of which a channel and the kitchen do not think the same."""

    account: Annotated[str, Meta(description="the account's `id`")]
    order_id: str
    called: Annotated[str, Meta(description="what cooks and drivers call the order")]
    matter: Annotated[
        Matter,
        Meta(
            description="failed: the channel says that it failed, and it is being made here; left:"
            " the channel says that it is on its way or there, and it is not done here; voided:"
            " it was taken back here, and the channel goes on with it; cancelled late: the channel"
            " took it back after it was handed over; not closed: it was handed over long ago, and"
            " the channel never said that it is done with"
        ),
    ]
    since: Time
    reason: Annotated[str, Meta(description="what the channel said of it; empty for nothing")]


class ChannelsTold(Struct):
    """All accounts of delivery channels, and where these and the kitchen do not agree."""

    accounts: Annotated[list[AccountTold], Meta(description="in the order of the configuration")]
    disagreements: Annotated[
        list[DisagreementTold],
        Meta(
            description="the newest first, those not closed last; none for who sees neither a pass"
            " nor all stations"
        ),
    ]


def account_told(account: AccountNow) -> AccountTold:
    """How an account is, for everybody."""
    return AccountTold(
        id=account.id,
        channel=account.channel,
        name=account.name,
        environment=account.environment,
        state=account.state,
        why=account.why,
        since=iso(account.since),
        last_order_at=iso(account.last_order),
        last_status_at=iso(account.last_status),
        queue=account.queue,
        oldest_at=iso(account.oldest),
        refused=account.refused,
        refused_why=account.refused_why,
        turned_away=account.turned_away,
        turned_away_why=account.turned_away_why,
        token_until=iso(account.token_until),
        wrong_signatures=account.wrong_signatures,
        can_pause=account.can_pause,
        paused_until=iso(account.paused_until),
    )


def channels_told(
    accounts: Iterable[AccountNow], disagreements: Sequence[Disagreement]
) -> ChannelsTold:
    """These accounts and disagreements as they are sent."""
    return ChannelsTold(
        [account_told(each) for each in accounts],
        [
            DisagreementTold(
                each.account, each.order_id, each.called, each.matter, iso(each.since), each.reason
            )
            for each in disagreements
        ],
    )
