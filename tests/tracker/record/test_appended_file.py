"""A file that only grows: a full disk leaves whole records and a clear word."""

import errno
import os

import pytest

from tracker.errors import RecordingError
from tracker.record.appended_file import PIECE_BYTES, AppendedFile


class _FullDisk:
    """Takes so many bytes, and then no more, as a full disk does."""

    def __init__(self, file, room_bytes):
        self._file, self._room_bytes = file, room_bytes

    def write(self, part):
        if not self._room_bytes:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written = self._file.write(part[: self._room_bytes])
        self._room_bytes -= written
        return written

    def __getattr__(self, name):
        return getattr(self._file, name)


def test_a_full_disk_is_named_and_leaves_no_half_record(tmp_path):
    file = AppendedFile(tmp_path / "rows.bin")
    file._file = _FullDisk(file._file, room_bytes=25)
    file.append(b"0123456789")
    file.append(b"01234", b"56789")

    with pytest.raises(RecordingError, match=r"the disk is full: .*rows\.bin"):
        file.append(b"0123456789")

    file.close()
    assert (tmp_path / "rows.bin").read_bytes() == 2 * b"0123456789"


def test_a_file_that_exists_is_never_overwritten(tmp_path):
    (tmp_path / "rows.bin").write_bytes(b"precious")

    with pytest.raises(RecordingError, match="never overwritten"):
        AppendedFile(tmp_path / "rows.bin")

    assert (tmp_path / "rows.bin").read_bytes() == b"precious"


def test_a_folder_that_is_missing_is_named(tmp_path):
    with pytest.raises(RecordingError, match=r"nowhere.*No such file"):
        AppendedFile(tmp_path / "nowhere" / "rows.bin")


def test_a_record_of_many_pieces_is_written_whole(tmp_path):
    file = AppendedFile(tmp_path / "frames.bin")
    frame = bytes(range(256)) * (PIECE_BYTES // 100)

    file.append(b"head", frame)
    file.close()

    assert (tmp_path / "frames.bin").read_bytes() == b"head" + frame
    assert file.size_bytes == 4 + len(frame)
