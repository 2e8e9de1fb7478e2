//! One page of a file, large, and what a person can say of it: turned, blank, elsewhere in order, another document's, another
//! component, no paper of ours. Everything is recorded and can be taken back.

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use sohoa_domain::{Change, DossierCode, EventKind, FileState, PageEdit, PageRecord, PageSubstitute, Part, Rotation};
use sohoa_store::{Decision, DocumentRow, FileId, FileRow};

use super::counter_dossier::{pages_of, turn_of};
use super::dossier::description;
use super::html;
use crate::app::App;
use crate::checklist::Holdings;
use crate::error::WebError;
use crate::page::Page;
use crate::page_quality::faults;
use crate::pictures::{address_of_file, shown};
use crate::reason::reason;
use crate::visitor::Visitor;

/// Files of a dossier among which one is looked for.
const MOST_FILES: u32 = 10_000;
/// Other files whose pages may take the place of one, and pages of each that are offered.
const MOST_OTHERS: u32 = 8;
const MOST_OF_OTHER: u32 = 20;
/// Longer side of the picture, pixels.
const SIDE: u32 = 1200;

#[derive(Template)]
#[template(path = "paper.html")]
struct Sheet {
    page: Page,
    code: String,
    file: i64,
    name: String,
    /// The page, where it stands in its document, and how many there are.
    number: u32,
    place: usize,
    count: usize,
    before: Option<u32>,
    after: Option<u32>,
    picture: String,
    faults: Vec<String>,
    blank: bool,
    /// What can be done: a document can begin here, or go on with the one before.
    splits: bool,
    merges: bool,
    /// The file is in work: what is said now takes it out of work and begins anew.
    pending: bool,
    rejected: bool,
    undo: bool,
    /// Pages of other files of the dossier that can take its place: `file:page`, and what to call them.
    substitutes: Vec<(String, String)>,
    /// One has taken its place.
    replaced: bool,
    /// Components: id, name, whether it is this one.
    components: Vec<(String, String, bool)>,
}

/// A file of a dossier that the user may see, with its document there that holds a page.
struct Opened {
    file: FileRow,
    holdings: Holdings,
    /// Its places, from 1, as one document: all when it is none yet.
    first: u32,
    last: u32,
    total: u32,
    document: Option<DocumentRow>,
    record: Option<PageRecord>,
}

async fn opened(app: &App, visitor: &Visitor, code: &DossierCode, file: i64, page: u32) -> Result<Opened, WebError> {
    let seen = app.records().files_of_dossier(code, MOST_FILES).await?;
    let file = seen.into_iter().find(|seen| seen.file.id == FileId(file)).ok_or(WebError::NotFound)?.file;
    if !visitor.sees(app.agency_of_file(&file).await?.as_deref()) {
        return Err(WebError::NotFound);
    }
    let holdings = Holdings::read(app.records(), code).await?.ok_or(WebError::NotFound)?;
    let of_file = || holdings.documents.iter().filter(|row| row.source == file.id);
    let document = of_file().find(|row| row.physical_pages.contains(&page)).cloned();
    let known = of_file().flat_map(|row| &row.physical_pages).chain(&file.layout.pages.order).copied();
    let parts = file.parts.iter().map(|part| part.last);
    let total = known.chain(parts).max().unwrap_or_default().max(pages_of(app, &file).await);
    if !(1..=total).contains(&page) {
        return Err(WebError::NotFound);
    }
    let place = file.layout.pages.place_of(page);
    let holds = |part: &&Part| (part.first..=part.last).contains(&place);
    let (first, last) = file.parts.iter().find(holds).map_or((1, total), |part| (part.first, part.last));
    let told = match &document {
        Some(row) => description(app, row).await,
        None => None,
    };
    let record = told.and_then(|told| told.pages.into_iter().find(|record| record.number == page));
    Ok(Opened { first, last, total, document, record, file, holdings })
}

