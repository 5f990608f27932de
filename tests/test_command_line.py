"""The command line as a whole: what it offers, and that a command is there at once."""

import subprocess
import sys

import pytest

from appliance import cli


def test_help_names_each_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["--help"])
    said = capsys.readouterr().out
    assert all(f"\n    {command}" in said for command in cli.COMMANDS)


@pytest.mark.parametrize("command", cli.COMMANDS)
def test_each_command_can_be_asked_for_alone(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main([command, "--help"])
    assert ended.value.code == 0
    assert f"usage: expeditor {command} " in capsys.readouterr().out


def test_what_is_no_command_is_told_those_that_there_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["rum"])
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert "invalid choice: 'rum'" in said
    assert all(f"{command}" in said for command in cli.COMMANDS)


def test_what_a_card_runs_at_its_start_loads_nothing_of_the_service() -> None:
    program = (
        "import sys; from appliance import cli\n"
        "try: cli.main(['card', 'settle', '--help'])\n"
        "except SystemExit: pass\n"
        "print(*sys.modules, file=sys.stderr)"
    )
    command = [sys.executable, "-c", program]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True).stderr.split()
    assert "appliance.card.update" in loaded
    assert not {"aiohttp", "appliance.service", "gpiozero", "tomlkit"} & set(loaded)
