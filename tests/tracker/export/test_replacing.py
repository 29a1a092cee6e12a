"""Only what says of itself that it is an export of ours is ever replaced."""

import pytest

from tracker.errors import UsageError
from tracker.export.formats import FORMATS, open_writer


@pytest.mark.parametrize("to", list(FORMATS))
def test_an_export_knows_itself_and_is_replaced(made_up, exported, to):
    for package in FORMATS[to].packages:
        pytest.importorskip(package)
    recording = made_up()
    path = exported(recording, to).path

    assert open_writer(to).is_export(path)
    assert exported(recording, to, overwrite=True).path == path


def stamps_of(path):
    found = [file.stat() for file in (path, *path.rglob("*"))]
    return [(file.st_ino, file.st_size, file.st_mtime_ns) for file in found]


def foreign_video(path):
    av = pytest.importorskip("av")
    with av.open(path, "w", format="mp4") as video:
        stream = video.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        video.mux(stream.encode(av.VideoFrame(64, 64, "yuv420p")))
        video.mux(stream.encode(None))


def foreign_hdf5(path):
    with pytest.importorskip("h5py").File(path, "w") as file:
        file["metadata/software"] = "another program"


def foreign_wcon(path):
    path.write_text('{"units": {}, "metadata": {"software": "another"}, "data": []}')


def foreign_folder(path):
    path.mkdir()
    for name in ("frames.csv", "recording.json", "zarr.json", "thesis.csv"):
        (path / name).write_text('{"schema_version": 1, "attributes": {"wormlock": 1}}')


@pytest.mark.parametrize(
    ("to", "make"),
    [
        ("mp4", foreign_video),
        ("mp4", foreign_wcon),
        ("hdf5-flavell", foreign_hdf5),
        ("hdf5-flavell", foreign_wcon),
        ("nwb", foreign_hdf5),
        ("wcon", foreign_wcon),
        ("wcon", foreign_hdf5),
        ("csv", foreign_folder),
        ("ome-zarr", foreign_folder),
    ],
)
def test_what_others_made_is_never_replaced(made_up, exported, tmp_path, to, make):
    for package in FORMATS[to].packages:
        pytest.importorskip(package)
    path = tmp_path / f"theirs{FORMATS[to].suffix}"
    make(path)
    before = stamps_of(path)

    with pytest.raises(UsageError, match="does not say that it is an export of ours"):
        exported(made_up(), to, out=path, overwrite=True)

    assert stamps_of(path) == before
