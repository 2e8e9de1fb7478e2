#!/usr/bin/env python3
"""Same crops, same texts? Compares the recognizer's network, without dictionaries, with the tesseract program.

    tests/judges/line_texts.py --work DIR [--most N] READ_LINES PAGE_IMAGE...

Cuts lines out of the page images (red channel) where Tesseract sees them, reads each crop with `tesseract --psm 13`
(dictionaries off) and with the example `read_lines` in every arithmetic that the machine has, and prints the shares of
equal texts and every difference. What Tesseract said is kept in DIR.
"""

import argparse
import os
from pathlib import Path
import subprocess
import sys

from PIL import Image

TESSDATA = Path("/usr/share/tesseract-ocr/5/tessdata/vie.traineddata")
DICTIONARIES = range(18, 21)
ENVIRONMENT = {**os.environ, "OMP_THREAD_LIMIT": "1"}


def without_dictionaries(folder):
    """A copy of the model without its word graphs: no option of the program keeps a line model from using them."""
    model = TESSDATA.read_bytes()
    count = int.from_bytes(model[:4], "little")
    starts = [int.from_bytes(model[4 + 8 * i:12 + 8 * i], "little", signed=True) for i in range(count)]
    table, parts, at = [], [], 4 + 8 * count
    for i, start in enumerate(starts):
        if start < 0 or i in DICTIONARIES:
            table.append(-1)
            continue
        end = min((s for s in starts if s > start), default=len(model))
        table.append(at)
        parts.append(model[start:end])
        at += end - start
    head = model[:4] + b"".join(s.to_bytes(8, "little", signed=True) for s in table)
    (folder / "plain.traineddata").write_bytes(head + b"".join(parts))


def cut(page, work, most):
    """Crops of one page as PGM files."""
    image = Image.open(page)
    grey = image.convert("RGB").getchannel("R") if image.mode in ("RGB", "P", "RGBA") else image.convert("L")
    source = work / "page.pgm"
    grey.save(source)
    tsv = subprocess.run(["tesseract", source, "-", "-l", "vie", "--dpi", "300", "tsv"], env=ENVIRONMENT, check=True,
                         capture_output=True, text=True).stdout
    crops = []
    for row in tsv.splitlines()[1:]:
        level, *_, left, top, width, height, _conf, _text = row.split("\t")
        left, top, width, height = map(int, (left, top, width, height))
        if level == "4" and width > 3 * height and 20 <= height <= 140:
            box = (max(0, left - 4), max(0, top - 4), min(grey.width, left + width + 4), min(grey.height, top + height + 4))
            path = work / f"{page.stem}-{len(crops):03}.pgm"
            grey.crop(box).save(path)
            crops.append(path)
    return crops[:most]


def tesseract(crops, work):
    if not crops:
        return {}
    listing = work / "crops.txt"
    listing.write_text("".join(f"{c}\n" for c in crops))
    without_dictionaries(work)
    out = subprocess.run(["tesseract", listing, "-", "--tessdata-dir", work, "-l", "plain", "--psm", "13", "--dpi", "300"],
                         env=ENVIRONMENT, check=True, capture_output=True, text=True).stdout
    texts = [t.strip() for t in out.split("\f")][: len(crops)]
    return dict(zip(crops, texts, strict=True))


def ours(program, kind, crops):
    run = subprocess.run([program, TESSDATA, kind, *crops], capture_output=True, text=True)
    if run.returncode != 0:
        print(f"{kind}: {run.stderr.strip()}", file=sys.stderr)
        return None
    return {Path(p): t.strip() for p, t in (line.split("\t", 1) for line in run.stdout.splitlines())}


def compare(name, texts, judge, judge_name, show):
    # Runs of spaces are one: the program prints words, and drops what is empty between two of them.
    texts, judge = ({c: " ".join(t.split()) for c, t in d.items()} for d in (texts, judge))
    same = sum(texts[c] == judge[c] for c in judge)
    print(f"{name}: {same} of {len(judge)} lines as {judge_name}, {100 * same / len(judge):.2f} %")
    if show:
        for c in judge:
            if texts[c] != judge[c]:
                print(f"  {c.name}\n    {judge_name:10} {judge[c]}\n    {name:10} {texts[c]}")
    return same / len(judge)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--most", type=int, default=60, help="lines a page")
    parser.add_argument("program")
    parser.add_argument("pages", type=Path, nargs="+")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    judge = {}
    for page in options.pages:
        kept = options.work / f"{page.stem}.texts"
        if not kept.exists():
            texts = tesseract(cut(page, options.work, options.most), options.work)
            kept.write_text("".join(f"{c}\t{t}\n" for c, t in texts.items()))
        judge |= {Path(p): t for p, t in (line.split("\t", 1) for line in kept.read_text().splitlines())}
    crops = list(judge)
    reference = ours(options.program, "reference", crops)
    good = compare("reference", reference, judge, "tesseract", True) >= 0.97
    for kind in ("avx2", "avx512vnni"):
        texts = ours(options.program, kind, crops)
        if texts is not None:
            good &= compare(kind, texts, reference, "reference", True) >= 0.99
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
