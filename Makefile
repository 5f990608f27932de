# make run    sets up everything and runs the appliance on simulated devices
# make test   sets up everything, Chromium included, and checks all of it (minutes)
# make coverage  the same tests, and which lines none of them reaches (half as long again)
# make bench  speed, as ratios against a baseline of the same run, and what a finger feels (about 7
#             minutes)
# make proof  the large counts: 1,500 kill -9, 5,000 power cuts, 1,000,000 fuzzed inputs, 1,000 cut
#             listeners, 20,000 nights, 100,000 bouncing presses, 5,000 chits, 1,080 faults of screens,
#             100,000 orders of a channel, and an evening with outages of 5 minutes
#             (two hours or so; an estimate, of which the fuzzing took 25 minutes of processor time,
#             the nights 10, the presses 6)
# make vm     the drivers of bump bars and pins, and the appliance with them, on devices of a real
#             kernel in a virtual machine: on Debian, amd64, Python 3.11 (90 seconds, on one processor;
#             at first it fetches qemu, headers and a kernel, 120 MB)
# make image the SD card: dist/expeditor-VERSION.img, an update with the same, and what is in them; as
#             root, on a Debian-like machine, whose missing tools it installs (at first 8 to 10
#             minutes and 700 MB fetched and kept in ~/.cache/expeditor-image, then 3)
# make image-lock  the same with the newest of Debian's packages: image/packages/*.lock
# make image-test  that card in emulated machines, which are no Raspberry Pi: image/TESTED.md (15
#             minutes on two processors, which should have nothing else to do)
# make pictures  takes the pictures of the guides anew

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# A system package is installed as root; on a machine of one's own, sudo asks.
AS_ROOT := $(if $(filter 0,$(shell id -u)),,sudo env HOME="$(HOME)")

.PHONY: run test coverage bench proof vm setup chromium fonts namespaces avahi card-tools machine image image-lock image-test lint pictures clean

run: $(VENV)/ready
	$(BIN)/expeditor run

test: $(VENV)/ready chromium fonts namespaces avahi card-tools lint
	$(BIN)/pytest -n 5 --dist worksteal -q

coverage: $(VENV)/ready chromium fonts namespaces avahi card-tools
	$(BIN)/pytest -n 2 -q --cov --cov-report=term:skip-covered

lint: $(VENV)/ready
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/ready chromium fonts
	$(BIN)/python -m tests.bench

proof: $(VENV)/ready chromium namespaces
	EXPEDITOR_PROOF=1 $(BIN)/pytest -n 2 --dist worksteal -q tests/lan/test_fuzzing.py \
	  tests/mdns/test_heard.py \
	  tests/orders/test_hostile_neighbours.py tests/end_to_end/test_kill.py \
	  tests/end_to_end/test_kill_and_keys.py tests/end_to_end/test_panel.py tests/log/test_faults.py \
	  tests/history/test_any_past.py tests/history/test_power.py tests/api/test_cut_listeners.py \
	  tests/api/test_contract.py tests/hardware/test_gestures.py tests/hardware/test_buttons.py \
	  tests/kitchen/test_any_night.py tests/printing/test_any_night.py tests/printing/test_any_failure.py \
	  tests/printing/test_store.py tests/printing/test_on_wires.py tests/end_to_end/test_printing.py \
	  tests/screens/test_any_faults.py tests/screens/test_store.py tests/end_to_end/test_screens.py \
	  tests/pages/test_heap.py tests/deliverect/test_any_delivery.py \
  tests/deliverect/test_signatures.py tests/end_to_end/test_channel.py

vm: $(VENV)/ready machine
	$(BIN)/python -m tests.vm

image: $(VENV)/ready
	$(AS_ROOT) $(BIN)/python -m image build $(if $(MIRRORS),--mirrors $(MIRRORS))

image-lock: $(VENV)/ready
	$(AS_ROOT) $(BIN)/python -m image lock $(if $(MIRRORS),--mirrors $(MIRRORS))

