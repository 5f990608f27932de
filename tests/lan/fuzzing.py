"""Fuzzing of the LAN protocol, guided by coverage: a program of its own, as it never returns.

    python -m tests.lan.fuzzing FOLDER -runs=100000     # see what happens; -help=1 for more
    python -m tests.lan.fuzzing FILE                    # do what one input does, again

What comes in, and what has to hold, is in `hostile_input.py`. An input that fails is printed
as Python, and written to a file (`crash-…` or `timeout-…`).
"""

import signal
import sys

import atheris


def main() -> None:
    """Run libFuzzer on the command line's arguments, which are its own."""
    with atheris.instrument_imports(include=["appliance.lan", "appliance.kitchen"]):
        from tests.lan import hostile_input  # noqa: PLC0415 - it is instrumented on import

    growth = hostile_input.Growth()

    def one_input(data: bytes) -> None:
        try:
            hostile_input.check(data)
            growth.check()
        except Exception:
            print(f"FAILED: {data!r}", file=sys.stderr)
            # The alarm for inputs that hang must not cut off the report on this one.
            signal.setitimer(signal.ITIMER_REAL, 0)
            raise

    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
