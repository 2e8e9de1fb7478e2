//! One dossier: its checklist, in which what is missing is unmistakable, and its documents with what to know about them.

use std::collections::HashMap;

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use sohoa_domain::{DossierCode, DossierEntry, EventKind, FieldName, FileState, Outcome, ProfileRule, ProfileWarning};
use sohoa_store::{
    CheckedField, Confirmation, DocumentFile, DocumentRow, FileRow, RenditionKind, Role, checked_fields,
};
use tokio::io::AsyncReadExt as _;

use super::{counter_dossier, html};
use crate::app::App;
use crate::checklist::{ComponentState, Holdings, Item};
use crate::error::WebError;
use crate::events::tell;
use crate::format;
use crate::labels::{self, Badge};
use crate::page::Page;
use crate::pictures;
use crate::visitor::Visitor;

/// Thumbnails that are shown of a document; the rest is a number.
const MOST_THUMBNAILS: usize = 6;

#[derive(Template)]
#[template(path = "dossier.html")]
struct DossierScreen {
    page: Page,
    dossier: Shown,
}

#[derive(Template)]
#[template(path = "dossier_contents.html")]
struct Contents {
    page: Page,
    dossier: Shown,
}

/// What is shown of a dossier.
pub(super) struct Shown {
    pub(super) code: String,
    pub(super) in_register: bool,
    pub(super) applicant: String,
    /// The applicant is masked for this user.
    pub(super) masked: bool,
    pub(super) facts: Vec<(String, String)>,
    pub(super) items: Vec<ShownItem>,
    pub(super) missing: usize,
    pub(super) due: usize,
    pub(super) done: usize,
    pub(super) documents: Vec<ShownDocument>,
    /// Files that are in work, and that wait for a person.
    pub(super) pending: usize,
    pub(super) review: usize,
    /// The last event that is in it.
    pub(super) as_of: i64,
}

pub(super) struct ShownItem {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) is_result: bool,
    pub(super) badge: Badge,
    pub(super) note: String,
}

pub(super) struct ShownDocument {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) component: String,
    pub(super) result_code: String,
    pub(super) source: String,
    pub(super) pages: usize,
    /// Numbers of pages and addresses of their pictures.
    pub(super) thumbnails: Vec<(usize, String)>,
    pub(super) more: usize,
    pub(super) badge: Badge,
    pub(super) warnings: Vec<String>,
    pub(super) fields: Vec<ShownField>,
}

/// What the paper says of itself, and who says so.
pub(super) struct ShownField {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) badge: Badge,
    pub(super) note: String,
}

pub(crate) async fn page(
    State(app): State<App>,
    page: Page,
    visitor: Visitor,
    headers: HeaderMap,
    Path(code): Path<String>,
) -> Result<Response, WebError> {
    if visitor.user.role == Role::Counter {
        return counter_dossier::page(&app, page, &visitor, &headers, &code).await;
    }
    let dossier = show(&app, &page, &code, masks(&visitor)).await?;
    Ok(html(&DossierScreen { page, dossier })?.into_response())
}

/// What changes while files come in: the page asks for it anew when it hears of a change.
pub(crate) async fn contents(
    State(app): State<App>,
    page: Page,
    visitor: Visitor,
    headers: HeaderMap,
    Path(code): Path<String>,
) -> Result<Response, WebError> {
    if visitor.user.role == Role::Counter {
        return counter_dossier::contents(&app, page, &visitor, &headers, &code).await;
    }
    let dossier = show(&app, &page, &code, masks(&visitor)).await?;
    Ok(html(&Contents { page, dossier })?.into_response())
}

#[derive(Deserialize)]
pub(crate) struct Reason {
    reason: String,
}

/// Shows who the applicant is, once, and puts on record who wanted to know and why.
pub(crate) async fn unmask(
    State(app): State<App>,
    page: Page,
    visitor: Visitor,
    Path(code): Path<String>,
    Form(Reason { reason }): Form<Reason>,
) -> Result<Response, WebError> {
    let reason = crate::reason::reason(&reason).ok_or(WebError::Invalid)?;
    let dossier = show(&app, &page, &code, false).await?;
    let code: DossierCode = code.parse().map_err(|_| WebError::NotFound)?;
    tell(&app, EventKind::Unmasked, Outcome::Success, visitor.user.name.as_str(), Some(&code), reason).await?;
    Ok(html(&DossierScreen { page, dossier })?.into_response())
}

