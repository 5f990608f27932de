"""The computer behind a screen: `expeditor screen`.

mdns ▶ hubs ─ knock, with a code ▶ adopted ─ a link for the browser ▶ the hub's board
page.py    what the browser shows until then: the code, or what is looked for
browser.py the browser: started, watched, started again
"""