pub(crate) async fn page(
    State(app): State<App>,
    page: Page,
    visitor: Visitor,
    Path((code, file, number)): Path<(String, i64, u32)>,
) -> Result<Response, WebError> {
    let code: DossierCode = code.parse().map_err(|_| WebError::NotFound)?;
    let Opened { file, holdings, first, last, total, document, record } =
        opened(&app, &visitor, &code, file, number).await?;
    let ordered = file.layout.pages.ordered(total);
    let place = file.layout.pages.place_of(number);
    let at = |place: u32| (first..=last).contains(&place).then(|| ordered.get(place as usize - 1).copied()).flatten();
    let component = document.as_ref().and_then(|row| row.component.as_ref()).or(file.component.as_ref());
    let is_blank = record.as_ref().and_then(|r| r.inspection.as_ref()).is_some_and(|seen| seen.blank);
    let sheet = Sheet {
        code: code.to_string(),
        file: file.id.0,
        name: file.relative.rsplit('/').next().unwrap_or_default().to_owned(),
        number,
        place: (place - first + 1) as usize,
        count: (last - first + 1) as usize,
        before: place.checked_sub(1).and_then(at),
        after: at(place + 1),
        picture: address_of_file(&file, number, Some(SIDE), turn_of(&file, number, record.as_ref())),
        faults: record.as_ref().map(|record| faults(&page, record)).unwrap_or_default(),
        blank: file.layout.pages.blank.get(&number).copied().unwrap_or(is_blank),
        splits: place > first,
        merges: place == first && place > 1,
        pending: file.state == FileState::Pending,
        rejected: file.state == FileState::Rejected,
        undo: can_be_undone(&app, file.id).await?,
        substitutes: substitutes(&app, &page, &code, file.id).await?,
        replaced: file.layout.pages.replaced.contains_key(&number),
        components: holdings
            .items
            .iter()
            .map(|item| (item.id.to_string(), item.name.clone(), Some(&item.id) == component))
            .collect(),
        page,
    };
    Ok(html(&sheet)?.into_response())
}

/// Pages of the latest other files of the dossier, the latest first: what was scanned anew.
async fn substitutes(
    app: &App,
    page: &Page,
    code: &DossierCode,
    file: FileId,
) -> Result<Vec<(String, String)>, WebError> {
    let mut found = Vec::new();
    for seen in app.records().files_of_dossier(code, MOST_OTHERS).await? {
        let other = seen.file;
        if other.id == file || matches!(other.state, FileState::Rejected | FileState::Duplicate) {
            continue;
        }
        let name = other.relative.rsplit('/').next().unwrap_or_default();
        let pages = pages_of(app, &other).await;
        found.extend((1..=pages.min(MOST_OF_OTHER)).map(|number| {
            let place = page.t2("paper-place", "place", number, "count", pages);
            (format!("{}:{number}", other.id.0), format!("{name} · {place}"))
        }));
    }
    Ok(found)
}

/// The file and page that `file:page` names, when it is one of the dossier.
async fn substitute(app: &App, code: &DossierCode, named: &str) -> Result<(FileId, PageSubstitute), WebError> {
    let (file, page) = named.split_once(':').ok_or(WebError::Invalid)?;
    let (file, page): (i64, u32) =
        (file.parse().map_err(|_| WebError::Invalid)?, page.parse().map_err(|_| WebError::Invalid)?);
    let seen = app.records().files_of_dossier(code, MOST_FILES).await?;
    let other = seen.into_iter().find(|seen| seen.file.id.0 == file).ok_or(WebError::NotFound)?.file;
    if !(1..=pages_of(app, &other).await).contains(&page) {
        return Err(WebError::NotFound);
    }
    let digest = other.digest.ok_or(WebError::Conflict)?;
    Ok((other.id, PageSubstitute { file, digest, page }))
}

/// Whether a decision about the file stands.
async fn can_be_undone(app: &App, file: FileId) -> Result<bool, WebError> {
    let mut standing = 0i32;
    for event in app.records().events_of_file(file).await? {
        match (event.kind, &event.change) {
            (EventKind::Decided, Some(Change::Moved(_))) => standing += 1,
            (EventKind::Undone, _) => standing -= 1,
            _ => {}
        }
    }
    Ok(standing > 0)
}

