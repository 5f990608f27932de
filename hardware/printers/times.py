"""How long a printer may take for what, before it is given up."""

from typing import Final, NamedTuple


class Times(NamedTuple):
    """Seconds. That something is wrong is known within ten of them, whatever it is."""

    ask: float = 1.0
    """Between two rounds of questions."""
    silent: float = 3.0
    """Without a valid answer it is offline."""
    busy: float = 8.0
    """The same while a job is being sent: a question waits behind what it has in its memory."""
    stuck: float = 5.0
    """When it takes nothing of a job for so long, that is given up."""
    idle: float = 8.0
    """When it has a job and works nothing of it off for so long, it hangs. Between two marks in a
    job are some lines, for which an impact printer needs two seconds."""
    late: float = 2.0
    """In which what was asked in vain before is answered, if ever."""
    look: float = 1.0
    """Between two tries to open it."""


USUAL: Final = Times()
