"""Checks CERTIFICATE KEY.pub [against=OLD] [proof=PROOF [package=DIR]] [snapshot=FILE] as docs/AUDIT.md describes it."""
import base64, hashlib, json, pathlib, re, subprocess, sys, tempfile
sha, read = lambda data: hashlib.sha256(data).hexdigest(), lambda path: pathlib.Path(path).read_bytes()
def node(left, right): return sha(b"\1" + bytes.fromhex(left) + bytes.fromhex(right))
def due(line): return [c["id"] for c in line["components"] if c["required"] and c["exempt_reason"] is None]
def climb(path, at, last, old, new):  # RFC 9162, 2.1.3.2 and 2.1.4.2
    for beside in path:
        if at & 1 or at == last:
            old, new = node(beside, old), node(beside, new)
            while at and not at & 1: at, last = at >> 1, last >> 1
        else: new = node(new, beside)
        at, last = at >> 1, last >> 1
    return (old, new) if last == 0 else (None, None)
def continues(old, new):
    m, n, root, path = old["events"], new["events"], old["events_root"], new["since"].get(old["events"], [])
    if m in (0, n): return m == 0 or root == new["events_root"]
    path, shift = [root] * (m & (m - 1) == 0) + path, (m & -m).bit_length() - 1
    return m < n and climb(path[1:], m - 1 >> shift, n - 1 >> shift, path[0], path[0]) == (root, new["events_root"])
def certificate(path, key):
    text, _, line = read(path).decode().partition("\n\n")
    (name, mark, public), text = read(key).decode().strip().split("+", 2), text + "\n"
    public, signature = base64.b64decode(public), base64.b64decode(line.split(" ")[2])[4:]
    assert line == f"\u2014 {name} {base64.b64encode(bytes.fromhex(mark) + signature).decode()}\n", "another key, or no signature"
    with tempfile.TemporaryDirectory() as folder:  # what openssl wants as files; the key as RFC 8410 has it
        files = {"key": bytes.fromhex("302a300506032b6570032100") + public[1:], "text": text.encode(), "signature": signature}
        for file, data in files.items(): pathlib.Path(folder, file).write_bytes(data)
        command = "openssl pkeyutl -verify -pubin -keyform DER -inkey key -rawin -in text -sigfile signature"
        subprocess.run(command.split(), cwd=folder, check=True, capture_output=True)
    rows = re.findall(r"^[^\[\n]+ \[([a-z_]+)\]: (.*)$", text, re.M)
    c = {k: int(v) if re.fullmatch("[0-9]+", v) else v for k, v in rows if k != "since"}
    c["since"], n = {int(v.split()[0]): v.split()[1:] for k, v in rows if k == "since"}, c["received"]
    assert text.startswith("sohoa.vn/certificate/1\n") and text.count("\n") - 2 == len(rows) == len(c) - 1 + len(c["since"])
    assert c["full"] + c["incomplete"] == n >= c["any"] and c["leaves"] == n + c["out_of_scope"], "sums"
    assert c["incomplete"] <= c["missing"] <= c["due"] and (c["incomplete"] == 0) == (c["missing"] == 0), "sums"
    assert all(abs(float(c[k + "_percent"]) - 100 * c[k] / n) < 0.01 for k in ("full", "any") if n), "percentages"
    return c
def holds(folder, documents):
    files = {p.relative_to(folder).as_posix(): read(p) for p in pathlib.Path(folder).rglob("*") if not p.is_dir()}
    listed = {name: digest for digest, names in json.loads(files["inventory.json"])["manifest"].items() for name in names}
    for name in [name for name in files if name.endswith("inventory.json")]:
        assert files.pop(name + ".sha256") == f"{sha(files.pop(name))}  inventory.json\n".encode(), name
    listed["0=ocfl_object_1.1"] = sha(b"ocfl_object_1.1\n")
    return {n: sha(b) for n, b in files.items()} == listed and all({*d["files"].values()} <= {*listed.values()} for d in documents)
def check(path, key, against=None, proof=None, package=None, snapshot=None):
    c = certificate(path, key)
    assert not against or continues(certificate(against, key), c), "history was rewritten, or there is no proof"
    if snapshot:
        scope = [x for x in map(json.loads, read(snapshot).splitlines()) if x["status"] not in (3, 7)]
        assert (sha(read(snapshot)), len(scope), sum(map(len, map(due, scope)))) == (c["register"], c["received"], c["due"])
    if proof:
        form = r"sohoa.vn/certificate-proof/1\nroot (\w{64})\nindex (0|[1-9][0-9]*)\n((?:path [0-9a-f]{64}\n)*)\n(salt \w{64}\n(.*)\n(.*)\n)"
        root, at, path, leaf, line, hung = re.fullmatch(form, read(proof).decode()).groups()
        line, hung, hash, last = json.loads(line), json.loads(hung), sha(b"\0" + leaf.encode()), c["leaves"] - 1
        assert root == c["root"] and int(at) <= last and climb(path.split()[1::2], int(at), last, hash, hash)[1] == root, "leaf"
        missing, counts = set(due(line)) - {d["component"] for d in hung["documents"]}, line["status"] not in (3, 7)
        assert (set(hung["missing"]), hung["in_scope"]) == (missing, counts), "leaf"
        assert c["incomplete"] if missing and counts else counts or c["out_of_scope"], "the dossier refutes the figures"
        assert not package or holds(package, [d for d in hung["documents"] if d["dossier"] == line["dossier"]]), "package"
    return c
if __name__ == "__main__": print("ĐÚNG", check(*sys.argv[1:3], **dict(a.split("=", 1) for a in sys.argv[3:]))["root"])
