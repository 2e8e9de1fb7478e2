//! What is wrong with a page that can be mended while its owner is still at the counter, in words.

use sohoa_domain::{Edge, PageFault, PageRecord};

use crate::messages::msg;
use crate::page::Page;

/// What to tell of a page, the gravest first.
pub(crate) fn faults(page: &Page, record: &PageRecord) -> Vec<String> {
    record.faults().into_iter().map(|fault| told(page, fault)).collect()
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
