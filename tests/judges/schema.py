#!/usr/bin/env python3
"""Judges JSON files by a JSON Schema (draft 2020-12) with the package jsonschema: schema.py SCHEMA FILE..."""

import json
from pathlib import Path
import sys

import jsonschema

schema, *files = [json.loads(Path(p).read_text(encoding="utf-8")) for p in sys.argv[1:]]
jsonschema.Draft202012Validator.check_schema(schema)
failed = False
for name, value in zip(sys.argv[2:], files, strict=True):
    for error in jsonschema.Draft202012Validator(schema).iter_errors(value):
        failed = True
        # The value itself may be personal data.
        print(f"FAIL {name}: {error.json_path} breaks {error.validator}")
sys.exit(failed or not files)
