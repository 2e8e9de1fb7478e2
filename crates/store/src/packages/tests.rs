//! Tests of packages: what is added once stands once, at every place where a crash can fall.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::process::ExitStatusExt as _;
use std::process::Command;
use std::time::Duration;

use proptest::prelude::*;

use super::*;

fn code(n: u32) -> DossierCode {
    format!("H41.20-230615-{n:04}").parse().unwrap()
}

fn packages() -> (tempfile::TempDir, DiskPackages) {
    let dir = tempfile::tempdir().unwrap();
    let packages = DiskPackages::open(dir.path().join("ocfl")).unwrap();
    (dir, packages)
}

fn bytes(logical: &str, text: &str) -> NewContent {
    NewContent { logical: logical.to_owned(), source: ContentSource::Bytes(text.as_bytes().to_vec()) }
}

fn add(packages: &DiskPackages, dossier: &DossierCode, files: Vec<NewContent>) -> Result<Version, PackageError> {
    packages.add_version(dossier, files, &[], "test", "sohoa/0.1.0", Timestamp::UNIX_EPOCH)
}

/// Every file below the storage root with its bytes.
fn tree(packages: &DiskPackages) -> BTreeMap<PathBuf, Vec<u8>> {
    let files = WalkDir::new(packages.root()).into_iter().map(Result::unwrap).filter(|e| e.file_type().is_file());
    files.map(|e| (e.path().to_owned(), fs::read(e.path()).unwrap())).collect()
}

/// The head's files with their bytes, read through the inventory; fails when the object is not whole.
fn contents(packages: &DiskPackages, dossier: &DossierCode) -> BTreeMap<String, String> {
    let root = packages.object_root(dossier);
    let inventory = object::read(&root, dossier).expect("root inventory and sidecar agree");
    assert_eq!(fs::read(root.join(ocfl::INVENTORY)).unwrap(), inventory.to_bytes().unwrap());
    for version in inventory.versions.keys() {
        let copy = fs::read(root.join(format!("{version}/{}", ocfl::INVENTORY))).unwrap();
        assert_eq!(copy, inventory.as_of(*version).to_bytes().unwrap());
        let sidecar = fs::read_to_string(root.join(format!("{version}/{}", ocfl::SIDECAR))).unwrap();
        assert_eq!(sidecar, ocfl::sidecar_line(&Sha256Digest::of(&copy)));
    }
    let listed: BTreeSet<PathBuf> = inventory.contents().map(|(path, _)| root.join(path)).collect();
    let found: BTreeSet<PathBuf> =
        tree(packages).into_keys().filter(|p| p.starts_with(&root) && p.iter().any(|s| s == "content")).collect();
    assert_eq!(listed, found);
    inventory
        .files()
        .map(|(logical, digest)| {
            let bytes = fs::read(root.join(&inventory.manifest[&digest][0])).unwrap();
            assert_eq!(Sha256Digest::of(&bytes), digest);
            (logical.to_owned(), String::from_utf8(bytes).unwrap())
        })
        .collect()
}

#[test]
fn opening_is_idempotent_and_refuses_foreign_folders() {
    let (dir, packages) = packages();
    let before = tree(&packages);
    assert_eq!(before.len(), 3);
    DiskPackages::open(packages.root()).unwrap();
    assert_eq!(tree(&packages), before);

    let foreign = dir.path().join("photos");
    fs::create_dir(&foreign).unwrap();
    fs::write(foreign.join("a.jpg"), b"").unwrap();
    assert!(matches!(DiskPackages::open(&foreign), Err(PackageError::Foreign(_))));
    let empty = dir.path().join("empty");
    fs::create_dir(&empty).unwrap();
    DiskPackages::open(&empty).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| DiskPackages::open(dir.path().join("raced")).unwrap());
        }
    });

    fs::write(packages.root().join("ocfl_layout.json"), b"{}").unwrap();
    let packages = DiskPackages::open(packages.root()).unwrap();
    assert!(matches!(add(&packages, &code(1), vec![bytes("a", "a")]), Err(PackageError::Foreign(_))));
}

