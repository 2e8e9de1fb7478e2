//! A stack of papers in one file: which page begins a document, which only separates, and where that is doubtful.

use sohoa_domain::{
    Assigned, BoundaryCue, ComponentId, DossierCode, DossierEvidence, Doubt, EvidenceSource, PartLayout, Rect,
};

use crate::facts::{PageFacts, Separator};
use crate::id_card::IdCard;
use crate::numbering::PrintedNumber;

/// Papers whose sides differ by more than this are of two sizes, or lie otherwise, mm: a scanner cuts A4 to within a few.
const OTHER_SIZE_MM: f32 = 12.0;

/// How far from the middle of the width a bare page number stands at most, as a share of it (Nghị định 30/2020, annex I).
const MIDDLE: f32 = 0.1;

/// Sightings of dossier codes in one document that are kept: two dossiers are a conflict already.
const MOST_EVIDENCE: usize = 50;

/// Where a page goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// It separates documents and is in none.
    Separator,
    /// The blank back of a separator; in no document.
    BackOfSeparator,
    /// First page of a document.
    Begins,
    /// Next page of the document.
    Continues,
}

/// A document as the pages tell it, once its last page is known.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PartRead {
    /// First physical page, from 1.
    pub first: u32,
    /// Last physical page.
    pub last: u32,
    /// Dossiers that its pages and the separator before it name.
    pub evidence: Vec<DossierEvidence>,
    /// What the sheet before it says.
    pub component: Option<ComponentId>,
    /// What a person said.
    pub assigned: Option<Assigned>,
    /// Pages that may begin another document.
    pub doubts: Vec<Doubt>,
    /// A sheet stood before it that could not be read.
    pub sheet_unread: bool,
    /// ID cards on its pages: page, and where the code stands there, px. Personal data: never logged.
    pub cards: Vec<(IdCard, u32, Rect)>,
    /// Page numbers that are printed on its pages, in order.
    pub printed: Vec<PrintedNumber>,
    /// How many pages it has, blank ones left out.
    pub counted: u32,
}

/// Takes the pages of a file one after the other and says where each goes.
#[derive(Debug)]
pub struct Splitter {
    layout: PartLayout,
    /// Whether what looks like the start of another document is asked about.
    doubting: bool,
    splitting: bool,
    part: Option<PartSoFar>,
    /// What the separators since the last document said.
    before: Before,
    /// What the last sheet said of the dossier: a pattern that only separates goes on with it. Nothing when that is not sure
    /// any more: a sheet was unread, or a sheet may be missing.
    dossier: Vec<DossierEvidence>,
    /// The page before was a separator, or the back of one.
    behind_separator: bool,
}

#[derive(Debug, Default)]
struct Before {
    evidence: Vec<DossierEvidence>,
    component: Option<ComponentId>,
    unread: bool,
    /// A pattern that only separates was among them.
    goes_on: bool,
}

#[derive(Debug)]
struct PartSoFar {
    read: PartRead,
    /// Pages that are not blank, with their numbers.
    written: Vec<u32>,
    blanks: u32,
    paper_mm: Option<(f32, f32)>,
    blank_before: bool,
    failed_before: bool,
    /// Its first page has no head, nor what a sticker leaves of one.
    headless: bool,
}

impl Splitter {
    /// Splits a file as its separators and `layout` say. `doubting`: nobody said that the file is one document, so a page
    /// that looks like the first of another one is asked about.
    pub fn new(layout: PartLayout, doubting: bool) -> Self {
        Self {
            layout,
            doubting,
            splitting: true,
            part: None,
            before: Before::default(),
            dossier: Vec::new(),
            behind_separator: false,
        }
    }

    /// Takes a file as one document, whatever its pages say.
    pub fn whole() -> Self {
        Self { splitting: false, ..Self::new(PartLayout::default(), false) }
    }

