"""The computer behind a screen: `expeditor screen`. Start at `agent.py`, which joins the parts.

mdns ▶ hubs ─ knocking, with a code ▶ belonging ─ a link for the browser ▶ the hub's board
home.py      how it is with that hub
page.py      what the browser shows until then: the code, or what is looked for; health
browser.py   the browser: started, ended whole, started again
watching.py  whether it hangs
kept.py      who this screen is, whom it belongs to, its tokens: on disk
"""
