"""Judges the API: schemathesis asks every operation of a running server what its own description allows, and what it does not.

usage: api.py --sohoa PROGRAM [--max-examples N]

Makes a home with dossiers, documents, files that wait and users of each role, serves it, and runs schemathesis with a token of each
role. No answer may be 5xx, of a status or type that is not described, or of another form than its schema. Exit 1 when one is.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "ignored_auth",
]
# Each user with role, agency (an empty one sees all) and what is asked: who changes nothing is asked for less.
READS = ["--include-method", "GET", "--phases", "fuzzing"]
USERS = [
    ("clerk", "counter", "", ["--phases", "coverage,fuzzing"]),
    ("archivist", "archivist", "", ["--phases", "coverage,fuzzing"]),
    ("auditor", "auditor", "", READS),
    ("bound", "counter", "UBND xã Bịa", READS),
    ("chief", "admin", "", ["--phases", "fuzzing"]),
]
# Bytes of an upload are bytes.
HOOKS = "import schemathesis\nschemathesis.serializer.alias('application/offset+octet-stream', 'application/octet-stream')\n"


class Server:
    """A home of its own, served at a port of its own."""

    def __init__(self, program, folder):
        self.program, self.home = program, Path(folder) / "home"
        own = {name: value for name, value in os.environ.items() if not name.startswith("SOHOA_")}
        # No limit of requests stands in the way, and no recognizer is waited for.
        self.environment = own | {
            "SOHOA_OCR__ENGINE": "fake",
            "SOHOA_WEB__LISTEN": "127.0.0.1:0",
            "SOHOA_WEB__API_PER_SECOND": "100000",
            "SOHOA_WEB__API_AT_ONCE": "100000",
        }

    def run(self, *args):
        done = subprocess.run(
            [self.program, "--home", self.home, "--json", *args], env=self.environment, capture_output=True, text=True
        )
        if done.returncode not in (0, 1):
            raise SystemExit(f"api: sohoa {' '.join(map(str, args))} ended with {done.returncode}\n{done.stderr}")
        return json.loads(done.stdout) if done.stdout.strip() else None

    def fill(self, folder):
        """Dossiers, a document on its dossier, files that wait, a token of each user."""
        self.run("init")
        shelf = self.home / "kho" / "2011"
        shelf.mkdir(parents=True)
        (shelf / "SCAN.bmp").write_bytes(bitmap(100))
        with open(self.home / "sohoa.toml", "a") as settings:
            settings.write('\n[[backlog]]\npath = "kho"\n')
        self.run("register", "import", SAMPLES / "register.csv")
        scans = Path(folder) / "scans"
        scans.mkdir()
        named = sorted(path for path in SAMPLES.glob("H41.20-230615-0001_*") if path.suffix in (".png", ".jpg", ".tif", ".pdf"))
        shutil.copy(named[0], scans)
        for number in range(3):
            # Files of their own, whose names point nowhere.
            (scans / f"SCAN{number}.pgm.bmp").write_bytes(bitmap(64 + number))
        self.run("ingest", scans, "--wait")
        self.tokens = {}
        for name, role, agency, _ in USERS:
            self.run("user", "add", name, "--role", role, "--agency", agency)
            self.tokens[name] = self.run("user", "token", name, "judge", "--scope", "read,write")["token"]

    def __enter__(self):
        self.log = open(self.home / "log", "w+")
        self.process = subprocess.Popen(
            [self.program, "--home", self.home, "serve", "--workers", "1"],
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        for line in self.process.stderr:
            if found := re.search(r"answering.*?(http://[\d.:]+)", line):
                self.url = found[1]
                break
        else:
            raise SystemExit("api: the server ended before it answered")
        # It never waits for somebody to read what it tells.
        subprocess.Popen(["cat"], stdin=self.process.stderr, stdout=self.log)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=30)

    def ask(self, path, method="GET", headers={}, user="clerk", body=None):
        headers = {"Authorization": f"Bearer {self.tokens[user]}"} | headers
        request = urllib.request.Request(self.url + path, body, headers, method=method)
        return urllib.request.urlopen(request, timeout=30)

    def get(self, path, user="clerk"):
        with self.ask(path, user=user) as answer:
            return json.load(answer)


def bitmap(side):
    """A white picture of so many pixels, each side, with a black square: BMP, 24 bits."""
    row = (b"\xff" * 3 * side).ljust((3 * side + 3) // 4 * 4, b"\0")
    black = (b"\0" * 3 * 20 + b"\xff" * 3 * (side - 20)).ljust(len(row), b"\0")
    pixels = row * (side - 20) + black * 20
    head = b"BM" + (54 + len(pixels)).to_bytes(4, "little") + bytes(4) + (54).to_bytes(4, "little")
    sizes = (40).to_bytes(4, "little") + side.to_bytes(4, "little") * 2 + (1).to_bytes(2, "little") + (24).to_bytes(2, "little")
    return head + sizes + bytes(24) + pixels


def described(server):
    """The server's own description, with what is there for the parameters of paths: what is not there is asked for too."""
    document = server.get("/api/v1/openapi.json")
    code = "H41.20-230615-0001"
    documents = server.get(f"/api/v1/dossiers/{code}/documents")["documents"]
    waiting = server.get("/api/v1/review")["files"]
    if not documents or len(waiting) < 3:
        raise SystemExit("api: the home lacks documents or files that wait")
    begun = {"Upload-Length": "1000", "Upload-Metadata": "filename ZG9uLnBkZg=="}
    with server.ask(f"/api/v1/dossiers/{code}/uploads", "POST", begun) as answer:
        upload = answer.headers["Location"].rsplit("/", 1)[1]
    batch = server.get("/api/v1/batches?kind=ingest", "archivist")["batches"][0]["batch"]
    samples, draw = f"/api/v1/batches/{batch}/samples", json.dumps({"count": 1, "seed": "1"}).encode()
    with server.ask(samples, "POST", {"Content-Type": "application/json"}, "archivist", draw) as answer:
        sample = json.load(answer)["sample"]
    folders = [folder["folder"] for folder in server.get("/api/v1/backlog", "archivist")["folders"]]
    document["components"]["schemas"]["StartOfBatch"]["properties"]["folder"]["enum"] = [*folders, "nonsense"]
    there = {
        "batch": [batch, 999999],
        "form": ["pdf", "xlsx", "csv", "nonsense"],
        "sample": [sample, 999999],
        "code": [code, "H41.20-991231-9999", "nonsense"],
        "document": [documents[0]["id"], "0" * 24, "nonsense"],
        "rendition": [rendition["kind"] for rendition in documents[0]["renditions"]] + ["nonsense"],
        "file": [file["file"] for file in waiting] + [documents[0]["file"], 999999],
        "field": ["number.0", "nonsense"],
        "upload": [upload, "0" * 64, "nonsense"],
    }
    for path in document["paths"].values():
        for operation in path.values():
            for parameter in operation.get("parameters", []):
                if parameter["in"] == "path":
                    parameter["schema"] = parameter["schema"] | {"enum": there[parameter["name"]]}
    return document