/// Whether personal data are masked for this user.
pub(super) fn masks(visitor: &Visitor) -> bool {
    visitor.user.role == Role::Auditor
}

async fn show(app: &App, page: &Page, code: &str, masked: bool) -> Result<Shown, WebError> {
    let code: DossierCode = code.parse().map_err(|_| WebError::NotFound)?;
    let holdings = Holdings::read(app.records(), &code).await?.ok_or(WebError::NotFound)?;
    let same = app.records().same_papers(&code).await?;
    let confirmations = app.records().confirmations(&code).await?;
    let mut shown = summary(page, &code, &holdings, masked);
    for row in &holdings.documents {
        let mut document = document(app, page, row, &holdings.items, &confirmations, masked).await?;
        for paper in same.iter().filter(|paper| paper.document == row.id) {
            // A paper of a dossier that the user may not see is told of without its code.
            document.warnings.push(if paper.dossier == code {
                page.t1("warning-same-paper-here", "code", &paper.result_code)
            } else {
                page.t("warning-same-paper")
            });
        }
        shown.documents.push(document);
    }
    Ok(shown)
}

/// What is shown of a dossier beside its documents.
pub(super) fn summary(page: &Page, code: &DossierCode, holdings: &Holdings, masked: bool) -> Shown {
    let Holdings { entry, files, items, .. } = holdings;
    let not_due = holdings.count(ComponentState::NotDue) + holdings.count(ComponentState::Exempt);
    let applicant = entry.as_ref().map(|e| e.applicant.clone()).unwrap_or_default();
    let files_in = |state| files.iter().filter(|f: &&FileRow| f.state == state).count();
    Shown {
        code: code.to_string(),
        in_register: entry.is_some(),
        applicant: if masked { format::masked(&applicant) } else { applicant },
        masked,
        facts: entry.as_ref().map(|e| facts(page, e)).unwrap_or_default(),
        missing: holdings.count(ComponentState::Missing),
        due: items.len() - not_due,
        done: holdings.count(ComponentState::Attached),
        items: items.iter().map(|item| shown_item(page, item)).collect(),
        documents: Vec::new(),
        pending: files_in(FileState::Pending),
        review: files_in(FileState::Review),
        as_of: holdings.as_of,
    }
}

/// What the register says, name and value, in the order of the screen.
fn facts(page: &Page, entry: &DossierEntry) -> Vec<(String, String)> {
    let time = |at: Option<jiff::civil::DateTime>| at.map(format::date_time).unwrap_or_default();
    let facts = [
        (page.t("dossier-status"), entry.status.map(|s| page.t(labels::status(s))).unwrap_or_default()),
        (page.t("dossier-procedure"), entry.procedure.as_ref().map(ToString::to_string).unwrap_or_default()),
        (page.t("dossier-agency"), entry.agency.clone()),
        (page.t("dossier-counter"), entry.counter.clone()),
        (page.t("dossier-channel"), entry.channel.map(|c| page.t(labels::channel(c))).unwrap_or_default()),
        (page.t("dossier-received"), time(entry.received)),
        (page.t("dossier-due"), time(entry.due)),
        (page.t("dossier-finished"), time(entry.finished)),
        (page.t("dossier-returned"), time(entry.returned)),
    ];
    facts.into_iter().filter(|(_, value)| !value.is_empty()).collect()
}

fn shown_item(page: &Page, item: &Item) -> ShownItem {
    let note = match (&item.reason, item.reused, item.documents) {
        (Some(reason), _, _) if item.state == ComponentState::Exempt => reason.clone(),
        (_, true, _) => page.t("component-reused"),
        (_, _, n) if n > 1 => page.t1("component-documents", "count", n),
        _ => String::new(),
    };
    let name = if item.name.is_empty() { item.id.to_string() } else { item.name.clone() };
    ShownItem { id: item.id.to_string(), name, is_result: item.is_result, badge: labels::component(item.state), note }
}

