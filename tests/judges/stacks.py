#!/usr/bin/env python3
"""Judges what a home made of the stacks of tests/generator/stacks.py, page by page.

    stacks.py STACKS --sohoa target/release/sohoa --home HOME [--min-right 99] [--show]
    stacks.py --self-test

Reads the home through the program: `dossier show --json` of every dossier of the truth (`documents[]` with `source`, `component`,
`physical_pages`), and `review list --json` and `review show --json` (`parts[]` with `first`, `last`, `document`). Every kept page is
one of: right (in one document, on its dossier), wrong (on another one, or in two documents), in review (in none, and in a part that
waits for a person), lost. Exit 0 when there are kept pages, none is wrong or lost, no page is on a component that it is not, and of
the pages in office range at least --min-right percent are right; else 1.
"""

import argparse
import collections
import json
from pathlib import Path
import subprocess
import sys


def said(sohoa, home, *words):
    """What a command prints as JSON."""
    run = subprocess.run([sohoa, "--home", home, "--json", *words], capture_output=True, text=True)
    # `review list` exits with 1 when something waits.
    if run.returncode not in (0, 1):
        raise SystemExit(f"{words}: exit {run.returncode}: {run.stderr}")
    return json.loads(run.stdout)


def attachments(sohoa, home, codes):
    """(file, page) → list of (dossier, component, document)."""
    out = collections.defaultdict(list)
    for code in codes:
        for document in said(sohoa, home, "dossier", "show", code)["documents"]:
            if document["state"] == "removed":
                continue
            for page in document["physical_pages"]:
                out[Path(document["source"]).name, page].append((code, document["component"], document["id"]))
    return out


def in_review(sohoa, home):
    """File → runs of pages of it that wait for a person."""
    out = {}
    for item in said(sohoa, home, "review", "list"):
        parts = said(sohoa, home, "review", "show", str(item["file"]))["parts"]
        runs = [(p["first"], p["last"]) for p in parts if not p.get("document")]
        # A file that was not parted waits as a whole.
        out[Path(item["source"]).name] = runs if parts else [(1, sys.maxsize)]
    return out


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
                elif others or len(on) > 1:
                    bad.append(("wrong blank", *place, others))
                    counts["wrong"] += 1
                continue
            waits = any(first <= number <= last for first, last in waiting.get(stack["file"], []))
            state = "wrong" if others or len(on) > 1 else "right" if on else "review" if waits else "lost"
            counts[state] += 1
            if stack["office"]:
                counts[f"office {state}"] += 1
            if state == "right" and any(c and c != page["component"] for _, c, _ in on):
                counts["wrong component"] += 1
                bad.append(("wrong component", *place, [page["component"], *on]))
            if state in ("wrong", "lost") or stack["office"] and state == "review":
                bad.append((state, *place, [page["dossier"], *on]))
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


def is_fine(counts, min_right):
    kept, office = (sum(counts[start + k] for k in ("right", "wrong", "review", "lost")) for start in ("", "office "))
    bad = ("wrong", "lost", "wrong component", "separator attached")
    return kept > 0 and not any(counts[k] for k in bad) and 100 * counts["office right"] >= min_right * office


def self_test():
    page = {"kind": "kept", "dossier": "A", "component": None, "document": 0}
    truth = [{"file": "a", "scenario": "x", "office": True, "pages": [{**page, "kind": "separator", "dossier": None}, page, page]}]
    good = {("a", 2): [("A", None, "1")], ("a", 3): [("A", None, "1")]}
    whole = {"a": [(1, sys.maxsize)]}
    counts, bad = judge(truth, good, {})
    assert counts["office right"] == 2 and counts["documents whole"] == 1 and not bad and is_fine(counts, 99)
    counts, _ = judge(truth, {**good, ("a", 3): [("B", None, "2")]}, whole)
    assert counts["wrong"] == 1 and not is_fine(counts, 0)
    counts, bad = judge(truth, {**good, ("a", 3): [("A", None, "1"), ("A", None, "2")]}, {})
    assert counts["wrong"] == 1 and bad and not is_fine(counts, 0), "a page in two documents"
    counts, _ = judge(truth, {}, whole)
    assert counts["review"] == 2 and not counts["lost"] and is_fine(counts, 0) and not is_fine(counts, 99)
    counts, _ = judge(truth, {}, {})
    assert counts["lost"] == 2 and not is_fine(counts, 0)
    counts, _ = judge(truth, {}, {"a": [(3, 3)]})
    assert (counts["review"], counts["lost"]) == (1, 1) and not is_fine(counts, 0), "dropped while another part waits"
    counts, _ = judge(truth, {**good, ("a", 1): [("A", None, "1")]}, {})
    assert counts["separator attached"] == 1 and not is_fine(counts, 0)
    counts, _ = judge(truth, {**good, ("a", 3): [("A", "TP9", "1")]}, {})
    assert counts["wrong component"] == 1 and not is_fine(counts, 0)
    assert not is_fine(judge([], {}, {})[0], 0), "nothing was judged"
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
    return 0 if is_fine(counts, a.min_right) else 1


if __name__ == "__main__":
    sys.exit(main())
