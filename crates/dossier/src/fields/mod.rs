//! What a paper says of itself (bóc tách dữ liệu): type, number, symbol, date, issuer, subject, signer, and what stands
//! beside labels on forms. Pure functions on the recognized text; see `docs/EXTRACTION.md`.
//!
//! A value is what was read, never what it ought to be. Words are tolerated with misread letters only where they are
//! anchors: labels, the national title, names of types and of offices.

mod check;
mod foot;
mod glyphs;
mod head;
mod id_card;
mod label;
mod layout;
mod rules;
mod title;

#[cfg(test)]
mod tests;

use jiff::civil::Date;
use sohoa_domain::{Field, FieldIssue, FieldName, OcrPage, Rect, Rotation, text::fold};

pub use rules::{DEFAULT_RULES, FieldRules, PaperType, RulesError};

use crate::id_card::IdCard;
use layout::Layout;

/// Pages with text on which a head, a title and labels are looked for.
const FRONT_PAGES: u32 = 2;

/// What the type of a letter is called, which does not print it (Nghị định 30/2020, annex III).
const LETTER: &str = "CÔNG VĂN";

/// Reads the fields of one paper, page by page; it keeps what it found, not the pages.
#[derive(Debug)]
pub struct FieldReader<'r> {
    rules: &'r FieldRules,
    scanned: Option<Date>,
    front: Vec<Field>,
    labelled: Vec<Field>,
    cards: Vec<Field>,
    signers: Vec<Field>,
    seal: Option<Field>,
    foot_date: Option<Field>,
    /// Name of the type.
    kind: Option<String>,
    has_head: bool,
    has_signer: bool,
    /// Another paper began: what follows belongs to it.
    closed: bool,
    text_pages: u32,
    language: Language,
}

impl<'r> FieldReader<'r> {
    /// A reader for one paper. Dates after `scanned` are doubted.
    pub fn new(rules: &'r FieldRules, scanned: Option<Date>) -> Self {
        Self {
            rules,
            scanned,
            front: Vec::new(),
            labelled: Vec::new(),
            cards: Vec::new(),
            signers: Vec::new(),
            seal: None,
            foot_date: None,
            kind: None,
            has_head: false,
            has_signer: false,
            closed: false,
            text_pages: 0,
            language: Language::default(),
        }
    }

    /// The next page in order; `number` is that of the physical page, from 1, and `seal` the box of a seal on it, px of
    /// the page as it was loaded.
    pub fn page(&mut self, number: u32, page: &OcrPage, seal: Option<Rect>) {
        if self.closed || page.words().next().is_none() {
            return;
        }
        self.text_pages += 1;
        self.language.add(page);
        let layout = Layout::new(page);
        let mut from = 0.0;
        if self.text_pages <= FRONT_PAGES && !self.has_head && self.kind.is_none() {
            from = self.head(number, &layout);
        } else if head::begins_a_paper(&layout) {
            self.closed = true;
            return;
        }
        if self.text_pages <= FRONT_PAGES {
            let found = label::fields(self.rules, &layout, number, self.kind.as_deref(), self.scanned);
            found.into_iter().for_each(|field| label::add(&mut self.labelled, field));
        }
        if !self.has_signer {
            self.foot(number, &layout, from);
            let seal = seal.map(|seal| upright(seal, page));
            if let Some(seal) = seal.filter(|_| self.signers.first().is_some_and(|s| s.page == number)) {
                self.seal = Some(seal_field(seal, &self.signers, number, &layout));
            }
        }
    }

    /// An identity card whose code stands at `rect` on a page of the paper.
    pub fn card(&mut self, card: &IdCard, page: u32, rect: Rect) {
        let found = id_card::id_card_fields(card, page, rect);
        found.into_iter().for_each(|field| label::add(&mut self.cards, field));
    }

    /// Head, type and subject of a front page. Returns where the foot may begin.
    fn head(&mut self, number: u32, layout: &Layout<'_>) -> f32 {
        let head = head::head(self.rules, layout, number, self.scanned);
        let end = head.as_ref().map_or(0.0, |h| h.end);
        self.has_head = head.is_some();
        let Some(mut head) = head else {
            if let Some((fields, kind)) = title::title(self.rules, layout, number, 0.0) {
                self.front.extend(fields);
                self.kind = Some(kind);
            }
            return end;
        };
        if head.is_letter {
            let subject = head.fields.iter().find(|f| f.name == FieldName::SUBJECT);
            // Papers with a type print it; where the symbol begins with one, a title was missed.
            let typed = self.rules.types.iter().any(|t| t.symbol.is_some() && t.symbol == head.symbol);
            if let Some(subject) = subject {
                let issue = typed.then_some(FieldIssue::SymbolAgainstType);
                let kind = Field {
                    name: FieldName::DOCUMENT_TYPE,
                    value: LETTER.to_owned(),
                    confident: issue.is_none(),
                    issue,
                    ..subject.clone()
                };
                head.fields.insert(0, kind);
                self.kind = Some(LETTER.to_owned());
            }
        } else if let Some((fields, kind)) = title::title(self.rules, layout, number, end) {
            let expected = self.rules.type_named(&kind).and_then(|t| t.symbol.as_deref());
            if let Some(expected) = expected {
                head.agree_with_title(expected, number);
            }
            check_symbol(&mut head.fields, expected);
            head.fields.extend(fields);
            self.kind = Some(kind);
        }
        self.front.extend(head.fields);
        end
    }

