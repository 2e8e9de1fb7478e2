//! Tests of TIFF reading.

use std::io::Cursor;

use sohoa_domain::{Codec, Dpi, PixelLayout, Raster, RefusalCode, Rotation};
use tiff::encoder::{Compression, TiffEncoder, colortype};

use crate::encode::{encode_jpeg, encode_lossless};
use crate::{FileKind, ImageFile};

use super::*;

/// A page as tags and chunks, written without any library.
struct Page {
    tags: Vec<(u16, u16, Vec<u32>)>,
    chunks: Vec<Vec<u8>>,
}

const SHORT: u16 = 3;
const LONG: u16 = 4;

impl Page {
    fn new(w: u32, h: u32, bits: u32, samples: u32, photometric: u32, compression: u32, rows: u32) -> Self {
        let tags = vec![
            (256, LONG, vec![w]),
            (257, LONG, vec![h]),
            (258, SHORT, vec![bits; samples as usize]),
            (259, SHORT, vec![compression]),
            (262, SHORT, vec![photometric]),
            (277, SHORT, vec![samples]),
            (278, LONG, vec![rows]),
        ];
        Self { tags, chunks: Vec::new() }
    }

    fn tag(mut self, tag: u16, kind: u16, values: &[u32]) -> Self {
        self.tags.push((tag, kind, values.to_vec()));
        self
    }

    fn chunk(mut self, bytes: &[u8]) -> Self {
        self.chunks.push(bytes.to_vec());
        self
    }

    fn tiles(mut self, w: u32, h: u32) -> Self {
        self.tags.retain(|t| t.0 != 278);
        self.tag(322, LONG, &[w]).tag(323, LONG, &[h])
    }
}

/// A little-endian file; `last_next` is where the last directory points to.
fn file(pages: Vec<Page>, last_next: u32) -> Vec<u8> {
    let mut out = b"II*\0\0\0\0\0".to_vec();
    let mut link = 4;
    for mut page in pages {
        let mut offsets = Vec::new();
        for chunk in &page.chunks {
            offsets.push(out.len() as u32);
            out.extend(chunk);
        }
        let tiled = page.tags.iter().any(|t| t.0 == 322);
        let (offset_tag, count_tag) = if tiled { (324, 325) } else { (273, 279) };
        page.tags.push((offset_tag, LONG, offsets));
        page.tags.push((count_tag, LONG, page.chunks.iter().map(|c| c.len() as u32).collect()));
        page.tags.sort();
        let mut entries = Vec::new();
        for (tag, kind, values) in &page.tags {
            let bytes: Vec<u8> = match *kind {
                1 => values.iter().map(|&v| v as u8).collect(),
                SHORT => values.iter().flat_map(|&v| (v as u16).to_le_bytes()).collect(),
                _ => values.iter().flat_map(|v| v.to_le_bytes()).collect(),
            };
            let count = if *kind == 5 { values.len() / 2 } else { values.len() };
            entries.extend(tag.to_le_bytes());
            entries.extend(kind.to_le_bytes());
            entries.extend((count as u32).to_le_bytes());
            if bytes.len() <= 4 {
                entries.extend([bytes.clone(), vec![0; 4 - bytes.len()]].concat());
            } else {
                out.resize(out.len().next_multiple_of(2), 0);
                entries.extend((out.len() as u32).to_le_bytes());
                out.extend(bytes);
            }
        }
        out.resize(out.len().next_multiple_of(2), 0);
        let here = out.len() as u32;
        out[link..link + 4].copy_from_slice(&here.to_le_bytes());
        out.extend((page.tags.len() as u16).to_le_bytes());
        out.extend(entries);
        link = out.len();
        out.extend(last_next.to_le_bytes());
    }
    out
}

struct Opened {
    _dir: tempfile::TempDir,
    file: ImageFile,
}