    /// Whether separators are looked for on this page: where a person said that it goes on with the document, or begins
    /// one, they are not.
    pub fn wants_separators(&self, page: u32) -> bool {
        self.splitting && !self.layout.joins.contains(&page) && !self.layout.begins.contains(&page)
    }

    /// Where the next page goes, and the document that ended before it, if one did.
    pub fn page(&mut self, facts: PageFacts) -> (Place, Option<PartRead>) {
        if !self.splitting {
            return (self.content(facts, Place::Continues), None);
        }
        let free = self.wants_separators(facts.number);
        match &facts.separator {
            Some(separator) if free => {
                let ended = self.part.take().map(|part| part.read);
                if ended.as_ref().is_some_and(|part| !part.doubts.is_empty()) {
                    self.dossier.clear();
                }
                match separator {
                    Separator::Sheet(mark) => {
                        self.before.component.clone_from(&mark.component);
                        self.dossier.clone_from(&facts.codes);
                    }
                    Separator::Unread => {
                        // What a sheet before it said is no word about the papers behind this one.
                        self.before = Before { unread: true, ..Before::default() };
                        self.dossier.clear();
                    }
                    Separator::Patch => self.before.goes_on = true,
                }
                self.before.evidence.extend(facts.codes);
                self.behind_separator = true;
                (Place::Separator, ended)
            }
            _ if free && facts.blank && self.behind_separator => (Place::BackOfSeparator, None),
            _ => {
                self.behind_separator = false;
                if facts.failed || facts.perhaps_separator {
                    self.dossier.clear();
                }
                let begins = self.layout.begins.contains(&facts.number) || (free && self.sticker_begins(&facts));
                if begins {
                    // A document without a sheet of its own may be of another dossier: a pattern behind it says nothing.
                    self.dossier.clear();
                }
                let ended = if begins { self.part.take().map(|part| part.read) } else { None };
                (self.content(facts, if begins { Place::Begins } else { Place::Continues }), ended)
            }
        }
    }

    /// The last document, after the last page.
    pub fn end(&mut self) -> Option<PartRead> {
        self.part.take().map(|part| part.read)
    }

    /// Stickers are put on first pages: one within a document begins the next.
    fn sticker_begins(&self, facts: &PageFacts) -> bool {
        self.part.is_some() && facts.codes.iter().any(|seen| seen.source == EvidenceSource::Sticker)
    }

    fn content(&mut self, facts: PageFacts, place: Place) -> Place {
        let (number, asked) = (facts.number, self.layout.joins.contains(&facts.number));
        let place = if self.part.is_none() { Place::Begins } else { place };
        let mut before = if place == Place::Begins { std::mem::take(&mut self.before) } else { Before::default() };
        if before.goes_on && before.evidence.is_empty() && !before.unread {
            before.evidence.clone_from(&self.dossier);
        }
        let assigned = self.layout.assigned.get(&number).cloned();
        let part = self.part.get_or_insert_with(|| {
            let read = PartRead {
                first: number,
                evidence: before.evidence,
                component: before.component,
                sheet_unread: before.unread,
                assigned,
                ..PartRead::default()
            };
            PartSoFar {
                read,
                written: Vec::new(),
                blanks: 0,
                paper_mm: None,
                blank_before: false,
                failed_before: false,
                headless: false,
            }
        });
        part.add(facts, self.doubting && !asked && place == Place::Continues, &self.layout);
        place
    }
}

impl PartSoFar {
    fn add(&mut self, facts: PageFacts, doubting: bool, layout: &PartLayout) {
        self.read.last = facts.number;
        if facts.failed {
            self.read.counted += 1;
            self.failed_before = true;
            return;
        }
        if facts.blank {
            self.blanks += 1;
            self.blank_before = true;
            return;
        }
        self.read.counted += 1;
        if doubting {
            self.doubt(&facts, layout);
        }
        if self.written.is_empty() {
            self.headless = !facts.head && !facts.numbered;
        }
        self.written.push(facts.number);
        let place = self.read.counted;
        self.read.printed.extend(facts.printed_number.map(|printed| PrintedNumber {
            page: facts.number,
            place,
            printed,
        }));
        self.blank_before = false;
        self.failed_before = false;
        self.paper_mm = facts.paper_mm.or(self.paper_mm);
        for seen in facts.codes {
            let known = |e: &DossierEvidence| e.source == seen.source && e.code == seen.code;
            if self.read.evidence.len() < MOST_EVIDENCE && !self.read.evidence.iter().any(known) {
                self.read.evidence.push(seen);
            }
        }
        self.read.cards.extend(facts.cards.into_iter().map(|(card, rect)| (card, facts.number, rect)));
    }

