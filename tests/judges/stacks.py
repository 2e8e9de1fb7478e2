#!/usr/bin/env python3
"""Judges what a home made of the stacks of tests/generator/stacks.py, page by page.

    stacks.py STACKS --sohoa target/release/sohoa --home HOME [--min-right 99] [--show]
    stacks.py --self-test

Reads the home through the program: `dossier show --json` of every dossier of the truth (`documents[]` with `source`, `component`,
`physical_pages`), and `review list --json`. Every kept page is one of: right (on its dossier), wrong (on another one), in
review (on none, and its file or part of it waits for a person), lost. Exit 0 when none is wrong or lost, no page is on a
component that it is not, and of the pages in office range at least --min-right percent are right; else 1.
"""

import argparse
import collections
import json
from pathlib import Path
import subprocess
import sys


def names(value):
    """All strings in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for v in value.values():
            yield from names(v)
    elif isinstance(value, list):
        for v in value:
            yield from names(v)


def attachments(sohoa, home, codes):
    """(file, page) → list of (dossier, component, document)."""
    out = collections.defaultdict(list)
    for code in codes:
        shown = subprocess.run([sohoa, "--home", home, "--json", "dossier", "show", code], check=True, capture_output=True, text=True).stdout
        for document in json.loads(shown)["documents"]:
            for page in document["physical_pages"]:
                out[Path(document["source"]).name, page].append((code, document["component"], document["id"]))
    return out


def in_review(sohoa, home):
    """Names of files that wait for a person, whole or in part."""
    # It exits with 1 when something waits.
    listed = subprocess.run([sohoa, "--home", home, "--json", "review", "list"], capture_output=True, text=True).stdout
    return {Path(name).name for name in names(json.loads(listed))}


def judge(truth, attached, waiting):
    """Counts and the pages that are not as they should be."""
    counts, bad = collections.Counter(), []
    for stack in truth:
        for number, page in enumerate(stack["pages"], 1):
            on = attached.get((stack["file"], number), [])
            place = (stack["file"], number, stack["scenario"])
            others = [o for o in on if o[0] != page["dossier"]]
            if page["kind"] != "kept":
                # Sheets and their backs may hang nowhere, and blank backs only where their fronts do.
                if others and page["kind"] == "separator":
                    bad.append(("separator attached", *place, others))
                    counts["separator attached"] += 1
                elif others:
                    bad.append(("wrong blank", *place, others))
                    counts["wrong"] += 1
                continue
            state = "wrong" if others else "right" if on else "review" if stack["file"] in waiting else "lost"
            counts[state] += 1
            if stack["office"]:
                counts[f"office {state}"] += 1
            if state == "right" and any(c and c != page["component"] for _, c, _ in on):
                counts["wrong component"] += 1
                bad.append(("wrong component", *place, [page["component"], *on]))
            if state in ("wrong", "lost") or stack["office"] and state == "review":
                bad.append((state, *place, [page["dossier"], *others]))
        # A document of the truth that came out in parts, or with parts of another.
        of = collections.defaultdict(set)
        for number, page in enumerate(stack["pages"], 1):
            for _, _, id in attached.get((stack["file"], number), []):
                if page["kind"] == "kept":
                    of[page["document"]].add(id)
        for document, ids in of.items():
            counts["documents"] += 1
            counts["documents whole"] += len(ids) == 1 and sum(ids <= other for other in of.values()) == 1
    return counts, bad


def self_test():
    page = {"kind": "kept", "dossier": "A", "component": None, "document": 0}
    truth = [{"file": "a", "scenario": "x", "office": True, "pages": [{**page, "kind": "separator", "dossier": None}, page, page]}]
    good = {("a", 2): [("A", None, "1")], ("a", 3): [("A", None, "1")]}
    counts, bad = judge(truth, good, set())
    assert counts["office right"] == 2 and counts["documents whole"] == 1 and not bad
    counts, _ = judge(truth, {**good, ("a", 3): [("B", None, "2")]}, {"a"})
    assert counts["wrong"] == 1
    counts, _ = judge(truth, {}, {"a"})
    assert counts["review"] == 2 and not counts["lost"]
    counts, _ = judge(truth, {}, set())
    assert counts["lost"] == 2
    counts, _ = judge(truth, {**good, ("a", 1): [("A", None, "1")]}, set())
    assert counts["separator attached"] == 1
    counts, _ = judge(truth, {**good, ("a", 3): [("A", "TP9", "1")]}, set())
    assert counts["wrong component"] == 1
    print("stacks: self-test passed")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stacks", type=Path, nargs="?")
    parser.add_argument("--sohoa", type=Path)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--min-right", type=float, default=99.0, help="percent of the pages in office range (default %(default)s)")
    parser.add_argument("--show", action="store_true", help="show every page that is not as it should be")
    parser.add_argument("--self-test", action="store_true")
    a = parser.parse_args()
    if a.self_test:
        return self_test()
    truth = json.loads((a.stacks / "truth.json").read_text())
    codes = sorted({p["dossier"] for s in truth for p in s["pages"] if p["dossier"]} | {line.split(",")[0] for line in (a.stacks / "register.csv").read_text().splitlines()[1:]})
    counts, bad = judge(truth, attachments(a.sohoa, a.home, codes), in_review(a.sohoa, a.home))
    kept = sum(counts[k] for k in ("right", "wrong", "review", "lost"))
    office = sum(counts[f"office {k}"] for k in ("right", "wrong", "review", "lost"))
    print(f"{kept} kept pages of {len(truth)} stacks: {counts['right']} right, {counts['wrong']} wrong, {counts['review']} in review, {counts['lost']} lost; "
          f"{counts['wrong component']} on a wrong component, {counts['separator attached']} separators attached")
    print(f"in office range {office}: {counts['office right']} right ({100 * counts['office right'] / max(1, office):.2f} %), {counts['office review']} in review")
    print(f"documents that are exactly those of the stack: {counts['documents whole']} of {counts['documents']} attached")
    if a.show:
        for entry in bad:
            print(*entry)
    fine = not (counts["wrong"] or counts["lost"] or counts["wrong component"] or counts["separator attached"])
    return 0 if fine and 100 * counts["office right"] >= a.min_right * office else 1


if __name__ == "__main__":
    sys.exit(main())
