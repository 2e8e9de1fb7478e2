#!/usr/bin/env python3
"""How well engines read pages of which the text is known: tables in Markdown, any number of engines side by side.

    reading.py --pages DIR --tesseract CACHE --command 'sohoa=sohoa convert {image} {out}.pdf --text {out}.txt --alto {out}.xml'
    reading.py --pages DIR --folder NAME=RESULTS…         results that are there already: X.txt, X.xml (ALTO) or X.tsv for page X
    reading.py --self-test

What `--pages` may hold says `pageset.py`. In a command stand {image}, {dpi}, {upright} (a grey PNG that is turned upright and
straightened by what the truth says of it) and {out} (where the results go: {out}.txt, {out}.xml, {out}.tsv); one that
does not name {out} prints the text. `--keep FOLDER` keeps the results of commands, to be given to `--folder` later.
`--tesseract CACHE` is Tesseract on {upright}, run once a page and kept in that folder.

Words are `\\w+` in NFC, compared as multisets page by page; recall and precision of a class are over all its words.
Boxes: of each true word with the read word of the same text that overlaps most; a word not found counts 0.
Confidence: a read word is right when its `\\w+` are those of the true words that lie under it.
Needs Pillow and NumPy (tests/generator/requirements.txt).
"""

import argparse
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
import hashlib
import os
from pathlib import Path
import re
import resource
import shlex
import subprocess
import sys
import tempfile
import unicodedata

from accuracy import words
from boxes import overlaps
from pageset import back_on_page, load, nfc, read_alto, read_tsv, straightened

BINS = 10


# Results of an engine: {page name: (text, [(word, confidence, box)] or None)}

def results_at(stem):
    """What an engine left at `stem`.txt, .xml, .tsv; text that is not there is made of the words."""
    found = None
    for end, reader in ((".xml", read_alto), (".tsv", read_tsv)):
        path = stem.with_name(stem.name + end)
        if found is None and path.exists():
            found = reader(path)
    text = stem.with_name(stem.name + ".txt")
    if text.exists():
        return nfc(text.read_text(encoding="utf-8")), found
    if found is None:
        raise FileNotFoundError(f"no result at {stem}.txt, .xml or .tsv")
    return " ".join(w for w, *_ in found), found


def run(command, page, out):
    """Runs `command` (a list) on the page unless its results are there. What it says on standard output is the text if it has no {out}."""
    named = any("{out}" in part for part in command)
    skew, size = 0.0, None
    with tempfile.TemporaryDirectory() as tmp:
        image = Path(tmp) / "upright.png"
        if any("{upright}" in part for part in command):
            grey, skew = straightened(page)
            size = grey.size
            grey.save(image, compress_level=1, dpi=(page.dpi, page.dpi))
        filled = [part.format(image=page.image, upright=image, dpi=page.dpi, out=out) for part in command]
        done = subprocess.run(filled, capture_output=True, env=os.environ | {"OMP_THREAD_LIMIT": "1"})
    if done.returncode:
        print(f"{page.name}: exit {done.returncode}: {done.stderr.decode(errors='replace')[-300:]}", file=sys.stderr)
    if not named:
        out.with_name(out.name + ".txt").write_bytes(done.stdout)
    elif done.returncode and not list(out.parent.glob(f"{out.name}.*")):
        out.with_name(out.name + ".txt").write_text("")
    return skew, size


def read_by_command(command, pages, keep, jobs):
    before, read = resource.getrusage(resource.RUSAGE_CHILDREN), {}

    def one(page):
        out = keep / page.name
        skew, size = run(command, page, out)
        text, found = results_at(out)
        return page.name, (text, found and [(w, c, back_on_page(b, skew, size)) for w, c, b in found])

    with ThreadPoolExecutor(jobs) as pool:
        read.update(pool.map(one, pages))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return read, cpu / max(1, len(pages))


def read_by_tesseract(pages, cache, model, jobs):
    """Tesseract on the straightened page; the results are kept by the digest of the image."""
    command = ["tesseract", "{upright}", "{out}", "--dpi", "{dpi}", *shlex.split(model), "txt", "tsv"]
    cache.mkdir(parents=True, exist_ok=True)

    def one(page):
        key = hashlib.sha256(page.image.read_bytes() + repr((command, page.skew, page.rotation)).encode()).hexdigest()[:16]
        out, angle = cache / f"{page.name}-{key}", cache / f"{page.name}-{key}.angle"
        if not angle.exists():
            skew, size = run(command, page, out)
            angle.write_text(f"{skew} {size[0]} {size[1]}")
        skew, *size = (float(v) for v in angle.read_text().split())
        text, found = results_at(out)
        return page.name, (text, [(w, c, back_on_page(b, skew, size)) for w, c, b in found])

    with ThreadPoolExecutor(jobs) as pool:
        return dict(pool.map(one, pages))


