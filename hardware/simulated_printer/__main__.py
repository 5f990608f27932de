"""A simulated printer in a process of its own: faults come in as lines, slips go out as JSON.

    python -m hardware.simulated_printer /tmp/fry --model TM-T88V

On standard input, a command a line: `fail out of paper`, `mend out of paper`, `roll 20`, `slips`.
On standard output, an object a line: `{"ready": "/tmp/fry"}` when it is plugged in, then `{"slip":
"…", "ended": "cut", "beeps": 0}` for each slip at once, `{"slips": ["…"]}` when asked, `{"done":
"fail out of paper"}` when a command has been carried out, `{"error": "…"}` where one could not be.
It ends with its standard input.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from hardware.printers.models import UnknownModel, model_of
from hardware.printers.printed import text_of
from hardware.simulated_printer import FAULTS, SimulatedPrinter
from hardware.simulated_printer.speed import Speed


class UnknownCommand(ValueError):
    """The text lists those that there are."""


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 2 for a model that there is not, 1 where the link could not be made."""
    parser = argparse.ArgumentParser(
        prog="python -m hardware.simulated_printer",
        description="A ticket printer on a pseudo-terminal. Commands on standard input, a line"
        " each: fail FAULT, mend FAULT, roll LINES, slips. It ends with that.",
        epilog=f"Faults: {', '.join(FAULTS)}.",
    )
    parser.add_argument("link", type=Path, help="the symbolic link to make to its terminal")
    parser.add_argument("--model", help="as in kitchen.toml; a plain one by default")
    parser.add_argument("--roll", type=int, metavar="LINES", help="how long a roll of paper is")
    parser.add_argument(
        "--bytes-per-second",
        type=float,
        default=0,
        metavar="BYTES",
        help="of its line; as fast as it can by default",
    )
    parser.add_argument(
        "--lines-per-second",
        type=float,
        default=0,
        metavar="LINES",
        help="that it prints; as many as it can by default",
    )
    parser.add_argument("--seed", type=int, default=0, help="of the fault `wrong answers`")
    given = parser.parse_args(arguments)
    try:
        model = model_of(given.model)
    except UnknownModel as error:
        parser.error(str(error))
    printer = SimulatedPrinter(
        str(given.link),
        model,
        link=given.link,
        speed=Speed(given.bytes_per_second, given.lines_per_second),
        roll_lines=given.roll,
        seed=given.seed,
        finished=lambda slip: _tell(
            {"slip": text_of(slip), "ended": slip.ended, "beeps": slip.beeps}
        ),
    )
    try:
        asyncio.run(_run(printer, str(given.link)))
    except OSError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


async def _run(printer: SimulatedPrinter, path: str) -> None:
    commands = asyncio.StreamReader()
    reading, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(commands), sys.stdin
    )
    try:
        await printer.start()
        _tell({"ready": path})
        async for line in commands:
            command = line.decode(errors="replace").strip()
            try:
                _carry_out(command, printer)
            except ValueError as error:
                _tell({"error": str(error)})
            else:
                await printer.settled()
                _tell({"done": command})
    finally:
        printer.close()
        reading.close()


def _carry_out(command: str, printer: SimulatedPrinter) -> None:
    """Raises ValueError."""
    verb, _, what = command.partition(" ")
    fault = next((fault for fault in FAULTS if fault == what), None)
    match verb:
        case "fail" if fault:
            printer.fail(fault)
        case "mend" if fault:
            printer.mend(fault)
        case "roll":
            printer.put_in(int(what))
        case "slips" if not what:
            _tell({"slips": [text_of(slip) for slip in printer.slips]})
        case _:
            raise UnknownCommand(
                f"{command!r} is none of: slips, roll LINES, fail FAULT, mend FAULT; "
                f"the faults are {', '.join(FAULTS)}"
            )


def _tell(what: dict[str, object]) -> None:
    print(msgspec.json.encode(what).decode(), flush=True)


if __name__ == "__main__":
    sys.exit(main())
