#!/usr/bin/env python3
"""Writes a valid OCFL 1.1 storage root with one object, for the self-test of the OCFL judge."""

from hashlib import sha256
import json
from pathlib import Path
import sys


def write(root):
    content = b"some content\n"
    digest = sha256(content).hexdigest()
    version = {"created": "2023-06-15T08:00:00+07:00", "message": "first", "state": {digest: ["a.txt"]},
               "user": {"name": "self-test", "address": "mailto:self-test@example.org"}}
    inventory = json.dumps({
        "id": "urn:example:object", "type": "https://ocfl.io/1.1/spec/#inventory", "digestAlgorithm": "sha256", "head": "v1",
        "manifest": {digest: ["v1/content/a.txt"]}, "versions": {"v1": version}}).encode()
    (root / "object/v1/content").mkdir(parents=True)
    (root / "0=ocfl_1.1").write_text("ocfl_1.1\n")
    (root / "object/0=ocfl_object_1.1").write_text("ocfl_object_1.1\n")
    (root / "object/v1/content/a.txt").write_bytes(content)
    for folder in (root / "object", root / "object/v1"):
        (folder / "inventory.json").write_bytes(inventory)
        (folder / "inventory.json.sha256").write_text(f"{sha256(inventory).hexdigest()} inventory.json\n")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
