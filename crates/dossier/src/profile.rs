//! Profiles: what a rule asks of the electronic copy of a paper. What falls short is a warning with the rule that it comes from,
//! never a reason to refuse: the paper is there, and somebody may scan it again.

use serde::{Deserialize, Serialize};
use sohoa_domain::{PageRecord, PdfVersion, ProfileRule, ProfileWarning};

use crate::numbering::{PrintedNumber, order};

/// What one set of rules asks. A rule that is not named is not checked.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Every page has this resolution or a finer one.
    #[serde(default)]
    pub resolution: Option<LeastResolution>,
    /// Every page was scanned in colour.
    #[serde(default)]
    pub colour: Option<Asked>,
    /// The copy has as many pages as the paper has sides, those that are blank too, and none of them failed.
    #[serde(default)]
    pub page_count: Option<Asked>,
    /// Printed page numbers rise by one from page to page.
    #[serde(default)]
    pub page_order: Option<Asked>,
    /// The copy is a PDF of this version or a later one.
    #[serde(default)]
    pub pdf_version: Option<LeastPdfVersion>,
    /// The copy is called the dossier's code, a point, and its ordinal.
    #[serde(default)]
    pub name: Option<Asked>,
}

/// A rule that is met or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// Where it stands.
    pub source: String,
}

/// A least resolution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeastResolution {
    /// Dots an inch.
    pub at_least_dpi: u32,
    /// Where it stands.
    pub source: String,
}

/// A least version of PDF.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeastPdfVersion {
    /// As in `1.4`.
    pub at_least: PdfVersion,
    /// Where it stands.
    pub source: String,
}

/// An electronic copy, as far as rules speak of it.
#[derive(Debug, Clone, Copy)]
pub struct ElectronicCopy<'a> {
    /// Physical sides of the paper.
    pub sides: u32,
    /// Its pages.
    pub pages: &'a [PageRecord],
    /// Page numbers that are printed on them, in order.
    pub printed: &'a [PrintedNumber],
    /// Version of its PDF.
    pub pdf_version: PdfVersion,
    /// Its name, and what the dossier's code and the ordinal make of it.
    pub name: (&'a str, &'a str),
}

/// Scanners state 299 dpi for 300, and TIFF keeps centimetres.
const DPI_TOLERANCE: f32 = 1.0;

impl Profile {
    /// What of the copy falls short, in order of the rules.
    pub fn check(&self, copy: ElectronicCopy<'_>) -> Vec<ProfileWarning> {
        let mut warnings = Vec::new();
        let mut warn = |rule, pages: Vec<u32>, source: &str| {
            warnings.push(ProfileWarning { rule, pages, source: source.to_owned() });
        };
        let pages_where = |short: &dyn Fn(&PageRecord) -> bool| -> Vec<u32> {
            copy.pages.iter().filter(|p| short(p)).map(|p| p.number).collect()
        };
        if let Some(asked) = &self.resolution {
            let least = asked.at_least_dpi as f32 - DPI_TOLERANCE;
            let dpi = |p: &PageRecord| p.inspection.as_ref().map(|i| (i.dpi.x.min(i.dpi.y), i.dpi_guessed));
            let coarse = pages_where(&|p| dpi(p).is_some_and(|(dpi, _)| dpi < least));
            let unstated = pages_where(&|p| dpi(p).is_some_and(|(dpi, guessed)| guessed && dpi >= least));
            if !coarse.is_empty() {
                let found = copy.pages.iter().filter_map(dpi).map(|(dpi, _)| dpi).fold(f32::INFINITY, f32::min);
                let rule = ProfileRule::Resolution { found: found.round() as u32, asked: asked.at_least_dpi };
                warn(rule, coarse, &asked.source);
            }
            if !unstated.is_empty() {
                warn(ProfileRule::ResolutionUnstated, unstated, &asked.source);
            }
        }
        if let Some(asked) = &self.colour {
            // What came with the file as text and lines was never scanned.
            let grey = pages_where(&|p| !p.own_text && p.inspection.as_ref().is_some_and(|i| !i.blank && !i.in_colour));
            if !grey.is_empty() {
                warn(ProfileRule::NotInColour, grey, &asked.source);
            }
        }
        if let Some(asked) = &self.page_count {
            let whole = u32::try_from(copy.pages.len()).unwrap_or(u32::MAX);
            // A page that keeps its own text was not inspected either.
            let failed = pages_where(&|p| p.outcome.is_failure() && p.inspection.is_none());
            if whole != copy.sides || !failed.is_empty() {
                let shown = whole - u32::try_from(failed.len()).unwrap_or(whole);
                warn(ProfileRule::PageCount { found: shown, asked: copy.sides }, failed, &asked.source);
            }
        }
        if let Some(asked) = &self.page_order {
            let (missing, disordered) = order(copy.printed);
            if !missing.is_empty() {
                warn(ProfileRule::PageMissing, missing, &asked.source);
            }
            if !disordered.is_empty() {
                warn(ProfileRule::PageOrder, disordered, &asked.source);
            }
        }
        if let Some(asked) = &self.pdf_version
            && copy.pdf_version < asked.at_least
        {
            let rule = ProfileRule::PdfVersion { found: copy.pdf_version, asked: asked.at_least };
            warn(rule, Vec::new(), &asked.source);
        }
        if let Some(asked) = &self.name
            && copy.name.0 != copy.name.1
        {
            warn(ProfileRule::Name, Vec::new(), &asked.source);
        }
        warnings
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sohoa_domain::{PageInspection, PageOutcome};

    use crate::facts::tests::inspected;

    fn page(number: u32, dpi: f32, in_colour: bool) -> PageRecord {
        let inspection = PageInspection { in_colour, ..inspected(dpi) };
        PageRecord {
            number,
            outcome: PageOutcome::Ok,
            inspection: Some(inspection),
            confidence: None,
            words: 0,
            own_text: false,
            reason: None,
        }
    }

    fn all(dpi: u32, version: &str) -> Profile {
        let asked = || Some(Asked { source: "TT".into() });
        Profile {
            resolution: Some(LeastResolution { at_least_dpi: dpi, source: "TT".into() }),
            colour: asked(),
            page_count: asked(),
            page_order: asked(),
            pdf_version: Some(LeastPdfVersion { at_least: version.parse().unwrap(), source: "TT".into() }),
            name: asked(),
        }
    }

    fn copy(pages: &[PageRecord]) -> ElectronicCopy<'_> {
        let sides = pages.len() as u32;
        ElectronicCopy {
            sides,
            pages,
            printed: &[],
            pdf_version: PdfVersion { major: 1, minor: 7 },
            name: ("a.1", "a.1"),
        }
    }

