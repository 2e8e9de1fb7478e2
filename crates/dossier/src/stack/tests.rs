//! Stacks in short words, and what becomes of their pages.

use super::*;
use crate::numbering::{PageNumber, missing};
use crate::sheet::SheetMark;

fn code(n: u32) -> DossierCode {
    format!("H41.20-230615-{n:04}").parse().unwrap()
}

/// Pages in short: `S1` sheet of dossier 1, `X` unread sheet, `P` patch, `_` blank, `h` head, `r` the row of a number alone, `t`
/// title, `T2` title below a printed 2, `V2` below one in the corner, `v` title and the row of a number, `.` text, `n2` printed 2,
/// `k1` sticker of dossier 1, `c1` printed code of dossier 1, `A3` a large page, `L` one with a title that lies across, `F` one
/// that failed, `?` one that may be a separator.
fn facts(number: u32, word: &str) -> PageFacts {
    let mut facts = PageFacts { number, paper_mm: Some((210.0, 297.0)), ..PageFacts::default() };
    let digit = || word[1..].parse().unwrap();
    let see = |source| vec![DossierEvidence { source, code: code(digit()), page: Some(number) }];
    match word.as_bytes()[0] {
        b'S' => {
            facts.separator = Some(Separator::Sheet(SheetMark { dossier: code(digit()), component: None }));
            facts.codes = see(EvidenceSource::Sheet);
        }
        b'X' => facts.separator = Some(Separator::Unread),
        b'P' => facts.separator = Some(Separator::Patch),
        b'_' => facts.blank = true,
        b'F' => facts.failed = true,
        b'?' => facts.perhaps_separator = true,
        b'h' => facts.head = true,
        b'r' => facts.numbered = true,
        b't' => facts.title = true,
        b'v' => (facts.numbered, facts.title) = (true, true),
        b'n' | b'T' | b'V' => {
            facts.title = !word.starts_with('n');
            let at = if word.starts_with('V') { (0.9, 0.05) } else { (0.5, 0.05) };
            let number = digit();
            let printed = PageNumber { number, of: None, worded: false, sure: true, at };
            facts.printed_number = Some(printed);
        }
        b'k' => facts.codes = see(EvidenceSource::Sticker),
        b'c' => facts.codes = see(EvidenceSource::Text),
        b'A' => facts.paper_mm = Some((297.0, 420.0)),
        b'L' => (facts.paper_mm, facts.title) = (Some((297.0, 210.0)), true),
        _ => {}
    }
    facts
}

fn split_as(layout: PartLayout, doubting: bool, pages: &str) -> (Vec<Place>, Vec<PartRead>) {
    let mut splitter = Splitter::new(layout, doubting);
    let (mut places, mut parts) = (Vec::new(), Vec::new());
    for (word, number) in pages.split(' ').zip(1..) {
        let (place, ended) = splitter.page(facts(number, word));
        places.push(place);
        parts.extend(ended);
    }
    parts.extend(splitter.end());
    (places, parts)
}

fn split(pages: &str) -> Vec<PartRead> {
    split_as(PartLayout::default(), true, pages).1
}

fn runs(parts: &[PartRead]) -> Vec<(u32, u32)> {
    parts.iter().map(|p| (p.first, p.last)).collect()
}

fn doubts(pages: &str) -> Vec<(u32, Vec<BoundaryCue>)> {
    split(pages).into_iter().flat_map(|p| p.doubts).map(|d| (d.page, d.cues)).collect()
}

#[test]
fn sheets_separate_and_say_the_dossier() {
    let (places, parts) = split_as(PartLayout::default(), true, "S1 h . S2 h S2 h .");
    use Place::*;
    assert_eq!(places, [Separator, Begins, Continues, Separator, Begins, Separator, Begins, Continues]);
    assert_eq!(runs(&parts), [(2, 3), (5, 5), (7, 8)]);
    let codes: Vec<_> = parts.iter().map(|p| p.evidence[0].code.clone()).collect();
    assert_eq!(codes, [code(1), code(2), code(2)]);
    assert!(parts.iter().all(|p| p.doubts.is_empty() && p.evidence.len() == 1));
}

#[test]
fn a_blank_back_of_a_separator_is_in_no_document_and_other_blank_backs_are() {
    let (places, parts) = split_as(PartLayout::default(), true, "S1 _ h _ . _ P _ h");
    use Place::*;
    let expected =
        [Separator, BackOfSeparator, Begins, Continues, Continues, Continues, Separator, BackOfSeparator, Begins];
    assert_eq!(places, expected);
    assert_eq!(runs(&parts), [(3, 6), (9, 9)]);
    assert_eq!(parts[1].evidence, parts[0].evidence, "a pattern goes on with the dossier");
}