def judge(server, document, token, folder, examples, asked):
    """Runs schemathesis; gives its exit code and what it said."""
    path, hooks = Path(folder) / "openapi.json", Path(folder) / "hooks.py"
    path.write_text(json.dumps(document))
    hooks.write_text(HOOKS)
    command = [sys.executable, "-m", "schemathesis.cli", "run", path, "--url", server.url]
    command += ["--checks", ",".join(CHECKS), "--max-examples", str(examples)]
    command += ["--seed", "1", "--generation-deterministic", "--no-color"]
    command += ["--header", f"Authorization: Bearer {token}", "--warnings", "off", "--continue-on-failure", *asked]
    environment = os.environ | {"SCHEMATHESIS_HOOKS": str(hooks)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--sohoa", required=True)
    arguments.add_argument("--max-examples", type=int, default=10)
    arguments = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        server = Server(arguments.sohoa, folder)
        server.fill(folder)
        with server:
            document = described(server)
            # What is not described is found.
            broken = json.loads(json.dumps(document))
            del broken["paths"]["/api/v1/status"]["get"]["responses"]["200"]
            only = ["--include-operation-id", "status", "--phases", "fuzzing"]
            code, said = judge(server, broken, server.tokens["auditor"], folder, 1, only)
            if code != 1:
                raise SystemExit(f"{said}\napi: an answer that is not described ended with {code}, not 1")
            failed = False
            for name, _, _, asked in USERS:
                code, said = judge(server, document, server.tokens[name], folder, arguments.max_examples, asked)
                print(f"api: {name}: {'as described' if code == 0 else 'NOT AS DESCRIBED'}", flush=True)
                if code != 0:
                    print(said)
                    failed = True
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
