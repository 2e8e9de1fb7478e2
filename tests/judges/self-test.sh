#!/bin/sh
# Every judge passes what is right and, above all, fails what is wrong.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# must CODE COMMAND…: fails unless the command ends with that code.
must() {
    want=$1
    shift
    got=0
    "$@" >"$tmp/said" 2>&1 || got=$?
    if [ "$got" -ne "$want" ]; then
        echo "self-test: expected exit $want, got $got: $*" >&2
        cat "$tmp/said" >&2
        exit 1
    fi
}

python3 "$here/accuracy.py" --self-test
printf 'một hai ba\n' >"$tmp/truth"
printf 'một hai bà\n' >"$tmp/read"
must 0 python3 "$here/accuracy.py" "$tmp/truth" "$tmp/truth" --max-cer 0 --min-recall 100
must 1 python3 "$here/accuracy.py" "$tmp/truth" "$tmp/read" --max-cer 1
must 1 python3 "$here/accuracy.py" "$tmp/truth" "$tmp/read" --min-recall 99

python3 "$here/boxes.py" --self-test
python3 "$here/fields.py" --self-test
python3 "$here/orientation.py" --self-test
python3 "$here/dictionary.py" --self-test
python3 "$here/stacks.py" --self-test

python3 "$here/tiny_pdfa.py" "$tmp"
must 0 sh "$here/pdfa" "$tmp/good.pdf"
grep -q "^PASS .*good.pdf$" "$tmp/said"
must 1 sh "$here/pdfa" "$tmp/good.pdf" "$tmp/no-metadata.pdf"
grep -q "^FAIL .*no-metadata.pdf: 6\." "$tmp/said"
must 1 sh "$here/pdfa" "$tmp/javascript.pdf"
must 1 sh "$here/pdfa" "$tmp/truth"
must 2 sh "$here/pdfa" -f 9z "$tmp/good.pdf"
must 2 sh "$here/pdfa"
echo "pdfa: self-test passed"

python3 "$here/tiny_ocfl.py" "$tmp/root"
must 0 sh "$here/ocfl" "$tmp/root"
printf 'x' >>"$tmp/root/object/v1/content/a.txt"
must 1 sh "$here/ocfl" "$tmp/root"
python3 "$here/tiny_ocfl.py" "$tmp/root2"
rm "$tmp/root2/object/inventory.json.sha256"
must 1 sh "$here/ocfl" "$tmp/root2"
must 1 sh "$here/ocfl" "$tmp"
must 2 sh "$here/ocfl"
echo "ocfl: self-test passed"
