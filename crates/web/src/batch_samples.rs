//! Quality samples of one batch, for the screens and the API.

use sohoa_domain::{DocumentId, StratumBy, Verdict, local_day};
use sohoa_report::{SampleRequest, SampleSize};
use sohoa_store::{BatchRow, SampleRow};

use crate::app::App;
use crate::error::WebError;
use crate::visitor::Visitor;

/// Documents of a sample: people look at each.
const MOST_DRAWN: u64 = 500;
/// Longest seed and note, characters.
const LONGEST: usize = 200;

/// Why nothing was drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotDrawn {
    /// The seed is empty, too long, or not of one line.
    Seed,
    /// Too many or none.
    Count,
    /// No document of the batch is attached.
    Documents,
}

/// Whether a text fits into one line of the records.
fn fits(text: &str) -> bool {
    text.chars().count() <= LONGEST && !text.contains(char::is_control)
}

/// The samples of a batch, in order.
pub(crate) async fn of(app: &App, row: &BatchRow) -> Result<Vec<SampleRow>, WebError> {
    Ok(app.records().samples().await?.into_iter().filter(|sample| sample.batch == Some(row.id)).collect())
}

/// That of this number.
pub(crate) async fn find(app: &App, row: &BatchRow, number: i64) -> Result<SampleRow, WebError> {
    of(app, row).await?.into_iter().find(|sample| sample.number == number).ok_or(WebError::NotFound)
}

/// Draws so many of the documents of a batch, and gives the number of the sample.
pub(crate) async fn draw(
    app: &App,
    visitor: &Visitor,
    row: &BatchRow,
    count: u64,
    seed: &str,
) -> Result<Result<i64, NotDrawn>, WebError> {
    let seed = seed.trim();
    if seed.is_empty() || !fits(seed) {
        return Ok(Err(NotDrawn::Seed));
    }
    if !(1..=MOST_DRAWN).contains(&count) {
        return Ok(Err(NotDrawn::Count));
    }
    let population = app.records().batch_population(row.id).await?;
    if population.is_empty() {
        return Ok(Err(NotDrawn::Documents));
    }
    let now = app.now();
    let request = SampleRequest {
        name: String::new(),
        seed: seed.to_owned(),
        from: local_day(row.opened_at),
        to: local_day(now),
        batch: Some(row.id),
        by: StratumBy::None,
        size: SampleSize::Count(count),
    };
    let by = visitor.user.name.as_str();
    Ok(Ok(app.records().add_sample(&request.draw(&population), now, by).await?))
}

/// Puts on record what the comparison of a document of a sample with its paper found.
pub(crate) async fn compare(
    app: &App,
    visitor: &Visitor,
    row: &BatchRow,
    sample: i64,
    document: &DocumentId,
    (verdict, note): (Verdict, &str),
) -> Result<(), WebError> {
    let note = note.trim();
    if !fits(note) {
        return Err(WebError::Invalid);
    }
    let sample = find(app, row, sample).await?.number;
    let by = visitor.user.name.as_str();
    Ok(app.records().compare(sample, document, verdict, note, app.now(), by).await?)
}
