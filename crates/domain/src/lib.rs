//! The domain: dossier, component, document, page, event, coverage. Types, states and transitions, no I/O.
//!
//! Every other crate speaks in these types. This one knows no tokio, SQL, web or file system.

mod audit;
mod barcode;
mod clock;
mod code;
mod digest;
mod event;
mod evidence;
mod field;
mod id;
mod image;
mod limits;
mod ocr;
mod page;
mod page_edits;
mod page_fault;
mod part;
mod profile;
mod refusal;
mod register;
mod state;
pub mod text;

pub use audit::{AuditSample, Stratum, StratumBy, Verdict};
pub use barcode::{Barcode, BarcodeFormat};
pub use clock::{Clock, local_day, local_time};
pub use code::{CodeError, DossierCode, ProcedureCode};
pub use digest::{DigestError, Hasher, Sha256Digest};
pub use event::{Arrival, Change, Desk, Event, EventKind, Move, Outcome};
pub use evidence::{Candidate, DossierEvidence, EvidenceSource};
pub use field::{Field, FieldIssue, FieldKey, FieldName, paper_key};
pub use id::{ComponentId, DocumentId, IdError};
pub use image::{Codec, Dpi, EncodedImage, InkMap, LoadedPage, PixelLayout, Raster};
pub use limits::Limits;
pub use ocr::{Baseline, Block, Line, OcrPage, Rect, Word};
pub use page::{ColourKind, Edge, PageInspection, PageOutcome, PageRecord, PageState, Rotation};
pub use page_edits::{PageEdit, PageEdits, PageSubstitute};
pub use page_fault::PageFault;
pub use part::{Assigned, BoundaryCue, Doubt, Part, PartLayout};
pub use profile::{PdfVersion, ProfileRule, ProfileWarning};
pub use refusal::{InputError, RefusalCode};
pub use register::{
    CatalogueVersion, Channel, ComponentEntry, ComponentKind, DossierEntry, DossierStatus, Reading, RegisterError,
    differences,
};
pub use state::{AttachmentState, FileState, IllegalTransition};