#[test]
fn a_pattern_goes_on_with_the_dossier_of_the_sheet_unless_that_is_not_sure() {
    let last = |pages: &str| split(pages).pop().unwrap().evidence.iter().map(|e| e.code.clone()).collect::<Vec<_>>();
    assert_eq!(last("S1 h P h P h"), [code(1)]);
    assert_eq!(last("S1 h P h h P h"), [], "a sheet may be missing before the second head");
    assert_eq!(last("S1 h X h P h"), []);
    assert_eq!(last("S1 h P S2 h"), [code(2)]);
    assert_eq!(last("P h"), []);
    assert_eq!(last("S1 h k2 . P h"), [], "the sheet was another document's");
    assert_eq!(last("S1 h F P h"), [], "the page that failed may have been a sheet");
}

#[test]
fn a_title_behind_a_blank_back_or_on_a_page_that_lies_across_is_doubtful() {
    assert_eq!(doubts("S1 h . _ t"), [(5, vec![BoundaryCue::Title, BoundaryCue::BlankBefore])]);
    assert_eq!(doubts("S1 h . L"), [(4, vec![BoundaryCue::Title, BoundaryCue::PaperSize])], "it lies across");
    assert_eq!(doubts("S1 h . t"), [], "attachments have titles");
    assert_eq!(doubts("S1 t . t"), [(4, vec![BoundaryCue::Title])], "as much a paper as the first");
    assert_eq!(doubts("S1 t . _ t"), [(5, vec![BoundaryCue::Title, BoundaryCue::BlankBefore])]);
    assert_eq!(doubts("S1 . t"), [(3, vec![BoundaryCue::Title])], "more of a paper than the first");
    assert_eq!(doubts("r t"), [], "a sticker lies on the rest of the head");
    assert_eq!(doubts("t T2 T3"), [], "its pages are numbered");
    assert_eq!(doubts("t V2"), [(2, vec![BoundaryCue::Title])], "a stamp in the corner is no page number");
    assert_eq!(doubts("v v"), [(2, vec![BoundaryCue::Letterhead, BoundaryCue::Title])], "papers of companies");
    assert_eq!(doubts("t . T2"), [(3, vec![BoundaryCue::Title]), (2, vec![BoundaryCue::Numbering])]);
    assert_eq!(doubts("k1 _ t _"), [(3, vec![BoundaryCue::Title])], "the sticker of the second may be missing");
}

#[test]
fn a_file_may_begin_with_a_blank_page_and_end_with_a_separator() {
    assert_eq!(runs(&split("_ h .")), [(1, 3)]);
    assert_eq!(runs(&split("h . S1")), [(1, 2)]);
    assert_eq!(runs(&split("S1 _")), []);
}

#[test]
fn an_unread_sheet_separates_and_is_told() {
    let parts = split("S1 h X h .");
    assert_eq!(runs(&parts), [(2, 2), (4, 5)]);
    assert_eq!((parts[0].sheet_unread, parts[1].sheet_unread), (false, true));
    assert_eq!(parts[1].evidence, []);
}

#[test]
fn a_sheet_right_before_an_unread_one_says_nothing_of_what_follows() {
    for pages in ["S1 X h", "S1 _ X h", "S1 X P h", "S1 X _ h"] {
        let parts = split(pages);
        assert_eq!((parts.len(), parts[0].sheet_unread, &parts[0].evidence), (1, true, &vec![]), "{pages}");
    }
    assert_eq!(split("X S1 h")[0].evidence[0].code, code(1));
}

#[test]
fn what_follows_a_page_that_may_have_been_a_sheet_is_doubtful() {
    assert_eq!(doubts("S1 h F ."), [(4, vec![BoundaryCue::UnreadSheet])]);
    assert_eq!(doubts("S1 h F _ . ."), [(5, vec![BoundaryCue::UnreadSheet])]);
    assert_eq!(doubts("S1 h ? ."), [(3, vec![BoundaryCue::UnreadSheet])]);
    assert_eq!(doubts("S1 h . F"), [], "nothing follows");
    assert_eq!(doubts("S1 h F S2 h"), []);
}

#[test]
fn two_sheets_in_a_row_of_different_dossiers_are_both_evidence() {
    let parts = split("S1 S2 h");
    assert_eq!(parts[0].evidence.iter().map(|e| e.code.clone()).collect::<Vec<_>>(), [code(1), code(2)]);
}

#[test]
fn a_sticker_begins_a_document() {
    let parts = split("k1 . k2 . k2");
    assert_eq!(runs(&parts), [(1, 2), (3, 4), (5, 5)]);
    assert!(parts.iter().all(|p| p.doubts.is_empty()));
}

