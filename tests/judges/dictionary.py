#!/usr/bin/env python3
"""How many of the words that were read on pages without truth the model's dictionary has, beside Tesseract's.

    dictionary.py --tesseract CACHE --command 'sohoa=sohoa convert {image} {out}.pdf --text {out}.txt' PAGE_IMAGE…
    dictionary.py --self-test

Commands and Tesseract's cache are those of `reading.py`. A word is `\\w+` in NFC; the dictionary has it as it is or in small
letters. Needs Pillow, NumPy, and combine_tessdata and dawg2wordlist of Tesseract.
"""

import argparse
from pathlib import Path
import shlex
import subprocess
import sys
import tempfile
import unicodedata

from accuracy import words

TESSDATA = Path("/usr/share/tesseract-ocr/5/tessdata/vie.traineddata")


def word_list(model):
    """The words of the dictionary inside of a model."""
    with tempfile.TemporaryDirectory() as tmp:
        parts, listing = Path(tmp) / "vie.", Path(tmp) / "words"
        subprocess.run(["combine_tessdata", "-u", model, parts], check=True, capture_output=True)
        subprocess.run(["dawg2wordlist", f"{parts}lstm-unicharset", f"{parts}lstm-word-dawg", listing], check=True, capture_output=True)
        listed = unicodedata.normalize("NFC", listing.read_text(encoding="utf-8"))
        return {line.strip() for line in listed.splitlines() if line.strip()}


def known(text, dictionary):
    return sum(n for word, n in words(text).items() if word in dictionary or word.lower() in dictionary)


def self_test():
    dictionary = {"hồ", "sơ"}
    assert known("Hồ sơ, hô sơ 12", dictionary) == 3
    assert known("", dictionary) == 0
    print("dictionary: self-test passed")


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    from pageset import Page
    from reading import named, read_by_command, read_by_tesseract
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--tesseract", type=Path, metavar="CACHE", required=True)
    arguments.add_argument("--command", type=named, required=True, metavar="NAME=COMMAND")
    arguments.add_argument("--dpi", type=int, default=300)
    arguments.add_argument("--least", type=float, default=0.99, help="of Tesseract's words, page by page")
    arguments.add_argument("pages", type=Path, nargs="+")
    a = arguments.parse_args()
    pages = [Page(p.stem, "page", p, a.dpi, "") for p in a.pages]
    dictionary = word_list(TESSDATA)
    tesseract = read_by_tesseract(pages, a.tesseract, "-l vie", 1)
    name, command = a.command
    with tempfile.TemporaryDirectory() as tmp:
        ours, _ = read_by_command(shlex.split(command), pages, Path(tmp), 1)
    print(f"{len(dictionary)} words in the dictionary\n\n| page | tesseract | {name} | share, % |\n|---|--:|--:|--:|")
    below = 0
    for page in pages:
        theirs, own = known(tesseract[page.name][0], dictionary), known(ours[page.name][0], dictionary)
        below += own < a.least * theirs
        print(f"| {page.name} | {theirs} | {own} | {100 * own / theirs if theirs else 100:.2f} |")
    print(f"\n{below} of {len(pages)} pages below {a.least:.0%}")
    sys.exit(1 if below else 0)


if __name__ == "__main__":
    main()
