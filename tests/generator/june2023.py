#!/usr/bin/env python3
"""A register in the proportions of the report of a province for 15 May to 14 June 2023, its gap of 270 dossiers included.

    june2023.py OUT.csv

Departments, channels and states are those that the report published; dossier codes are invented and there are no applicants. The same
file each time. Needs nothing but Python.
"""

import csv
import datetime
from pathlib import Path
import random
import sys

FIRST, LAST = datetime.date(2023, 5, 15), datetime.date(2023, 6, 14)
# Received in the period, and online of these, where the report says it; the others share the rest.
DEPARTMENTS = {"Sở Công Thương": (1997, 1978), "Sở Y tế": (800, 281), "Sở Tài chính": (237, 231), "Sở Kế hoạch và Đầu tư": (1254, 1018)}
OTHERS = ["Sở Tài nguyên và Môi trường", "Sở Xây dựng", "Sở Giao thông vận tải", "Sở Tư pháp", "Sở Lao động - Thương binh và Xã hội"]
NEW, CARRIED, ONLINE, POST = 17789, 4180, 3993, 6471
# Where the dossiers stood at the end.
STANDING = {"on time": 16263, "late": 577, "in process": 4707, "waiting": 51, "returned": 101, "no state": 270}


def dossiers():
    r = random.Random(2023)
    rows = []
    for department, (received, online) in DEPARTMENTS.items():
        rows += [(department, i < online) for i in range(received)]
    rest, online = NEW - len(rows), ONLINE - sum(o for _, o in DEPARTMENTS.values())
    rows += [(OTHERS[i % len(OTHERS)], i < online) for i in range(rest)]
    new = [(agency, "online" if online else "counter", True) for agency, online in rows]
    old = [(r.choice([*DEPARTMENTS, *OTHERS]), r.choice(["counter", "online"]), False) for _ in range(CARRIED)]
    all_of = new + old
    assert len(all_of) == sum(STANDING.values()) == NEW + CARRIED
    r.shuffle(all_of)
    post = set(r.sample(range(len(all_of)), POST))
    standings = [s for s, n in STANDING.items() for _ in range(n)]
    r.shuffle(standings)
    for number, ((agency, channel, is_new), standing) in enumerate(zip(all_of, standings), 1):
        yield number, agency, channel, is_new, standing, number - 1 in post, r


def day(r, first, last):
    return first + datetime.timedelta(r.randrange((last - first).days + 1))


def main(out):
    with Path(out).open("w", encoding="utf-8", newline="") as f:
        w = csv.writer(f, lineterminator="\n")
        w.writerow("dossier,procedure,agency,counter,channel,applicant,received,due,finished,returned,return_channel,status,component,component_name,"
                   "kind,required,exempt_reason".split(","))
        for number, agency, channel, is_new, standing, post, r in dossiers():
            received = day(r, FIRST, LAST) if is_new else day(r, FIRST - datetime.timedelta(90), FIRST - datetime.timedelta(1))
            done = day(r, max(received, FIRST), LAST)
            finished, status = {"on time": (done, r.choice([9, 10])), "late": (done, r.choice([9, 10])), "in process": ("", r.choice([1, 2, 4, 6])),
                                "waiting": ("", 5), "returned": (done, r.choice([3, 7])), "no state": ("", "")}[standing]
            due = {"on time": done + datetime.timedelta(r.randrange(9)), "late": done - datetime.timedelta(r.randint(1, 9)),
                   "in process": LAST + datetime.timedelta(r.randrange(20))}.get(standing, "")
            w.writerow([f"H41.{10 + number % 9}-{received:%y%m%d}-{number:05}", "", agency, "", channel, "", f"{received}T08:30", due, finished, "",
                        "post" if post else "counter", status, "", "", "", "", ""])


if __name__ == "__main__":
    main(*sys.argv[1:])
