#!/bin/busybox sh
# The only program of the virtual machine: finds the host's files, runs /command on them, ends.

busybox mkdir -p /dev /host /proc /sys
busybox mount -t proc none /proc
busybox --install -s /bin
mount -t sysfs none /sys
mount -t devtmpfs none /dev
for module in $(cat /modules/order); do insmod "/modules/$module"; done
mount -t 9p -o trans=virtio,version=9p2000.L,ro,cache=loose,msize=524288 host /host
for part in dev proc sys; do mount --bind "/$part" "/host/$part"; done
mount -t tmpfs none /host/run
mkdir -p /host/dev/pts /host/dev/shm
mount -t devpts none /host/dev/pts
mount -t tmpfs none /host/dev/shm
ip link set lo up

# gpiozero finds here which Raspberry Pi this is: a 3B, by its documentation of revision codes.
cp /host/proc/cpuinfo /host/run/cpuinfo
echo "Revision : a02082" >>/host/run/cpuinfo
mount --bind /host/run/cpuinfo /host/proc/cpuinfo

# All else is read only, and lgpio makes a pipe in its working directory.
export HOME=/run LG_WD=/run TMPDIR=/run PYTHONDONTWRITEBYTECODE=1
chroot /host /bin/sh -c "$(cat /command)" </dev/null
echo "ended with $?"
poweroff -f
