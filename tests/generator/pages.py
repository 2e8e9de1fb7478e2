#!/usr/bin/env python3
"""Test pages for recognizers: images as from a scanner, with all that is printed on them and where.

    pages.py OUT --seed 1 --count 84                      pages of all classes in turn
    pages.py OUT --seed 3 --count 12 --classes body,italics
    pages.py OUT --seed 2 --count 400 --skewed            skew within ±10°, turned by 0, 90, 180 or 270°, all JPEG

Each page is an image (grey PNG or colour JPEG) and a JSON of the same name:

    class, family (of fonts), dpi, colour, image
    skew       degrees by which the upright page was turned counter-clockwise (the canvas grows)
    rotation   degrees by which it was then turned clockwise: 0, 90, 180, 270
    noise      parameters of the scan
    text       what is printed, in reading order: a line a line, blocks apart by an empty line
    blocks     [{kind, lines: [{text, words: [{text, box: [left, top, right, bottom]}]}]}]; boxes of ink in px of the image

What stamps, seals and hands put on the page is not in the text. People, places and numbers are invented. The same seed
gives the same pages. A recognizer that was tuned on pages of one seed is to be measured on another.
Needs tests/generator/requirements.txt and the fonts of Debian's fonts-croscore and fonts-dejavu.
"""

import argparse
from concurrent.futures import ProcessPoolExecutor
import json
import os
from pathlib import Path
import random
import unicodedata

import numpy as np

from clerk import Clerk
from kinds import CLASSES
from rendering import draw, scan, through_jpeg, word_boxes
from typeset import FAMILIES, TestPage


def scanner_settings(r, dpi):
    """A usual scan: nothing that a person could not read with ease."""
    return {
        "ink": r.randint(15, 70),
        "copied": r.randint(125, 175) if r.random() < 0.25 else None,
        "blur": round(r.uniform(0.3, 1.1) * dpi / 300, 2),
        "noise": round(r.uniform(1, 8), 1),
        "shade": round(r.choice([0, 0, r.uniform(0.05, 0.25)]), 2),
        "paper": [r.randint(236, 254)] * 3 if r.random() < 0.5 else [r.randint(246, 252), r.randint(242, 248), r.randint(230, 242)],
        "specks": r.choice([0, 0, 5, 20]),
        "edge": r.random() < 0.5,
        "jpeg": r.randint(50, 75) if r.random() < 0.8 else 90,
    }


def make(out, seed, number, kind, skewed):
    """Writes one page and its truth."""
    r = random.Random(f"{seed}/{number}/{kind}")
    clerk = Clerk(r.random())
    page = TestPage(family=r.choices(list(FAMILIES), (5, 2, 1.5, 1.5))[0])
    CLASSES[kind](clerk, page)
    dpi = r.choices((200, 300, 400), (3, 5, 2))[0]
    colour = r.random() < (0.7 if kind in ("seal-signature", "angled-stamp") else 0.4)
    skew = round(r.uniform(-10, 10) if skewed else r.choice([0, r.uniform(-2, 2), r.uniform(-1, 1)]), 2)
    turn = r.choice([0, 90, 180, 270] if skewed else [90, 180, 270] if kind == "rotated" else [0])
    noise = scanner_settings(r, dpi)
    image = draw(page, dpi, noise["ink"], noise["copied"])
    if not colour:
        image = image.convert("L")
    image = scan(image, np.random.default_rng(r.getrandbits(63)), skew, noise["blur"], noise["noise"], noise["shade"], noise["paper"], noise["specks"], noise["edge"])
    boxes = word_boxes(page, dpi, skew, turn, image.size)
    if turn:
        image = image.rotate(-turn, expand=True)
    name = f"{number:04d}-{kind}"
    if colour or skewed:
        file = f"{name}.jpg"
        image.save(out / file, "JPEG", quality=noise["jpeg"], dpi=(dpi, dpi))
    else:
        file = f"{name}.png"
        through_jpeg(image, noise["jpeg"]).save(out / file, "PNG", compress_level=3, dpi=(dpi, dpi))
    blocks = [{"kind": k, "lines": [{"text": " ".join(page.words[i].text for i in line), "words": [{"text": page.words[i].text, "box": boxes[i]} for i in line]} for line in lines if line]}
              for k, lines in page.blocks if any(lines)]
    text = "\n\n".join("\n".join(line["text"] for line in b["lines"]) for b in blocks) + "\n"
    truth = {"image": file, "class": kind, "family": page.family, "dpi": dpi, "colour": colour, "width": image.width, "height": image.height, "skew": skew, "rotation": turn,
             "noise": noise, "text": unicodedata.normalize("NFC", text), "blocks": blocks}
    (out / f"{name}.json").write_text(json.dumps(truth, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("out", type=Path)
    arguments.add_argument("--seed", type=int, required=True)
    arguments.add_argument("--count", type=int, required=True)
    arguments.add_argument("--classes", default=",".join(CLASSES), help="some of: %(default)s")
    arguments.add_argument("--skewed", action="store_true")
    a = arguments.parse_args()
    kinds = a.classes.split(",")
    if unknown := set(kinds) - set(CLASSES):
        arguments.error(f"no such class: {', '.join(sorted(unknown))}")
    a.out.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(min(2, os.cpu_count() or 1)) as pool:
        jobs = [pool.submit(make, a.out, a.seed, n + 1, kinds[n % len(kinds)], a.skewed) for n in range(a.count)]
        for job in jobs:
            job.result()


if __name__ == "__main__":
    main()
