#!/usr/bin/env python3
"""Whether the words of a PDF's text layer lie on the words of the page.

    boxes.py TRUTH.words.json FILE.pdf      prints mean=0.812 n=1234 matched=1230
    boxes.py --self-test

`mean` is the mean intersection over union of all `n` true ink boxes with the boxes that poppler's `pdftotext -bbox`
gives to the same words; a true word without a counterpart of the same text counts 0. Same text on the same page,
greatest overlap first. Needs poppler-utils.
"""

from collections import defaultdict
import html
import json
import re
import subprocess
import sys
import unicodedata

PAGE = re.compile(r"<page ")
WORD = re.compile(r'<word xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)">(.*?)</word>')


def iou(a, b):
    wide, high = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    if wide <= 0 or high <= 0:
        return 0.0
    both = wide * high
    return both / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both)


def read_words(bbox_html):
    """(page, text) → boxes in pt from the top left corner of the page as shown."""
    found = defaultdict(list)
    for page, part in enumerate(PAGE.split(bbox_html)[1:], 1):
        for *box, text in WORD.findall(part):
            key = page, unicodedata.normalize("NFC", html.unescape(text))
            found[key].append([float(v) for v in box])
    return found


def overlaps(truth, read):
    """IoU of each true word with its counterpart, 0 for those without one."""
    by_word = defaultdict(list)
    for word in truth:
        scale = 72 / word["dpi"]
        by_word[word["page"], unicodedata.normalize("NFC", word["text"])].append([v * scale for v in word["box"]])
    result = []
    for key, boxes in by_word.items():
        pairs = [(iou(t, r), i, j) for i, t in enumerate(boxes) for j, r in enumerate(read.get(key, []))]
        taken, given = {}, set()
        for value, i, j in sorted(pairs, reverse=True):
            if value > 0 and i not in taken and j not in given:
                taken[i] = value
                given.add(j)
        result += [taken.get(i, 0.0) for i in range(len(boxes))]
    return result


def self_test():
    truth = [{"page": 1, "text": "một", "box": [0, 0, 100, 50], "dpi": 72}, {"page": 1, "text": "hai", "box": [200, 0, 300, 50], "dpi": 72}]
    right = '<page width="1" height="1"><word xMin="0" yMin="0" xMax="100" yMax="50">một</word><word xMin="200" yMin="0" xMax="300" yMax="50">hai</word>'
    assert overlaps(truth, read_words(right)) == [1.0, 1.0]
    assert sorted(overlaps(truth, read_words(right.replace("hai", "ba")))) == [0.0, 1.0], "a word that is not there counts 0"
    half = overlaps(truth, read_words(right.replace('xMin="0"', 'xMin="50"')))
    assert sorted(half) == [0.5, 1.0]
    swapped = right.replace("một", "x").replace("hai", "một").replace("x</", "hai</")
    assert overlaps(truth, read_words(swapped)) == [0.0, 0.0], "the right words at the wrong places count 0"
    twice = [truth[0], dict(truth[0], box=[0, 100, 100, 150])]
    assert sorted(overlaps(twice, read_words(right))) == [0.0, 1.0], "one word read cannot be two"
    assert overlaps([dict(truth[0], page=2)], read_words(right)) == [0.0], "another page is another place"
    print("boxes: self-test passed")


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with open(sys.argv[1], encoding="utf-8") as f:
        truth = json.load(f)
    out = subprocess.run(["pdftotext", "-bbox", sys.argv[2], "-"], check=True, capture_output=True).stdout.decode()
    values = overlaps(truth, read_words(out))
    print(f"mean={sum(values) / len(values):.3f} n={len(values)} matched={sum(v > 0 for v in values)}")


if __name__ == "__main__":
    main()
