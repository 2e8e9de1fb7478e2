//! Audit samples: which documents are drawn, so that anyone can draw them again, and what their comparison with paper says of all.
//! `docs/SAMPLING.md` has the formulas in words, and a short program that draws the same.

use std::collections::BTreeMap;
use std::str::FromStr;

use jiff::civil::Date;
use serde::Serialize;
use sohoa_domain::{AuditSample, DocumentId, Sha256Digest, Stratum, StratumBy};
use sohoa_store::{BatchId, Records, RenditionKind, SampleRow, StoreError};

use crate::figures::Share;
use crate::render::ChecklistItem;

/// Most documents of a sample: people compare them.
pub const MOST_DRAWN: u64 = 10_000;

/// How large a sample is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SampleSize {
    /// So many documents.
    Count(u64),
    /// So many of a hundred thousand, rounded up.
    Share(u64),
}

impl SampleSize {
    /// How many of so many documents: all at most.
    pub fn of(self, documents: u64) -> u64 {
        match self {
            Self::Count(n) => n.min(documents),
            Self::Share(share) => (u128::from(documents) * u128::from(share)).div_ceil(100_000) as u64,
        }
    }
}

/// A percentage with up to three decimals, over 0 and up to 100.
impl FromStr for SampleSize {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "not a percentage over 0 and up to 100 with at most three decimals".to_owned();
        let (whole, decimals) = text.split_once(['.', ',']).unwrap_or((text, ""));
        if decimals.len() > 3 || !(whole.to_owned() + decimals).bytes().all(|b| b.is_ascii_digit()) {
            return Err(wrong());
        }
        let share: u64 = format!("{whole}{decimals:0<3}").parse().map_err(|_| wrong())?;
        if (1..=100_000).contains(&share) { Ok(Self::Share(share)) } else { Err(wrong()) }
    }
}

/// A sample that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleRequest {
    /// Its name; empty: after its number.
    pub name: String,
    /// What it is drawn with.
    pub seed: String,
    /// First day of reception of the documents' dossiers.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// The batch that brought the documents, when it is a sample of one.
    pub batch: Option<BatchId>,
    /// How large it is to be.
    pub size: SampleSize,
    /// What the strata are.
    pub by: StratumBy,
}

impl SampleRequest {
    /// Draws it from these documents, each with the name of its stratum; its number is still to come.
    pub fn draw(&self, population: &[(DocumentId, String)]) -> AuditSample {
        let strata = draw(&self.seed, self.size, population);
        let list = listed(strata.iter().flat_map(|s| s.drawn.iter().map(|d| (d, s.name.as_str()))));
        let all = listed(population.iter().map(|(d, s)| (d, s.as_str())));
        AuditSample {
            number: 0,
            name: self.name.clone(),
            seed: self.seed.clone(),
            from: self.from,
            to: self.to,
            batch: self.batch.map(|batch| batch.0),
            by: self.by,
            strata,
            population: Sha256Digest::of(all.as_bytes()),
            list: Sha256Digest::of(list.as_bytes()),
        }
    }
}

/// The documents of a sample with where they are found. `place` says where a PDF lies, from its path in the packages.
///
/// # Errors
/// When the records cannot be read, or a document of the sample is gone.
pub async fn checklist_items(
    records: &dyn Records,
    sample: i64,
    place: impl Fn(&str) -> Option<String>,
) -> Result<Vec<ChecklistItem>, StoreError> {
    let mut items = Vec::new();
    for item in records.sample_items(sample).await? {
        let row = records.document(&item.document).await?;
        let row = row.ok_or_else(|| StoreError::Corrupt("a document of a sample is gone".to_owned()))?;
        let pdf = row.renditions.iter().find(|r| r.kind == RenditionKind::Pdf);
        let received = records.dossier(&row.dossier).await?.and_then(|d| d.received);
        items.push(ChecklistItem {
            pages: row.pages.kept + row.pages.blank,
            pdf: pdf.and_then(|r| place(&r.stored)),
            document: item.document,
            stratum: item.stratum,
            dossier: row.dossier,
            component: row.component,
            result_code: row.result_code,
            received: received.map(|at| at.date()),
            result: item.result,
        });
    }
    Ok(items)
}

/// Draws from documents, each with the name of its stratum. Each stratum gives one document at least, so that a sample may be larger
/// than asked for; the rest is shared out in proportion to what is left of each, by the largest remainder. In a stratum those are
/// drawn that come first by the SHA-256 of `seed`, a line feed and the document's id.
fn draw(seed: &str, size: SampleSize, population: &[(DocumentId, String)]) -> Vec<Stratum> {
    let mut members: BTreeMap<&str, Vec<(Sha256Digest, &DocumentId)>> = BTreeMap::new();
    for (document, stratum) in population {
        let key = Sha256Digest::of(format!("{seed}\n{document}").as_bytes());
        members.entry(stratum).or_default().push((key, document));
    }
    let sizes: Vec<u64> = members.values().map(|m| m.len() as u64).collect();
    let shares = allocate(size.of(population.len() as u64), &sizes);
    let mut strata = Vec::new();
    for ((name, mut members), share) in members.into_iter().zip(shares) {
        members.sort_unstable();
        let drawn = members.iter().take(share as usize).map(|(_, document)| (*document).clone()).collect();
        strata.push(Stratum { name: name.to_owned(), documents: members.len() as u64, drawn });
    }
    strata
}

