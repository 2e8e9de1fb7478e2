#!/usr/bin/env python3
"""Stack scans: separator sheets, papers, blank backs, as they come out of a sheet-fed scanner, with the truth.

    stacks.py OUT --sohoa target/release/sohoa --seed 1 --count 400

Writes `OUT/scans/SCANnnnn.pdf|tif`, `OUT/register.csv` and `OUT/truth.json`. The separator sheets are those that the program prints
(`sohoa cover-sheet`), drawn by pdftoppm. Names of files say nothing. The same seed gives the same pages.

truth.json: a list of stacks:

    file, scenario, dpi, colour, skew, noise, blur
    office     within what offices scan: skew ≤ 3°, noise σ ≤ 8, blur σ ≤ 0.8, ≥ 200 dpi, and no sheet missing, damaged or wrong
    pages      one for each physical page, in order:
        kind       separator | blank | kept
        dossier    on which dossier it belongs; null for separators and what lies behind them
        component  its component, null: not said by any sheet
        document   number of the document in the stack, null for separators and their backs
        codes      symbols on it that can be read: {format, text, ours, damaged}; `damaged` may or may not be readable

A dossier whose code is not in register.csv is meant to be unknown. Where no evidence is left for the true dossier, only review is
right; the judge needs no mark for that, since attaching to any other dossier is wrong.
Needs tests/generator/requirements.txt, poppler-utils and the fonts of Debian's fonts-croscore.
"""

import argparse
from concurrent.futures import ProcessPoolExecutor
import csv
import hashlib
import json
import os
from pathlib import Path
import random
import subprocess
import tempfile

import numpy as np
from PIL import Image, ImageFilter

import codes
from containers import image_pdf, saved, tiff
import papers
import raster
from scanner import turned

A4_MM = (210, 297)
# The QR code of a cover sheet and its Code 128, mm: what damage has to hit.
SHEET_QR = (63, 49, 147, 133)
SHEET_BARS = (30, 191, 180, 218)
# Names that no generated paper has as its title: only what separates the stack says the component.
COMPONENTS = [("TP01", "Hồ sơ kỹ thuật thửa đất"), ("TP02", "Bản trích lục bản đồ"), ("TP03", "Hợp đồng ủy quyền"), ("KQ", "Giấy chứng nhận đăng ký")]

# Scenario → weight. Those of the second group are never in office range.
OFFICE = {"sheets": 20, "two-dossiers": 12, "double-sided": 12, "upside-down": 6, "foreign-codes": 8, "patch": 6,
          "sticker": 8, "system-paper": 6}
# A sheet without component says the dossier and not where its papers begin: a person is asked about a second head behind it.
HARD = {"whole-dossier": 8, "unknown-dossier": 3, "missing-sheet": 5, "damaged-sheet": 6, "wrong-check": 3, "two-stickers-glued": 2,
        "sheet-without-papers": 3}


def mm_box(box, dpi):
    return [v / 25.4 * dpi for v in box]


# Papers: drawn once, used in many stacks.

def paper_recipes(count, seed):
    """(function, arguments) of documents of one to three pages."""
    r = random.Random(f"papers/{seed}")
    makers = [lambda s: papers.decision(s, 2, numbered=str(s % 890 + 10)), lambda s: papers.report(s, 2), lambda s: papers.official_letter(s),
              lambda s: papers.notice(s), lambda s: papers.application(s, typed=s % 2 == 0, pages=2), lambda s: papers.authorisation(s),
              lambda s: papers.permit(s), lambda s: papers.table(s), lambda s: papers.report(s, 3), lambda s: papers.decision(s, 1, numbered=str(s % 890 + 10))]
    return [(makers[i % len(makers)], r.randint(1, 10 ** 6)) for i in range(count)]


def draw_paper(folder, number, seed, count):
    make, paper_seed = paper_recipes(count, seed)[number]
    sheets = make(paper_seed)
    for i, sheet in enumerate(sheets):
        raster.draw(sheet, 300).save(folder / f"paper-{number}-{i}.png", compress_level=1)
    return len(sheets)


# Register and sheets.

def dossiers_for(count, seed):
    r = random.Random(f"dossiers/{seed}")
    agencies = ["H41.20", "000.20.41.H41", "H41.31.5", "H41.8"]
    seen, out = set(), []
    while len(out) < count:
        code = f"{r.choice(agencies)}-2306{r.randint(1, 28):02d}-{r.randint(1, 9999):04d}"
        if code not in seen:
            seen.add(code)
            out.append((code, COMPONENTS[:r.randint(2, 3)] + COMPONENTS[3:]))
    return out


