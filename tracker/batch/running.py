"""Work handed out to Dask: a cluster of this computer, one by its address, or SLURM's queue."""

from __future__ import annotations

import contextlib
import importlib
import io
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from tracker.batch.work import Work
from tracker.errors import MissingExtraError, UsageError

if TYPE_CHECKING:
    from distributed import Client


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What became of one work: exit status (0: done), seconds, and the last line it said."""

    work: Work
    status: int
    lasted_s: float
    said: str


@contextlib.contextmanager
def cluster(*, workers: int, scheduler: str | None, slurm: str | None) -> Generator[Client]:
    """Give a client of a cluster that is as it was told, and end what was started for it.

    Raises:
        MissingExtraError: Dask is not installed.
        UsageError: there is no scheduler at that address.
    """
    try:
        import dask.config
        from distributed import Client, LocalCluster
    except ImportError:
        raise MissingExtraError(
            "batches need Dask, which is not installed: pip install 'wormlock[batch]'"
        ) from None
    # Its nanny would set MALLOC_TRIM_THRESHOLD_, which halves the speed of images.
    dask.config.set({"distributed.nanny.pre-spawn-environ": {"OMP_NUM_THREADS": 1}})
    with contextlib.ExitStack() as stack:
        if scheduler is not None:
            try:
                client = Client(scheduler, timeout=10)
            except (OSError, ValueError) as error:
                raise UsageError(
                    f"--scheduler {scheduler}: no scheduler answers: {error}"
                ) from None
        elif slurm is not None:
            client = Client(stack.enter_context(_slurm(workers, slurm)))
        else:
            local = LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                dashboard_address=None,  # pyright: ignore[reportArgumentType] - none at all
            )
            client = Client(stack.enter_context(local))
        yield stack.enter_context(client)


def _slurm(workers: int, options: str) -> contextlib.AbstractContextManager[object]:
    try:
        jobqueue = importlib.import_module("dask_jobqueue")
    except ImportError:
        raise MissingExtraError("--slurm needs dask-jobqueue: pip install dask-jobqueue") from None
    told = dict(word.split("=", 1) for word in options.split(",") if "=" in word)
    queue = jobqueue.SLURMCluster(cores=1, memory=told.pop("memory", "4GB"), **told)
    queue.scale(workers)
    return cast("contextlib.AbstractContextManager[object]", queue)


def run_all(client: Client, works: Sequence[Work]) -> Iterator[Done]:
    """Run every work and yield what became of it, in the order in which they end.

    A worker that dies takes its work with it and nobody else's.
    """
    from distributed import as_completed

    futures = {client.submit(carry_out, work, pure=False, retries=0): work for work in works}
    for future in as_completed(futures):
        work = futures[future]
        if future.status == "finished":
            yield future.result()
        else:
            why = " ".join(str(future.exception()).split()) or "the worker died"
            yield Done(work=work, status=1, lasted_s=float("nan"), said=why[:200])


def carry_out(work: Work) -> Done:
    """Run one command line in this process; what it says is kept, and nothing is printed."""
    from tracker.commands.main import main

    began_s = time.perf_counter()
    told = io.StringIO()
    with contextlib.redirect_stdout(told), contextlib.redirect_stderr(told):
        status = main(list(work.words))
    lines = [line for line in told.getvalue().splitlines() if line.strip()]
    said = lines[-1] if lines else ""
    return Done(work=work, status=status, lasted_s=time.perf_counter() - began_s, said=said)