#[test]
fn a_head_within_a_document_is_doubtful() {
    assert_eq!(doubts("S1 h . h ."), [(4, vec![BoundaryCue::Letterhead])]);
    assert_eq!(doubts("S1 h . . ."), []);
    assert_eq!(doubts("h . ."), []);
}

#[test]
fn numbers_that_start_again_are_doubtful_where_the_second_document_begins() {
    assert_eq!(doubts("S1 h n2 n3 . n2"), [(5, vec![BoundaryCue::Numbering])]);
    assert_eq!(doubts("S1 h n2 n3 n4"), []);
    assert_eq!(doubts("S1 n12 n13"), [], "a part of a longer paper");
    assert_eq!(doubts("S1 h _ n2 _ n3"), [], "blank backs are not counted");
    assert_eq!(doubts("S1 h _ n3 _ n5"), [], "blank backs are counted");
}

#[test]
fn another_dossiers_code_within_a_document_is_doubtful() {
    assert_eq!(doubts("S1 h c2"), [(3, vec![BoundaryCue::OtherDossier])]);
    assert_eq!(doubts("S1 h c1"), []);
}

#[test]
fn paper_size_and_blank_back_are_doubtful_only_together() {
    assert_eq!(doubts("S1 h . A3"), []);
    assert_eq!(doubts("S1 h . _ ."), []);
    assert_eq!(doubts("S1 h . _ A3"), [(5, vec![BoundaryCue::PaperSize, BoundaryCue::BlankBefore])]);
}

#[test]
fn nobody_is_asked_about_a_file_that_was_said_to_be_one_document() {
    assert!(split_as(PartLayout::default(), false, "h . h .").1[0].doubts.is_empty());
}

#[test]
fn a_person_splits_joins_and_assigns() {
    let mut layout = PartLayout::default();
    layout.split(&[4]);
    layout.assign(4, Assigned { dossier: code(9), component: None });
    let parts = split_as(layout.clone(), true, "S1 h . h .").1;
    assert_eq!(runs(&parts), [(2, 3), (4, 5)]);
    assert!(parts.iter().all(|p| p.doubts.is_empty()));
    assert_eq!(parts[1].assigned.as_ref().unwrap().dossier, code(9));
    assert_eq!(parts[1].evidence, [], "the sheet stood before the part in front of it");
    layout.join(&[4]);
    let parts = split_as(layout, true, "S1 h . h .").1;
    assert_eq!(runs(&parts), [(2, 5)]);
    assert!(parts[0].doubts.is_empty());
}

#[test]
fn a_separator_that_is_none_can_be_joined() {
    let mut layout = PartLayout::default();
    layout.join(&[3]);
    assert_eq!(runs(&split_as(layout, true, "S1 h P .").1), [(2, 4)]);
}

#[test]
fn taken_as_a_whole_every_page_is_in_one_document() {
    let mut splitter = Splitter::whole();
    for (word, number) in "S1 _ h P X k2 h".split(' ').zip(1..) {
        assert_eq!(splitter.page(facts(number, word)).1, None);
    }
    assert_eq!(runs(&splitter.end().into_iter().collect::<Vec<_>>()), [(1, 7)]);
}

proptest::proptest! {
    /// Each page is in exactly one place, and documents are runs of pages one after the other.
    #[test]
    fn no_page_is_lost_or_doubled(pages in "[S1P_ht.XkF?]{1,40}", doubting in proptest::bool::ANY) {
        let words: Vec<String> = pages.chars().map(|c| match c { 'S' | 'k' => format!("{c}1"), '1' => "n2".into(), c => c.to_string() }).collect();
        let (places, parts) = split_as(PartLayout::default(), doubting, &words.join(" "));
        let inside = |n: u32| parts.iter().filter(|p| (p.first..=p.last).contains(&n)).count();
        for (place, number) in places.iter().zip(1..) {
            let loose = matches!(place, Place::Separator | Place::BackOfSeparator);
            proptest::prop_assert_eq!(inside(number), usize::from(!loose));
            proptest::prop_assert_eq!(*place == Place::Begins, parts.iter().any(|p| p.first == number));
        }
    }
}

#[test]
fn a_page_that_cannot_be_read_may_be_the_one_with_the_number() {
    let lacks = |pages| split(pages).iter().map(|part| missing(&part.printed, part.counted)).collect::<Vec<_>>();
    assert_eq!(lacks("h n2 n4"), [[3]]);
    assert_eq!(lacks("h n2 F n4"), [[]]);
    // The blank back of a sheet has no number.
    assert_eq!(lacks("h _ n2 _ n4 _"), [[3]]);
    // Two papers behind separators, each with numbers of its own.
    assert_eq!(lacks("S1 h n2 n3 S1 h n2 n3"), [[], []]);
}
