#!/usr/bin/env python3
"""How long searches and pages take over HTTP, on a large home.

    search.py SOHOA HOME [--fill FILL] [--seconds N] [--wrk]

HOME is a home with an imported register (tests/generator/big_register.py). FILL is the example of crates/store that gives it documents
with texts when it has none yet. Two hundred queries, the same each time for the same home, are asked once to warm the cache and
three times to be measured, one after the other; then dossier pages; then for N seconds twenty requests a second while fifty live
pages are open. Each request is a whole answer over loopback, signed in as an archivist who sees one agency or all. With --wrk the
queries are asked by the program wrk too, one after the other for N seconds.
"""

import argparse
from concurrent.futures import ThreadPoolExecutor
import http.client
import os
from pathlib import Path
import random
import re
import sqlite3
import subprocess
import tempfile
import threading
import time
from urllib.parse import quote

from served import Client, figures, served

AGENCY = "Sở Y tế"
# How many queries of each kind: two hundred in all.
MIX = {"code": 30, "beginning of a code": 10, "name": 30, "name without accents": 10, "number": 20, "rare word": 30, "common word": 20,
       "two common words": 15, "phrase": 25, "phrase without accents": 10}
RATE, LIVE = 20, 50


def plain(text):
    """Without accents, as a hurried person types."""
    import unicodedata
    return "".join(c for c in unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D")) if not unicodedata.combining(c))


def queries(db):
    """Kind and words, drawn from what is there."""
    r = random.Random(200)
    last, = db.execute("SELECT max(row) FROM document").fetchone()
    codes = [db.execute("SELECT dossier FROM document WHERE row = ?", (r.randrange(1, last),)).fetchone()[0] for _ in range(80)]
    names = [db.execute("SELECT applicant FROM dossier WHERE code = ?", (code,)).fetchone()[0] for code in codes]
    texts = [db.execute("SELECT text FROM document_text WHERE document = ?", (r.randrange(1, last),)).fetchone()[0] for _ in range(400)]
    counts = {}
    for text in texts:
        for word in set(re.findall(r"\w+", text.lower())):
            counts[word] = counts.get(word, 0) + 1
    rare = sorted(word for word, n in counts.items() if n == 1 and not word.isdigit())
    common = [word for word, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:60] if not word.isdigit()]

    def phrase():
        words = re.findall(r"\w+", r.choice(texts).split("\n", 3)[3])
        at = r.randrange(len(words) - 4)
        return " ".join(words[at:at + r.randrange(2, 5)])

    make = {
        "code": lambda: r.choice(codes),
        "beginning of a code": lambda: r.choice(codes)[:-r.randrange(2, 5)],
        "name": lambda: r.choice(names),
        "name without accents": lambda: plain(r.choice(names)).lower(),
        "number": lambda: re.search(r"Số: (\S+)", r.choice(texts))[1],
        "rare word": lambda: r.choice(rare),
        "common word": lambda: r.choice(common),
        "two common words": lambda: " ".join(r.sample(common, 2)),
        "phrase": phrase,
        "phrase without accents": lambda: plain(phrase()),
    }
    return [(kind, make[kind]()) for kind, count in MIX.items() for _ in range(count)]


def measure_search(who, client, asked):
    for _, words in asked:
        client.timed(f"/search?q={quote(words)}")
    times, cut_off = {}, {}
    for _ in range(3):
        for kind, words in asked:
            seconds, text = client.timed(f"/search?q={quote(words)}")
            times.setdefault(kind, []).append(seconds)
            counted = re.search(r">([0-9.]+\+) giấy tờ<", text)
            cut_off[kind] = cut_off.get(kind, 0) + bool(counted and counted[1] != "10.000+")
    print(f"search, {who}; how many answers end with the time, not with the papers")
    for kind, seconds in times.items():
        print(f"  {kind:24} {figures(seconds)}, {cut_off[kind]} cut off")
    print(f"  {'all':24} {figures([s for seconds in times.values() for s in seconds])}", flush=True)


def measure_dossiers(client, codes):
    for name, address in (("dossier page", "/dossiers/{}"), ("list of dossiers", "/dossiers?code={}")):
        paths = [address.format(code if "?" not in address else code[:9]) for code in codes]
        for path in paths:
            client.timed(path)
        print(f"{name:26} {figures([client.timed(path)[0] for path in paths])}", flush=True)


