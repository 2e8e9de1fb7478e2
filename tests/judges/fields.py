#!/usr/bin/env python3
"""How well extracted fields agree with the truth of `tests/generator/administrative.py`.

    fields.py TRUTH READ [--wrong] [--targets]     folders: NAME.json with the truth, NAME.fields.json of `convert --fields`
    fields.py --self-test

For each field: how many there are, recall (found and right ÷ printed), precision (right ÷ found), and of the values marked
confident how many there are and the share that is right. A value is right when it equals the truth in NFC with white space
folded; a subject when its character error rate is at most 3 %. A field that the paper leaves open (null) or does not have must not
be found; only the language is not in the truth.
`number+symbol` is right when all parts are. Signers are compared as lists, left to right. `--wrong` prints what differs,
`--targets` ends with 1 when a target is missed or there is nothing to measure it on. Only the standard library is needed.
"""

import argparse
from collections import defaultdict
import contextlib
import json
from pathlib import Path
import sys
import unicodedata

from accuracy import cer

TARGETS = {"number+symbol": 97, "date": 98, "issuer": 95, "subject": 93, "signer_name": 93}
LEAST_CONFIDENT = 99.5


def folded(text):
    return " ".join(unicodedata.normalize("NFC", text).split())


def is_right(name, truth, read):
    if name == "subject":
        return cer(truth, read) <= 0.03
    return folded(truth) == folded(read)


def values(fields, name):
    """[(value, confident)] of a field; number, year and symbol count as one field too."""
    if name == "number+symbol":
        parts = [f for n in ("number", "number_year", "symbol") for f in fields if f["name"] == n]
        return [("/".join(f["value"] for f in parts), all(f["confident"] for f in parts))] if parts else []
    return [(f["value"], f["confident"]) for f in fields if f["name"] == name]


def expected(truth, name):
    if name == "number+symbol":
        parts = [truth[n] for n in ("number", "number_year", "symbol") if truth.get(n)]
        return ["/".join(parts)] if parts else []
    value = truth.get(name)
    return [] if value is None else value if isinstance(value, list) else [value]


class Score:
    def __init__(self):
        self.printed = self.found = self.right = self.sure = self.sure_right = 0

    def add(self, name, wanted, got):
        self.printed += len(wanted)
        self.found += len(got)
        wrong = []
        for i, (value, confident) in enumerate(got):
            right = i < len(wanted) and is_right(name, wanted[i], value)
            self.right += right
            self.sure += confident
            self.sure_right += confident and right
            if not right:
                wrong.append((wanted[i] if i < len(wanted) else None, value, confident))
        wrong += [(w, None, False) for w in wanted[len(got):]]
        return wrong


def percent(part, whole):
    return 100 * part / whole if whole else 100.0


def score(truths, reads, show):
    scores = defaultdict(Score)
    for truth, read in zip(truths, reads):
        names = set(truth["fields"]) | {f["name"] for f in read} - {"language"}
        if truth["kind"] != "form":
            names.add("number+symbol")
        for name in sorted(names):
            for wanted, value, confident in scores[name].add(name, expected(truth["fields"], name), values(read, name)):
                if show:
                    print(f"{truth['file']}  {name}{' CONFIDENT' if confident else ''}: {wanted!r} read as {value!r}")
    return scores


def report(scores):
    print(f"{'field':16}{'printed':>8}{'recall':>9}{'precision':>11}{'confident':>11}{'of these right':>16}")
    total, missed = Score(), []
    for name, s in sorted(scores.items()):
        recall, sure = percent(s.right, s.printed), percent(s.sure_right, s.sure)
        print(f"{name:16}{s.printed:8}{recall:8.2f}%{percent(s.right, s.found):10.2f}%{s.sure:11}{sure:15.2f}%")
        if name != "number+symbol":
            total.sure, total.sure_right = total.sure + s.sure, total.sure_right + s.sure_right
        if recall < TARGETS.get(name, 0):
            missed.append(f"{name}: recall {recall:.2f} % of {TARGETS[name]} %")
    sure = percent(total.sure_right, total.sure)
    print(f"{'all':16}{'':8}{'':9}{'':11}{total.sure:11}{sure:15.2f}%")
    missed += [f"{name}: none in the truth" for name in TARGETS if name not in scores or not scores[name].printed]
    if not total.sure:
        missed.append("confident values: none")
    elif sure < LEAST_CONFIDENT:
        missed.append(f"confident values: {sure:.2f} % right of {LEAST_CONFIDENT} %")
    return missed


def self_test():
    truth = {"file": "a", "kind": "administrative", "fields": {"number": "05", "symbol": "QĐ-UBND", "date": None, "subject": "Về việc cấp phép khai thác nước ngầm ở xã",
                                                               "signer_name": ["A B", "C D"]}}
    field = lambda name, value, confident=True: {"name": name, "value": value, "confident": confident}
    read = [field("number", "05"), field("symbol", "QD-UBND", False), field("date", "2023-01-01"), field("subject", "Về việc cấp phép  khai thác nước ngâm ở xã"),
            field("signer_name", "A B")]
    s = score([truth], [read], False)
    assert (s["number"].right, s["symbol"].right, s["number+symbol"].right, s["number+symbol"].sure) == (1, 0, 0, 0)
    assert (s["date"].printed, s["date"].found, s["date"].sure, s["date"].sure_right) == (0, 1, 1, 0), "an open field was read"
    invented = score([{**truth, "fields": {}}], [[field("person_id", "040079031418"), field("language", "vi")]], False)
    assert (invented["person_id"].sure, invented["person_id"].sure_right) == (1, 0) and "language" not in invented
    with contextlib.redirect_stdout(None):
        assert len(report({})) == len(TARGETS) + 1, "nothing was measured"
    assert (s["subject"].right, s["signer_name"].printed, s["signer_name"].right) == (1, 2, 1)
    assert not is_right("date", "2023-01-01", "2023-01-02") and is_right("issuer", "SỞ  Y TẾ", "SỞ Y TẾ")
    assert percent(0, 0) == 100
    print("fields: self-test passed")


def main():
    if "--self-test" in sys.argv:
        return self_test()
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("truth", type=Path)
    arguments.add_argument("read", type=Path)
    arguments.add_argument("--wrong", action="store_true")
    arguments.add_argument("--targets", action="store_true")
    a = arguments.parse_args()
    files = sorted(a.truth.glob("*.json"))
    files = [f for f in files if not f.name.endswith(".fields.json")]
    load = lambda path: json.loads(path.read_text(encoding="utf-8"))
    missed = report(score([load(f) for f in files], [load(a.read / f"{f.stem}.fields.json") for f in files], a.wrong))
    for line in missed:
        print(f"missed: {line}")
    return int(a.targets and bool(missed))


if __name__ == "__main__":
    sys.exit(main())
