#!/usr/bin/env python3
"""Whether inspection finds how pages lie: quarter turn and skew, on pages of `tests/generator/pages.py --skewed`.

    cargo build --release -p sohoa-imaging --example inspect
    orientation.py --pages DIR [--inspect target/release/examples/inspect] [--sohoa target/release/sohoa] [--tolerance 0.3] [--list]
    orientation.py --self-test

A page is right when the turn is the true one and the skew, measured on the page as it lies or turned upright, is within
the tolerance. With `--sohoa` a page whose turn is doubtful is converted, and the turn that reading confirmed is judged.
Prints a table by class and by angle, and with `--list` each failure.
"""

import argparse
from concurrent.futures import ThreadPoolExecutor
import json
from pathlib import Path
import re
import subprocess
import sys
import tempfile

SEEN = re.compile(r" skew ([+-][\d.]+)° turn (\d+)° (sure|doubtful)")
# Signs: the truth counts skew counter-clockwise and the turn clockwise that the page was given. Inspection tells skew
# clockwise, and the turn clockwise that makes the page upright.
BATCH = 20


def seen(line):
    """(skew counter-clockwise, degrees clockwise that the page was turned, sure) of a line that `inspect` prints."""
    match = SEEN.search(line)
    if not match:
        raise ValueError(f"not a line of inspect: {line!r}")
    return -float(match[1]), (360 - int(match[2])) % 360, match[3] == "sure"


def verdict(truth, skew, turn, tolerance):
    """(turn right, skew right)"""
    return turn == truth["rotation"], abs(skew - truth["skew"]) <= tolerance


def inspected(program, paths):
    out = subprocess.run([program, *map(str, paths)], capture_output=True, text=True)
    if out.returncode:
        sys.exit(out.stderr)
    return dict(zip(paths, map(seen, out.stdout.splitlines()), strict=True))


def confirmed(sohoa, path):
    """Degrees clockwise that the page was turned, by what the converted page says."""
    with tempfile.TemporaryDirectory() as tmp:
        alto = Path(tmp) / "page.xml"
        subprocess.run([sohoa, "convert", path, Path(tmp) / "page.pdf", "--alto", alto], capture_output=True)
        return turn_of_alto(alto.read_text(encoding="utf-8"))


def turn_of_alto(text):
    turn = re.search(r'<Page [^>]*ROTATION="(\d+)"', text)
    return (360 - int(turn[1])) % 360 if turn else 0


def rate(pages):
    n = len(pages)
    turn, skew, both = sum(p["turn_right"] for p in pages), sum(p["skew_right"] for p in pages), sum(p["turn_right"] and p["skew_right"] for p in pages)
    return f"{n} | {turn} | {skew} | {both} | {100 * both / n:.2f}"


def self_test():
    skew, turn, sure = seen("a.jpg 1: 1×2 300 dpi Grey blank false ink 0.1 skew +1.25° turn 90° sure sharpness 0.1; load 1 ms")
    assert (skew, turn, sure) == (-1.25, 270, True)
    assert turn_of_alto('<Page ID="P1" ROTATION="90" LANG="vi">') == 270 and turn_of_alto('<Page ID="P1">') == 0
    truth = {"skew": -1.5, "rotation": 270}
    assert verdict(truth, skew, turn, 0.3) == (True, True)
    assert verdict(truth, -1.19, 270, 0.3) == (True, False)
    assert verdict(truth, -1.5, 90, 0.3) == (False, True)
    try:
        seen("nothing")
    except ValueError:
        print("orientation: self-test passed")


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--pages", type=Path, required=True)
    arguments.add_argument("--inspect", default="target/release/examples/inspect")
    arguments.add_argument("--sohoa")
    arguments.add_argument("--tolerance", type=float, default=0.3)
    arguments.add_argument("--jobs", type=int, default=2)
    arguments.add_argument("--list", action="store_true")
    a = arguments.parse_args()
    pages = [json.loads(p.read_text(encoding="utf-8")) for p in sorted(a.pages.glob("*.json"))]
    paths = [a.pages / p["image"] for p in pages]
    found = {}
    with ThreadPoolExecutor(a.jobs) as pool:
        for part in pool.map(lambda i: inspected(a.inspect, paths[i:i + BATCH]), range(0, len(paths), BATCH)):
            found.update(part)
    for page, path in zip(pages, paths):
        page["seen_skew"], page["seen_turn"], page["sure"] = found[path]
        if a.sohoa and not page["sure"]:
            page["seen_turn"] = confirmed(a.sohoa, path)
        page["turn_right"], page["skew_right"] = verdict(page, page["seen_skew"], page["seen_turn"], a.tolerance)
    groups = [(k, [p for p in pages if p["class"] == k]) for k in dict.fromkeys(p["class"] for p in pages)]
    for low, high in ((0, 2), (2, 4), (4, 6), (6, 8), (8, 10.01)):
        groups.append((f"skew {low} to {high:.0f}°", [p for p in pages if low <= abs(p["skew"]) < high]))
    groups += [(f"turned {t}°", [p for p in pages if p["rotation"] == t]) for t in (0, 90, 180, 270)]
    groups += [("turn sure", [p for p in pages if p["sure"]]), ("turn doubtful", [p for p in pages if not p["sure"]]), ("all", pages)]
    print("| pages | n | turn right | skew right | both | both, % |\n|---|--:|--:|--:|--:|--:|")
    for name, group in groups:
        if group:
            print(f"| {name} | {rate(group)} |")
    if a.list:
        print()
        for p in pages:
            if not (p["turn_right"] and p["skew_right"]):
                print(f"{p['image']}: skew {p['skew']:+.2f} seen {p['seen_skew']:+.2f}, turned {p['rotation']} seen {p['seen_turn']}{'' if p['sure'] else ' (doubtful)'}; {p['dpi']} dpi, {p['family']}")


if __name__ == "__main__":
    main()