/// What a person says of a page or file.
#[derive(Deserialize)]
pub(crate) struct Said {
    what: String,
    #[serde(default = "first")]
    page: u32,
    #[serde(default)]
    dossier: String,
    #[serde(default)]
    component: String,
    #[serde(default)]
    reason: String,
    /// What takes the page's place, as `file:page`.
    #[serde(default)]
    substitute: String,
}

fn first() -> u32 {
    1
}

/// Carries it out. The page hears of it by its live changes, and by `decided` at once.
pub(crate) async fn decide(
    State(app): State<App>,
    visitor: Visitor,
    Path((code, file)): Path<(String, i64)>,
    Form(said): Form<Said>,
) -> Result<Response, WebError> {
    let code: DossierCode = code.parse().map_err(|_| WebError::NotFound)?;
    let opened = opened(&app, &visitor, &code, file, said.page).await?;
    let decision = decision(&app, &visitor, &code, &opened, &said).await?;
    let by = visitor.user.name.as_str();
    app.records().decide(opened.file.id, &decision, app.now(), by).await?;
    // What was scanned for this page alone is no paper of its own.
    if let Decision::Edit { edit: PageEdit::Replace { page, by: substitute } } = &decision
        && app.services.pictures.pages(&substitute.digest).await.ok().flatten() == Some(1)
    {
        let reason = format!("page {page} of file {}", opened.file.id.0);
        app.records().decide(FileId(substitute.file), &Decision::Reject { reason }, app.now(), by).await?;
    }
    Ok((StatusCode::NO_CONTENT, [(HeaderName::from_static("hx-trigger"), "decided")]).into_response())
}

async fn decision(
    app: &App,
    visitor: &Visitor,
    code: &DossierCode,
    opened: &Opened,
    said: &Said,
) -> Result<Decision, WebError> {
    let Opened { file, first, last, total, record, .. } = opened;
    let (page, place) = (said.page, file.layout.pages.place_of(said.page));
    let edit = |edit| Ok(Decision::Edit { edit });
    match said.what.as_str() {
        "turn-left" | "turn-right" => {
            let stands = match (turn_of(file, page, record.as_ref()), shown(file, page)) {
                (Some(turn), _) => turn,
                (None, Some((digest, page))) => app.services.pictures.upright(&digest, page).await?.unwrap_or_default(),
                (None, None) => Rotation::None,
            };
            let by = if said.what == "turn-left" { Rotation::ThreeQuarter } else { Rotation::Quarter };
            edit(PageEdit::Turn { page, to: stands.then(by) })
        }
        "blank" | "written" => edit(PageEdit::Blank { page, blank: said.what == "blank" }),
        "earlier" | "later" => {
            let other = if said.what == "earlier" { place - 1 } else { place + 1 };
            if !(*first..=*last).contains(&other) {
                return Err(WebError::Conflict);
            }
            let mut pages = file.layout.pages.ordered(*total);
            pages.swap(place as usize - 1, other as usize - 1);
            edit(PageEdit::Order { pages })
        }
        "replace" => {
            let (other, by) = substitute(app, code, &said.substitute).await?;
            if other == file.id {
                return Err(WebError::Invalid);
            }
            edit(PageEdit::Replace { page, by })
        }
        "split" => Ok(Decision::Split { pages: vec![place] }),
        "merge" => Ok(Decision::Merge { pages: vec![*first] }),
        "assign" => {
            let dossier = match said.dossier.trim() {
                "" => code.clone(),
                other => other.to_uppercase().parse().map_err(|_| WebError::Invalid)?,
            };
            // Nobody puts papers where they cannot see them.
            if !visitor.sees(app.agency_of_dossier(&dossier).await?.as_deref()) {
                return Err(WebError::NotFound);
            }
            let component = match said.component.as_str() {
                "" => None,
                id => Some(id.parse().map_err(|_| WebError::Invalid)?),
            };
            let part = (file.parts.len() > 1).then_some(*first);
            Ok(Decision::Assign { dossier, component, part })
        }
        "reject" => {
            let reason = reason(&said.reason).ok_or(WebError::Invalid)?;
            Ok(Decision::Reject { reason: reason.to_owned() })
        }
        "retry" => Ok(Decision::Retry),
        "undo" => Ok(Decision::Undo),
        _ => Err(WebError::Invalid),
    }
}
