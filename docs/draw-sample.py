#!/usr/bin/env python3
"""Draws an audit sample again (docs/SAMPLING.md): draw-sample.py SEED COUNT POPULATION.csv

Prints the list; its SHA-256 is what `sohoa audit show` calls `list`. Needs nothing but Python.
"""

import csv
import hashlib
import sys

seed, wanted, path = sys.argv[1], int(sys.argv[2]), sys.argv[3]
strata = {}
for document, stratum in csv.reader(open(path, encoding="utf-8", newline="")):
    strata.setdefault(stratum, []).append(document)
names = sorted(strata, key=str.encode)
left = sum(len(strata[n]) - 1 for n in names)
more = min(max(wanted - len(names), 0), left)
quota = {n: divmod(more * (len(strata[n]) - 1), max(left, 1)) for n in names}
share = {n: 1 + quota[n][0] for n in names}
missing = more + len(names) - sum(share.values())
for n in sorted(names, key=lambda n: -quota[n][1])[:missing]:
    share[n] += 1
for n in names:
    for document in sorted(strata[n], key=lambda d: hashlib.sha256(f"{seed}\n{d}".encode()).digest())[: share[n]]:
        print(document + ',"' + n.replace('"', '""') + '"')