#[test]
fn versions_hold_all_files_and_store_bytes_once() {
    let (dir, packages) = packages();
    let dossier = code(1);
    let original = dir.path().join("original");
    fs::write(&original, b"scan").unwrap();
    let made = packages.staging_dir().join("document.pdf");
    fs::write(&made, b"pdf").unwrap();
    let files = |pdf: ContentSource| {
        vec![
            NewContent {
                logical: "documents/0/original.bin".to_owned(),
                source: ContentSource::Copy(original.clone(), durable::hash_file(&original).unwrap().0),
            },
            NewContent { logical: "documents/0/document.pdf".to_owned(), source: pdf },
            bytes("documents/0/document.json", "{}"),
        ]
    };
    let one = add(&packages, &dossier, files(ContentSource::Move(made.clone()))).unwrap();
    assert_eq!(one.number, 1);
    assert!(original.exists() && !made.exists());
    for file in &one.stored {
        assert_eq!(hash(&packages, &file.stored), (file.digest, file.bytes));
    }
    assert_eq!(one.stored[1].logical, "documents/0/document.pdf");
    assert!(one.stored[1].stored.ends_with("/v1/content/documents/0/document.pdf"));

    let before = tree(&packages);
    let two = add(&packages, &dossier, vec![bytes("documents/1/original.bin", "scan")]).unwrap();
    assert_eq!((two.number, &two.stored[0].stored), (2, &one.stored[0].stored));
    assert_eq!(tree(&packages).len(), before.len() + 2, "a version without new bytes has inventory and sidecar only");

    // The same again, as after a crash: nothing changes, and a file to be moved stays.
    fs::write(&made, b"pdf").unwrap();
    let before = tree(&packages);
    let again = add(&packages, &dossier, files(ContentSource::Move(made.clone()))).unwrap();
    assert_eq!((again.number, again.stored), (one.number, one.stored));
    assert!(made.exists());
    assert_eq!(tree(&packages), before);
    assert_eq!(contents(&packages, &dossier).len(), 4);
    assert_eq!(packages.read(&dossier).unwrap().unwrap().head.get(), 2);
    assert_eq!(packages.read(&code(2)).unwrap(), None);
    let staged: Vec<_> = fs::read_dir(packages.staging_dir()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(staged, ["document.pdf"], "nothing else is left in the staging folder");
}

fn hash(packages: &DiskPackages, stored: &str) -> (Sha256Digest, u64) {
    durable::hash_file(&packages.root().join(stored)).unwrap()
}

#[test]
fn paths_and_sources_that_cannot_be_are_refused_and_nothing_is_written() {
    let (dir, packages) = packages();
    add(&packages, &code(1), vec![bytes("a/b", "x")]).unwrap();
    let before = tree(&packages);
    let long = format!("documents/{}", "ầ".repeat(86));
    for bad in ["../x", "/x", "a//b", "a/b/c", "a", long.as_str()] {
        let result = add(&packages, &code(1), vec![bytes(bad, "y")]);
        assert!(matches!(result, Err(PackageError::Path(_))), "{bad}: {result:?}");
    }
    let twice = add(&packages, &code(1), vec![bytes("c", "1"), bytes("c", "2")]);
    assert!(matches!(twice, Err(PackageError::Path(_))));
    assert!(matches!(add(&packages, &code(2), vec![]), Err(PackageError::Path(_))));
    let link = dir.path().join("link");
    std::os::unix::fs::symlink("/etc/hostname", &link).unwrap();
    for source in [link, dir.path().join("none"), dir.path().to_owned()] {
        let file = NewContent { logical: "c".to_owned(), source: ContentSource::Copy(source, Sha256Digest::of(b"")) };
        assert!(matches!(add(&packages, &code(1), vec![file]), Err(PackageError::Source { index: 0, .. })));
    }
    // A received file that rotted since it was stored is not packaged.
    let rotten = dir.path().join("rotten");
    fs::write(&rotten, b"other bytes").unwrap();
    let file = NewContent { logical: "c".to_owned(), source: ContentSource::Copy(rotten, Sha256Digest::of(b"bytes")) };
    assert!(matches!(add(&packages, &code(1), vec![file]), Err(PackageError::Changed(0))));
    assert_eq!(tree(&packages), before);
    // 255 bytes of Vietnamese are a name like any other.
    let longest = format!("documents/{}", "ầ".repeat(85));
    add(&packages, &code(1), vec![bytes(&longest, "y")]).unwrap();
    assert_eq!(contents(&packages, &code(1))[&longest], "y");
}

#[test]
fn a_damaged_object_is_never_written_into() {
    let (_dir, packages) = packages();
    let dossier = code(1);
    for text in ["1", "2", "3"] {
        add(&packages, &dossier, vec![bytes("a", text)]).unwrap();
    }
    let root = packages.object_root(&dossier);
    let old = |name: &str| fs::read(root.join("v1").join(name)).unwrap();
    let spoils: [(&str, Vec<u8>); 6] = [
        (ocfl::INVENTORY, b"{}".to_vec()),
        (ocfl::SIDECAR, b"0  inventory.json\n".to_vec()),
        (ocfl::SIDECAR, old(ocfl::SIDECAR)),
        (ocfl::INVENTORY, old(ocfl::INVENTORY)),
        ("v3/inventory.json", b"{}".to_vec()),
        ("v3/content/a", b"4".to_vec()),
    ];
    for (name, bad) in spoils {
        let path = root.join(name);
        let good = fs::read(&path).unwrap();
        let spoilt = || fs::remove_file(&path).and_then(|()| fs::write(&path, &bad));
        spoilt().unwrap();
        let before = tree(&packages);
        let again = add(&packages, &dossier, vec![bytes("a", "3"), bytes("b", "new")]);
        assert!(matches!(again, Err(PackageError::Damaged { .. })), "{name}: {again:?}");
        assert_eq!(tree(&packages), before, "{name}");
        fs::write(&path, good).unwrap();
    }
    add(&packages, &dossier, vec![bytes("b", "new")]).unwrap();
    assert_eq!(contents(&packages, &dossier)["b"], "new");
}

#[test]
fn strays_are_listed_and_objects_found() {
    let (_dir, packages) = packages();
    add(&packages, &code(1), vec![bytes("a", "1")]).unwrap();
    let root = packages.root();
    let stray = root.join("extensions/notes.txt");
    fs::write(&stray, b"").unwrap();
    fs::create_dir_all(root.join("zzz/empty")).unwrap();
    let mut found: Vec<_> = packages.objects().map(Result::unwrap).collect();
    found.sort_by_key(|e| matches!(e, PackageEntry::Stray(_)));
    let object = packages.object_root(&code(1));
    let expect =
        [PackageEntry::Object(object), PackageEntry::Stray(stray), PackageEntry::Stray(root.join("zzz/empty"))];
    assert_eq!(found, expect);
}

#[test]
fn threads_that_add_to_one_dossier_all_succeed() {
    let (_dir, packages) = packages();
    let dossier = code(1);
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let (packages, dossier) = (DiskPackages::open(packages.root()).unwrap(), &dossier);
            scope.spawn(move || {
                for n in 0..5 {
                    add(&packages, dossier, vec![bytes(&format!("{thread}/{n}"), &format!("{thread} {n}"))]).unwrap();
                    packages.read(dossier).unwrap().unwrap();
                }
            });
        }
    });
    assert_eq!(packages.read(&dossier).unwrap().unwrap().head.get(), 20);
    assert_eq!(contents(&packages, &dossier).len(), 20);
}

