"""The bench of recording: its figures, what it refuses, and one run of it with real processes."""

import json
import operator
from dataclasses import replace

import pytest

from tracker.bench.record import RecordPlan, require_room
from tracker.bench.record_figures import Pair, RecordBench, Round, told
from tracker.bench.side_process import SideProcess
from tracker.bench.stream_load import LOADS, StreamLoad
from tracker.bench.stream_recording import RecorderJob, record_stream
from tracker.commands.main import main
from tracker.errors import SessionError, UsageError
from tracker.statistics import spread

SMALL = StreamLoad(rows=512, columns=512, rate_hz=200.0)
ROUND = Round(
    frames=100,
    dropped=0,
    compression=1.0,
    recorder_cpu_s_per_gb=0.5,
    append_cpu_s_per_gb=0.1,
    append_s=spread([1.2e-4]),
    copy_s=spread([1.0e-4]),
    late_alone_s=spread([1e-3]),
    late_beside_s=spread([1e-3]),
)


def bench(ratios=(0.9,), rounds=(ROUND,), plain_bytes_s=1e9):
    pairs = [Pair(plain_bytes_s, ratio * plain_bytes_s, 0.2, 0.4) for ratio in ratios]
    return RecordBench(load=SMALL, pairs=pairs, rounds=list(rounds))


def test_the_speed_is_the_median_of_the_pairs():
    assert bench(ratios=(0.4, 0.9, 3.0)).ratio == pytest.approx(0.9)


def test_goals_that_are_missed_are_said_with_the_figure():
    good = bench()
    slow = bench(ratios=(0.5,), rounds=[replace(ROUND, append_s=spread([1.5e-4]))])

    assert "missed" not in told(good)
    assert "0.50 of a plain write's" in told(slow)
    assert "1.50 of a bare copy, goal 1.3: missed" in told(slow)


def test_compressed_frames_have_a_goal_of_their_own_and_tell_their_ratio():
    rounds = [replace(ROUND, compression=2.04, recorder_cpu_s_per_gb=1.1)]
    packed = replace(bench(ratios=(0.5,), rounds=rounds), load=replace(SMALL, packs=True))

    assert "to 1/2.04 of their size" in told(packed)
    assert "missed" not in told(packed)
    assert "0.40 of a plain write's (0.40 to 0.40 in 1 pairs), goal 0.45: missed" in told(
        replace(packed, pairs=bench(ratios=(0.4,)).pairs)
    )


def test_a_disk_that_is_slower_than_the_camera_is_told():
    assert "here a plain write reaches 80 MB/s: this disk cannot follow" in told(
        bench(plain_bytes_s=80e6)
    )


def test_a_loop_is_late_only_where_it_leaves_the_spread_of_those_without():
    beside = replace(ROUND, late_beside_s=spread([3e-3]))
    alone = replace(ROUND, late_alone_s=spread([4e-3]))

    assert not bench(rounds=[beside]).is_lateness_within
    assert bench(rounds=[beside, beside, alone]).is_lateness_within


def test_a_disk_without_room_is_refused_before_anything_is_written(tmp_path):
    plan = RecordPlan(folder=tmp_path, seconds=1e9, rounds=1, pairs=1, pair_bytes=1)

    with pytest.raises(UsageError, match=r"needs .* GB for 1e\+09 s"):
        require_room(plan, LOADS[0])


def test_a_folder_that_is_not_there_is_named(tmp_path, capsys):
    assert main(["bench", "record", "--folder", str(tmp_path / "nowhere")]) == 2
    assert "nowhere" in capsys.readouterr().err


@pytest.mark.realtime
def test_a_process_that_fails_says_why(tmp_path):
    job = RecorderJob(tmp_path / "absent.ring", tmp_path, SMALL)
    process = SideProcess("helper", record_stream, job)

    with pytest.raises(SessionError, match=r"absent\.ring"):
        process.hear(str, within_s=60.0)
    process.close()


@pytest.mark.realtime
def test_a_process_that_is_gone_without_a_word_is_told():
    process = SideProcess("helper", operator.add, 1)

    with pytest.raises(SessionError, match="ended unasked"):
        process.hear(str, within_s=60.0)
    process.close()


@pytest.mark.realtime
def test_a_short_bench_records_every_frame_and_leaves_nothing(tmp_path, capsys):
    words = ["--seconds", "0.5", "--rounds", "1", "--pairs", "1", "--pair-mb", "20"]
    words += ["--compress", "--json"]

    assert main(["bench", "record", "--folder", str(tmp_path), *words]) == 0

    benches = json.loads(capsys.readouterr().out)
    sizes = ["512x512 at 200 Hz", "2048x2048 at 25 Hz"]
    assert list(benches) == [*sizes, *(f"{size}, compressed" for size in sizes)]
    for one in benches.values():
        assert one["dropped"] == 0
        assert one["ratio"] > 0.0
        assert one["append_ratio"] > 0.0
        assert (one["compression"] > 1.5) == one["load"]["packs"]
    assert list(tmp_path.iterdir()) == []
