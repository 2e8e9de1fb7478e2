#!/bin/sh
# The main job on samples/: register in, papers in, coverage and verification out. Running it again changes nothing.
# usage: demo.sh SOHOA HOME
set -eu
sohoa=$1
home=$2

echo "== a home with settings, database and folders: $home"
"$sohoa" --home "$home" init
echo "== the register says what was received"
"$sohoa" --home "$home" register import samples/register.csv
echo "== the scanned papers: hash, recognize, PDF/A, package, attach"
"$sohoa" --home "$home" ingest samples --wait
echo "== where every file and page went"
"$sohoa" --home "$home" status
echo "== digitized against received"
"$sohoa" --home "$home" coverage
echo "== every stored byte against its digest"
"$sohoa" --home "$home" verify
dossier=$(sed -n '2s/,.*//p' samples/register.csv)
echo "== one dossier and its searchable PDF/A"
"$sohoa" --home "$home" dossier show "$dossier"
echo
echo "Look here next:"
echo "  $sohoa --home $home dossier show $dossier"
echo "  $sohoa --home $home search 'giấy phép'"
echo "  $home/ocfl            packages: originals, PDF/A, ALTO, text"
echo "  $home/inbox           drop scans here while '$sohoa --home $home serve' runs"