/// How many are drawn of strata of these sizes, none of them empty, so that they are `wanted` together, or one of each.
fn allocate(wanted: u64, sizes: &[u64]) -> Vec<u64> {
    let strata = sizes.len() as u64;
    let left: u64 = sizes.iter().sum::<u64>() - strata;
    let more = wanted.saturating_sub(strata).min(left);
    if left == 0 {
        return vec![1; sizes.len()];
    }
    let quota = |size: &u64| u128::from(more) * u128::from(size - 1);
    let mut shares: Vec<u64> = sizes.iter().map(|s| 1 + (quota(s) / u128::from(left)) as u64).collect();
    let missing = more + strata - shares.iter().sum::<u64>();
    let mut order: Vec<usize> = (0..sizes.len()).collect();
    // The sort is stable: of equal remainders the earlier stratum's comes first.
    order.sort_by_key(|i| std::cmp::Reverse(quota(&sizes[*i]) % u128::from(left)));
    for i in order.into_iter().take(missing as usize) {
        shares[i] += 1;
    }
    shares
}

/// A list of documents with their strata as it is digested and written: a line each, id, comma, name of the stratum in quotes.
pub fn listed<'a>(documents: impl IntoIterator<Item = (&'a DocumentId, &'a str)>) -> String {
    let line = |(document, stratum): (&DocumentId, &str)| format!("{document},\"{}\"\n", stratum.replace('"', "\"\""));
    documents.into_iter().map(line).collect()
}

/// What a sample says of all documents that it was drawn from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SampleFigures {
    /// The sample.
    #[serde(flatten)]
    pub sample: SampleRow,
    /// Those that are not as their paper, of those compared.
    pub wrong: Share,
    /// Upper bound of the share of wrong ones among all, percent with two decimals, `n/a` before the first comparison.
    pub upper_bound: String,
    /// How the bound was taken.
    pub method: &'static str,
}

impl SampleFigures {
    /// The upper bound with comma and sign.
    pub fn bound_in_print(&self) -> String {
        match self.upper_bound.as_str() {
            "n/a" => "n/a".to_owned(),
            bound => format!("{} %", bound.replace('.', ",")),
        }
    }
}

/// Name of the bound.
const METHOD: &str = "Clopper-Pearson, one-sided, 95 %";

impl From<SampleRow> for SampleFigures {
    fn from(sample: SampleRow) -> Self {
        let wrong = sample.compared - sample.right;
        let upper_bound = match sample.compared {
            0 => "n/a".to_owned(),
            // Up, never down: it is an upper bound.
            compared => format!("{:.2}", (upper_bound(wrong, compared) * 10_000.0).ceil() / 100.0),
        };
        Self { wrong: Share::new(wrong, sample.compared), sample, upper_bound, method: METHOD }
    }
}

/// The share of wrong ones at which a sample of `compared` would show `wrong` or fewer in 5 of 100 cases (Clopper and Pearson 1934,
/// Biometrika 26). For none wrong it is 1 − 0.05^(1/n), about 3/n.
fn upper_bound(wrong: u64, compared: u64) -> f64 {
    if wrong >= compared {
        return 1.0;
    }
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        if at_most(wrong, compared, middle) > 0.05 { low = middle } else { high = middle }
    }
    high
}

/// The probability of `most` or fewer among `n`, each with probability `p`: terms one after the other, by logarithms.
fn at_most(most: u64, n: u64, p: f64) -> f64 {
    let mut term = n as f64 * (1.0 - p).ln();
    let odds = p.ln() - (1.0 - p).ln();
    let mut sum = term.exp();
    for k in 0..most {
        term += ((n - k) as f64 / (k + 1) as f64).ln() + odds;
        sum += term.exp();
    }
    sum
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn strata_share_in_proportion_and_none_is_left_out() {
        assert_eq!(allocate(10, &[50, 50]), [5, 5]);
        assert_eq!(allocate(10, &[1, 99]), [1, 9]);
        assert_eq!(allocate(3, &[10, 10, 10, 10]), [1, 1, 1, 1]);
        assert_eq!(allocate(7, &[1, 1, 1]), [1, 1, 1]);
        // Remainders are equal: the first gets more.
        assert_eq!(allocate(3, &[10, 10]), [2, 1]);
        assert_eq!(allocate(0, &[]), Vec::<u64>::new());
    }

    proptest! {
        #[test]
        fn a_sample_is_as_large_as_asked_for_and_no_stratum_gives_more_than_it_has(
            sizes in prop::collection::vec(1u64..2000, 1..30), wanted in 1u64..5000
        ) {
            let shares = allocate(wanted, &sizes);
            let all: u64 = sizes.iter().sum();
            prop_assert_eq!(shares.iter().sum::<u64>(), wanted.clamp(sizes.len() as u64, all));
            prop_assert!(shares.iter().zip(&sizes).all(|(share, size)| (1..=*size).contains(share)));
        }
    }

    #[test]
    fn percentages_are_exact() {
        let of = |text: &str, n| text.parse::<SampleSize>().map(|s| s.of(n));
        assert_eq!(of("5", 100), Ok(5));
        assert_eq!(of("2.5", 1000), Ok(25));
        assert_eq!(of("0,1", 1001), Ok(2));
        assert_eq!(of("100", 7), Ok(7));
        for bad in ["0", "100.001", "-1", "", ".", "1.2345", "1e2", "NaN"] {
            assert!(of(bad, 1).is_err(), "{bad}");
        }
    }

    #[test]
    fn bounds_are_those_of_the_tables() {
        // One-sided 95 % bounds: 1 - 0.05^(1/n) for none, and values of the Beta distribution.
        for (wrong, n, bound) in [(0, 59, 0.0495), (0, 299, 0.00997), (1, 93, 0.0501), (2, 50, 0.1206), (3, 3, 1.0)] {
            let found = upper_bound(wrong, n);
            assert!((found - bound).abs() < 0.0002, "{wrong} of {n}: {found}");
        }
        assert!((upper_bound(0, 10_000) - 0.0003).abs() < 0.000_001);
    }
}
