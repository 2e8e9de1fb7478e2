//! What a paper says about where it belongs, and the decision. Pure functions: no files, no database, no time.
//!
//! Evidence is collected ([`from_names`]), compared with what the register knows ([`decide()`]), and the result is a
//! decision that keeps its reasons. A conflict never attaches.

mod component;
mod decide;
mod evidence;
mod fields;

pub use component::{ComponentEvidence, match_component};
pub use decide::{Decision, decide};
pub use evidence::{DossierEvidence, EvidenceSource, from_names};
pub use fields::{DEFAULT_RULES, FieldReader, FieldRules, IdCard, PaperType, RulesError, extract, id_card_fields};