# Measures

def hits(truth, read):
    """(words found, true words, read words)"""
    t, r = words(truth), words(read)
    return (t & r).total(), t.total(), r.total()


def body_recall(body, read):
    found, true, _ = hits(body, read)
    return found / true


def box_overlaps(page, found):
    read = defaultdict(list)
    for text, _, box in found:
        read[page.name, text].append(box)
    return overlaps([{"page": page.name, "text": text, "box": box, "dpi": 72} for text, box in page.words], read)


def judged(page, found):
    """[(confidence, right)] of the read words that hold a letter or digit."""
    true = [(box, Counter(re.findall(r"\w+", text))) for text, box in page.words]
    out = []
    for text, confidence, (l, t, r, b) in found:
        parts = Counter(re.findall(r"\w+", text))
        if not parts or confidence is None:
            continue
        under = []
        for (tl, tt, tr, tb), left in true:
            wide, high = min(r, tr) - max(l, tl), min(b, tb) - max(t, tt)
            if wide > 0 and high > 0 and wide * high >= 0.3 * min((r - l) * (b - t), (tr - tl) * (tb - tt)):
                under.append(left)
        right = parts <= sum(under, Counter())
        if right:
            # What was found once is not there a second time.
            for left in under:
                taken = left & parts
                left -= taken
                parts -= taken
        out.append((confidence, right))
    return out


def reliability(pairs):
    """Rows (from, to, words, mean confidence, share right) of the bins that have words, and the expected calibration error."""
    bins = defaultdict(list)
    for confidence, right in pairs:
        bins[min(BINS - 1, int(confidence * BINS))].append((confidence, right))
    rows = [(i / BINS, (i + 1) / BINS, len(b), sum(c for c, _ in b) / len(b), sum(r for _, r in b) / len(b)) for i, b in sorted(bins.items())]
    return rows, sum(n * abs(mean - share) for _, _, n, mean, share in rows) / max(1, len(pairs))


# Tables

def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|---" + "|--:" * (len(head) - 1) + "|"]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


def percent(part, whole):
    return f"{100 * part / whole:.2f}" if whole else "–"


def report(pages, engines, per_page):
    kinds = list(dict.fromkeys(p.kind for p in sorted(pages, key=lambda p: p.name)))
    groups = [(k, [p for p in pages if p.kind == k]) for k in kinds] + ([("all", pages)] if len(kinds) > 1 else [])
    if per_page:
        groups = [(p.name, [p]) for p in pages] + groups
    rows = []
    for name, group in groups:
        row = [name, str(len(group))]
        for read in engines.values():
            found, true, given = map(sum, zip(*(hits(p.text, read[p.name][0]) for p in group)))
            row += [percent(found, true), percent(found, given)]
        rows.append(row)
    print("Word recall and precision, %\n")
    print(table(["class", "pages", *(f"{e} {what}" for e in engines for what in ("recall", "precision"))], rows))

    with_body = [p for p in pages if p.body]
    if with_body:
        values = {e: [100 * body_recall(p.body, read[p.name][0]) for p in with_body] for e, read in engines.items()}
        rows = [[p.name, *(f"{values[e][i]:.2f}" for e in engines)] for i, p in enumerate(with_body)]
        print("Body recall, %\n")
        print(table(["page", *engines], rows + [["mean", *(f"{sum(v) / len(v):.2f}" for v in values.values())]]))

    boxed = {e: read for e, read in engines.items() if all(read[p.name][1] is not None for p in pages)}
    placed = [p for p in pages if p.words is not None]
    if not boxed or not placed:
        return
    values = {e: {p.name: box_overlaps(p, read[p.name][1]) for p in placed} for e, read in boxed.items()}
    rows = []
    for name, group in groups:
        row = [name]
        for e in boxed:
            all_values = [v for p in group for v in values[e].get(p.name, [])]
            row += [f"{sum(all_values) / len(all_values):.3f}", percent(sum(v > 0.5 for v in all_values), len(all_values))] if all_values else ["–", "–"]
        rows.append(row)
    print("Word boxes: mean intersection over union, and % of words over 0.5\n")
    print(table(["class", *(f"{e} {what}" for e in boxed for what in ("mean", "over 0.5"))], rows))
    for e, read in boxed.items():
        pairs = [pair for p in placed for pair in judged(p, read[p.name][1])]
        if pairs:
            rows, error = reliability(pairs)
            print(f"Confidence of {e}: {len(pairs)} words, expected calibration error {error:.4f}\n")
            print(table(["confidence", "words", "mean", "right"], [[f"{a:.1f}–{b:.1f}", str(n), f"{mean:.3f}", f"{share:.3f}"] for a, b, n, mean, share in rows]))


