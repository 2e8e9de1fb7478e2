//! One page, or one appearance of an annotation, as a small PDF of its own for poppler. Nothing is made fit for PDF/A.

use std::io::Write as _;

use lopdf::{Dictionary, Object, dictionary};
use tempfile::NamedTempFile;

use crate::annotation::Appearance;
use crate::copy::{Copier, Strip, Target};
use crate::geometry::{Box2, Matrix};
use crate::object_writer::{ObjectWriter, packed, reference};
use crate::objects::PageObjects;
use crate::writer::WriteError;

/// The page without its annotations but for `annotations`; one that cannot be copied is left out. User units are not kept: poppler does not know them.
pub(crate) fn page(source: &PageObjects<'_>, annotations: &[Appearance<'_>]) -> Result<NamedTempFile, WriteError> {
    let node = source.node();
    single(source, node.view, i64::from(node.rotate.degrees()), |copier| {
        let resources = source.resources().map(|r| copier.plain(r)).transpose()?;
        let form = dictionary! {
            "Type" => "XObject", "Subtype" => "Form", "BBox" => node.view.to_object(),
            "Resources" => resources.unwrap_or_else(|| Dictionary::new().into()),
        };
        let content = source.content().map_err(WriteError::NotArchivable)?;
        let mut shown = vec![(reference(copier.target.objects.add(&packed(form, content))?), Matrix::IDENTITY)];
        for it in annotations {
            match copier.plain(it.form) {
                Ok(form) => shown.push((form, it.placement)),
                Err(WriteError::NotArchivable(why)) => tracing::debug!("the text of an annotation is left out: {why}"),
                Err(other) => return Err(other),
            }
        }
        Ok(shown)
    })
}

/// A page that shows one appearance and is as large as its place on the real page.
pub(crate) fn appearance(source: &PageObjects<'_>, it: &Appearance<'_>) -> Result<NamedTempFile, WriteError> {
    single(source, it.bounds, 0, |copier| Ok(vec![(copier.plain(it.form)?, it.placement)]))
}

/// A file of one page that shows forms, one over the other.
fn single(
    source: &PageObjects<'_>,
    media: Box2,
    rotate: i64,
    forms: impl FnOnce(&mut Copier<'_>) -> Result<Vec<(Object, Matrix)>, WriteError>,
) -> Result<NamedTempFile, WriteError> {
    let mut file = NamedTempFile::new()?;
    let mut target = Target::new(ObjectWriter::create(file.path())?);
    let forms = forms(&mut Copier::new(source, &mut target, Strip::Nothing))?;
    let (mut content, mut named) = (String::new(), Dictionary::new());
    for (i, (form, Matrix([a, b, c, d, e, f]))) in forms.into_iter().enumerate() {
        content += &format!("q {a} {b} {c} {d} {e} {f} cm /F{i} Do Q\n");
        named.set(format!("F{i}"), form);
    }
    let mut out = target.objects;
    let content = out.add(&packed(Dictionary::new(), content.into_bytes()))?;
    let pages = out.reserve();
    let page = out.add(&Object::Dictionary(dictionary! {
        "Type" => "Page", "Parent" => reference(pages), "MediaBox" => media.to_object(), "Rotate" => rotate,
        "Contents" => reference(content), "Resources" => dictionary! { "XObject" => named },
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