    fn rules(profile: &Profile, copy: ElectronicCopy<'_>) -> Vec<(ProfileRule, Vec<u32>)> {
        profile.check(copy).into_iter().map(|w| (w.rule, w.pages)).collect()
    }

    #[test]
    fn a_copy_as_the_rules_ask_has_no_warning() {
        let pages = [page(3, 200.0, true), page(4, 299.5, true)];
        assert_eq!(rules(&all(200, "1.4"), copy(&pages)), []);
        let born_digital = [PageRecord { inspection: None, own_text: true, ..page(1, 300.0, false) }];
        assert_eq!(rules(&all(200, "1.4"), copy(&born_digital)), []);
        assert_eq!(rules(&Profile::default(), ElectronicCopy { sides: 9, ..copy(&[page(1, 72.0, false)]) }), []);
    }

    #[test]
    fn each_rule_names_what_it_found_and_where() {
        let mut pages = [page(3, 150.0, true), page(4, 300.0, false), page(5, 200.0, true)];
        assert_eq!(
            rules(&all(200, "2.0"), ElectronicCopy { name: ("a_1", "a.1"), ..copy(&pages) }),
            [
                (ProfileRule::Resolution { found: 150, asked: 200 }, vec![3]),
                (ProfileRule::NotInColour, vec![4]),
                (
                    ProfileRule::PdfVersion { found: PdfVersion { major: 1, minor: 7 }, asked: "2.0".parse().unwrap() },
                    vec![]
                ),
                (ProfileRule::Name, vec![]),
            ]
        );
        pages[0] = page(3, 300.0, true);
        pages[1] = PageRecord { inspection: None, outcome: PageOutcome::Failed, ..page(4, 300.0, true) };
        if let Some(seen) = &mut pages[2].inspection {
            seen.dpi_guessed = true;
        }
        assert_eq!(
            rules(&all(200, "1.4"), copy(&pages)),
            [(ProfileRule::ResolutionUnstated, vec![5]), (ProfileRule::PageCount { found: 2, asked: 3 }, vec![4])]
        );
        let one = [page(1, 300.0, true)];
        let short = ElectronicCopy { sides: 2, ..copy(&one) };
        assert_eq!(rules(&all(200, "1.4"), short), [(ProfileRule::PageCount { found: 1, asked: 2 }, vec![])]);
    }
}
