#!/usr/bin/env python3
"""How fast a large register comes in, and in how much memory: first import, the same file again, then a night's changes.

    register.py SOHOA [--dossiers N] [--dir DIR]

The register is that of tests/generator/big_register.py: four components a dossier. Time is that of the whole command, its
commit included; memory is the largest resident set of the process. Each step is a function over the home in DIR, so that
what else is measured on a large register is added to STEPS.
"""

import argparse
import json
import os
from pathlib import Path
import subprocess
import sys
import tempfile
import time

ROOT = Path(__file__).resolve().parents[2]


def run(sohoa, home, *arguments):
    """Runs a command in the home: its JSON document, seconds, seconds of CPU, peak memory in MiB."""
    started = time.monotonic()
    process = subprocess.Popen([sohoa, "--home", home, "--json", *map(str, arguments)], stdout=subprocess.PIPE)
    out = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        sys.exit(f"{arguments[:2]} ended with {process.returncode}")
    return json.loads(out), time.monotonic() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def imports(sohoa, home, register):
    """First import, no-op, and a file in which every twentieth dossier changed."""
    for name, file in (("first import", register), ("the same again", register), ("5 % changed", changed(register))):
        done, seconds, cpu, peak = run(sohoa, home, "register", "import", file, "--show", 0)
        counts = f"{done['new']} new, {done['changed']} changed, {done['unchanged']} unchanged"
        print(f"{name:15} {done['dossiers'] / seconds:8.0f} dossiers/s  {seconds:6.1f} s  {cpu:6.1f} s CPU  {peak:5.0f} MiB  ({counts})", flush=True)
    size = sum(path.stat().st_size for path in Path(home).glob("sohoa.db*"))
    print(f"{'database':15} {size / 2**20:8.0f} MiB")


def changed(register):
    """The register with other counters in every twentieth dossier."""
    path = register.with_name("changed.csv")
    with register.open(encoding="utf-8") as old, path.open("w", encoding="utf-8") as new:
        for number, line in enumerate(old):
            new.write(line.replace("Quầy ", "Bàn ") if (number - 1) // 4 % 20 == 0 else line)
    return path


STEPS = [imports]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sohoa")
    parser.add_argument("--dossiers", type=int, default=1_000_000)
    parser.add_argument("--dir", type=Path, help="where the home is made; else a folder that vanishes")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = args.dir or Path(scratch)
        register = folder / "register.csv"
        subprocess.run([sys.executable, ROOT / "tests/generator/big_register.py", register, "--dossiers", str(args.dossiers)], check=True)
        home = folder / "home"
        run(args.sohoa, home, "init")
        for step in STEPS:
            step(args.sohoa, home, register)


if __name__ == "__main__":
    main()