#[test]
fn threads_that_make_objects_leave_no_empty_directories() {
    let (_dir, packages) = packages();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let packages = &packages;
            scope.spawn(move || {
                for n in 0..25 {
                    add(packages, &code(thread * 100 + n), vec![bytes("a", "1")]).unwrap();
                }
            });
        }
    });
    let entries: Vec<_> = packages.objects().map(Result::unwrap).collect();
    assert_eq!(entries.len(), 100);
    assert!(entries.iter().all(|e| matches!(e, PackageEntry::Object(_))));
}

/// What the process that is to die does; in a normal run nothing.
#[test]
fn dying() {
    let Ok(root) = std::env::var("SOHOA_TEST_DIE_IN") else { return };
    let packages = DiskPackages::open(root).unwrap();
    let made = packages.staging_dir().join("made");
    fs::write(&made, b"new").unwrap();
    let moved = NewContent { logical: "b".to_owned(), source: ContentSource::Move(made) };
    add(&packages, &code(1), vec![moved]).unwrap();
}

#[test]
fn a_crash_at_any_step_loses_nothing_and_doubles_nothing() {
    let steps = |first: bool| match first {
        true => vec![Point::Staged, Point::InPlace],
        false => vec![Point::Staged, Point::Noted, Point::InPlace, Point::InventoryReplaced, Point::SidecarReplaced],
    };
    for versions_before in [0, 1, 2] {
        for step in steps(versions_before == 0) {
            for reopen in [true, false] {
                crash(versions_before, step, reopen);
            }
        }
    }
}

