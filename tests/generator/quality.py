#!/usr/bin/env python3
"""Scans of known quality: good ones, and ones that are blurred, dark, askew or cut off, for `tests/judges/quality.py`.

    quality.py OUT --seed 1 --papers 12 --dpi 300

Each paper is scanned once in every way, grey or colour, as JPEG. OUT gets the images and truth.json:

    [{file, paper, dpi, kind, level, edge, lost, turned}]
    kind    good: within what offices scan; marked: good, with shadows along the edges, punch holes, staples, dirt and a stamp over the
            edge; tight: good, with the text 3 mm from an edge; picture: good, a photograph to all edges;
            blurred: `level` is the sigma of the blur, px at 300 dpi and so much less at 200 dpi;
            dark: `level` is the paper's grey value in shares of white; askew: degrees, either way;
            cut: `level` mm of the text lie beyond `edge` of the upright page, and `lost` words with them, whole or in part
    turned  degrees clockwise by which the page lies wrong

People, places and numbers are invented. The same seed gives the same pages. Needs tests/generator/requirements.txt and the fonts of
Debian's fonts-croscore and fonts-dejavu.
"""

import argparse
from concurrent.futures import ProcessPoolExecutor
import json
import os
from pathlib import Path
import random

import numpy as np
from PIL import Image, ImageChops, ImageDraw

import papers
from raster import draw, seal_mask, word_boxes
from scanner import scanned

RECIPES = [
    lambda s: papers.decision(s, 2), lambda s: papers.report(s, 2), papers.official_letter, papers.notice,
    lambda s: papers.application(s, typed=True), papers.authorisation, papers.permit, papers.table, papers.receipt,
    papers.english_letter, lambda s: papers.decision(s, 3), papers.form_with_fields,
]
SIGMAS = (1.0, 1.5, 2.0, 3.0)
LIGHTS = (0.8, 0.7, 0.6, 0.5, 0.4, 0.3)
ANGLES = (0, 1, 2, 3, 4, 5, 6, 7)
CUTS = (2, 4, 6, 8, 10)
EDGES = ("top", "right", "bottom", "left")


def office(r, dpi):
    """A usual scan of white or yellowish paper."""
    paper = (r.randint(238, 254),) * 3 if r.random() < 0.6 else (r.randint(244, 252), r.randint(240, 247), r.randint(225, 240))
    return {"noise": r.uniform(1, 5), "blur": r.uniform(0.3, 0.8) * dpi / 300, "paper": paper, "shade": r.choice([0, 0, r.uniform(0.05, 0.2)]),
            "edge": r.random() < 0.5, "skew": r.uniform(-1, 1)}


def moved(page, x, y):
    """The page moved by so many px, white behind it."""
    out = Image.new("RGB", page.size, "white")
    out.paste(page, (round(x), round(y)))
    return out


def outward(boxes, edge, mm, size, dpi):
    """How far, px, the text has to be moved so that `mm` of it lie beyond the edge; negative mm leave so much room."""
    far = mm / 25.4 * dpi
    left, top = min(b[0] for b in boxes), min(b[1] for b in boxes)
    right, bottom = max(b[2] for b in boxes), max(b[3] for b in boxes)
    return {"left": (-left - far, 0), "right": (size[0] - right + far, 0),
            "top": (0, -top - far), "bottom": (0, size[1] - bottom + far)}[edge]


def lost(boxes, by, size):
    w, h = size
    inside = lambda b: b[0] + by[0] >= 0 and b[1] + by[1] >= 0 and b[2] + by[0] <= w and b[3] + by[1] <= h
    return sum(not inside(b) for b in boxes)


def with_marks(image, r, dpi):
    """What scanners and offices leave along the edges of a good page."""
    image = image.copy()
    d, (w, h), mm = ImageDraw.Draw(image), image.size, dpi / 25.4
    dark = lambda: tuple([r.randint(10, 70)] * 3) if image.mode == "RGB" else r.randint(10, 70)
    for side in r.sample(EDGES, r.randint(1, 3)):
        # A shadow as wide as a millimetre or two, whole or in pieces.
        at, whole = 0, r.random() < 0.5
        length = h if side in ("left", "right") else w
        while at < length:
            piece = length if whole else r.uniform(0.5, 8) * mm
            wide = r.uniform(0.2, 2) * mm
            box = {"left": (0, at, wide, at + piece), "right": (w - wide, at, w, at + piece),
                   "top": (at, 0, at + piece, wide), "bottom": (at, h - wide, at + piece, h)}[side]
            d.rectangle(box, fill=dark())
            at += piece + r.uniform(0.2, 4) * mm
    for y in (0.5 - 40 / 297, 0.5 + 40 / 297):
        x, radius = r.uniform(2, 12) * mm, 3 * mm
        d.ellipse((x - radius, y * h - radius, x + radius, y * h + radius), fill=dark())
    x, y = r.uniform(0, 6) * mm, r.uniform(0, 10) * mm
    d.line((x, y, x + 9 * mm, y + 3 * mm), fill=dark(), width=round(0.5 * mm))
    for _ in range(60):
        x, y, size = r.choice([0, r.uniform(0, w)]), r.choice([0, r.uniform(0, h)]), r.uniform(0.1, 0.6) * mm
        d.ellipse((x - size, y - size, x + size, y + size), fill=dark())
    mask = seal_mask(17 * mm, "XÃ ĐÔNG KHÊ HẠ • ỦY BAN NHÂN DÂN • ", r.randint(0, 99))
    ink = (40, 50, 150) if image.mode == "RGB" else 60
    centre = r.choice([(0, h * 0.7), (w, h * 0.3), (w * 0.6, h)])
    image.paste(ink, (round(centre[0] - mask.width / 2), round(centre[1] - mask.height / 2)), mask)
    return image


