//! What is wrong with a page that can be mended while its owner is still at the counter.

use sohoa_domain::{PageOutcome, PageRecord};

use crate::page::Page;

/// Below this sharpness letters run into each other.
const BLURRED: f32 = 0.32;
/// Paper that is not lighter than this was scanned too dark.
const DARK: f32 = 0.5;
/// A page that lies more askew than this, degrees, was not laid against the edge.
const ASKEW: f32 = 3.0;
/// A coarser page, dpi, falls short of every rule.
const COARSE: f32 = 199.0;

/// What to tell of a page, the gravest first.
pub(crate) fn faults(page: &Page, record: &PageRecord) -> Vec<String> {
    let mut faults = Vec::new();
    if record.outcome.is_failure() {
        faults.push(page.t("quality-failed"));
    }
    if let Some(seen) = &record.inspection {
        if seen.blank {
            faults.push(page.t("quality-blank"));
            return faults;
        }
        if seen.sharpness < BLURRED {
            faults.push(page.t("quality-blurred"));
        }
        if seen.paper.is_some_and(|paper| paper < DARK) {
            faults.push(page.t("quality-dark"));
        }
        let dpi = seen.dpi.x.min(seen.dpi.y);
        if !seen.dpi_guessed && dpi < COARSE {
            faults.push(page.t1("quality-coarse", "dpi", dpi.round() as u32));
        }
        if seen.skew_degrees.abs() > ASKEW {
            faults.push(page.t1("quality-askew", "degrees", seen.skew_degrees.abs().round() as u32));
        }
    }
    if faults.is_empty() && record.outcome == PageOutcome::LowConfidence {
        faults.push(page.t("quality-hard-to-read"));
    }
    faults
}

#[cfg(test)]
mod tests {
    use axum::http::Request;
    use serde_json::json;

    use super::*;

    fn told(change: serde_json::Value) -> Vec<String> {
        let mut inspection = json!({
            "width": 2480, "height": 3508, "dpi": {"x": 300.0, "y": 300.0}, "dpi_guessed": false, "colour": "grey",
            "blank": false, "ink": 0.05, "skew_degrees": 0.2, "rotation": 0, "sharpness": 0.6, "paper": 0.95,
        });
        let mut record = json!({
            "number": 1, "outcome": "ok", "confidence": 0.9, "words": 80, "own_text": false, "reason": null,
        });
        for (key, value) in change.as_object().unwrap() {
            let target = if record.get(key).is_some() { &mut record } else { &mut inspection };
            target[key] = value.clone();
        }
        record["inspection"] = inspection;
        let (parts, ()) = Request::new(()).into_parts();
        faults(&Page::before_sign_in(&parts), &serde_json::from_value(record).unwrap())
    }

    #[test]
    fn a_good_page_has_no_faults_and_each_fault_is_told() {
        assert_eq!(told(json!({})), Vec::<String>::new());
        for (change, word) in [
            (json!({"sharpness": 0.2}), "mờ"),
            (json!({"paper": 0.3}), "tối"),
            (json!({"dpi": {"x": 150.0, "y": 150.0}}), "150 dpi"),
            (json!({"skew_degrees": -7.0}), "7°"),
            (json!({"blank": true, "sharpness": 0.1}), "trắng"),
            (json!({"outcome": "failed"}), "Không đọc được"),
            (json!({"outcome": "low_confidence"}), "khó đọc"),
        ] {
            let told = told(change);
            assert!(told.len() == 1 && told[0].contains(word), "{word}: {told:?}");
        }
        // Without a stated resolution nothing can be said of it.
        assert!(told(json!({"dpi": {"x": 96.0, "y": 96.0}, "dpi_guessed": true})).is_empty());
    }
}
