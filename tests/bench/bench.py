#!/usr/bin/env python3
"""Time, CPU and memory of sohoa beside ocrmypdf and tesseract, on the same pages in one run.

    bench.py SOHOA [FILE…] [--only NAME] [--profile]

Files: those given, else what the glob in SOHOA_BENCH_FILES matches, else the PDFs of samples/. CPU is user + system time
of all processes of a contender; memory is the greatest sum of the proportional set sizes of its process tree, sampled
every 50 ms. Everybody gets two processes with one thread each (OMP_THREAD_LIMIT=1). Ratios are to `sohoa convert`.
Needs config/setup.sh bench, which it calls. `--profile` adds where the CPU time of `sohoa convert` goes.
"""

import argparse
from collections import Counter
from dataclasses import dataclass, field
import glob
import json
import os
from pathlib import Path
import shutil
import struct
import subprocess
import sys
import tempfile
import threading
import time

ROOT = Path(__file__).resolve().parents[2]
OCRMYPDF = ROOT / ".tools/ocrmypdf/bin/ocrmypdf"
JOBS = 2
DOSSIER = "H41.20-230615-0001"
SAMPLING_SECONDS = 0.05


@dataclass
class Cost:
    """What a contender used for all its commands together."""

    wall: float = 0.0
    cpu: float = 0.0
    peak: int = 0
    failed: list = field(default_factory=list)
    made: int = 0  # bytes of its output

    def run(self, command, label, fine=(0,), **options):
        """Runs one command and adds what it used; `fine` are the exit codes that count as done."""
        started = time.monotonic()
        process = subprocess.Popen([str(c) for c in command], start_new_session=True, stdin=subprocess.DEVNULL,
                                   **{"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, **options})
        sampler = Sampler(process.pid)
        errors = threading.Thread(target=lambda: setattr(process, "said", process.stderr.read()), daemon=True)
        errors.start()
        sampler.start()
        _, status, usage = os.wait4(process.pid, 0)
        self.wall += time.monotonic() - started
        self.cpu += usage.ru_utime + usage.ru_stime
        sampler.stop.set()
        sampler.join()
        self.peak = max(self.peak, sampler.peak)
        process.returncode = os.waitstatus_to_exitcode(status)
        errors.join(timeout=2)
        if process.returncode not in fine:
            said = getattr(process, "said", b"").decode(errors="replace").strip().splitlines()
            self.failed.append(f"{label}: exit {process.returncode}" + (f", {said[-1][:160]}" if said else ""))


class Sampler(threading.Thread):
    """Watches the memory of all processes of a session."""

    def __init__(self, session):
        super().__init__(daemon=True)
        self.session, self.peak, self.stop = session, 0, threading.Event()

    def run(self):
        while not self.stop.is_set():
            self.peak = max(self.peak, sum(memory(pid) for pid in members(self.session)))
            self.stop.wait(SAMPLING_SECONDS)


def members(session):
    """Processes of a session; what left it for one of its own is found by its parent."""
    parents, found = {}, {session}
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            try:
                with open(f"/proc/{entry.name}/stat", encoding="latin-1") as f:
                    fields = f.read().rsplit(")", 1)[1].split()
            except OSError:
                continue
            pid = int(entry.name)
            parents[pid] = int(fields[1])
            if int(fields[3]) == session:
                found.add(pid)
    grown = True
    while grown:
        more = {pid for pid, parent in parents.items() if parent in found} - found
        found |= more
        grown = bool(more)
    return found


def memory(pid):
    """Proportional set size, bytes; resident set size where the kernel does not tell the former."""
    try:
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as f:
            for line in f:
                if line.startswith("Pss:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    try:
        with open(f"/proc/{pid}/statm", encoding="ascii") as f:
            return int(f.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def page_count(path):
    if path.suffix.lower() == ".pdf":
        out = subprocess.run(["pdfinfo", path], capture_output=True, text=True, check=True).stdout
        return next(int(line.split()[1]) for line in out.splitlines() if line.startswith("Pages:"))
    data = path.read_bytes()
    if data[:4] not in (b"II*\0", b"MM\0*"):
        return 1
    order, count = "<" if data[:1] == b"I" else ">", 0
    (at,) = struct.unpack_from(order + "I", data, 4)
    while at and count < 10_000:
        (entries,) = struct.unpack_from(order + "H", data, at)
        (at,) = struct.unpack_from(order + "I", data, at + 2 + 12 * entries)
        count += 1
    return count


def made(folder):
    return sum(f.stat().st_size for f in folder.rglob("*.pdf"))


def bench_convert(sohoa, files, tmp):
    cost = Cost()
    for n, f in enumerate(files):
        # Exit 1 tells of a page without text, which the table of costs does not judge, as long as there is an output.
        cost.run([sohoa, "convert", f, tmp / f"{n}.pdf", "--jobs", JOBS], f.name, fine=(0, 1))
        if not (tmp / f"{n}.pdf").is_file() and not any(w.startswith(f.name) for w in cost.failed):
            cost.failed.append(f"{f.name}: no output")
    cost.made = made(tmp)
    return cost


def bench_ingest(sohoa, files, tmp):
    """The whole way: accept, recognize, package, attach; all files hang on one dossier."""
    cost, home, inbox = Cost(), tmp / "home", tmp / "in"
    inbox.mkdir()
    for n, f in enumerate(files):
        shutil.copyfile(f, inbox / f"{DOSSIER}_TP{n:03}{f.suffix}")
    subprocess.run([sohoa, "--home", home, "init"], check=True, capture_output=True)
    cost.run([sohoa, "--home", home, "ingest", inbox, "--wait"], "ingest", fine=(0, 1))
    return cost


def bench_ocrmypdf(more):
    def bench(_, files, tmp):
        cost = Cost()
        for n, f in enumerate(files):
            source = [f] if f.suffix.lower() == ".pdf" else ["--image-dpi", 300, f]
            cost.run([OCRMYPDF, "--output-type", "pdfa-2", "--force-ocr", "--invalidate-digital-signatures", "-l", "vie",
                      "--jobs", JOBS, *more, *source, tmp / f"{n}.pdf"], f.name)
        cost.made = made(tmp)
        return cost
    return bench


def bench_tesseract(_, files, tmp):
    """Bare recognition: the pages are rendered beforehand, and only text is written."""
    pages = []
    for n, f in enumerate(files):
        if f.suffix.lower() == ".pdf":
            subprocess.run(["pdftoppm", "-r", "300", f, tmp / f"{n:03}"], check=True)
        else:
            pages.append(f)
    pages += sorted(tmp.glob("*.ppm"))
    listing = tmp / "pages"
    listing.write_bytes(b"".join(bytes(p) + b"\0" for p in pages))
    cost = Cost()
    cost.run(["xargs", "-0", "-a", listing, "-P", JOBS, "-I{}", "tesseract", "{}", "stdout", "-l", "vie", "--dpi", "300"], "tesseract")
    return cost


CONTENDERS = [
    ("sohoa convert", bench_convert),
    ("sohoa ingest --wait", bench_ingest),
    ("ocrmypdf --force-ocr", bench_ocrmypdf([])),
    ("ocrmypdf … --rotate-pages --deskew", bench_ocrmypdf(["--rotate-pages", "--deskew"])),
    ("tesseract, pages only", bench_tesseract),
]


def table(results, pages):
    """Aligned columns; ratios to the first row."""
    first = results[0][1]

    def ratio(value, reference):
        return f"{value / reference:.2f}" if reference else "–"

    rows = [("", "not done", "wall s", "CPU s", "CPU s/page", "pages/min", "peak MB", "output MB", "wall ×", "CPU ×", "memory ×")]
    for name, c in results:
        rows.append((name, f"{len(c.failed)}", f"{c.wall:.1f}", f"{c.cpu:.1f}", f"{c.cpu / pages:.2f}", f"{pages / c.wall * 60:.1f}", f"{c.peak / 1e6:.0f}",
                     f"{c.made / 1e6:.1f}" if c.made else "–", ratio(c.wall, first.wall), ratio(c.cpu, first.cpu), ratio(c.peak, first.peak)))
    widths = [max(len(r[i]) for r in rows) for i in range(len(rows[0]))]
    for row in rows:
        print("  ".join(v.ljust(w) if i == 0 else v.rjust(w) for i, (v, w) in enumerate(zip(row, widths))))


def profile(sohoa, files, tmp):
    """CPU time of each stage of `sohoa convert`, summed over the files."""
    stages = Counter()
    for n, f in enumerate(files):
        out = subprocess.run([sohoa, "--json", "convert", f, tmp / f"p{n}.pdf", "--jobs", str(JOBS)], capture_output=True, text=True)
        try:
            stages.update(json.loads(out.stdout).get("timings", {}))
        except json.JSONDecodeError:
            print(f"{f.name}: no JSON on stdout, exit {out.returncode}", file=sys.stderr)
    total = sum(stages.values())
    if not total:
        print("sohoa convert --json reports no timings")
        return
    print("\nwhere the time of sohoa convert goes, ms")
    for stage, ms in stages.most_common():
        print(f"  {stage:<20}{ms:>10.0f}{100 * ms / total:>7.1f} %")


def main():
    args = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    args.add_argument("sohoa", type=Path)
    args.add_argument("files", type=Path, nargs="*")
    args.add_argument("--only", metavar="NAME", help="contenders whose name contains NAME, beside sohoa convert")
    args.add_argument("--profile", action="store_true")
    a = args.parse_args()
    a.sohoa = a.sohoa.resolve()
    pattern = os.environ.get("SOHOA_BENCH_FILES", str(ROOT / "samples/*.pdf"))
    files = [p.resolve() for p in a.files or sorted(Path(p) for p in glob.glob(pattern))]
    if not files:
        sys.exit(f"bench: no files: {pattern}")
    os.environ["OMP_THREAD_LIMIT"] = "1"
    chosen = [c for i, c in enumerate(CONTENDERS) if i == 0 or not a.only or a.only in c[0]]
    if any("ocrmypdf" in name for name, _ in chosen):
        subprocess.run(["sh", ROOT / "config/setup.sh", "bench"], check=True)

    pages = sum(page_count(f) for f in files)
    print(f"{len(files)} files, {pages} pages, {sum(len(f.read_bytes()) for f in files) / 1e6:.1f} MB; {os.cpu_count()} cores, {JOBS} processes")
    results = []
    for name, bench in chosen:
        print(f"… {name}", file=sys.stderr)
        with tempfile.TemporaryDirectory(prefix="sohoa-bench-") as tmp:
            results.append((name, bench(a.sohoa, files, Path(tmp))))
    table(results, pages)
    if a.profile:
        with tempfile.TemporaryDirectory(prefix="sohoa-bench-") as tmp:
            profile(a.sohoa, files, Path(tmp))
    broken = [f"{name}: {what}" for name, cost in results for what in cost.failed]
    for line in broken:
        print(f"not done: {line}")
    return int(any(line.startswith("sohoa") for line in broken))


if __name__ == "__main__":
    sys.exit(main())
