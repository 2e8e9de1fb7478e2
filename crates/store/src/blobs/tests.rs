//! Tests of the blob store.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use proptest::prelude::*;

use super::*;

fn store() -> (tempfile::TempDir, DiskBlobs) {
    let dir = tempfile::tempdir().unwrap();
    let blobs = DiskBlobs::open(dir.path().join("blobs")).unwrap();
    (dir, blobs)
}

fn digests(blobs: &DiskBlobs) -> BTreeSet<Sha256Digest> {
    let entry = |e| match e {
        Ok(BlobEntry::Blob(digest)) => digest,
        other => panic!("not a blob: {other:?}"),
    };
    blobs.list().map(entry).collect()
}

fn overwrite(path: &Path, bytes: &[u8]) {
    fs::set_permissions(path, fs::Permissions::from_mode(0o640)).unwrap();
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_file_is_stored_read_only_under_its_digest_and_stays_where_it_was() {
    let (dir, blobs) = store();
    // The longest name that a file system takes: 255 bytes, decomposed Vietnamese.
    let mut name = "giấy khai sinh ".repeat(20);
    name.truncate(name.char_indices().map(|(i, _)| i).take_while(|i| *i <= 255).last().unwrap());
    let source = dir.path().join(name);
    fs::write(&source, b"abc").unwrap();
    let stored = blobs.put_file(&source).unwrap();
    assert_eq!(stored, StoredBlob { digest: Sha256Digest::of(b"abc"), bytes: 3, repaired: false });
    assert!(blobs.path(&stored.digest).ends_with(format!("blobs/ba/78/{}", stored.digest)));
    let mut text = String::new();
    blobs.open_blob(&stored.digest).unwrap().read_to_string(&mut text).unwrap();
    assert_eq!(text, "abc");
    assert_eq!(fs::metadata(blobs.path(&stored.digest)).unwrap().permissions().mode() & 0o777, 0o440);
    assert_eq!(fs::read(&source).unwrap(), b"abc");
    assert!(blobs.contains(&stored.digest));
    assert!(!blobs.contains(&Sha256Digest::of(b"other")));
    assert_eq!(fs::read_dir(blobs.root().join(TMP)).unwrap().count(), 0);
}

#[test]
fn what_is_no_regular_file_is_refused_without_waiting() {
    let (dir, blobs) = store();
    let fifo = dir.path().join("fifo");
    rustix::fs::mkfifoat(rustix::fs::CWD, &fifo, rustix::fs::Mode::RUSR).unwrap();
    let file = dir.path().join("file");
    fs::write(&file, b"x").unwrap();
    let link = dir.path().join("link");
    std::os::unix::fs::symlink(&file, &link).unwrap();
    for odd in [fifo.as_path(), link.as_path(), dir.path(), &dir.path().join("none")] {
        assert!(matches!(blobs.put_file(odd), Err(BlobError::Source(_))), "{}", odd.display());
    }
    assert_eq!(digests(&blobs).len(), 0);
}

#[test]
fn a_damaged_blob_is_put_right_when_its_bytes_come_again() {
    let (_dir, blobs) = store();
    let stored = blobs.put_bytes(b"hello").unwrap();
    let path = blobs.path(&stored.digest);
    overwrite(&path, b"hellp");
    assert_eq!(blobs.verify(&stored.digest).unwrap(), Fixity::Damaged);
    assert!(blobs.put_bytes(b"hello").unwrap().repaired);
    assert_eq!(blobs.verify(&stored.digest).unwrap(), Fixity::Intact);
    fs::remove_file(&path).unwrap();
    assert_eq!(blobs.verify(&stored.digest).unwrap(), Fixity::Missing);
    std::os::unix::fs::symlink("/dev/zero", &path).unwrap();
    assert_eq!(blobs.verify(&stored.digest).unwrap(), Fixity::Damaged);
    assert!(blobs.put_bytes(b"hello").unwrap().repaired);
    assert!(!blobs.put_bytes(b"hello").unwrap().repaired);
}

#[test]
fn a_file_that_is_still_written_is_not_taken() {
    let (dir, blobs) = store();
    let source = dir.path().join("scan.tif");
    fs::write(&source, vec![1; 64 << 20]).unwrap();
    let stop = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        let scanner = scope.spawn({
            let (source, stop) = (&source, &stop);
            move || {
                let mut file = fs::OpenOptions::new().append(true).open(source).unwrap();
                while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                    file.write_all(&[2; 512]).unwrap();
                    std::thread::sleep(Duration::from_millis(1));
                }
            }
        });
        let result = blobs.put_file(&source);
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
        scanner.join().unwrap();
        assert!(matches!(result, Err(BlobError::Changed)), "{result:?}");
    });
    assert_eq!(digests(&blobs).len(), 0);
    assert_eq!(fs::read_dir(blobs.root().join(TMP)).unwrap().count(), 0);
    blobs.put_file(&source).unwrap();
}

#[test]
fn strays_are_told_and_leftovers_swept() {
    let (_dir, blobs) = store();
    let stored = blobs.put_bytes(b"a").unwrap();
    let stray = blobs.root().join("ca/notes.txt");
    fs::create_dir_all(stray.parent().unwrap()).unwrap();
    fs::write(&stray, b"").unwrap();
    let moved = blobs.root().join("00").join(stored.digest.to_string());
    fs::create_dir_all(moved.parent().unwrap()).unwrap();
    fs::write(&moved, b"a").unwrap();
    let listed: Vec<_> = blobs.list().map(Result::unwrap).collect();
    assert_eq!(listed, [BlobEntry::Stray(moved), BlobEntry::Blob(stored.digest), BlobEntry::Stray(stray)]);

    let leftover = blobs.root().join(TMP).join("put-1");
    fs::write(&leftover, b"half").unwrap();
    let written = fs::metadata(&leftover).unwrap().modified().unwrap();
    assert_eq!(blobs.sweep_temp(written).unwrap(), 0);
    assert_eq!(blobs.sweep_temp(written + Duration::from_secs(1)).unwrap(), 1);
    assert!(!leftover.exists());
}

#[test]
fn threads_that_put_the_same_bytes_agree() {
    let (_dir, blobs) = store();
    let bytes = vec![5; 3 << 20];
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert!(!blobs.put_bytes(&bytes).unwrap().repaired));
        }
    });
    assert_eq!(digests(&blobs), BTreeSet::from([Sha256Digest::of(&bytes)]));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn putting_again_changes_nothing(
        contents in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..64), 1..6),
        order in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
    ) {
        let (dir, blobs) = store();
        for bytes in &contents {
            blobs.put_bytes(bytes).unwrap();
        }
        let before = digests(&blobs);
        prop_assert_eq!(&before, &contents.iter().map(|b| Sha256Digest::of(b)).collect::<BTreeSet<_>>());
        for index in order {
            let source = dir.path().join("source");
            let bytes: &Vec<u8> = index.get(&contents);
            fs::write(&source, bytes).unwrap();
            let stored = blobs.put_file(&source).unwrap();
            prop_assert_eq!(stored.digest, Sha256Digest::of(bytes));
            prop_assert!(!stored.repaired);
        }
        prop_assert_eq!(digests(&blobs), before);
    }
}
