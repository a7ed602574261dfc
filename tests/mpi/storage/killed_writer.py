"""Kills -9 one rank of a writing job again and again, reads the table with h5py while it is written and after
each kill, goes on with it, and checks every row in the end."""
import os
import pathlib
import random
import signal
import subprocess
import sys
import time

try:
    import h5py
    import numpy as np
except ImportError:
    sys.exit(77)

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
from table_rows import FIELDS, row_checksum

WRITER, TABLE, ROWS, PAUSE = sys.argv[1], "killed.h5", 6000, 1000


def start(mode, ranks):
    command = [*os.environ["ELASTEM_MPIEXEC"].split(), str(ranks), WRITER, TABLE, str(ROWS), str(PAUSE), mode]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


def ranks_of(job):
    """Process ids of the job's ranks: children of this mpirun."""
    children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(job.pid)], capture_output=True, text=True).stdout
    return [int(pid) for pid in children.split()]


def done_rows():
    """Checks every row that says it is done; how many are."""
    with h5py.File(TABLE, "r") as file:
        # The state first: a row whose state says done is complete.
        table = {name: file["particles"][name][:] for name in ("state", *(f for f in FIELDS if f != "state"), "checksum")}
    done = np.flatnonzero(table["state"] == 1)
    for i in done:
        assert table["amplitudes"][i].tolist() == [i, 2 * i, 3 * i], i
        assert table["shifts"][i].tolist() == [7 * i, 8 * i], i
        assert np.all(table["standard_errors"][i] == 9 * i), i
        assert table["image"][i] == b"%d@stack.mrcs" % (i + 1), table["image"][i]
        assert row_checksum(table, i) == table["checksum"][i], i
    return len(done)


def count_done():
    with h5py.File(TABLE, "r") as file:
        return int(np.sum(file["particles/state"][:] == 1))


def wait_for_rows(count, job, seconds=60):
    """Waits until that many rows are done; h5py reads what is being written."""
    deadline = time.monotonic() + seconds
    while count_done() < count:
        if time.monotonic() > deadline or job.poll() is not None:
            job.kill()
            sys.exit(f"waited in vain for {count} rows")
        time.sleep(0.01)


random.seed(1)
if os.path.exists(TABLE):
    os.remove(TABLE)
before, mode, job = 0, "new", None
for kill in range(5):
    ranks = 2 + kill % 2
    job = start(mode, ranks)
    pending = int(job.stdout.readline().split()[0])
    assert pending == ROWS - before, (pending, before)
    wait_for_rows(before + 100 * (kill + 1), job)
    done_rows()  # what it says while it is being written is right
    victims = ranks_of(job)
    assert len(victims) == ranks, victims
    os.kill(random.choice(victims), signal.SIGKILL)
    assert job.wait(timeout=60) != 0
    before, mode = done_rows(), "resume"
    print(f"kill {kill + 1}: {before} of {ROWS} rows are done")

job = start("resume", 2)
assert int(job.stdout.readline().split()[0]) == ROWS - before
assert job.wait(timeout=120) == 0
assert done_rows() == ROWS
left_over = [name for name in os.listdir(".") if name != TABLE]
assert not left_over, left_over
print("all rows are there")
