#!/usr/bin/env python3
"""How well a recognized text agrees with the truth: word recall, word precision, character error rate.

    accuracy.py TRUTH.txt READ.txt [--min-recall P] [--max-cer P]   one line; exit 1 when a bound is broken
    accuracy.py --self-test

Words are `\\w+` in NFC, compared as multisets. The character error rate is the Levenshtein distance over the length of
the truth, both NFC with every run of white space as one space. Only the standard library is needed.
"""

import argparse
from collections import Counter
from pathlib import Path
import re
import sys
import unicodedata


def words(text):
    return Counter(re.findall(r"\w+", unicodedata.normalize("NFC", text)))


def recall_and_precision(truth, read):
    """Shares from 0 to 1; nothing to find or nothing found counts as 1."""
    t, r = words(truth), words(read)
    hits = (t & r).total()
    return hits / t.total() if t else 1.0, hits / r.total() if r else 1.0


def distance(a, b):
    """Levenshtein distance by Myers' bit-parallel recurrence (1999, block-free form: Python integers are wide enough)."""
    if not a or not b:
        return len(a) + len(b)
    masks = {}
    for i, ch in enumerate(a):
        masks[ch] = masks.get(ch, 0) | 1 << i
    every, last = (1 << len(a)) - 1, 1 << (len(a) - 1)
    plus, minus, score = every, 0, len(a)
    for ch in b:
        eq = masks.get(ch, 0)
        vertical = eq | minus
        horizontal = (((eq & plus) + plus) ^ plus) | eq
        up = minus | (~(horizontal | plus) & every)
        down = plus & horizontal
        if up & last:
            score += 1
        elif down & last:
            score -= 1
        up, down = (up << 1 | 1) & every, down << 1 & every
        plus, minus = down | (~(vertical | up) & every), up & vertical
    return score


def cer(truth, read):
    """Character error rate; 0 for two empty texts, may exceed 1."""
    t, r = (" ".join(unicodedata.normalize("NFC", s).split()) for s in (truth, read))
    return distance(t, r) / max(1, len(t))


def self_test():
    assert distance("kitten", "sitting") == 3 and distance("", "ab") == 2 and distance("ab", "ab") == 0
    assert distance("hồ sơ", "hô sơ") == 1 and distance("flaw", "lawn") == 2
    assert cer("a  b\nc", "a b c") == 0 and abs(cer("abcd", "abcx") - 0.25) < 1e-9
    assert cer("Hoa\u0300", "Hoà") == 0, "both sides are brought to NFC"
    assert recall_and_precision("một hai hai", "hai một ba") == (2 / 3, 2 / 3), "a repeated word has to be found twice"
    assert recall_and_precision("một", "") == (0.0, 1.0)
    print("accuracy: self-test passed")


def main():
    if "--self-test" in sys.argv:
        return self_test()
    args = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    args.add_argument("truth", type=Path)
    args.add_argument("read", type=Path)
    args.add_argument("--min-recall", type=float, default=0, metavar="P", help="percent")
    args.add_argument("--max-cer", type=float, default=float("inf"), metavar="P", help="percent")
    a = args.parse_args()
    truth, read = (p.read_text(encoding="utf-8") for p in (a.truth, a.read))
    recall, precision = recall_and_precision(truth, read)
    error = cer(truth, read)
    print(f"recall {100 * recall:.2f} %  precision {100 * precision:.2f} %  CER {100 * error:.2f} %  {a.truth.name}")
    return int(100 * recall < a.min_recall or 100 * error > a.max_cer)


if __name__ == "__main__":
    sys.exit(main())
