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
python3 "$here/quality.py" --self-test

# Nothing to judge is no success.
mkdir "$tmp/none" "$tmp/stacks"
must 1 python3 "$here/fields.py" "$tmp/none" "$tmp/none" --targets
must 1 python3 "$here/fields.py" "$tmp/misspelt" "$tmp/misspelt" --targets
printf '[]\n' >"$tmp/none/truth.json"
must 1 python3 "$here/barcodes.py" "$tmp/none" --reader true
must 0 python3 "$here/barcodes.py" "$tmp/none" --reader true --min-qr 0 --min-code128 0 --min-data-matrix 0 --min-patch 0
must 1 python3 "$here/barcodes.py" --pages "$tmp/none/*.jpg" --reader true
must 2 python3 "$here/barcodes.py" --reader true

# A program that says: page 2 is on its dossier, page 3 waits, page 1 was a separator.
cat >"$tmp/says" <<'END'
#!/bin/sh
case "$*" in
*"dossier show A") echo '{"documents": [{"id": "d", "state": "attached", "source": "in/a.pdf", "component": null, "physical_pages": [2]},
    {"id": "e", "state": "removed", "source": "in/a.pdf", "component": null, "physical_pages": [2, 3, 4]}]}' ;;
*"review list") echo '[{"file": 7, "source": "in/a.pdf"}]'; exit 1 ;;
*"review show 7") echo '{"parts": [{"first": 2, "last": 2, "document": "d"}, {"first": 3, "last": 3}]}' ;;
*) exit 2 ;;
esac
END
chmod +x "$tmp/says"
printf 'code\nA,x\n' | tee "$tmp/stacks/register.csv" >"$tmp/none/register.csv"
kept='{"kind": "kept", "dossier": "A", "component": null, "document": 0}'
stack() {
    printf '[{"file": "a.pdf", "scenario": "x", "office": false, "pages": [{"kind": "separator", "dossier": null}, %s]}]\n' "$1" >"$tmp/stacks/truth.json"
}
stack "$kept, $kept"
must 0 python3 "$here/stacks.py" "$tmp/stacks" --sohoa "$tmp/says" --home "$tmp"
grep -q "1 right, 0 wrong, 1 in review, 0 lost" "$tmp/said"
stack "$kept, $kept, $kept"
must 1 python3 "$here/stacks.py" "$tmp/stacks" --sohoa "$tmp/says" --home "$tmp"
grep -q "1 right, 0 wrong, 1 in review, 1 lost" "$tmp/said"
must 1 python3 "$here/stacks.py" "$tmp/none" --sohoa "$tmp/says" --home "$tmp"

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
