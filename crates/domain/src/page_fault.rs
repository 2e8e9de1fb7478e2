//! What is wrong with a page that can be mended while the paper is still at hand.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Edge, PageInspection, PageOutcome, PageRecord};

/// Below this sharpness letters run into each other.
const BLURRED: f32 = 0.32;
/// Paper that is not lighter than this was scanned too dark.
const DARK: f32 = 0.5;
/// A page that lies more askew than this, degrees, was not laid against the edge.
const ASKEW: f32 = 3.0;
/// A coarser page, dpi, falls short of every rule. Scanners state 199 dpi for 200.
const COARSE: f32 = 199.0;

/// Something that a person should know of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fault", rename_all = "kebab-case")]
pub enum PageFault {
    /// It could not be read at all.
    Failed,
    /// Nothing seems to be written on it.
    Blank,
    /// Writing runs out of the picture.
    CutOff {
        /// Where, on the page as it is read.
        edge: Edge,
    },
    /// It is out of focus, or moved.
    Blurred,
    /// Scanned too dark.
    Dark,
    /// Scanned too coarsely.
    Coarse {
        /// Its resolution, dpi.
        dpi: u32,
    },
    /// It lies askew.
    Askew {
        /// By so many degrees, either way.
        degrees: u32,
    },
    /// The recognizer was not sure of what it read.
    HardToRead,
}

impl fmt::Display for PageFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed => f.write_str("cannot be read"),
            Self::Blank => f.write_str("perhaps blank"),
            Self::CutOff { edge } => {
                let edge = match edge {
                    Edge::Top => "upper",
                    Edge::Right => "right",
                    Edge::Bottom => "lower",
                    Edge::Left => "left",
                };
                write!(f, "cut off at the {edge} edge")
            }
            Self::Blurred => f.write_str("blurred"),
            Self::Dark => f.write_str("too dark"),
            Self::Coarse { dpi } => write!(f, "only {dpi} dpi"),
            Self::Askew { degrees } => write!(f, "askew by {degrees}°"),
            Self::HardToRead => f.write_str("hard to read"),
        }
    }
}

impl PageInspection {
    /// What inspection alone shows to be wrong, the gravest first.
    pub fn faults(&self) -> Vec<PageFault> {
        if self.blank {
            return vec![PageFault::Blank];
        }
        let cut = self.cut_off.iter().map(|edge| PageFault::CutOff { edge: edge.turned(self.rotation) });
        let dpi = self.dpi.x.min(self.dpi.y);
        let degrees = self.skew_degrees.abs();
        let others = [
            (self.sharpness < BLURRED, PageFault::Blurred),
            (self.paper.is_some_and(|paper| paper < DARK), PageFault::Dark),
            (!self.dpi_guessed && dpi < COARSE, PageFault::Coarse { dpi: dpi.round() as u32 }),
            (degrees > ASKEW, PageFault::Askew { degrees: degrees.round() as u32 }),
        ];
        cut.chain(others.into_iter().filter_map(|(is, fault)| is.then_some(fault))).collect()
    }
}

impl PageRecord {
    /// What is wrong with the page, the gravest first.
    pub fn faults(&self) -> Vec<PageFault> {
        let mut faults = Vec::new();
        if self.outcome.is_failure() {
            faults.push(PageFault::Failed);
        }
        faults.extend(self.inspection.iter().flat_map(PageInspection::faults));
        if faults.is_empty() && self.outcome == PageOutcome::LowConfidence {
            faults.push(PageFault::HardToRead);
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use PageFault::*;

    fn found(change: Value) -> Vec<PageFault> {
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
        serde_json::from_value::<PageRecord>(record).unwrap().faults()
    }

    #[test]
    fn a_good_page_has_no_faults_and_each_fault_is_found() {
        assert_eq!(found(json!({})), []);
        for (change, fault) in [
            (json!({"sharpness": 0.2}), Blurred),
            (json!({"paper": 0.3}), Dark),
            (json!({"dpi": {"x": 150.0, "y": 150.0}}), Coarse { dpi: 150 }),
            (json!({"skew_degrees": -7.0}), Askew { degrees: 7 }),
            (json!({"blank": true, "sharpness": 0.1}), Blank),
            (json!({"outcome": "failed"}), Failed),
            (json!({"outcome": "low_confidence"}), HardToRead),
            (json!({"cut_off": ["left"]}), CutOff { edge: Edge::Left }),
        ] {
            assert_eq!(found(change), [fault]);
        }
        // Without a stated resolution nothing can be said of it.
        assert_eq!(found(json!({"dpi": {"x": 96.0, "y": 96.0}, "dpi_guessed": true})), []);
    }

    #[test]
    fn the_edge_is_that_of_the_page_as_it_is_read() {
        for (rotation, edge) in [(0, Edge::Top), (90, Edge::Right), (180, Edge::Bottom), (270, Edge::Left)] {
            assert_eq!(found(json!({"rotation": rotation, "cut_off": ["top"]})), [CutOff { edge }]);
        }
        assert_eq!(found(json!({"rotation": 90, "cut_off": ["left"]})), [CutOff { edge: Edge::Top }]);
    }
}
