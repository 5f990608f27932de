"""The channel Deliverect: delivery orders in, their progress out.

    its posts ─▶ webhooks ─ accounts, messages, orders, products ▶ channels.desk
    channels.sender ─▶ platform ─▶ its API

`protocol` has what is published; `simulated` plays the other side. What every channel needs is in
`appliance.channels`.
"""