def picture(r, size, page):
    """Something like a card: a photograph, light and dark at all scales, with a piece of the page's text in its middle."""
    rng = np.random.default_rng(r.randint(0, 1 << 30))
    w, h = size
    layers = np.zeros((h, w), dtype=np.float32)
    for cells, weight in ((4, 1.0), (11, 0.7), (40, 0.45), (150, 0.3)):
        coarse = Image.fromarray(rng.integers(0, 256, (cells, cells), dtype=np.uint8))
        layers += weight * np.asarray(coarse.resize(size, Image.Resampling.BICUBIC), dtype=np.float32)
    values = (layers - layers.min()) / (layers.max() - layers.min()) * 255
    card = Image.fromarray((90 + values * 0.6).astype(np.uint8)).convert("RGB")
    at = (round(w * 0.2), round(h * 0.2))
    text = page.crop((page.width // 4, page.height // 4, page.width // 4 + round(w * 0.6), page.height // 4 + round(h * 0.6)))
    card.paste(ImageChops.multiply(card.crop((*at, at[0] + text.width, at[1] + text.height)), text), at)
    return card


def make(arguments):
    out, seed, number, dpi = arguments
    r = random.Random(f"quality/{seed}/{number}")
    sheets = RECIPES[number % len(RECIPES)](1000 * seed + number)
    sheet = sheets[r.randrange(len(sheets))]
    colour = r.random() < 0.5
    page = draw(sheet, dpi, ink=r.randint(15, 70))
    boxes = [w["box"] for w in word_boxes(sheet, dpi)]
    truth = []

    def write(kind, level, drawn, edge=None, lost=0, after=None, **changes):
        scan = scanned(drawn if colour else drawn.convert("L"), r.randint(0, 1 << 30), **{**office(r, dpi), **changes})
        if after:
            scan = after(scan)
        turned = r.choice((0, 0, 0, 90, 180, 270))
        scan = scan.rotate(-turned, expand=True)
        name = f"{number:03}-{len(truth):02}-{kind}.jpg"
        scan.save(out / name, quality=r.randint(55, 85), dpi=(dpi, dpi))
        truth.append({"file": name, "paper": number, "dpi": dpi, "kind": kind, "level": level, "edge": edge, "lost": lost,
                      "turned": turned})

    for _ in range(3):
        write("good", 0, page)
    write("marked", 0, page, after=lambda scan: with_marks(scan, r, dpi))
    for edge in EDGES:
        write("tight", 0, moved(page, *outward(boxes, edge, -3, page.size, dpi)), edge=edge, skew=0)
    write("picture", 0, picture(r, (round(86 / 25.4 * dpi), round(54 / 25.4 * dpi)), page), skew=0)
    for sigma in SIGMAS:
        write("blurred", sigma, page, blur=sigma * dpi / 300)
    for light in LIGHTS:
        # Ink and paper get darker alike, as with too short an exposure.
        write("dark", light, page, paper=(round(255 * light),) * 3)
    for angle in ANGLES:
        write("askew", angle, page, skew=angle * r.choice((-1, 1)))
    for edge in EDGES:
        for mm in CUTS:
            by = outward(boxes, edge, mm, page.size, dpi)
            write("cut", mm, moved(page, *by), edge=edge, lost=lost(boxes, by, page.size), skew=r.uniform(-0.5, 0.5))
    return truth


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--papers", type=int, default=12)
    parser.add_argument("--dpi", type=int, default=300)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    jobs = [(arguments.out, arguments.seed, number, arguments.dpi) for number in range(arguments.papers)]
    with ProcessPoolExecutor(max_workers=os.cpu_count()) as pool:
        truth = [entry for entries in pool.map(make, jobs) for entry in entries]
    (arguments.out / "truth.json").write_text(json.dumps(truth, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