fn open_with(bytes: &[u8], limits: &Limits) -> Result<Opened, InputError> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("scan");
    std::fs::write(&path, bytes).unwrap();
    assert_eq!(crate::sniff(&path, &Limits::default()).unwrap(), FileKind::Tiff);
    Ok(Opened { file: ImageFile::open(&path, FileKind::Tiff, limits)?, _dir: dir })
}

fn open(bytes: &[u8]) -> Opened {
    open_with(bytes, &Limits::default()).unwrap()
}

fn first(pages: Vec<Page>) -> LoadedPage {
    open(&file(pages, 0)).file.load(0).unwrap()
}

fn bitonal(w: u32, h: u32) -> Raster {
    let stride = w.div_ceil(8);
    let mut data: Vec<u8> = (0..stride * h).map(|i| (i * i / 5 % 256) as u8 & 0x3c).collect();
    data.chunks_exact_mut(stride as usize).for_each(|r| crate::bitonal::clear_padding(r, w as usize));
    Raster::new(w, h, PixelLayout::Bitonal, data).unwrap()
}

fn assert_embeds_its_pixels(page: &LoadedPage) {
    assert_eq!(crate::decode(&page.embed, &Limits::default()).unwrap(), page.raster);
}

#[test]
fn one_group_4_strip_passes_through() {
    let page = bitonal(99, 40);
    let stream = encode_lossless(&page).bytes;
    let reversed: Vec<u8> = stream.iter().map(|b| b.reverse_bits()).collect();
    let mut negative = page.data().to_vec();
    crate::bitonal::invert(&mut negative, 99);
    for (photometric, black_is_1, data) in [(0, false, page.data()), (1, true, &negative[..])] {
        for (order, bytes) in [(1, &stream[..]), (2, &reversed[..])] {
            let file = Page::new(99, 40, 1, 1, photometric, 4, 40).tag(266, SHORT, &[order]).chunk(bytes);
            let loaded = first(vec![file]);
            assert_eq!(loaded.raster.data(), data, "photometric {photometric}, fill order {order}");
            assert_eq!(*loaded.embed.bytes, *stream);
            assert_eq!(loaded.embed.codec, Codec::Group4 { black_is_1, byte_align: false });
            assert_embeds_its_pixels(&loaded);
        }
    }
}

#[test]
fn several_group_4_strips_become_one() {
    let (top, bottom) = (bitonal(64, 20), bitonal(64, 7));
    let file =
        Page::new(64, 27, 1, 1, 0, 4, 20).chunk(&encode_lossless(&top).bytes).chunk(&encode_lossless(&bottom).bytes);
    let loaded = first(vec![file]);
    assert_eq!(loaded.raster.data(), [top.data(), bottom.data()].concat());
    assert!(matches!(loaded.embed.codec, Codec::Group4 { black_is_1: false, .. }));
    assert_embeds_its_pixels(&loaded);
}

#[test]
fn plain_pack_bits_and_group_3() {
    let page = bitonal(64, 5);
    assert_eq!(first(vec![Page::new(64, 5, 1, 1, 0, 1, 5).chunk(page.data())]).raster, page);
    // A literal run for each row.
    let packed: Vec<u8> = page.data().chunks(8).flat_map(|r| [&[7], r].concat()).collect();
    assert_eq!(first(vec![Page::new(64, 5, 1, 1, 0, 32773, 5).chunk(&packed)]).raster, page);
    let runs = first(vec![Page::new(300, 1, 8, 1, 1, 32773, 1).chunk(&[129, 9, 128, 129, 8, 211, 7])]);
    assert_eq!(runs.raster.data(), [vec![9; 128], vec![8; 128], vec![7; 46]].concat()[..300].to_vec());
    // End of line, 4 white, 4 black, 8 white, in both bit orders.
    let row = [0b0000_0000, 0b0001_1011, 0b0111_0011];
    for (order, bytes) in [(1, row), (2, row.map(u8::reverse_bits))] {
        let file = Page::new(16, 1, 1, 1, 0, 3, 1).tag(266, SHORT, &[order]).chunk(&bytes);
        assert_eq!(first(vec![file]).raster.data(), &[0x0f, 0]);
    }
    assert_eq!(
        first(vec![Page::new(16, 1, 1, 1, 0, 2, 1).chunk(&[0b1011_0111, 0b0011_0000])]).raster.data(),
        &[0x0f, 0]
    );
}