def write_register(path, dossiers):
    with path.open("w", encoding="utf-8", newline="") as f:
        w = csv.writer(f, lineterminator="\n")
        w.writerow("dossier,procedure,agency,counter,channel,applicant,received,status,component,component_name,kind,required".split(","))
        for n, (code, components) in enumerate(dossiers):
            for id, name in components:
                w.writerow([code, "1.012790", "UBND huyện Phú Lộc Hạ", "Quầy 1", "counter", f"Người nộp số {n + 1}", "2023-06-15T08:05", 4, id, name,
                            "result" if id == "KQ" else "component", "true"])


def sheet_text(dossier, component):
    """What the QR code of a sheet says, by docs/MATCHING.md and not by the program."""
    body = f"SOHOA1/{dossier}/{component or ''}"
    return f"{body}/{hashlib.sha256(body.encode()).hexdigest()[:8].upper()}"


class Sheets:
    """Cover sheets as the program prints them."""

    def __init__(self, sohoa, home, folder):
        self.sohoa, self.home, self.folder = sohoa, home, folder

    def page(self, dossier, component, dpi, known=True):
        name = self.folder / f"{dossier}-{component}"
        # The home knows the dossiers of the register; without one the sheet is printed without the component's name.
        home = self.home if known else self.folder / "no-home"
        command = [self.sohoa, "--home", home, "cover-sheet", dossier, "--out", f"{name}.pdf", *(["--component", component] if component else [])]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        subprocess.run(["pdftoppm", "-r", str(dpi), "-gray", "-singlefile", f"{name}.pdf", name], check=True)
        with Image.open(f"{name}.pgm") as image:
            image.load()
        for suffix in (".pdf", ".pgm"):
            Path(f"{name}{suffix}").unlink()
        return image


# Stacks.

class Stack:
    """The pages of one stack before they are scanned."""

    def __init__(self, r, dpi, colour, sheets, folder, counts):
        self.r, self.dpi, self.colour, self.sheets, self.folder, self.counts = r, dpi, colour, sheets, folder, counts
        self.pages, self.truth, self.documents, self.double_sided = [], [], 0, False
        self.rng = np.random.default_rng(r.getrandbits(63))
        self.left = r.sample(range(len(counts)), len(counts))

    def add(self, image, kind, dossier=None, component=None, document=None, codes=()):
        self.pages.append(image)
        self.truth.append({"kind": kind, "dossier": dossier, "component": component, "document": document, "codes": list(codes)})

    def blank(self):
        return Image.new("L", tuple(round(v / 25.4 * self.dpi) for v in A4_MM), 255)

    def back(self):
        """The empty back of a separator."""
        if self.double_sided:
            self.add(self.blank(), "blank")

    def sheet(self, dossier, component, change=None, known=True, broken=False):
        image = self.sheets.page(dossier, component, self.dpi, known)
        marks = [{"format": "qr", "text": sheet_text(dossier, component), "ours": True, "damaged": bool(change)}, {"format": "code128", "text": dossier, "ours": True, "damaged": change == "both"}]
        if broken:
            bad = f"SOHOA1/{dossier}/{component or ''}/0BADC0DE"
            codes.put(image, codes.symbol("qr", bad, 1.9, self.dpi), 62, 48, self.dpi)
            marks[0]["text"] = bad
        if change:
            damage = self.r.choice([codes.scribbled, codes.torn])
            damage(image, mm_box(SHEET_QR, self.dpi), self.rng)
            if change == "both":
                codes.scribbled(image, mm_box(SHEET_BARS, self.dpi), self.rng)
            elif damage is codes.torn:
                marks[1]["damaged"] = True
        self.add(image, "separator", codes=marks)
        self.back()

    def patch(self):
        self.add(codes.patch_page(self.blank().size, self.dpi, self.r.random() < 0.6), "separator", codes=[{"format": "patch", "text": "", "ours": True, "damaged": False}])
        self.back()

    def paper(self, dossier, component=None, decorate=None):
        """A document; `decorate(image)` puts something on its first page and says which symbols that are."""
        number = self.left.pop()
        for i in range(self.counts[number]):
            with Image.open(self.folder / f"paper-{number}-{i}.png") as image:
                image = image.convert("RGB" if self.colour else "L")
            if self.dpi != 300:
                image = image.resize([round(v * self.dpi / 300) for v in image.size], Image.Resampling.LANCZOS)
            marks = decorate(image) if decorate and i == 0 else []
            self.add(image, "kept", dossier, component, self.documents, marks)
            if self.double_sided:
                back = self.blank()
                self.add(back, "blank", dossier, component, self.documents)
        self.documents += 1

    def papers(self, dossier, component=None, most=2):
        # Two documents behind one sheet cannot be told apart by it, and are one to whoever put them there.
        for _ in range(1 if component else self.r.randint(1, most)):
            self.paper(dossier, component)

    def sticker(self, code):
        """Says what it puts on a page: a sticker with the code in one of three kinds."""
        kind = self.r.choice(["code128", "code128", "qr", "data-matrix"])
        module = {"code128": 0.33, "qr": self.r.choice([0.6, 0.8]), "data-matrix": self.r.choice([0.6, 0.8])}[kind]
        askew = self.r.uniform(-2, 2)
        # At 5° of skew about the middle of the page a corner moves by 9 mm: it has to stay on the glass.
        place = (100 + self.r.uniform(0, 6), 9 + self.r.uniform(0, 2)) if kind == "code128" else (160, 10 + self.r.uniform(0, 4))

        def put(image):
            codes.sticker(image, kind, code, module, *place, self.dpi, askew, 9)
            return [{"format": kind, "text": code, "ours": True, "damaged": False}]
        return put

    def system(self, code):
        text = self.r.choice(["{c}|1.012790|099079012418|Giấy tiếp nhận|HTTTGQ|2023-06-15T08:05:00", '{{"MaHoSo":"{c}","MaTTHC":"1.012790"}}',
                              "https://dichvucong.example.vn/tra-cuu?hs={c}&tt=1.012790"]).format(c=code)

        def put(image):
            codes.put(image, codes.symbol("qr", text, 0.5, self.dpi), 12, 11, self.dpi)
            return [{"format": "qr", "text": text, "ours": True, "damaged": False}]
        return put

    def foreign(self):
        goods = f"893{self.r.randrange(10 ** 9):09d}"
        goods += str(-sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(goods)) % 10)
        kind, text = self.r.choice([("ean", goods), ("qr", f"https://example.vn/tin-tuc/{self.r.randrange(10 ** 6)}"),
                                    ("code128", f"VB{self.r.randrange(10 ** 8):08d}")])

        def put(image):
            codes.put(image, codes.symbol(kind, text, 0.5 if kind == "qr" else 0.33, self.dpi, 10), 140, 262, self.dpi)
            return [{"format": kind, "text": text, "ours": False, "damaged": False}]
        return put


