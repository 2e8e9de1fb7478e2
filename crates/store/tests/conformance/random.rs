//! Whatever is done in whatever order, the ledgers say what was done.

use proptest::prelude::*;
use sohoa_domain::{AttachmentState, FileState, PageOutcome, PageState};
use sohoa_store::{Accepted, Completion, Ledger, NewRefusal, Records};

use super::support::*;

#[derive(Debug, Clone)]
pub enum Step {
    Accept(u8),
    Refuse(u8),
    Attach { dossier: u32, pages: u32 },
    Review { pages: u32 },
    Reject,
    GiveBack,
    Abandon,
    Import,
}

pub fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (0u8..12).prop_map(Step::Accept),
        1 => (0u8..3).prop_map(Step::Refuse),
        4 => (1u32..3, 1u32..4).prop_map(|(dossier, pages)| Step::Attach { dossier, pages }),
        1 => (0u32..4).prop_map(|pages| Step::Review { pages }),
        1 => Just(Step::Reject),
        1 => Just(Step::GiveBack),
        1 => Just(Step::Abandon),
        1 => Just(Step::Import),
    ];
    proptest::collection::vec(step, 0..40)
}

pub async fn act(records: &dyn Records, steps: &[Step]) -> Result<(), TestCaseError> {
    let batch = batch(records).await;
    let (mut model, mut pages_in, mut refused) = (Ledger::default(), 0, std::collections::HashSet::new());
    for (n, step) in steps.iter().enumerate() {
        // Two minutes apart, so that an abandoned lease has run out at the next step.
        let now = n as i64 * 120;
        match step {
            Step::Accept(content) => {
                // Three names for each content: the same bytes come again under another name.
                let new = new_file(batch, &content.to_string(), &(content / 3).to_string());
                if let Accepted::New(_) = records.accept(&new, at(now), AGENT).await.unwrap() {
                    model.pending += 1;
                }
                continue;
            }
            Step::Refuse(name) => {
                let name = format!("r{name}");
                let refusal = NewRefusal {
                    batch,
                    origin: name.clone(),
                    relative: name.clone(),
                    code: "not-a-regular-file".to_owned(),
                    detail: String::new(),
                };
                records.refuse(&refusal, at(now), AGENT).await.unwrap();
                model.rejected += u64::from(refused.insert(name));
                continue;
            }
            Step::Import => {
                let source = sohoa_domain::Sha256Digest::of(&n.to_le_bytes());
                records.import_register(&source, &[dossier(1, 14)], at(now), AGENT).await.unwrap();
                continue;
            }
            _ => {}
        }
        let before = records.ledger().await.unwrap().review;
        let lease = records.reserve("w", at(now), MINUTE, 3, None).await.unwrap();
        let exhausted = records.ledger().await.unwrap().review - before;
        model.pending -= exhausted;
        model.review += exhausted;
        let Some(lease) = lease else { continue };
        let completion = match step {
            Step::Attach { dossier, pages } => {
                let mut document = document(records, &lease, &code(*dossier), "chữ").await;
                document.state = AttachmentState::AwaitingRegister;
                document.pages = (1..=*pages).map(|n| page(n, PageOutcome::Ok)).collect();
                attached(document)
            }
            Step::Review { pages } => Completion::Review {
                code: "x".to_owned(),
                reason: "x".to_owned(),
                documents: Vec::new(),
                loose_pages: (1..=*pages).map(|n| (n, PageState::Failed)).collect(),
                parts: Vec::new(),
            },
            Step::Reject => Completion::Rejected { code: "x".to_owned(), reason: "x".to_owned() },
            Step::GiveBack => {
                records.give_back(&lease, "x", at(now), at(now)).await.unwrap();
                continue;
            }
            _ => continue,
        };
        let state = records.complete(&lease, &completion, &[], at(now + 1)).await.unwrap();
        model.pending -= 1;
        let (place, pages) = match (state, step) {
            (FileState::Attached, Step::Attach { pages, .. }) => (&mut model.attached, *pages),
            (FileState::Duplicate, Step::Attach { .. }) => (&mut model.duplicate, 0),
            (FileState::Review, Step::Review { pages }) => (&mut model.review, *pages),
            (FileState::Rejected, Step::Reject) => (&mut model.rejected, 0),
            other => return Err(TestCaseError::fail(format!("{other:?}"))),
        };
        *place += 1;
        pages_in += u64::from(pages);
    }
    model.seen = model.pending + model.attached + model.review + model.rejected + model.duplicate;
    prop_assert_eq!(records.ledger().await.unwrap(), model);
    prop_assert_eq!(records.page_ledger().await.unwrap().input, pages_in);
    prop_assert_eq!(records.self_check().await.unwrap(), Vec::<String>::new());
    Ok(())
}
