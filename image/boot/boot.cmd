# Chooses one of the two systems, and starts it; the same on every board and in QEMU.
#
# Which is next, and how many tries each has left, stands in one sector of the gap before the first
# partition, which is written whole or not at all. RAUC writes the same variables: they are those of
# its own example for U-Boot. U-Boot sets devtype, devnum and fdt_addr.
test -n "${devtype}" || setenv devtype mmc
test -n "${devnum}" || setenv devnum 0
setenv sector 0x10
# Its usual places are too near to each other for this kernel.
setenv base 0
if test "${devtype}" = "virtio"; then setenv base 0x40000000; fi
setexpr record_at ${base} + 0x02300000
setexpr kernel_at ${base} + 0x04000000
setexpr packed_at ${base} + 0x0c000000
setexpr initrd_at ${base} + 0x10000000

env delete BOOT_ORDER BOOT_A_LEFT BOOT_B_LEFT
${devtype} dev ${devnum}
if ${devtype} read ${record_at} ${sector} 1 && env import -c ${record_at} 0x200 BOOT_ORDER BOOT_A_LEFT BOOT_B_LEFT; then
  echo "systems: ${BOOT_ORDER}, tries left: A ${BOOT_A_LEFT}, B ${BOOT_B_LEFT}"
else
  echo "systems: nothing is known of them, A is first"
fi
test -n "${BOOT_ORDER}" || setenv BOOT_ORDER "A B"
test -n "${BOOT_A_LEFT}" || setenv BOOT_A_LEFT 3
test -n "${BOOT_B_LEFT}" || setenv BOOT_B_LEFT 3

setenv system
for each in ${BOOT_ORDER}; do
  if test -z "${system}"; then
    if test "${each}" = "A"; then
      if itest ${BOOT_A_LEFT} > 0; then
        setexpr BOOT_A_LEFT ${BOOT_A_LEFT} - 1
        setenv system A
        setenv part 2
      fi
    fi
    if test "${each}" = "B"; then
      if itest ${BOOT_B_LEFT} > 0; then
        setexpr BOOT_B_LEFT ${BOOT_B_LEFT} - 1
        setenv system B
        setenv part 3
      fi
    fi
  fi
done
if test -z "${system}"; then
  echo "systems: no try is left, all over again"
  setenv BOOT_A_LEFT 3
  setenv BOOT_B_LEFT 3
fi
env export -c -s 0x200 ${record_at} BOOT_ORDER BOOT_A_LEFT BOOT_B_LEFT
${devtype} write ${record_at} ${sector} 1
if test -z "${system}"; then reset; fi

part uuid ${devtype} ${devnum}:${part} root
echo "systems: ${system} on ${root}"
setenv bootargs "root=PARTUUID=${root} rauc.slot=${system} panic=10 loglevel=4 consoleblank=0"
if test "${devtype}" = "virtio"; then setenv bootargs "${bootargs} console=ttyAMA0"; fi
# These can have a display of 4K, whose picture has no room in the 64 MB that the kernel keeps for such.
for each in 2711-rpi-4-b 2711-rpi-400 2712-rpi-5-b; do
  if test "${fdtfile}" = "broadcom/bcm${each}.dtb"; then setenv bootargs "${bootargs} cma=256M@0-1G"; fi
done
load ${devtype} ${devnum}:${part} ${packed_at} /boot/vmlinuz.gz && unzip ${packed_at} ${kernel_at} && load ${devtype} ${devnum}:${part} ${initrd_at} /boot/initrd.img && booti ${kernel_at} ${initrd_at}:${filesize} ${fdt_addr}
echo "systems: ${system} does not start"
sleep 3
reset
