//! Tests of what is taken for whole.

use std::io::Cursor;

use image::ImageFormat;

use super::*;

/// One strip of grey, 300 × 200, behind its directory; behind the strip, where many writers put it, a text.
fn tiff() -> Vec<u8> {
    let text = b"scanned at the counter\0";
    let tags = [
        (256, 4, 1, 300),
        (257, 4, 1, 200),
        (258, 4, 1, 8),
        (259, 4, 1, 1),
        (262, 4, 1, 1),
        (273, 4, 1, 134),
        (277, 4, 1, 1),
        (278, 4, 1, 200),
        (279, 4, 1, 60_000),
        (305, 2, text.len(), 134 + 60_000),
    ];
    let mut bytes = b"II*\0\x08\0\0\0".to_vec();
    bytes.extend((tags.len() as u16).to_le_bytes());
    for (tag, kind, count, value) in tags {
        bytes.extend((tag as u16).to_le_bytes());
        bytes.extend((kind as u16).to_le_bytes());
        bytes.extend((count as u32).to_le_bytes());
        bytes.extend((value as u32).to_le_bytes());
    }
    bytes.extend([0; 4]);
    assert_eq!(bytes.len(), 134);
    bytes.extend(vec![128; 60_000]);
    bytes.extend(text);
    bytes
}

fn encoded(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let page = image::DynamicImage::ImageLuma8(image::GrayImage::from_fn(width, height, |x, y| {
        image::Luma([(x * 7 + y * 13 + x * y % 11) as u8])
    }));
    let mut bytes = Cursor::new(Vec::new());
    page.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// A picture with a thumbnail, itself a JPEG file with its own end mark, in a segment before it.
fn jpeg_with_thumbnail() -> Vec<u8> {
    let (picture, thumbnail) = (encoded(300, 200, ImageFormat::Jpeg), encoded(80, 60, ImageFormat::Jpeg));
    let mut bytes = picture[..2].to_vec();
    bytes.extend(b"\xff\xe1");
    bytes.extend((thumbnail.len() as u16 + 2 + 6).to_be_bytes());
    bytes.extend(b"Exif\0\0");
    bytes.extend(thumbnail);
    bytes.extend(&picture[2..]);
    bytes
}

fn pdf() -> Vec<u8> {
    [b"%PDF-1.7\n", vec![b'x'; 5000].as_slice(), b"\nstartxref\n9\n%%EOF\n"].concat()
}

/// The first page with its end mark, then the rest.
fn linearized_pdf() -> Vec<u8> {
    let make = |length: usize| {
        let first =
            format!("%PDF-1.7\n1 0 obj\n<</Linearized 1/L {length:<6}/H [ 500 30 ]/O 3/E 900/N 2/T 9>>\nendobj\n");
        [first.as_bytes(), b"xref\nstartxref\n0\n%%EOF\n", &[b'x'; 7000], b"\nstartxref\n116\n%%EOF\n"].concat()
    };
    make(make(0).len())
}

/// Name, bytes, and how many of the last bytes may be missing.
fn files() -> Vec<(&'static str, Vec<u8>, usize)> {
    vec![
        ("a.jpg", encoded(300, 200, ImageFormat::Jpeg), 0),
        ("thumbnail.jpg", jpeg_with_thumbnail(), 0),
        ("a.png", encoded(300, 200, ImageFormat::Png), 0),
        ("a.tif", tiff(), 0),
        ("a.webp", encoded(300, 200, ImageFormat::WebP), 0),
        ("a.bmp", encoded(300, 200, ImageFormat::Bmp), 0),
        ("a.pdf", pdf(), 1),
        // Its stated length counts the last line feed.
        ("linearized.pdf", linearized_pdf(), 0),
    ]
}

fn of(path: &Path, bytes: &[u8]) -> Wholeness {
    std::fs::write(path, bytes).unwrap();
    wholeness(path, &Limits::default())
}

#[test]
fn a_file_cut_off_anywhere_is_never_whole_and_what_follows_its_end_does_not_count() {
    let dir = tempfile::tempdir().unwrap();
    for (name, bytes, spare) in files() {
        let path = dir.path().join(name);
        let last = bytes.len() - spare;
        // Every length near both ends, where marks and headers stand, and many between.
        let cuts = (1..last).filter(|cut| *cut < 1500 || *cut + 200 > last || cut % 97 == 0);
        for cut in cuts {
            assert_eq!(of(&path, &bytes[..cut]), Wholeness::Partial, "{name} cut off at {cut} of {}", bytes.len());
        }
        let longer = [bytes.as_slice(), b"appended by a gateway"].concat();
        for whole in [&bytes[..last], &bytes, &longer] {
            assert_eq!(of(&path, whole), Wholeness::Whole, "{name}, {} bytes", whole.len());
        }
    }
}

#[test]
fn the_end_of_a_thumbnail_is_not_that_of_the_picture() {
    let (picture, path) = (jpeg_with_thumbnail(), tempfile::NamedTempFile::new().unwrap());
    let end = picture.windows(2).position(|w| w == b"\xff\xd9").unwrap() + 2;
    assert!(end < picture.len() / 2, "the thumbnail's end comes first");
    assert_eq!(of(path.path(), &picture[..end]), Wholeness::Partial);
    // An end mark that no data of a scan can hold stands in a comment.
    let comment = [&picture[..2], b"\xff\xfe\0\x06\xff\xd9\xff\xd9"].concat();
    assert_eq!(of(path.path(), &comment), Wholeness::Partial);
}

#[test]
fn a_pdf_with_a_revision_on_its_way_is_not_whole() {
    let path = tempfile::NamedTempFile::new().unwrap();
    let revised = [pdf().as_slice(), b"7 0 obj\n<</Type/Page>>\nendobj\nxref\n0 1\nstartxref\n5\n%%EOF"].concat();
    for cut in pdf().len() + 1..revised.len() {
        assert_eq!(of(path.path(), &revised[..cut]), Wholeness::Partial, "{cut}");
    }
    assert_eq!(of(path.path(), &revised), Wholeness::Whole);
    let embedded = [pdf().as_slice(), b"\nendstream\nendobj\n"].concat();
    assert_eq!(of(path.path(), &embedded), Wholeness::Partial);
}

#[test]
fn what_is_no_paper_is_not_waited_for_and_what_may_become_one_is() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.pdf");
    assert_eq!(of(&path, b""), Wholeness::Partial);
    assert_eq!(of(&path, &[0; 4096]), Wholeness::Partial, "reserved, not filled yet");
    assert_eq!(of(&path, b"no paper"), Wholeness::Never);
    assert_eq!(wholeness(dir.path(), &Limits::default()), Wholeness::Never);
    assert_eq!(wholeness(&dir.path().join("gone"), &Limits::default()), Wholeness::Partial);
    std::os::unix::fs::symlink("nowhere", dir.path().join("link")).unwrap();
    assert_eq!(wholeness(&dir.path().join("link"), &Limits::default()), Wholeness::Never);
}
