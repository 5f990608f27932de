"""What `tests.mdns.present` says, as a test reads it."""
import msgspec
class Shown(msgspec.Struct):
    host: str
    renamed_because: str
    not_because: str
    found: list
    ids: list[str]