/// What is shown of a document.
pub(super) async fn document(
    app: &App,
    page: &Page,
    row: &DocumentRow,
    items: &[Item],
    confirmations: &[Confirmation],
    masked: bool,
) -> Result<ShownDocument, WebError> {
    let item = items.iter().find(|i| Some(&i.id) == row.component.as_ref());
    let component = row.component.as_ref().map(ToString::to_string);
    let named = item.map(|i| i.name.clone()).filter(|name| !name.is_empty()).or_else(|| component.clone());
    let pages = row.physical_pages.len();
    let shown = pages.min(MOST_THUMBNAILS);
    let described = description(app, row).await;
    let warnings = described.as_ref().map(|file| warnings_of(page, file, &row.physical_pages)).unwrap_or_default();
    let (fields, records) = described.map(|file| (file.fields, file.pages)).unwrap_or_default();
    let mut values = HashMap::new();
    let said: Vec<Confirmation> = confirmations.iter().filter(|c| c.document == row.id).cloned().collect();
    for confirmation in &said {
        values.extend(app.services.values.read(&confirmation.value).await?.map(|value| (confirmation.value, value)));
    }
    let fields = checked_fields(&fields, &said, |digest| values.get(digest).cloned());
    Ok(ShownDocument {
        id: row.id.as_str().to_owned(),
        title: named.unwrap_or_else(|| page.t("document-unassigned")),
        component: component.unwrap_or_default(),
        result_code: row.result_code.clone(),
        source: row.source_name.clone(),
        pages,
        thumbnails: (1..=shown).map(|number| (number, pictures::thumbnail_of(row, number, &records))).collect(),
        more: pages - shown,
        badge: labels::document(row.state),
        warnings,
        fields: fields.into_iter().map(|field| shown_field(page, field, masked)).collect(),
    })
}

/// Fields that say nothing about a private person.
const IMPERSONAL: [FieldName; 13] = [
    FieldName::DOCUMENT_TYPE,
    FieldName::NUMBER,
    FieldName::NUMBER_YEAR,
    FieldName::SYMBOL,
    FieldName::DATE,
    FieldName::ISSUER,
    FieldName::PARENT_BODY,
    FieldName::SIGNER_NAME,
    FieldName::SIGNER_TITLE,
    FieldName::SEAL,
    FieldName::PAGE_COUNT,
    FieldName::LANGUAGE,
    FieldName::SUBJECT,
];

fn shown_field(page: &Page, checked: CheckedField, masked: bool) -> ShownField {
    let CheckedField { field, confirmed_by, confirmed_at, .. } = checked;
    let masked = masked && !IMPERSONAL.contains(&field.name);
    let note = match (&confirmed_by, confirmed_at) {
        (Some(who), Some(at)) => page.t2("field-confirmed-by", "who", who, "at", format::instant(at)),
        _ => String::new(),
    };
    ShownField {
        name: labels::field(page, &field.name),
        badge: labels::field_state(field.confident, confirmed_by.is_some()),
        value: if masked { format::masked(&field.value) } else { field.value },
        note,
    }
}

/// The document's own description; none when it cannot be read, which verification tells.
pub(super) async fn description(app: &App, row: &DocumentRow) -> Option<DocumentFile> {
    let rendition = row.renditions.iter().find(|r| r.kind == RenditionKind::Metadata)?;
    let mut bytes = Vec::new();
    app.services.renditions.open(rendition).await.ok()?.read_to_end(&mut bytes).await.ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// What is wrong with a document as a whole.
///
/// `pages` are those of the received file that the document shows, in order; warnings name them by that order.
pub(super) fn warnings_of(page: &Page, file: &DocumentFile, pages: &[u32]) -> Vec<String> {
    let numbers = &file.missing_numbers;
    // Which pages are missing says more than that some are.
    let told = |warning: &&ProfileWarning| numbers.is_empty() || warning.rule != ProfileRule::PageMissing;
    let place = |number: &u32| pages.iter().zip(1..).find(|(physical, _)| *physical == number).map(|(_, place)| place);
    let placed = |warning: &ProfileWarning| {
        let mut pages: Vec<u32> = warning.pages.iter().filter_map(place).collect();
        pages.sort_unstable();
        ProfileWarning { pages, ..warning.clone() }
    };
    let told = file.warnings.iter().filter(told);
    let mut warnings: Vec<String> = told.map(|warning| page.warning(&placed(warning))).collect();
    if !numbers.is_empty() {
        warnings.push(page.t1("warning-numbers-missing", "pages", format::ranges(numbers)));
    }
    warnings
}
