"""An SD card that makes a Raspberry Pi this appliance: what its own programs do at boot and later.

    boot      from the files that somebody put on the boot partition to this machine, at each boot
    console   what the display shows where no board is on it
    update    from a signed bundle to the other system on the card, and whether that one is to stay
    inbox     what people hand in to the service, which may do nothing of it itself

`image/` makes the card, with units of systemd that run these; each is `expeditor card …`.
"""
