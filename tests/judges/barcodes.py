#!/usr/bin/env python3
"""Judges the barcode pass on the stacks of tests/generator/stacks.py, and on any other pages.

    cargo build --release -p sohoa-barcode --example read
    barcodes.py STACKS --reader target/release/examples/read [--min-qr 99.5] …   read rates, wrong readings, CPU time
    barcodes.py --pages "scans/*.jpg" --reader …                                 pages without barcodes: alarms, CPU time

Damaged symbols count neither way. A symbol is read when format and text are right; anything else that was read is wrong. A format
with a limit above 0 must be on the stacks.
Exit 0 all limits kept, 1 not.
"""

import argparse
import collections
import glob
import json
from pathlib import Path
import statistics
import subprocess
import tempfile


LEAST = {"qr": 99.5, "code128": 97, "data-matrix": 99, "patch": 99}


def pages_of(file, folder):
    """The images of a scan as they lie in it."""
    if file.suffix != ".pdf":
        return [file]
    subprocess.run(["pdfimages", "-j", file, folder / file.stem], check=True)
    return sorted(folder.glob(f"{file.stem}-*"))


def read(reader, files):
    out = subprocess.run([reader, *files], check=True, capture_output=True, text=True).stdout
    return [json.loads(line) for line in out.splitlines()]


def show_times(name, times):
    if times:
        times = sorted(times)
        print(f"{name:<28} {len(times):>5} pages  median {statistics.median(times):6.1f} ms  95 % {times[int(len(times) * 0.95)]:6.1f} ms  most {times[-1]:6.1f} ms")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stacks", type=Path, nargs="?")
    parser.add_argument("--reader", required=True, type=Path)
    parser.add_argument("--pages", help="a pattern of images without barcodes")
    parser.add_argument("--failures", action="store_true", help="show what was not read")
    for name, least in LEAST.items():
        parser.add_argument(f"--min-{name}", type=float, default=least, help="percent (default %(default)s)")
    parser.add_argument("--max-ms", type=float, default=60, help="CPU a 300 dpi page in the median (default %(default)s)")
    a = parser.parse_args()
    if not (a.stacks or a.pages):
        parser.error("nothing to judge: neither stacks nor pages")
    right, total, wrong, missed = collections.Counter(), collections.Counter(), [], []
    times = collections.defaultdict(list)
    unread = collections.Counter()

    failed = False
    if a.pages:
        files = sorted(glob.glob(a.pages))
        if not files:
            failed = True
            print(f"{a.pages}: no such page")
        for page in read(a.reader, files):
            times["pages without barcodes"].append(page["ms"])
            unread["pages without barcodes"] += bool(page["unread"])
            wrong += [(page["file"], code["format"]) for code in page["barcodes"]]
    if a.stacks:
        for stack in json.loads((a.stacks / "truth.json").read_text()):
            with tempfile.TemporaryDirectory() as folder:
                pages = read(a.reader, pages_of(a.stacks / "scans" / stack["file"], Path(folder)))
            assert len(pages) == len(stack["pages"]), stack["file"]
            for page, truth in zip(pages, stack["pages"]):
                place = f"{stack['file']}:{stack['pages'].index(truth) + 1}"
                kind = "with" if truth["codes"] else "without"
                times[f"{stack['dpi']} dpi {kind} barcodes"].append(page["ms"])
                times[f"{stack['dpi']} dpi all"].append(page["ms"])
                unread[f"{stack['dpi']} dpi {kind} barcodes"] += bool(page["unread"])
                seen = collections.Counter((c["format"], c["text"]) for c in page["barcodes"])
                for code in truth["codes"]:
                    name = (code["format"], code["text"])
                    found = seen[name] > 0
                    seen.pop(name, None)
                    if not code["damaged"]:
                        key = (stack["office"], code["format"] if code["ours"] else f"foreign {code['format']}")
                        total[key] += 1
                        right[key] += found
                        if not found:
                            missed.append((place, stack["scenario"], code["format"], stack["dpi"], stack["skew"], stack["noise"], stack["blur"]))
                wrong += [(place, *name) for name, n in seen.items()]

    failed |= bool(wrong)
    for name in sorted({k for _, k in total} | (set(LEAST) if a.stacks else set())):
        r, t = (sum(c[(o, name)] for o in (True, False)) for c in (right, total))
        ro, to = right[(True, name)], total[(True, name)]
        least = getattr(a, f"min_{name.replace('-', '_')}", None)
        low = least is not None and (100 * r < least * t or t == 0 < least)
        failed |= low
        print(f"{name:<16} {r:>5} of {t:<5} {100 * r / max(1, t):6.2f} %   in office range {ro} of {to}{'   TOO LOW' if low else ''}")
    for name in sorted(times):
        show_times(name, times[name])
        if "all" not in name:
            print(f"{'':<28} {unread[name]:>5} with a place that could not be read")
    for name in ("300 dpi all", "pages without barcodes"):
        if times[name] and statistics.median(times[name]) > a.max_ms:
            failed = True
            print(f"{name}: over {a.max_ms} ms")
    for place in wrong:
        print("read and not there:", *place)
    if a.failures:
        for miss in missed:
            print("not read:", *miss)
    return int(failed)


if __name__ == "__main__":
    raise SystemExit(main())