    /// Notes what speaks for another document. A title, another size or a blank back alone is no sign: each happens within
    /// documents, as a paper with a head has attachments with titles. Two of them are, and so is a title in a paper that began
    /// with no head itself.
    fn doubt(&mut self, facts: &PageFacts, layout: &PartLayout) {
        let position = self.written.len() + 1;
        let printed = facts.printed_number.map(|p| p.number as usize).filter(|n| *n >= 2);
        // A title below the number that is next is one within the document. Stamped numbers of sheets stand in a corner.
        let runs_on = facts.printed_number.is_some_and(|p| {
            let of_a_page = p.worded || p.of.is_some() || (p.at.0 - 0.5).abs() < MIDDLE;
            p.sure && of_a_page && printed == Some(position)
        });
        let mut cues = Vec::new();
        if facts.head || (facts.numbered && facts.title) {
            cues.push(BoundaryCue::Letterhead);
        }
        if facts.title && self.headless && !runs_on {
            cues.push(BoundaryCue::Title);
        }
        if self.failed_before || facts.perhaps_separator {
            cues.push(BoundaryCue::UnreadSheet);
        }
        let other = |seen: &DossierEvidence| self.named().any(|code| *code != seen.code);
        if facts.codes.iter().any(|seen| seen.source != EvidenceSource::DoubtfulText && other(seen)) {
            cues.push(BoundaryCue::OtherDossier);
        }
        let sides = |(a, b): (f32, f32), (c, d): (f32, f32)| (a - c).abs().max((b - d).abs());
        let resized = matches!((self.paper_mm, facts.paper_mm), (Some(a), Some(b)) if sides(a, b) > OTHER_SIZE_MM);
        let only_blank = self.blank_before && self.blanks == 1 && self.written.len() > 1;
        let weak = [
            (facts.title, BoundaryCue::Title),
            (resized, BoundaryCue::PaperSize),
            (only_blank, BoundaryCue::BlankBefore),
        ];
        let weak: Vec<BoundaryCue> = weak.into_iter().filter_map(|(seen, cue)| seen.then_some(cue)).collect();
        if !cues.is_empty() || weak.len() >= 2 {
            cues.extend(weak.into_iter().filter(|cue| !self.headless || *cue != BoundaryCue::Title));
            self.note(facts.number, cues);
        }
        // A printed 2 on the fourth page: the third was the first of another document.
        if let Some(printed) = printed.filter(|printed| *printed < position) {
            let start = position - printed;
            let page = self.written.get(start).copied().unwrap_or(facts.number);
            if !layout.joins.contains(&page) && page != self.read.first {
                self.note(page, vec![BoundaryCue::Numbering]);
            }
        }
    }

    fn named(&self) -> impl Iterator<Item = &DossierCode> {
        let sure = |e: &&DossierEvidence| e.source != EvidenceSource::DoubtfulText;
        self.read.evidence.iter().filter(sure).map(|e| &e.code)
    }

    fn note(&mut self, page: u32, cues: Vec<BoundaryCue>) {
        match self.read.doubts.iter_mut().find(|doubt| doubt.page == page) {
            Some(doubt) => doubt.cues.extend(cues.into_iter().filter(|c| !doubt.cues.contains(c)).collect::<Vec<_>>()),
            None => self.read.doubts.push(Doubt { page, cues }),
        }
    }
}

#[cfg(test)]
mod tests;
