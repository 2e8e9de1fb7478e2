#!/usr/bin/env python3
"""Whether good pages are warned of and bad ones are found, on the scans of `tests/generator/quality.py`.

    cargo build --release -p sohoa-imaging --example inspect
    quality.py DIR [--inspect target/release/examples/inspect] [--levels] [--list] [--max-false 0]
    quality.py --pages FILE… [--inspect …]       other scans: only what is said of them, in numbers
    quality.py --self-test

Prints for each kind of page and each level how many were warned of each fault. `right` are those whose own fault is told, with the
edge for a page that is cut off; `wrong` those with another fault than their own. Ends with 1 when more good pages are warned of than
`--max-false`, or there is nothing to judge. A page that loses no word is good, as are those that lie askew by a degree or less.
With `--levels` the measures themselves: smallest, median and largest sharpness, lightness and skew. Only the standard library is needed.
"""

import argparse
from collections import Counter, defaultdict
import json
from pathlib import Path
import re
from statistics import median
import subprocess
import sys

SEEN = re.compile(r" skew ([+-][\d.]+)° .* sharpness ([\d.]+); paper ([\d.]+); faults \[(.*)\]; load ")
EDGES = {"top": "upper", "right": "right", "bottom": "lower", "left": "left"}
BATCH = 20


def seen(line):
    """(skew, sharpness, lightness, faults) of a line that `inspect` prints."""
    match = SEEN.search(line)
    if not match:
        raise ValueError(f"not a line of inspect: {line!r}")
    return abs(float(match[1])), float(match[2]), float(match[3]), [f for f in match[4].split(", ") if f]


def name(fault):
    """Without its numbers: `only 150 dpi` is `dpi`."""
    return "dpi" if fault.startswith("only ") else "askew" if fault.startswith("askew ") else fault


def due(truth):
    """The fault that a page has; none for a good one."""
    match truth["kind"]:
        case "blurred":
            return "blurred"
        case "dark":
            return "too dark"
        case "askew":
            return "askew" if truth["level"] > 1 else None
        case "cut":
            return f"cut off at the {EDGES[truth['edge']]} edge" if truth["lost"] else None
    return None


def inspected(program, paths):
    lines = []
    for at in range(0, len(paths), BATCH):
        out = subprocess.run([program, *map(str, paths[at:at + BATCH])], capture_output=True, text=True)
        if out.returncode:
            sys.exit(out.stderr)
        lines += out.stdout.splitlines()
    return [seen(line) for line in lines]


def judge(truths, measures):
    """{(kind, level, edge): Counter of pages, right, wrong}, and the pages that were good and are warned of."""
    table, false = defaultdict(Counter), []
    for truth, (*_, faults) in zip(truths, measures, strict=True):
        told = {name(fault) for fault in faults}
        own = due(truth)
        row = table[truth["kind"], truth["level"], truth["edge"] or ""]
        row["pages"] += 1
        row["right"] += own in told
        row["wrong"] += bool(told - {own})
        row["due"] += own is not None
        if own is None and told:
            false.append((truth["file"], sorted(told)))
    return table, false


def say(truths, measures, arguments):
    table, false = judge(truths, measures)
    print(f"{'kind':8} {'level':>5} {'edge':7} {'pages':>5} {'bad':>4} {'right':>5} {'wrong':>5}")
    for (kind, level, edge), row in sorted(table.items(), key=lambda item: (item[0][0], item[0][2], item[0][1])):
        print(f"{kind:8} {level:5} {edge:7} {row['pages']:5} {row['due']:4} {row['right']:5} {row['wrong']:5}")
    good = sum(due(truth) is None for truth in truths)
    print(f"good pages warned of: {len(false)} of {good}")
    for fault in sorted({fault for _, told in false for fault in told}):
        print(f"    {fault}: {sum(fault in told for _, told in false)}")
    if arguments.levels:
        groups = defaultdict(list)
        for truth, measure in zip(truths, measures):
            groups[truth["kind"], truth["level"] if truth["kind"] != "cut" else 0, truth["dpi"]].append(measure)
        for key, group in sorted(groups.items()):
            spread = (f"{min(v):.2f} {median(v):.2f} {max(v):.2f}" for v in list(zip(*group))[:3])
            print(*key, "skew {} sharpness {} paper {}".format(*spread))
    if arguments.list:
        for truth, (*_, faults) in zip(truths, measures):
            own, told = due(truth), {name(fault) for fault in faults}
            if told != ({own} if own else set()):
                print(truth["file"], truth["level"], f"lost {truth['lost']}", "due:", own, "told:", faults)
    return 0 if good and len(false) <= arguments.max_false else 1


def self_test():
    line = ("a.jpg 1: 1654×2339 200 dpi Grey blank false ink 0.0400 skew -2.50° turn 0° sure sharpness 0.61; paper 0.93; "
            "faults [cut off at the left edge, askew by 3°]; load 9 ms, inspect 9 ms")
    assert seen(line) == (2.5, 0.61, 0.93, ["cut off at the left edge", "askew by 3°"])
    page = {"file": "a", "kind": "cut", "level": 4, "edge": "left", "lost": 9}
    told = (0.0, 0.6, 0.9, ["cut off at the left edge"])
    assert judge([page], [told])[0]["cut", 4, "left"] == Counter(pages=1, right=1, wrong=0, due=1)
    # The wrong edge is no find, and a page that lost nothing is good.
    assert judge([{**page, "edge": "right"}], [told])[0]["cut", 4, "right"] == Counter(pages=1, right=0, wrong=1, due=1)
    assert judge([{**page, "lost": 0}], [told])[1] == [("a", ["cut off at the left edge"])]
    assert judge([{**page, "kind": "good", "edge": None}], [(0.0, 0.6, 0.9, ["only 150 dpi"])])[1] == [("a", ["dpi"])]
    print("quality: self-test passed")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--pages", type=Path, nargs="+")
    parser.add_argument("--inspect", default="target/release/examples/inspect")
    parser.add_argument("--max-false", type=int, default=0)
    parser.add_argument("--levels", action="store_true")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--self-test", action="store_true")
    arguments = parser.parse_args()
    if arguments.self_test:
        return self_test()
    if arguments.pages:
        measures = inspected(arguments.inspect, arguments.pages)
        counts = Counter(name(fault) for *_, faults in measures for fault in faults)
        print(f"{len(measures)} pages:", ", ".join(f"{n} {fault}" for fault, n in sorted(counts.items())) or "no fault")
        for what, values in zip(("skew", "sharpness", "paper"), zip(*measures)):
            print(f"    {what} {min(values):.2f} to {max(values):.2f}, median {median(values):.2f}")
        return None
    if not arguments.folder:
        parser.error("a folder of tests/generator/quality.py is needed")
    truths = json.loads((arguments.folder / "truth.json").read_text(encoding="utf-8"))
    return say(truths, inspected(arguments.inspect, [arguments.folder / t["file"] for t in truths]), arguments)


if __name__ == "__main__":
    sys.exit(main())
