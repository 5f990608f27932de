"""A host name for mDNS that nobody else on the network has: `expeditor`, else `expeditor-2`.

zeroconf looks whether the names of services are taken, and not whether those of hosts are. Where
systemd-resolved or avahi announce this machine under the same name, the addresses are ours.
"""
