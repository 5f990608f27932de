"""The channel Deliverect: delivery orders in, their progress out.

    its webhooks ─▶ webhooks ─ messages, orders, products ▶ desk ─ commands ▶ kitchen
    log ─▶ follower ─ progress ▶ store ─▶ sender ─ platform ▶ its API
                                   └────▶ channel ─▶ ChannelsNow: status page, pass

`protocol` has what is published, `simulated` plays the other side. The guide here says what
another channel needs.
"""
