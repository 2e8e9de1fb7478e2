//! What is wrong with a page that can be mended while its owner is still at the counter, in words.

use sohoa_domain::{Edge, PageFault, PageRecord};

use crate::labels::on_pages;
use crate::messages::msg;
use crate::page::Page;

/// What to tell of a page, the gravest first.
pub(crate) fn faults(page: &Page, record: &PageRecord) -> Vec<String> {
    record.faults().into_iter().map(|fault| told(page, fault)).collect()
}

/// What to tell of the pages of a document, given by rising number: each fault once, with all the pages that have it.
pub(crate) fn faults_of_all(page: &Page, pages: &[(u32, Vec<PageFault>)]) -> Vec<String> {
    let mut faults: Vec<(PageFault, Vec<u32>)> = Vec::new();
    for (number, found) in pages {
        for fault in found {
            match faults.iter_mut().find(|(other, _)| other == fault) {
                Some((_, numbers)) => numbers.push(*number),
                None => faults.push((*fault, vec![*number])),
            }
        }
    }
    faults.iter().map(|(fault, numbers)| format!("{}: {}", on_pages(page, numbers), told(page, *fault))).collect()
}

fn told(page: &Page, fault: PageFault) -> String {
    match fault {
        PageFault::Failed => page.t("quality-failed"),
        PageFault::Blank => page.t("quality-blank"),
        PageFault::CutOff { edge } => page.t(match edge {
            Edge::Top => msg!("quality-cut-top"),
            Edge::Right => msg!("quality-cut-right"),
            Edge::Bottom => msg!("quality-cut-bottom"),
            Edge::Left => msg!("quality-cut-left"),
        }),
        PageFault::Blurred => page.t("quality-blurred"),
        PageFault::Dark => page.t("quality-dark"),
        PageFault::Coarse { dpi } => page.t1("quality-coarse", "dpi", dpi),
        PageFault::Askew { degrees } => page.t1("quality-askew", "degrees", degrees),
        PageFault::HardToRead => page.t("quality-hard-to-read"),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    #[test]
    fn a_fault_of_many_pages_is_told_once() {
        let (parts, ()) = Request::new(()).into_parts();
        let page = Page::before_sign_in(&parts);
        let pages: Vec<(u32, Vec<PageFault>)> = (1..=200)
            .map(|number| {
                let blurred = (number % 10 == 3).then_some(PageFault::Blurred);
                (number, [PageFault::Dark].into_iter().chain(blurred).collect())
            })
            .chain([(201, vec![PageFault::Blank])])
            .collect();
        let told = faults_of_all(&page, &pages);
        let begun = [
            "Trang 1–200: quá tối",
            "Trang 3, 13, 23, 33, 43, 53, 63, 73 và 12 trang khác: mờ",
            "Trang 201: có thể là trang trắng",
        ];
        assert_eq!(told.len(), begun.len(), "{told:?}");
        assert!(told.iter().zip(begun).all(|(told, begun)| told.starts_with(begun)), "{told:?}");
    }

    #[test]
    fn each_fault_says_what_to_mend() {
        let (parts, ()) = Request::new(()).into_parts();
        let page = Page::before_sign_in(&parts);
        for (fault, words) in [
            (PageFault::Failed, "Không đọc được"),
            (PageFault::Blank, "trắng"),
            (PageFault::CutOff { edge: Edge::Top }, "mép trên"),
            (PageFault::CutOff { edge: Edge::Right }, "mép phải"),
            (PageFault::CutOff { edge: Edge::Bottom }, "mép dưới"),
            (PageFault::CutOff { edge: Edge::Left }, "mép trái"),
            (PageFault::Blurred, "mờ"),
            (PageFault::Dark, "tối"),
            (PageFault::Coarse { dpi: 150 }, "150 dpi"),
            (PageFault::Askew { degrees: 7 }, "7°"),
            (PageFault::HardToRead, "khó đọc"),
        ] {
            let told = told(&page, fault);
            assert!(told.contains(words), "{words}: {told}");
        }
    }
}