fn crash(versions_before: u32, step: Point, reopen: bool) {
    let (_dir, packages) = packages();
    let dossier = code(1);
    for n in 0..versions_before {
        add(&packages, &dossier, vec![bytes("a", &n.to_string())]).unwrap();
    }
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "packages::tests::dying"])
        .env("SOHOA_TEST_DIE_IN", packages.root())
        .env("SOHOA_DIE_AT", format!("{step:?}"))
        .output()
        .unwrap()
        .status;
    assert!(status.signal().is_some(), "{step:?} was not reached");

    let what = format!("{step:?} after {versions_before} versions, reopen {reopen}");
    let done = !matches!(step, Point::Staged | Point::Noted);
    let packages = if reopen {
        // Opening alone puts the object right.
        let packages = DiskPackages::open(packages.root()).unwrap();
        assert_eq!(fs::read_dir(packages.work.join("pending")).unwrap().count(), 0, "{what}");
        if done || versions_before > 0 {
            assert_eq!(contents(&packages, &dossier).contains_key("b"), done, "{what}");
        }
        packages
    } else {
        packages
    };
    let before = packages.read(&dossier).unwrap().map_or(0, |inventory| inventory.head.get());
    let version = add(&packages, &dossier, vec![bytes("b", "new")]).unwrap();
    assert_eq!(version.number, versions_before + 1, "{what}");
    assert_eq!(contents(&packages, &dossier)["b"], "new", "{what}");
    if done && step != Point::InPlace {
        assert_eq!(before, version.number, "{what}");
    }
    // What the dead process left is swept.
    let future = SystemTime::UNIX_EPOCH + Duration::from_secs(1 << 35);
    packages.sweep_staging(future).unwrap();
    assert_eq!(fs::read_dir(packages.staging_dir()).unwrap().count(), 0, "{what}");
    assert!(packages.objects().all(|e| matches!(e, Ok(PackageEntry::Object(_)))), "{what}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn adding_again_changes_nothing(
        calls in prop::collection::vec(prop::collection::btree_map("[a-c]", "[xyz]", 1..4), 1..5),
    ) {
        let (_dir, packages) = packages();
        let dossier = code(1);
        let mut expect = BTreeMap::new();
        for call in calls {
            let files = || call.iter().map(|(logical, text)| bytes(logical, text)).collect::<Vec<_>>();
            let first = add(&packages, &dossier, files()).unwrap();
            expect.extend(call.clone());
            prop_assert_eq!(&contents(&packages, &dossier), &expect);
            let before = tree(&packages);
            let again = add(&packages, &dossier, files()).unwrap();
            prop_assert_eq!(&again.stored, &first.stored);
            prop_assert!(again.number <= first.number);
            prop_assert_eq!(tree(&packages), before);
        }
    }
}