def compose(stack, scenario, a, b, unknown):
    """Fills a stack. `a`, `b`: dossiers with their components; `unknown`: the code of one that the register does not have."""
    r, (code, components), (other, other_components) = stack.r, a, b
    ids = [id for id, _ in components]
    stack.double_sided = scenario == "double-sided" or r.random() < 0.12

    def all_of(code, ids, most=2):
        for id in r.sample(ids, min(len(ids), r.randint(1, most))):
            stack.sheet(code, id)
            stack.papers(code, id)

    if scenario in ("sheets", "upside-down", "double-sided"):
        all_of(code, ids, 3)
    elif scenario == "whole-dossier":
        stack.sheet(code, None)
        stack.papers(code)
    elif scenario == "two-dossiers":
        all_of(code, ids)
        all_of(other, [id for id, _ in other_components])
    elif scenario == "foreign-codes":
        stack.sheet(code, ids[0])
        stack.paper(code, ids[0], stack.foreign())
        all_of(code, ids[1:])
    elif scenario == "patch":
        stack.sheet(code, None)
        stack.paper(code)
        stack.patch()
        stack.paper(code)
    elif scenario == "sticker":
        stack.paper(code, decorate=stack.sticker(code))
        stack.paper(other, decorate=stack.sticker(other))
    elif scenario == "system-paper":
        stack.paper(code, decorate=stack.system(code))
        if r.random() < 0.5:
            stack.sheet(other, other_components[0][0])
            stack.papers(other, other_components[0][0])
    elif scenario == "unknown-dossier":
        stack.sheet(unknown, "TP01", known=False)
        stack.papers(unknown, "TP01")
        all_of(code, ids)
    elif scenario == "missing-sheet":
        stack.sheet(code, ids[0])
        stack.papers(code, ids[0])
        stack.paper(other)
    elif scenario == "damaged-sheet":
        stack.sheet(code, ids[0])
        stack.papers(code, ids[0])
        stack.sheet(other, other_components[0][0], change=r.choice(["qr", "both"]))
        stack.papers(other, other_components[0][0])
    elif scenario == "wrong-check":
        stack.sheet(code, ids[0])
        stack.papers(code, ids[0])
        stack.sheet(other, other_components[0][0], broken=True)
        stack.papers(other, other_components[0][0])
    elif scenario == "sheet-without-papers":
        # Its papers were drawn in with it, or forgotten; the next sheet is torn.
        stack.sheet(code, ids[0])
        stack.sheet(other, other_components[0][0], change="both")
        stack.papers(other, other_components[0][0])
    elif scenario == "two-stickers-glued":
        stack.paper(code, decorate=stack.sticker(code))
        stack.paper(other)