def self_test():
    from pageset import Page, upright
    page = Page("p", "k", Path("x"), 300, "một hai ba", words=[("một,", [0, 0, 100, 40]), ("hai", [120, 0, 200, 40]), ("ba", [0, 60, 90, 100])])
    assert hits("một hai, hai", "hai ba") == (1, 3, 2)
    assert hits(unicodedata.normalize("NFD", "một"), "một") == (1, 1, 1), "the same letter however it is written"
    boxes = [[0, 0, 100, 40], [120, 0, 200, 40]]
    assert judged(page, [("một", 0.9, boxes[0]), ("hại", 0.8, boxes[1])]) == [(0.9, True), (0.8, False)]
    assert judged(page, [("hai", 0.9, boxes[0])]) == [(0.9, False)], "the right word at the wrong place is wrong"
    assert judged(page, [("một hai", 0.9, [0, 0, 200, 40])]) == [(0.9, True)]
    assert judged(page, [("một", 0.9, boxes[0]), ("một", 0.7, boxes[0])]) == [(0.9, True), (0.7, False)], "one word cannot be read twice"
    assert judged(page, [("–", 0.9, boxes[0])]) == []
    assert box_overlaps(page, [("hai", 1, boxes[1])]) == [0.0, 1.0, 0.0]
    rows, error = reliability([(0.95, True)] * 19 + [(0.95, False)])
    assert rows == [(0.9, 1.0, 20, rows[0][3], 0.95)] and error < 1e-9
    assert abs(reliability([(0.95, True), (0.55, False)])[1] - 0.3) < 1e-9
    assert abs(reliability([(1.0, False)])[1] - 1) < 1e-9, "1.0 is in the last bin"
    # A box at the top left of an upright page of 100 × 200, after turns of the page.
    for turn, box, size in ((90, [170, 5, 190, 35], (200, 100)), (180, [65, 170, 95, 190], (100, 200)), (270, [10, 65, 30, 95], (200, 100))):
        assert upright(box, turn, *size) == [5, 10, 35, 30], turn
    assert back_on_page([10, 20, 30, 40], 90, (100, 100)) == [20, 70, 40, 90] or all(abs(a - b) < 1e-9 for a, b in zip(back_on_page([10, 20, 30, 40], 90, (100, 100)), [20, 70, 40, 90]))
    with tempfile.TemporaryDirectory() as tmp:
        path = Path(tmp) / "a"
        path.with_suffix(".tsv").write_text("level\tleft\ttop\twidth\theight\tconf\ttext\n5\t1\t2\t3\t4\t90\tmột\n4\t0\t0\t9\t9\t-1\t\n", encoding="utf-8")
        assert results_at(path) == ("một", [("một", 0.9, [1, 2, 4, 6])])
        path.with_suffix(".xml").write_text('<alto xmlns="a"><String CONTENT="hai" WC="0.5" HPOS="1" VPOS="2" WIDTH="3" HEIGHT="4"/></alto>', encoding="utf-8")
        assert results_at(path) == ("hai", [("hai", 0.5, [1, 2, 4, 6])])
    print("reading: self-test passed")


def named(text):
    name, sign, value = text.partition("=")
    if not (name and sign and value):
        raise argparse.ArgumentTypeError(f"not NAME=VALUE: {text}")
    return name, value


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--pages", type=Path, required=True)
    arguments.add_argument("--tesseract", type=Path, metavar="CACHE")
    arguments.add_argument("--options", default="-l vie", help="of Tesseract (default: %(default)s)")
    arguments.add_argument("--command", type=named, action="append", default=[], metavar="NAME=COMMAND")
    arguments.add_argument("--folder", type=named, action="append", default=[], metavar="NAME=RESULTS")
    arguments.add_argument("--keep", type=Path, help="results of commands stay here, in a folder of the engine's name")
    arguments.add_argument("--classes", help="only these")
    arguments.add_argument("--per-page", action="store_true")
    arguments.add_argument("--jobs", type=int, default=1)
    a = arguments.parse_args()
    pages = [p for p in load(a.pages) if not a.classes or p.kind in a.classes.split(",")]
    if not pages:
        arguments.error("no pages with truth there")
    engines = {}
    if a.tesseract:
        engines["tesseract"] = read_by_tesseract(pages, a.tesseract, a.options, a.jobs)
    for name, folder in a.folder:
        engines[name] = {p.name: results_at(Path(folder) / p.name) for p in pages}
    with tempfile.TemporaryDirectory() as tmp:
        for name, command in a.command:
            keep = (a.keep or Path(tmp)) / name
            keep.mkdir(parents=True, exist_ok=True)
            engines[name], cpu = read_by_command(shlex.split(command), pages, keep, a.jobs)
            print(f"{name}: {cpu:.3f} CPU-seconds a page\n")
    report(pages, engines, a.per_page)


if __name__ == "__main__":
    main()