#[test]
fn the_encoder_of_the_crate_tiff_is_read() {
    for compression in
        [Compression::Uncompressed, Compression::Lzw, Compression::Packbits, Compression::Deflate(Default::default())]
    {
        let mut out = Cursor::new(Vec::new());
        let rgb: Vec<u8> = (0..70 * 90 * 3).map(|i| (i % 241) as u8).collect();
        let grey: Vec<u8> = (0..50 * 60).map(|i| (i * 3 % 239) as u8).collect();
        let deep: Vec<u16> = (0..40 * 30).map(|i| i * 50).collect();
        let mut encoder = TiffEncoder::new(&mut out).unwrap().with_compression(compression);
        encoder.write_image::<colortype::RGB8>(70, 90, &rgb).unwrap();
        encoder.write_image::<colortype::Gray8>(50, 60, &grey).unwrap();
        encoder.write_image::<colortype::Gray16>(40, 30, &deep).unwrap();
        let opened = open(&out.into_inner());
        assert_eq!(opened.file.page_count(), 3);
        let pages: Vec<LoadedPage> = (0..3).map(|i| opened.file.load(i).unwrap()).collect();
        assert_eq!(pages[0].raster.data(), rgb);
        assert_eq!(pages[1].raster.data(), grey);
        assert_eq!(pages[2].raster.data(), deep.iter().map(|v| (v >> 8) as u8).collect::<Vec<u8>>());
        pages.iter().for_each(assert_embeds_its_pixels);
    }
}

#[test]
fn horizontal_differences_are_undone() {
    let file = Page::new(4, 1, 8, 1, 1, 8, 1).tag(317, SHORT, &[2]);
    let z = |bytes: &[u8]| {
        let mut z = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut z, bytes).unwrap();
        z.finish().unwrap()
    };
    assert_eq!(first(vec![file.chunk(&z(&[10, 5, 255, 1]))]).raster.data(), &[10, 15, 14, 15]);
    let deep = Page::new(2, 1, 16, 1, 1, 8, 1).tag(317, SHORT, &[2]);
    // 0x01ff, then 0x0001 more is 0x0200.
    assert_eq!(first(vec![deep.chunk(&z(&[0xff, 1, 1, 0]))]).raster.data(), &[1, 2]);
}

#[test]
fn jpeg_strips() {
    let data: Vec<u8> = (0..64 * 64 * 3).map(|i| (i / 50 % 256) as u8).collect();
    let page = Raster::new(64, 64, PixelLayout::Rgb8, data).unwrap();
    let jpeg = encode_jpeg(&page, 90);
    let plain = crate::decode(&jpeg, &Limits::default()).unwrap();
    let one = first(vec![Page::new(64, 64, 8, 3, 6, 7, 64).chunk(&jpeg.bytes)]);
    assert_eq!(one.raster, plain);
    assert_eq!(one.embed.bytes, jpeg.bytes, "a single strip passes through");
    let two = first(vec![Page::new(64, 128, 8, 3, 6, 7, 64).chunk(&jpeg.bytes).chunk(&jpeg.bytes)]);
    assert_eq!(two.raster.data(), [plain.data(), plain.data()].concat());
    assert!(matches!(two.embed.codec, Codec::Jpeg { components: 3, .. }));

    // The tables of an abbreviated stream lie in the directory (TIFF Technical Note 2).
    let (mut tables, mut strip) = (vec![0xff, 0xd8], vec![0xff, 0xd8]);
    let mut rest = &jpeg.bytes[2..];
    while rest[1] != 0xda {
        let (segment, behind) = rest.split_at(2 + usize::from(u16::from_be_bytes([rest[2], rest[3]])));
        if matches!(rest[1], 0xc4 | 0xdb) { &mut tables } else { &mut strip }.extend(segment);
        rest = behind;
    }
    tables.extend([0xff, 0xd9]);
    strip.extend(rest);
    let tables: Vec<u32> = tables.iter().map(|&b| b.into()).collect();
    let split = first(vec![Page::new(64, 64, 8, 3, 6, 7, 64).tag(347, 1, &tables).chunk(&strip)]);
    assert_eq!(split.raster, plain);
    assert_eq!(crate::decode(&split.embed, &Limits::default()).unwrap(), plain);
}