image-test: $(VENV)/ready
	$(AS_ROOT) $(BIN)/python -m tests.image

pictures: $(VENV)/ready chromium
	$(BIN)/python -m tests.pictures
	$(BIN)/python -m tests.drawings

setup: $(VENV)/ready

EMUPOS := tests/hardware/printers/emupos.txt

$(VENV)/ready: pyproject.toml constraints.txt $(EMUPOS)
	$(PYTHON) -m venv $(VENV) || { $(AS_ROOT) apt-get update && \
	  $(AS_ROOT) apt-get install -y python3-venv && $(PYTHON) -m venv $(VENV); }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check \
	  --require-hashes --requirement constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check \
	  --require-hashes --no-deps --ignore-requires-python --requirement $(EMUPOS)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check \
	  --no-build-isolation --no-deps --editable .
	touch $@

# The second is the same without windows, for the tests of the pages: they take half as long. Where
# there is none, they take the first.
chromium: $(VENV)/ready
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || \
	command -v google-chrome >/dev/null || { $(AS_ROOT) apt-get update && \
	  $(AS_ROOT) apt-get install -y --no-install-recommends chromium fonts-dejavu-core; }
	@command -v chromium-headless-shell >/dev/null || [ -e $(VENV)/windows ] || \
	{ $(AS_ROOT) apt-get update && \
	  $(AS_ROOT) apt-get install -y --no-install-recommends chromium-headless-shell; } || \
	touch $(VENV)/windows

# What tickets are drawn with where a printer lacks letters: Latin, Arabic, Hebrew; Chinese, Japanese;
# and what turns lines from right to left. Without them such names are spelled in plain letters.
FONTS := /usr/share/fonts/truetype
fonts: $(VENV)/ready
	@{ ls $(FONTS)/dejavu/DejaVuSansMono-Bold.ttf $(FONTS)/dejavu/DejaVuSans-Bold.ttf \
	    $(FONTS)/droid/DroidSansFallbackFull.ttf && \
	  $(BIN)/python -c 'from PIL import features; assert features.check("raqm")'; } >/dev/null 2>&1 || \
	{ $(AS_ROOT) apt-get update && $(AS_ROOT) apt-get install -y --no-install-recommends \
	  fonts-dejavu-core fonts-droid-fallback libfribidi0; }

# Hosts and cables of a test's own: ip, unshare, nsenter.
namespaces:
	@{ command -v ip && command -v unshare && command -v nsenter; } >/dev/null || \
	{ $(AS_ROOT) apt-get update && \
	  $(AS_ROOT) apt-get install -y --no-install-recommends iproute2 util-linux; }

AVAHI := /usr/sbin/avahi-daemon
# Another's mDNS, for tests to find and to be found by. It is run in hosts of a test's own only.
avahi:
	@{ ls $(AVAHI) && command -v avahi-browse && command -v dbus-daemon; } >/dev/null 2>&1 || \
	{ $(AS_ROOT) apt-get update && \
	  $(AS_ROOT) apt-get install -y --no-install-recommends avahi-daemon avahi-utils dbus; }

# What reads the card's files: units of systemd, scripts, the firewall.
card-tools:
	@{ command -v systemd-analyze && command -v shellcheck && PATH="$$PATH:/usr/sbin" command -v nft; } \
	>/dev/null || { $(AS_ROOT) apt-get update && \
	  $(AS_ROOT) apt-get install -y --no-install-recommends systemd shellcheck nftables; }

# A machine that is emulated, and what a module of its kernel is built with.
machine:
	@{ command -v qemu-system-x86_64 && ls -d /usr/src/linux-headers-*-amd64; } >/dev/null 2>&1 || \
	{ $(AS_ROOT) apt-get update && \
	  $(AS_ROOT) apt-get install -y --no-install-recommends qemu-system-x86 linux-headers-amd64; }

clean:
	rm -rf $(VENV) build dist .coverage* .mypy_cache .pytest_cache .ruff_cache .hypothesis
