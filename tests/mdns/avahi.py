"""avahi, as an independent peer: a daemon in a host of its own, and what its tools say.

Each has a bus of its own, which ends with the daemon, and a /run of its own for its files.
"""

from pathlib import Path
from typing import Final

from tests.network import Host, Program

_BUS: Final = """<busconfig>
  <type>system</type>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow own="*"/><allow send_type="method_call"/><allow send_destination="*"/>
    <allow receive_sender="*"/><allow user="*"/><allow eavesdrop="true"/>
  </policy>
</busconfig>
"""
_DAEMON: Final = """[server]
host-name={host}
use-ipv4=yes
use-ipv6=no
enable-dbus=yes
disallow-other-stacks=no
[publish]
publish-workstation=no
publish-hinfo=no
"""
_START: Final = """
mount -t tmpfs none /run && mkdir /run/avahi-daemon || exit
setpriv --pdeathsig TERM dbus-daemon --config-file="$1" --nofork --nosyslog &
until [ -S "$2" ]; do :; done
exec /usr/sbin/avahi-daemon --file="$3" --no-drop-root --no-chroot --no-rlimits 2>&1
"""


class Avahi:
    """The daemon, running in a host until the network ends."""

    def __init__(self, host: Host, directory: Path, name: str) -> None:
        self._host = host
        socket = directory / "bus"
        self._bus = f"DBUS_SYSTEM_BUS_ADDRESS=unix:path={socket}"
        files = directory / "bus.conf", directory / "avahi.conf"
        files[0].write_text(_BUS.format(socket=socket))
        files[1].write_text(_DAEMON.format(host=name))
        private = ["unshare", "--mount", "sh", "-c", _START, "sh"]
        self._daemon = host.start_command(
            "env", self._bus, *private, str(files[0]), str(socket), str(files[1])
        )

        # Its tools fail before it is there.
        while "complete" not in self._daemon.line():
            pass

    def tool(self, *command: str) -> str:
        """What one of avahi's tools prints."""
        return self._host.run("env", self._bus, *command)

    def services(self, type_: str) -> list[list[str]]:
        """What it finds and resolves now, field by field."""
        found = self.tool("avahi-browse", "--parsable", "--resolve", "--terminate", type_)
        return [line.split(";") for line in found.splitlines() if line.startswith("=")]

    def until_gone(self, type_: str) -> None:
        """Browse until the last of these is gone."""
        browsing = self._host.start_command("env", self._bus, "avahi-browse", "-p", type_)
        there = 0
        while not there or browsing.line().startswith("+"):
            there += 1

    def publish(self, name: str, type_: str, port: str, *texts: str) -> Program:
        """Announce a service, until the program ends."""
        return self._host.start_command(
            "env", self._bus, "avahi-publish", "-s", name, type_, port, *texts
        )
