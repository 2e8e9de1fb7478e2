#!/usr/bin/env python3
"""How long coverage takes on a large register.

    coverage.py SOHOA HOME [--fill FILL] [--runs N]

HOME is a home with an imported register (tests/generator/big_register.py). FILL is the example of crates/store that gives it documents
when it has none yet. Prints the median of N runs of each command, the whole program with its start, in a warm cache; then how long
dossiers take that are asked of a running server, each a page that is drawn whole.
"""

import argparse
import json
from pathlib import Path
import sqlite3
import statistics
import subprocess
import time

from served import Client, figures, served


def timed(command, runs):
    times = []
    for _ in range(runs + 1):
        start = time.perf_counter()
        ran = subprocess.run(command, stdout=subprocess.PIPE, check=False)
        times.append(time.perf_counter() - start)
        assert ran.returncode in (0, 1), command
    return statistics.median(times[1:]), ran.stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sohoa")
    parser.add_argument("home", type=Path)
    parser.add_argument("--fill")
    parser.add_argument("--runs", type=int, default=5)
    args = parser.parse_args()
    database = args.home / "sohoa.db"
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as db:
        counts = {table: db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("dossier", "component", "document")}
        day, = db.execute("SELECT max(received) FROM dossier").fetchone()
        code, = db.execute("SELECT code FROM dossier ORDER BY code DESC LIMIT 1").fetchone()
        at = "SELECT code FROM dossier ORDER BY code LIMIT 1 OFFSET ?"
        codes = [db.execute(at, (counts["dossier"] * n // 100,)).fetchone()[0] for n in range(100)]
    if args.fill and not counts["document"]:
        start = time.perf_counter()
        subprocess.run([args.fill, str(database)], check=True, stdout=subprocess.DEVNULL)
        print(f"documents made and counted in {time.perf_counter() - start:.0f} s")
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as db:
            counts["document"], = db.execute("SELECT count(*) FROM document").fetchone()
    print(", ".join(f"{n:,} {table}s" for table, n in counts.items()))
    month = ["--from", day[:8] + "01", "--to", day[:10]]
    sohoa = [args.sohoa, "--home", str(args.home)]
    for what, command in (
        ("the last month by agency", ["coverage", "--by", "agency", *month]),
        ("everything", ["coverage"]),
        ("everything by agency", ["coverage", "--by", "agency"]),
        ("everything by counter", ["coverage", "--by", "counter"]),
        ("everything by month", ["coverage", "--by", "month"]),
        ("everything by procedure", ["coverage", "--by", "procedure"]),
        ("one agency by quarter", ["coverage", "--agency", "Sở Y tế", "--by", "quarter"]),
        ("report of the last month", ["report", *month]),
        ("one dossier", ["dossier", "show", code]),
    ):
        seconds, _ = timed(sohoa + command, args.runs)
        print(f"{what:28} {seconds * 1000:7.0f} ms", flush=True)
    seconds, out = timed(sohoa + ["--json", "coverage"], 1)
    missing = len(json.loads(out)["missing"])
    print(f"{'everything, all as JSON':28} {seconds * 1000:7.0f} ms, {missing:,} dossiers in {len(out) / 1e6:.0f} MB")
    with served(args.sohoa, args.home, ("bench-all", "archivist", "")) as port:
        client = Client(port, "bench-all")
        client.timed(f"/dossiers/{codes[0]}")
        print(f"{'one dossier, of a server':28} {figures([client.timed(f'/dossiers/{code}')[0] for code in codes])}")


if __name__ == "__main__":
    main()