def scanned(image, rng, skew, noise, blur, white):
    """One pass through the scanner: the canvas stays as large as the page, as a scanner cuts it."""
    if skew:
        image = turned(image, skew)
    if blur:
        image = image.filter(ImageFilter.GaussianBlur(blur))
    a = np.asarray(image.point(lambda v: v * white // 255), dtype=np.int16)
    tile = rng.normal(0, noise, (512, 512)).round().astype(np.int16)
    tile = np.roll(tile, tuple(rng.integers(0, 512, 2)), (0, 1))
    h, w = a.shape[:2]
    field = np.tile(tile, (h // 512 + 1, w // 512 + 1))[:h, :w]
    return Image.fromarray((a + (field if a.ndim == 2 else field[..., None])).clip(0, 255).astype(np.uint8))


def make(number, scenario, a, b, unknown, seed, out, tools):
    """One stack: its file and its truth."""
    r = random.Random(f"stack/{seed}/{number}")
    hard_scan = r.random() < 0.15
    dpi = r.choice((200, 300))
    colour = r.random() < 0.2
    skew = r.uniform(3.2, 5) * r.choice((-1, 1)) if hard_scan else r.choice([0, r.uniform(-1, 1), r.uniform(-3, 3)])
    noise = round(r.uniform(6, 8) if hard_scan else r.choice([r.uniform(1, 4), r.uniform(1, 8)]), 1)
    blur = round(r.uniform(0.6, 0.8) if hard_scan else r.uniform(0.2, 0.8), 2)
    stack = Stack(r, dpi, colour, *tools)
    compose(stack, scenario, a, b, unknown)
    turn = 180 if scenario == "upside-down" and r.random() < 0.5 else 0
    images = []
    for i, image in enumerate(stack.pages):
        own = skew + r.uniform(-0.3, 0.3) if abs(skew) < 2.6 or hard_scan else skew
        image = scanned(image, stack.rng, max(-5, min(5, own)), noise, blur, r.randint(240, 254))
        # Single papers that lie the wrong way in a stack, or a stack put in the wrong way.
        half = turn or (180 if scenario == "upside-down" and r.random() < 0.4 else 0)
        images.append(image.rotate(half) if half else image)
    pdf = r.random() < 0.75
    name = f"SCAN{number + 1:04d}.{'pdf' if pdf else 'tif'}"
    if pdf:
        data = saved(image_pdf([{"image": image, "dpi": dpi, "quality": r.randint(50, 70)} for image in images]))
    else:
        data = tiff([i.convert("RGB") if colour else i.convert("L") for i in images], dpi, "jpeg", quality=60)
    (out / "scans" / name).write_bytes(data)
    return {"file": name, "scenario": scenario, "dpi": dpi, "colour": colour, "skew": round(skew, 2), "noise": noise, "blur": blur,
            "office": not hard_scan and scenario in OFFICE, "pages": stack.truth}


def job(arguments):
    number, scenario, a, b, unknown, seed, out, sohoa, home, folder, counts = arguments
    # Each stack has a scratch folder of its own, so that none waits for another's sheet.
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        return make(number, scenario, a, b, unknown, seed, out, (Sheets(sohoa, home, Path(scratch)), folder, counts))


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("out", type=Path)
    arguments.add_argument("--sohoa", type=Path, required=True, help="the program that prints the sheets")
    arguments.add_argument("--seed", type=int, required=True)
    arguments.add_argument("--count", type=int, required=True)
    arguments.add_argument("--scenarios", default="", help="only these, by comma")
    a = arguments.parse_args()
    weights = {k: v for k, v in {**OFFICE, **HARD}.items() if not a.scenarios or k in a.scenarios.split(",")}
    (a.out / "scans").mkdir(parents=True, exist_ok=True)
    dossiers = dossiers_for(3 * a.count, a.seed)
    known, unknown = dossiers[:2 * a.count], dossiers[2 * a.count:]
    write_register(a.out / "register.csv", known)
    r = random.Random(f"scenarios/{a.seed}")
    # Every scenario comes up before any comes up again by chance.
    scenarios = (list(weights) + r.choices(list(weights), list(weights.values()), k=a.count))[:a.count]
    papers_wanted = min(80, max(10, a.count))
    with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor(min(2, os.cpu_count() or 1)) as pool:
        folder = Path(folder)
        home, sohoa = folder / "home", a.sohoa.absolute()
        for command in (["init"], ["register", "import", a.out / "register.csv"]):
            subprocess.run([sohoa, "--home", home, *command], check=True, stdout=subprocess.DEVNULL)
        counts = list(pool.map(draw_paper, *zip(*[(folder, n, a.seed, papers_wanted) for n in range(papers_wanted)])))
        jobs = [(n, scenarios[n], known[2 * n], known[2 * n + 1], unknown[n][0], a.seed, a.out, sohoa, home, folder, counts) for n in range(a.count)]
        truth = list(pool.map(job, jobs))
    (a.out / "truth.json").write_text(json.dumps(truth, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
