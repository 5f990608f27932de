"""What every channel of delivery orders needs, whatever its API: each order once, each status once.

    a channel's room ─ orders, what became of them, products ▶ desk ─ commands ▶ kitchen
    log ─▶ follower ─ progress ▶ store ─▶ sender ─ steps ▶ the channel's `Platform`
                                   └────▶ room ─▶ ChannelsNow: status page, pass

`appliance.deliverect` is such a channel; the guide here says what another one needs.
"""