#[test]
fn palettes_alpha_planes_and_tiles() {
    let palette: Vec<u32> = [[0, 65535, 0, 0], [0, 65535, 0, 256], [0, 65535, 65535, 0]].concat();
    let file = Page::new(4, 1, 2, 1, 3, 1, 1).tag(320, SHORT, &palette).chunk(&[0b0001_1011]);
    assert_eq!(first(vec![file]).raster.data(), &[0, 0, 0, 255, 255, 255, 0, 0, 255, 0, 1, 0]);

    let file = Page::new(2, 1, 8, 4, 2, 1, 1).tag(338, SHORT, &[2]).chunk(&[9, 8, 7, 255, 9, 8, 7, 0]);
    assert_eq!(first(vec![file]).raster.data(), &[9, 8, 7, 255, 255, 255]);

    let file = Page::new(2, 1, 8, 3, 2, 1, 1).tag(284, SHORT, &[2]).chunk(&[1, 2]).chunk(&[3, 4]).chunk(&[5, 6]);
    assert_eq!(first(vec![file]).raster.data(), &[1, 3, 5, 2, 4, 6]);

    let file = Page::new(1, 1, 8, 4, 5, 1, 1).chunk(&[255, 0, 0, 0]);
    assert_eq!(first(vec![file]).raster.data(), &[0, 255, 255]);

    // Two tiles of 16 × 16 on a page of 20 × 10: the rest of each is padding.
    let tile = |v: u8| (0..256).map(|i| if i / 16 < 10 { v } else { 99 }).collect::<Vec<u8>>();
    let file = Page::new(20, 10, 8, 1, 1, 1, 1).tiles(16, 16).chunk(&tile(5)).chunk(&tile(6));
    let row = [vec![5; 16], vec![6; 4]].concat();
    assert_eq!(first(vec![file]).raster.data(), row.repeat(10));
    let file = Page::new(20, 1, 1, 1, 0, 1, 1).tiles(16, 16).chunk(&[0x81; 32]).chunk(&[0xff; 32]);
    assert_eq!(first(vec![file]).raster.data(), &[0x81, 0x81, 0xf0]);
}

#[test]
fn orientation_and_resolution() {
    let page = |orientation: u32| {
        Page::new(2, 1, 8, 1, 1, 1, 1)
            .tag(274, SHORT, &[orientation])
            .tag(282, 5, &[300, 1])
            .tag(283, 5, &[300, 1])
            .chunk(&[1, 2])
    };
    let turned = first(vec![page(6)]);
    assert_eq!((turned.rotation, turned.raster.data()), (Rotation::Quarter, &[1, 2][..]));
    assert_eq!(turned.dpi, Some(Dpi::square(300.0)));
    let mirrored = first(vec![page(2)]);
    assert_eq!((mirrored.rotation, mirrored.raster.data()), (Rotation::None, &[2, 1][..]));
    assert_embeds_its_pixels(&mirrored);
    // 72 dpi would make the page larger than A2: nobody scanned that.
    let bogus = Page::new(2480, 1, 8, 1, 1, 1, 1).tag(282, 5, &[72, 1]).tag(283, 5, &[72, 1]).chunk(&[0; 2480]);
    assert_eq!(first(vec![bogus]).dpi, None);
}

