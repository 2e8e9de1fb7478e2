//! One page, or one appearance of an annotation, as a small PDF of its own for poppler. Nothing is made fit for PDF/A.

use std::io::Write as _;

use lopdf::{Dictionary, Object, dictionary};
use tempfile::NamedTempFile;

use crate::annotation::Appearance;
use crate::copy::{Copier, Strip, Target};
use crate::geometry::Box2;
use crate::object_writer::{ObjectWriter, packed, reference};
use crate::objects::PageObjects;
use crate::writer::WriteError;

/// The page without its annotations. User units are not kept: poppler does not know them.
pub(crate) fn page(source: &PageObjects<'_>) -> Result<NamedTempFile, WriteError> {
    let node = source.node();
    single(source, node.view, i64::from(node.rotate.degrees()), |copier| {
        let content = source.content().map_err(WriteError::NotArchivable)?;
        let content = copier.target.objects.add(&packed(Dictionary::new(), content))?;
        let resources = source.resources().map(|r| copier.plain(r)).transpose()?;
        Ok((content, resources.unwrap_or_else(|| Dictionary::new().into())))
    })
}

/// A page that shows one appearance and is as large as its place on the real page.
pub(crate) fn appearance(source: &PageObjects<'_>, it: &Appearance<'_>) -> Result<NamedTempFile, WriteError> {
    single(source, it.bounds, 0, |copier| {
        let form = copier.plain(it.form)?;
        let [a, b, c, d, e, f] = it.placement.0;
        let content = format!("q {a} {b} {c} {d} {e} {f} cm /A Do Q").into_bytes();
        let content = copier.target.objects.add(&packed(Dictionary::new(), content))?;
        Ok((content, dictionary! { "XObject" => dictionary! { "A" => form } }.into()))
    })
}

fn single(
    source: &PageObjects<'_>,
    media: Box2,
    rotate: i64,
    fill: impl FnOnce(&mut Copier<'_>) -> Result<(u32, Object), WriteError>,
) -> Result<NamedTempFile, WriteError> {
    let mut file = NamedTempFile::new()?;
    let mut target = Target::new(ObjectWriter::create(file.path())?);
    let (content, resources) = fill(&mut Copier::new(source, &mut target, Strip::Nothing))?;
    let mut out = target.objects;
    let pages = out.reserve();
    let page = out.add(&Object::Dictionary(dictionary! {
        "Type" => "Page", "Parent" => reference(pages), "MediaBox" => media.to_object(), "Rotate" => rotate,
        "Contents" => reference(content), "Resources" => resources,
    }))?;
    out.write(
        pages,
        &Object::Dictionary(dictionary! {
            "Type" => "Pages", "Kids" => vec![reference(page)], "Count" => 1,
        }),
    )?;
    let catalog = out.add(&Object::Dictionary(dictionary! { "Type" => "Catalog", "Pages" => reference(pages) }))?;
    out.finish_scratch(catalog)?;
    file.flush()?;
    Ok(file)
}
