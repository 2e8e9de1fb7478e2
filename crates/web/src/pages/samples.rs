//! Audit samples (mẫu đối chiếu với bản giấy): the list of them, and the form that draws one. docs/SAMPLING.md says how they are drawn.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use sohoa_domain::StratumBy;
use sohoa_report::render::percentage;
use sohoa_report::{MOST_DRAWN, SampleFigures, SampleRequest, SampleSize, number};
use sohoa_store::StoreError;

use super::html;
use crate::app::App;
use crate::error::WebError;
use crate::format;
use crate::labels;
use crate::messages::msg;
use crate::page::Page;
use crate::period::{day, written};
use crate::scope::{Choice, usual_period};
use crate::visitor::Visitor;

/// Longest seed and name, characters.
const LONGEST: usize = 100;

#[derive(Template)]
#[template(path = "samples.html")]
struct Screen {
    page: Page,
    form: Wanted,
    errors: Errors,
    strata: Vec<Choice>,
    samples: Vec<Line>,
}

/// What is asked for in the form.
#[derive(Deserialize)]
pub(crate) struct Wanted {
    from: String,
    to: String,
    size: String,
    unit: String,
    seed: String,
    by: String,
    name: String,
}

#[derive(Default)]
struct Errors {
    from: Option<String>,
    to: Option<String>,
    size: Option<String>,
    seed: Option<String>,
    name: Option<String>,
}

impl Errors {
    fn any(&self) -> bool {
        [&self.from, &self.to, &self.size, &self.seed, &self.name].iter().any(|error| error.is_some())
    }
}

/// A sample and what its comparison found so far.
pub(super) struct Line {
    pub(super) number: i64,
    pub(super) name: String,
    pub(super) period: String,
    pub(super) drawn_at: String,
    pub(super) agent: String,
    pub(super) documents: String,
    pub(super) drawn: u64,
    pub(super) compared: u64,
    pub(super) right: String,
    pub(super) wrong: String,
    pub(super) wrong_percent: String,
    pub(super) bound: String,
}

/// What the records say of a sample, in words.
pub(super) fn sample_line(page: &Page, figures: &SampleFigures) -> Line {
    let SampleFigures { sample: s, wrong, .. } = figures;
    Line {
        number: s.number,
        name: s.name.clone(),
        period: page.t2("period-from-to", "from", written(Some(s.from)), "to", written(Some(s.to))),
        drawn_at: format::instant(s.drawn_at),
        agent: s.agent.clone(),
        documents: number(s.documents),
        drawn: s.drawn,
        compared: s.compared,
        right: number(s.right),
        wrong: number(wrong.count),
        wrong_percent: percentage(wrong.count, wrong.of),
        bound: figures.bound_in_print(),
    }
}

/// `/samples`.
pub(crate) async fn page(State(app): State<App>, page: Page) -> Result<Response, WebError> {
    let (from, to) = usual_period(&app).await?;
    let form = Wanted {
        from: written(Some(from)),
        to: written(Some(to)),
        size: "20".to_owned(),
        unit: "documents".to_owned(),
        seed: String::new(),
        by: StratumBy::Agency.as_str().to_owned(),
        name: String::new(),
    };
    screen(&app, page, form, Errors::default()).await
}

async fn screen(app: &App, page: Page, form: Wanted, errors: Errors) -> Result<Response, WebError> {
    let samples = app.records().samples().await?.into_iter().rev().map(SampleFigures::from);
    let samples = samples.map(|figures| sample_line(&page, &figures)).collect();
    let stratum = |by: StratumBy| Choice {
        value: by.as_str().to_owned(),
        name: page.t(labels::stratum(by)),
        chosen: form.by == by.as_str(),
    };
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let strata = StratumBy::ALL.map(stratum).into();
    Ok((status, html(&Screen { form, errors, strata, samples, page })?).into_response())
}

/// Draws a sample and puts it on record.
pub(crate) async fn draw(
    State(app): State<App>,
    page: Page,
    visitor: Visitor,
    Form(form): Form<Wanted>,
) -> Result<Response, WebError> {
    let mut errors = Errors::default();
    let Some(request) = request(&page, &form, &mut errors) else { return screen(&app, page, form, errors).await };
    let population = app.records().audit_population(request.from, request.to, request.by).await?;
    if population.is_empty() {
        errors.from = Some(page.t("sample-nothing"));
        return screen(&app, page, form, errors).await;
    }
    // Sorting hashes of millions of documents takes a while.
    let sample = tokio::task::spawn_blocking(move || request.draw(&population)).await.map_err(std::io::Error::other)?;
    if sample.drawn() > MOST_DRAWN {
        errors.size = Some(page.t1("sample-too-large", "most", MOST_DRAWN));
        return screen(&app, page, form, errors).await;
    }
    match app.records().add_sample(&sample, app.now(), visitor.user.name.as_str()).await {
        Ok(number) => Ok(Redirect::to(&format!("/samples/{number}")).into_response()),
        // The only thing that is not there is a second sample of this name.
        Err(StoreError::Unknown(_)) => {
            errors.name = Some(page.t("sample-name-taken"));
            screen(&app, page, form, errors).await
        }
        Err(error) => Err(error.into()),
    }
}

/// What the form asks for; `None` when something in it is wrong.
fn request(page: &Page, form: &Wanted, errors: &mut Errors) -> Option<SampleRequest> {
    let (from, to) = (day(&form.from), day(&form.to));
    let size = match form.unit.as_str() {
        "percent" => form.size.trim().parse::<SampleSize>().ok(),
        _ => form.size.trim().parse().ok().filter(|n| *n > 0).map(SampleSize::Count),
    };
    let (seed, name) = (form.seed.trim(), form.name.trim());
    let usable = |text: &str| text.chars().count() <= LONGEST && !text.contains(char::is_control);
    let wrong = |is: bool, key: &'static str| is.then(|| page.t(key));
    errors.from = wrong(from.is_none(), msg!("period-wrong"));
    errors.to = wrong(to.is_none(), msg!("period-wrong")).or(wrong(from > to, msg!("period-backwards")));
    errors.size = wrong(size.is_none(), msg!("sample-size-wrong"));
    errors.seed = wrong(seed.is_empty() || !usable(seed), msg!("sample-seed-wrong"));
    errors.name = wrong(!usable(name), msg!("sample-name-wrong"));
    if errors.any() {
        return None;
    }
    Some(SampleRequest {
        name: name.to_owned(),
        seed: seed.to_owned(),
        from: from?,
        to: to?,
        batch: None,
        size: size?,
        by: StratumBy::parse(&form.by).unwrap_or(StratumBy::Agency),
    })
}
