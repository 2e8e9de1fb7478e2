//! What a paper says about where it belongs, and the decision. Pure functions: no files, no database, no time.
//!
//! Each page gives its facts ([`PageFacts`]); the [`Splitter`] makes documents of the pages; evidence is collected from them
//! and from names ([`from_names`]), compared with what the register knows ([`decide()`]), and the result is a decision that
//! keeps its reasons. A conflict never attaches.

mod approx;
mod component;
mod decide;
mod evidence;
mod facts;
mod fields;
mod id_card;
mod meaning;
mod numbering;
mod profile;
mod reuse;
mod review;
mod sheet;
mod stack;

pub use component::{ComponentEvidence, match_component};
pub use decide::{Decision, MatchingRules, decide};
pub use evidence::{from_names, known_before};
pub use facts::{PageFacts, PageSeen, Separator};
pub use fields::{DEFAULT_RULES, FieldReader, FieldRules, PaperType, RulesError, extract};
pub use id_card::IdCard;
pub use meaning::{BarcodeMeaning, SystemPaper};
pub use numbering::{PageNumber, PrintedNumber, missing as missing_numbers};
pub use profile::{Asked, ElectronicCopy, LeastPdfVersion, LeastResolution, Profile};
pub use reuse::reusable_for;
pub use review::{Choice, Todo, choices, pages_in_question};
pub use sheet::{SheetError, SheetMark};
pub use stack::{PartRead, Place, Splitter};
