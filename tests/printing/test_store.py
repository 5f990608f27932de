"""The spool on disk: power cuts, damage, and guests' names that go with their chits."""

import random
from pathlib import Path

import apsw
import pytest

from appliance.log import Position
from appliance.printers import SPOOL
from appliance.printing.chit import Chit, Head
from appliance.printing.jobs import Job
from appliance.printing.store import Changes, Kept, Known, PaperKey, Store
from appliance.printing.wanted import OnPaper
from appliance.sqlite_file import Damaged, put_aside
from tests.log.faulty_disk import faulty_disk
from tests.proof import count

GUEST = "Zebulon Canary"


def job(number: int, name: str = "Jane") -> Job:
    return Job(number, "grill", Chit("ticket", 1, number, name=name), 1, 1)


def changes(seq: int, **of: object) -> Changes:
    return Changes(Position("one", seq), seq + 1, **of)  # type: ignore[arg-type]


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    store = Store(tmp_path / SPOOL)
    paper = {
        PaperKey("grill", 1, ""): OnPaper(bare=("grill",), heads={"": Head("Ann", notes="no nuts")})
    }
    store.write(
        changes(
            1,
            jobs={1: job(1), 2: job(2)},
            papers=paper,
            printers={"grill": Known(0, is_unclean=True)},
        )
    )
    store.write(changes(2, jobs={1: None}))
    store.close()
    store = Store(tmp_path / SPOOL)
    assert store.load() == Kept(
        Position("one", 2), 3, {2: job(2)}, {**paper}, {"grill": Known(0, is_unclean=True)}
    )
    store.replace(Kept(Position("two", 5), 9, {3: job(3)}))
    store.write(changes(6, papers={PaperKey("grill", 1, ""): None}, printers={"grill": None}))
    assert store.load() == Kept(Position("one", 6), 7, {3: job(3)})
    store.close()


def test_jobs_and_position_survive_a_power_cut_together(tmp_path: Path) -> None:
    """What was not synced is dropped or torn: of what was told to be durable nothing is gone."""
    chance = random.Random(7)  # noqa: S311
    with faulty_disk("spool") as disk:
        store = Store(tmp_path / SPOOL, "spool")
        for seq in range(1, count(60, proof=3_000)):
            store.write(changes(seq, jobs={seq: job(seq), seq - 5: None}))
            if chance.random() < 0.1:
                store.scrub()
            after = tmp_path / f"cut-{seq}"
            after.mkdir()
            disk.after_power_cut(after, chance)
            found = Store(after / SPOOL)
            kept = found.load()
            assert kept.position.seq == seq
            assert sorted(kept.jobs) == list(range(max(1, seq - 4), seq + 1))
            found.close()
        store.close()


def test_what_is_deleted_leaves_no_byte(tmp_path: Path) -> None:
    store = Store(tmp_path / SPOOL)
    jobs = {number: job(number, f"{GUEST} {number}") for number in range(1, 200)}
    store.write(changes(1, jobs=dict(jobs)))
    assert GUEST.encode() in b"".join(each.read_bytes() for each in tmp_path.iterdir())
    store.write(changes(2, jobs=dict.fromkeys(jobs)))
    store.scrub()
    assert GUEST.encode() not in b"".join(each.read_bytes() for each in tmp_path.iterdir())
    store.close()


@pytest.mark.parametrize("content", [b"\0" * 4096, b"SQLite format 3\0" + b"\xff" * 9000])
def test_a_file_that_cannot_be_believed_is_kept_under_another_name(
    tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / SPOOL
    file.write_bytes(content)
    with pytest.raises(Damaged):
        Store(file)
    aside = put_aside(file)
    assert (aside.name, aside.read_bytes()) == ("spool.sqlite.damaged", content)
    Store(file).close()


def test_a_spool_of_another_program_is_not_written_to(tmp_path: Path) -> None:
    Store(tmp_path / SPOOL).close()
    database = apsw.Connection(str(tmp_path / SPOOL))
    database.pragma("user_version", 99)
    database.close()
    with pytest.raises(Damaged, match="format 99"):
        Store(tmp_path / SPOOL)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE jobs SET job = x'c1'",
        "UPDATE papers SET printer = CAST(x'ff' AS TEXT)",
        "DROP TABLE papers",
    ],
)
def test_what_makes_no_sense_is_damage(tmp_path: Path, change: str) -> None:
    store = Store(tmp_path / SPOOL)
    papers = {PaperKey("grill", 1, ""): OnPaper()}
    store.write(changes(1, jobs={1: job(1)}, papers=papers))
    store.close()
    database = apsw.Connection(str(tmp_path / SPOOL))
    database.execute(change)
    database.close()
    store = Store(tmp_path / SPOOL)
    with pytest.raises(Damaged):
        store.load()
    store.close()
