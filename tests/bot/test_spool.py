"""The file that keeps updates: encrypted, bounded, and whole after a kill at any byte."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet

from bot.spool import Spool
from core.errors import SettingsError
from db.crypto import Keyring

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


@pytest.fixture
def keys() -> Keyring:
    return Keyring((OLD,), "lookup")


def updates(first: int, many: int) -> list[dict]:
    return [{"update_id": n, "message": {"text": "bolam isitmaladi"}} for n in range(first, first + many)]


def kept(spool: Spool) -> list[tuple[int, bool]]:
    return [(one.payload["update_id"], one.helped) for batch in spool.batches() for one in batch]


def test_what_is_kept_comes_back_in_order_after_a_restart_and_nobody_else_can_read_it(tmp_path, keys):
    spool = Spool(tmp_path / "var" / "spool", keys)
    assert not spool.waits
    assert spool.add(updates(1, 250), {7})
    assert spool.add(updates(251, 3), ())
    again = Spool(tmp_path / "var" / "spool", keys)
    assert kept(again) == [(n, n == 7) for n in range(1, 254)]
    assert again.ids == set(range(1, 254))
    assert b"bolam" not in (tmp_path / "var" / "spool").read_bytes()
    assert (tmp_path / "var" / "spool").stat().st_mode & 0o077 == 0
    again.clear()
    assert not again.waits
    assert kept(Spool(tmp_path / "var" / "spool", keys)) == []


@pytest.mark.parametrize("cut", [1, 5, 100])
def test_a_line_cut_short_by_a_kill_is_forgotten_and_the_next_one_is_whole(tmp_path, keys, cut):
    path = tmp_path / "spool"
    Spool(path, keys).add(updates(1, 3), ())
    path.write_bytes(path.read_bytes()[:-cut])
    spool = Spool(path, keys)
    assert [n for n, _helped in kept(spool)] == [1, 2]
    assert spool.add(updates(3, 1), ())
    assert [n for n, _helped in kept(Spool(path, keys))] == [1, 2, 3]


def test_what_does_not_fit_stays_with_telegram(tmp_path, keys):
    spool = Spool(tmp_path / "spool", keys, most_bytes=1000)
    assert spool.add(updates(1, 2), ())
    assert not spool.add(updates(3, 10), ())
    assert [n for n, _helped in kept(spool)] == [1, 2]


def test_a_disk_that_refuses_is_no_reason_to_stop(tmp_path, keys):
    (tmp_path / "file").write_text("")
    spool = Spool(tmp_path / "spool", keys)
    spool._path = tmp_path / "file" / "spool"
    assert not spool.add(updates(1, 1), ())
    assert not spool.waits


def test_keys_may_be_rotated_but_not_lost_while_something_waits(tmp_path, keys):
    path = tmp_path / "spool"
    Spool(path, keys).add(updates(1, 1), ())
    assert kept(Spool(path, Keyring((NEW, OLD), "lookup"))) == [(1, False)]
    with pytest.raises(SettingsError):
        Spool(path, Keyring((NEW,), "lookup"))
