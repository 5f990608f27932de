"""The SD card: from Debian's packages and this checkout to an image, and to signed updates of it.

archive  what is locked, from the building machine's own mirror
│
root ── kernel ── python        a system: files of packages, of the kernel, of the appliance
│
system                           the same as a file system: what an update brings
│  └───── bundle               signed, for `rauc install`
card                            with boot loader and data partition: what is flashed
"""