    fn foot(&mut self, number: u32, layout: &Layout<'_>, from: f32) {
        let Some(foot) = foot::foot(self.rules, layout, number, from) else { return };
        if self.foot_date.is_none() {
            let above = layout.pieces.iter().filter(|p| p.y < foot.y && foot.y - p.y < 3.5 * p.height);
            // A line of its own on the right, and not the end of the body.
            let apart = above.filter(|p| p.words.len() <= 12 && p.left > layout.centre() - 45.0 * layout.mm);
            self.foot_date = apart.filter_map(|p| head::date_field(&p.words, number, self.scanned)).next();
        }
        if foot.complete || self.signers.is_empty() {
            self.signers = foot.fields;
            self.has_signer = foot.complete;
        }
    }

    /// All fields; `pages` is the number of physical pages.
    pub fn finish(self, pages: u32) -> Vec<Field> {
        let mut fields = self.front;
        if !fields.iter().any(|f| f.name == FieldName::DATE) {
            fields.extend(self.foot_date);
        }
        fields.extend(self.signers);
        fields.extend(self.seal);
        // A code is read without a misread letter, so its values come before those of print, and are compared with them.
        let mut of_person = self.cards;
        self.labelled.into_iter().for_each(|field| label::add(&mut of_person, field));
        label::check_ids(&mut of_person);
        fields.extend(of_person);
        let plain = |name: FieldName, value: String, confident: bool| Field {
            name,
            value,
            page: 1,
            rect: Rect::default(),
            confidence: 1.0,
            confident,
            issue: (!confident).then_some(FieldIssue::Doubtful),
        };
        if let Some((language, sure)) = self.language.tag() {
            fields.push(plain(FieldName::LANGUAGE, language.to_owned(), sure));
        }
        fields.push(plain(FieldName::PAGE_COUNT, pages.to_string(), true));
        fields
    }
}

/// A box of the page as loaded, on the upright page.
fn upright(seal: Rect, page: &OcrPage) -> Rect {
    let (w, h) = (page.width as f32, page.height as f32);
    let Rect { left, top, right, bottom } = seal;
    match page.rotation {
        Rotation::None => seal,
        Rotation::Quarter => Rect { left: w - bottom, top: left, right: w - top, bottom: right },
        Rotation::Half => Rect { left: w - right, top: h - bottom, right: w - left, bottom: h - top },
        Rotation::ThreeQuarter => Rect { left: top, top: h - right, right: bottom, bottom: h - left },
    }
}

/// The seal of a page on which somebody signs. One that lies elsewhere may be another's.
fn seal_field(rect: Rect, signers: &[Field], page: u32, layout: &Layout<'_>) -> Field {
    let near = 30.0 * layout.mm;
    let around = |s: &Field| Rect {
        left: s.rect.left - near,
        top: s.rect.top - near,
        right: s.rect.right + near,
        bottom: s.rect.bottom + near,
    };
    let confident = signers.iter().any(|s| around(s).intersection(&rect).area() > 0.5 * rect.area());
    let issue = (!confident).then_some(FieldIssue::Doubtful);
    Field { name: FieldName::SEAL, value: "true".to_owned(), page, rect, confidence: 1.0, confident, issue }
}

fn check_symbol(fields: &mut [Field], expected: Option<&str>) {
    for symbol in fields.iter_mut().filter(|f| f.name == FieldName::SYMBOL) {
        if let Some(issue) = check::symbol(&symbol.value, expected) {
            symbol.issue = Some(issue);
            symbol.confident = false;
        }
    }
}

/// Fields of a paper whose pages are all at hand, numbered from 1.
pub fn extract(pages: &[&OcrPage], rules: &FieldRules, scanned: Option<Date>) -> Vec<Field> {
    let mut reader = FieldReader::new(rules, scanned);
    let count = u32::try_from(pages.len()).unwrap_or(u32::MAX);
    for (number, page) in (1..=count).zip(pages) {
        reader.page(number, page, None);
    }
    reader.finish(count)
}

/// Counts words that only one language has.
#[derive(Debug, Default)]
struct Language {
    words: u32,
    vietnamese: u32,
    english: u32,
}

impl Language {
    fn add(&mut self, page: &OcrPage) {
        for word in page.words().filter(|w| w.text.chars().filter(|c| c.is_alphabetic()).count() > 1) {
            self.words += 1;
            let folded = fold(&word.text);
            if !word.text.is_ascii() && folded.is_ascii() {
                self.vietnamese += 1;
            } else if matches!(folded.as_str(), "the" | "of" | "and" | "is" | "for" | "with" | "are") {
                self.english += 1;
            }
        }
    }

    /// The tag, and whether it is clear. About 60 % of the words of a Vietnamese text have marks, and 15 % of those of
    /// an English one are among the seven counted here.
    fn tag(&self) -> Option<(&'static str, bool)> {
        let share = |n: u32| n as f32 / self.words.max(1) as f32;
        let enough = self.words >= 20;
        if share(self.vietnamese) > 0.25 {
            Some(("vi", enough))
        } else if share(self.english) > 0.05 && share(self.vietnamese) < 0.02 {
            Some(("en", enough))
        } else {
            None
        }
    }
}