def measure_by_wrk(who, client, asked, seconds):
    paths = ", ".join(f'"/search?q={quote(words)}"' for _, words in asked)
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(f"""local paths, at = {{ {paths} }}, 0
request = function()
  at = at % #paths + 1
  return wrk.format("GET", paths[at], {{ Cookie = "{client.cookie}" }})
end
done = function(summary, latency)
  local errors = summary.errors
  print(string.format("p50 %6.1f ms, p95 %6.1f ms, longest %6.1f ms of %d, %d errors", latency:percentile(50) / 1000,
    latency:percentile(95) / 1000, latency.max / 1000, summary.requests, errors.status + errors.read + errors.write + errors.timeout))
end
""")
        script.flush()
        command = ["wrk", "-t1", "-c1", f"-d{seconds}s", "-s", script.name, f"http://127.0.0.1:{client.port}"]
        ran = subprocess.run(command, capture_output=True, text=True, check=True)
    print(f"search by wrk, {who}: {ran.stdout.splitlines()[-1]}", flush=True)


# What each person looks at, and how often it is asked for.
SCREENS = {
    "bench-audit": ["/", "/coverage", "/coverage?by=agency", "/coverage?period=all", "/coverage/dossiers?list=missing", "/report", "/reconciliation"],
    "bench-all": ["/review", "/fields", "/batches"],
    "bench-counter": ["/counter"],
}
TIMES = 20


def measure_screens(port):
    for name, paths in SCREENS.items():
        client = Client(port, name)
        for path in paths:
            client.timed(path)
            print(f"{path:32} {figures([client.timed(path)[0] for _ in range(TIMES)])}", flush=True)


def measure_load(clients, asked, codes, seconds):
    """Open-loop: a request is due at its time, however long others take, and its waiting counts."""
    live, client = [], clients[0]
    for number, code in enumerate(codes[:LIVE]):
        # Of one user only a few are kept open.
        connection = http.client.HTTPConnection("127.0.0.1", client.port, timeout=seconds + 60)
        connection.request("GET", f"/live/dossiers/{code}", headers={"Cookie": clients[number % len(clients)].cookie})
        response = connection.getresponse()
        assert response.status == 200
        live.append(response)
    paths = [f"/search?q={quote(words)}" for _, words in asked] + [f"/dossiers/{code}" for code in codes]
    random.Random(50).shuffle(paths)
    local = threading.local()

    def request(due, path):
        if not hasattr(local, "client"):
            local.client = client.same()
        local.client.timed(path)
        return time.perf_counter() - due

    start = time.perf_counter()
    with ThreadPoolExecutor(20) as pool:
        waiting = []
        for n in range(seconds * RATE):
            due = start + n / RATE
            time.sleep(max(0, due - time.perf_counter()))
            waiting.append(pool.submit(request, due, paths[n % len(paths)]))
        times = [one.result() for one in waiting]

    print(f"{LIVE} live pages, {RATE}/s for {seconds} s: {figures(times)}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sohoa")
    parser.add_argument("home", type=Path)
    parser.add_argument("--fill")
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--wrk", action="store_true")
    args = parser.parse_args()
    database = args.home / "sohoa.db"
    connect = lambda: sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    with connect() as db:
        documents, = db.execute("SELECT count(*) FROM document").fetchone()
    if args.fill and not documents:
        start = time.perf_counter()
        subprocess.run([args.fill, str(database), "250", "180"], check=True, stdout=subprocess.DEVNULL)
        print(f"documents made and indexed in {time.perf_counter() - start:.0f} s")
    with connect() as db:
        documents, = db.execute("SELECT count(*) FROM document").fetchone()
        counts = [db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("dossier", "document", "document_text")]
        print("{:,} dossiers, {:,} documents, {:,} pages of text".format(*counts), f"in {os.path.getsize(database) / 1e9:.1f} GB")
        asked = queries(db)
        codes = [code for code, in db.execute("SELECT DISTINCT dossier FROM document WHERE row % ? = 0 LIMIT 100", (max(1, documents // 100),))]
    watchers = [f"bench-{number}" for number in range(5)]
    users = [("bench-all", "archivist", ""), ("bench-one", "archivist", AGENCY), ("bench-audit", "auditor", ""), ("bench-counter", "counter", "")]
    with served(args.sohoa, args.home, *users, *((name, "archivist", "") for name in watchers)) as port:
        everybody, one = Client(port, "bench-all"), Client(port, "bench-one")
        measure_search("all agencies", everybody, asked)
        measure_search("one agency", one, asked)
        if args.wrk:
            measure_by_wrk("all agencies", everybody, asked, args.seconds)
            measure_by_wrk("one agency", one, asked, args.seconds)
        measure_dossiers(everybody, codes)
        measure_screens(port)
        measure_load([Client(port, name) for name in watchers], asked, codes, args.seconds)


if __name__ == "__main__":
    main()