#[test]
fn thumbnails_are_no_pages() {
    let page = |v: u8, kind: u32| Page::new(1, 1, 8, 1, 1, 1, 1).tag(254, LONG, &[kind]).chunk(&[v]);
    let opened = open(&file(vec![page(1, 0), page(2, 1), page(3, 2)], 0));
    assert_eq!(opened.file.page_count(), 2);
    assert_eq!(opened.file.load(1).unwrap().raster.data(), &[3]);
}

#[test]
fn pages_are_loaded_by_several_threads() {
    let pages = (0..8).map(|v| Page::new(1, 1, 8, 1, 1, 1, 1).chunk(&[v])).collect();
    let opened = open(&file(pages, 0));
    std::thread::scope(|scope| {
        for i in 0..8 {
            let opened = &opened;
            scope.spawn(move || assert_eq!(opened.file.load(i).unwrap().raster.data(), &[i as u8]));
        }
    });
}

#[test]
fn refusals() {
    let refused = |bytes: &[u8]| match open_with(bytes, &Limits::default()) {
        Ok(opened) => opened.file.load(0).map(|_| ()).unwrap_err(),
        Err(e) => e,
    };
    let one = || Page::new(30, 30, 8, 1, 1, 1, 30).chunk(&[7; 900]);
    // The last directory points back to the first, which lies behind 900 bytes of pixels.
    let loop_of = |n: usize| file((0..n).map(|_| one()).collect(), 908);
    assert_eq!(refused(&loop_of(1)).code, RefusalCode::Malformed);
    assert_eq!(refused(&loop_of(3)).code, RefusalCode::Malformed);

    let many = file((0..5).map(|_| one()).collect(), 0);
    let limits = Limits { pages: 4, ..Limits::default() };
    assert_eq!(open_with(&many, &limits).map(|_| ()).unwrap_err().code, RefusalCode::TooManyPages);

    let huge = file(vec![Page::new(60_000, 60_000, 1, 1, 0, 4, 60_000).chunk(&[0; 9])], 0);
    let e = refused(&huge);
    assert_eq!((e.code, e.page), (RefusalCode::TooManyPixels, Some(1)));

    let short = file(vec![Page::new(30, 30, 8, 1, 1, 1, 30).chunk(&[7; 899])], 0);
    assert_eq!(refused(&short).code, RefusalCode::Truncated);
    let whole = file(vec![one(), one()], 0);
    for percent in [10, 50, 90, 99] {
        assert_eq!(refused(&whole[..whole.len() * percent / 100]).code, RefusalCode::Truncated, "{percent} %");
    }
    assert_eq!(refused(&file(vec![Page::new(8, 8, 8, 1, 1, 6, 8).chunk(&[0; 64])], 0)).code, RefusalCode::Unsupported);
    assert_eq!(refused(&file(vec![Page::new(8, 9, 8, 1, 1, 1, 8).chunk(&[0; 64])], 0)).code, RefusalCode::Malformed);
    assert_eq!(open(&many).file.load(9).unwrap_err().code, RefusalCode::Malformed);
}

#[test]
fn damaged_files_never_panic() {
    let page = bitonal(64, 20);
    let good = file(
        vec![
            Page::new(64, 20, 1, 1, 0, 4, 20).chunk(&encode_lossless(&page).bytes),
            Page::new(8, 8, 8, 3, 2, 1, 4).chunk(&[9; 96]).chunk(&[9; 96]),
        ],
        0,
    );
    let limits = Limits { page_pixels: 1_000_000, ..Limits::default() };
    let mut x = 99u32;
    for _ in 0..400 {
        let mut damaged = good.clone();
        for _ in 0..3 {
            x = x.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let at = 4 + x as usize % (damaged.len() - 4);
            damaged[at] = (x >> 24) as u8;
        }
        if let Ok(opened) = open_with(&damaged, &limits) {
            (0..opened.file.page_count().min(4)).for_each(|i| drop(opened.file.load(i)));
        }
    }
}
