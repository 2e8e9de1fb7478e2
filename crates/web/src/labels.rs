//! The words for states, roles and warnings: from the domain's values to keys of the catalogue.

use sohoa_domain::{
    AttachmentState, BoundaryCue, Channel, DossierStatus, EvidenceSource, FieldIssue, FieldName, FileState,
    ProfileRule, ProfileWarning, StratumBy, Verdict,
};
use sohoa_dossier::Todo;
use sohoa_store::{CoverageBy, Ledger, MissingReason, Role, Topic};

use crate::checklist::ComponentState;
use crate::format;
use crate::messages::msg;
use crate::page::Page;

/// How a state is shown: never by colour alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Badge {
    /// Key of its words.
    pub(crate) name: &'static str,
    /// Name of its icon.
    pub(crate) icon: &'static str,
    /// `good`, `bad`, `wait`, `quiet`: a class of the style sheet.
    pub(crate) tone: &'static str,
}

pub(crate) const fn badge(name: &'static str, icon: &'static str, tone: &'static str) -> Badge {
    Badge { name, icon, tone }
}

/// Of a component.
pub(crate) fn component(state: ComponentState) -> Badge {
    match state {
        ComponentState::Attached => badge(msg!("component-attached"), "check", "good"),
        ComponentState::Missing => badge(msg!("component-missing"), "missing", "bad"),
        ComponentState::Exempt => badge(msg!("component-exempt"), "dash", "quiet"),
        ComponentState::Awaiting => badge(msg!("component-awaiting"), "clock", "wait"),
        ComponentState::InReview => badge(msg!("component-in-review"), "question", "wait"),
        ComponentState::NotDue => badge(msg!("component-not-due"), "dash", "quiet"),
    }
}

/// Of a document.
pub(crate) fn document(state: AttachmentState) -> Badge {
    match state {
        AttachmentState::Attached => badge(msg!("document-attached"), "check", "good"),
        AttachmentState::AwaitingRegister => badge(msg!("document-awaiting"), "clock", "wait"),
        AttachmentState::Incomplete => badge(msg!("document-incomplete"), "question", "wait"),
        AttachmentState::Removed => badge(msg!("document-removed"), "dash", "quiet"),
    }
}

/// Of a webhook.
pub(crate) fn webhook(paused: bool) -> Badge {
    match paused {
        false => badge(msg!("webhook-on"), "check", "good"),
        true => badge(msg!("webhook-paused"), "pause", "wait"),
    }
}

/// What a webhook is told of.
pub(crate) fn topic(topic: Topic) -> &'static str {
    match topic {
        Topic::DocumentAttached => msg!("topic-document-attached"),
        Topic::DossierComplete => msg!("topic-dossier-complete"),
    }
}

/// What a user does.
pub(crate) fn role(role: Role) -> &'static str {
    match role {
        Role::Counter => msg!("role-counter"),
        Role::Archivist => msg!("role-archivist"),
        Role::Auditor => msg!("role-auditor"),
        Role::Admin => msg!("role-admin"),
    }
}

/// How a dossier came in.
pub(crate) fn channel(channel: Channel) -> &'static str {
    match channel {
        Channel::Counter => msg!("channel-counter"),
        Channel::Online => msg!("channel-online"),
        Channel::Post => msg!("channel-post"),
    }
}

/// The portal's state of a dossier (TrangThaiHoSo).
pub(crate) fn status(status: DossierStatus) -> &'static str {
    match status.number() {
        1 => msg!("status-filed"),
        2 => msg!("status-received"),
        3 => msg!("status-refused"),
        4 => msg!("status-in-process"),
        5 => msg!("status-supplement"),
        6 => msg!("status-payment"),
        7 => msg!("status-withdrawn"),
        8 => msg!("status-stopped"),
        9 => msg!("status-done"),
        _ => msg!("status-returned"),
    }
}

/// What a warning says, with the pages in front.
pub(crate) fn warning(page: &Page, warning: &ProfileWarning) -> String {
    let rule = match &warning.rule {
        ProfileRule::Resolution { found, asked } => page.t2("warning-resolution", "found", found, "asked", asked),
        ProfileRule::ResolutionUnstated => page.t("warning-resolution-unstated"),
        ProfileRule::NotInColour => page.t("warning-not-in-colour"),
        ProfileRule::PageCount { found, asked } => page.t2("warning-page-count", "found", found, "asked", asked),
        ProfileRule::PageMissing => page.t("warning-page-missing"),
        ProfileRule::PageOrder => page.t("warning-page-order"),
        ProfileRule::PdfVersion { found, asked } => {
            page.t2("warning-pdf-version", "found", found.to_string(), "asked", asked.to_string())
        }
        ProfileRule::Name => page.t("warning-name"),
    };
    if warning.pages.is_empty() { rule } else { format!("{}: {rule}", on_pages(page, &warning.pages)) }
}

/// Ranges of pages that are named; of more only their number is said.
const MOST_RANGES: usize = 8;

/// "Page 3", "pages 1–200": rising numbers, at least one.
pub(crate) fn on_pages(page: &Page, numbers: &[u32]) -> String {
    let ranges: Vec<&[u32]> = numbers.chunk_by(|a, b| *b == a + 1).collect();
    let named = format::ranges(&ranges[..ranges.len().min(MOST_RANGES)].concat());
    match ranges.get(MOST_RANGES..).map(<[&[u32]]>::concat) {
        Some(more) if !more.is_empty() => page.t2("on-pages-more", "pages", named, "more", more.len()),
        _ if numbers.len() == 1 => page.t1("page-number", "number", named),
        _ => page.t1("on-pages", "pages", named),
    }
}

// What waits for a person.

/// Why a file waits.
pub(crate) fn review_code(code: &str) -> &'static str {
    match code {
        "no-dossier" => msg!("review-no-dossier"),
        "dossier-conflict" => msg!("review-dossier-conflict"),
        "dossier-unknown" => msg!("review-dossier-unknown"),
        "sheet-unread" => msg!("review-sheet-unread"),
        "doubtful-split" => msg!("review-doubtful-split"),
        "only-separators" => msg!("review-only-separators"),
        "page-failed" => msg!("review-page-failed"),
        "attempts-exhausted" => msg!("review-attempts-exhausted"),
        "undone" => msg!("review-was-undone"),
        _ => msg!("review-unusable"),
    }
}

/// Why a file waits for a person or was rejected.
pub(crate) fn file_code(code: &str) -> &'static str {
    match code {
        "unreadable" => msg!("refusal-unreadable"),
        "not-a-regular-file" => msg!("refusal-not-a-file"),
        "empty-file" => msg!("refusal-empty"),
        "unknown-format" => msg!("refusal-format"),
        "truncated" => msg!("refusal-truncated"),
        "encrypted" => msg!("refusal-encrypted"),
        "malformed" => msg!("refusal-malformed"),
        "no-pages" => msg!("refusal-no-pages"),
        "too-many-bytes" | "too-many-pages" | "too-many-pixels" => msg!("refusal-too-large"),
        "unsupported" => msg!("refusal-unsupported"),
        "rejected-by-person" => msg!("refusal-by-person"),
        waits => review_code(waits),
    }
}

/// How it stands with a batch that came to this and is, or is not, being worked on.
pub(crate) fn batch(files: Ledger, runs: bool, paused: bool) -> Badge {
    match (runs, paused) {
        (true, true) => badge(msg!("batch-paused"), "pause", "wait"),
        (true, false) => badge(msg!("batch-running"), "clock", "quiet"),
        (false, _) if files.seen == 0 => badge(msg!("batch-empty"), "dash", "quiet"),
        (false, _) if files.review > 0 => badge(msg!("batch-ended-review"), "question", "wait"),
        (false, _) => badge(msg!("batch-ended"), "check", "good"),
    }
}

/// How it stands with a file of a batch, which may be paused.
pub(crate) fn batch_file(state: FileState) -> &'static str {
    if state == FileState::Pending { msg!("batch-pending") } else { file(state) }
}

/// The same as a badge.
pub(crate) fn batch_file_badge(state: FileState) -> Badge {
    let (icon, tone) = match state {
        FileState::Pending => ("clock", "quiet"),
        FileState::Attached => ("check", "good"),
        FileState::Review => ("question", "wait"),
        FileState::Rejected => ("missing", "bad"),
        FileState::Duplicate => ("dash", "quiet"),
    };
    badge(batch_file(state), icon, tone)
}

/// What a person can do about it.
pub(crate) fn todo(todo: Todo) -> &'static str {
    match todo {
        Todo::NameDossier => msg!("todo-name-dossier"),
        Todo::SayBoundaries => msg!("todo-say-boundaries"),
        Todo::ScanPapers => msg!("todo-scan-papers"),
        Todo::LookAtPage => msg!("todo-look-at-page"),
        Todo::Mend => msg!("todo-mend"),
        Todo::ScanAgain => msg!("todo-scan-again"),
        Todo::Nothing => msg!("todo-nothing"),
    }
}

/// How it stands with a file.
pub(crate) fn file(state: FileState) -> &'static str {
    match state {
        FileState::Pending => msg!("file-pending"),
        FileState::Attached => msg!("file-attached"),
        FileState::Review => msg!("file-review"),
        FileState::Rejected => msg!("file-rejected"),
        FileState::Duplicate => msg!("file-duplicate"),
    }
}

/// What points to a dossier.
pub(crate) fn evidence(source: EvidenceSource) -> &'static str {
    match source {
        EvidenceSource::Person => msg!("evidence-person"),
        EvidenceSource::Sheet => msg!("evidence-sheet"),
        EvidenceSource::Session => msg!("evidence-session"),
        EvidenceSource::FolderName => msg!("evidence-folder-name"),
        EvidenceSource::FileName => msg!("evidence-file-name"),
        EvidenceSource::Sticker => msg!("evidence-sticker"),
        EvidenceSource::SystemCode => msg!("evidence-system-code"),
        EvidenceSource::Text => msg!("evidence-text"),
        EvidenceSource::DoubtfulText => msg!("evidence-doubtful-text"),
        EvidenceSource::Applicant => msg!("evidence-applicant"),
    }
}

/// Why a page may begin another document.
pub(crate) fn cue(cue: BoundaryCue) -> &'static str {
    match cue {
        BoundaryCue::Letterhead => msg!("cue-letterhead"),
        BoundaryCue::Title => msg!("cue-title"),
        BoundaryCue::Numbering => msg!("cue-numbering"),
        BoundaryCue::PaperSize => msg!("cue-paper-size"),
        BoundaryCue::BlankBefore => msg!("cue-blank-before"),
        BoundaryCue::OtherDossier => msg!("cue-other-dossier"),
        BoundaryCue::UnreadSheet => msg!("cue-unread-sheet"),
    }
}

/// What a field is called; one that clerks made has its own name.
pub(crate) fn field(page: &Page, name: &FieldName) -> String {
    let key = match name.as_str() {
        "document_type" => msg!("field-document-type"),
        "number" => msg!("field-number"),
        "number_year" => msg!("field-number-year"),
        "symbol" => msg!("field-symbol"),
        "date" => msg!("field-date"),
        "issuer" => msg!("field-issuer"),
        "parent_body" => msg!("field-parent-body"),
        "subject" => msg!("field-subject"),
        "signer_name" => msg!("field-signer-name"),
        "signer_title" => msg!("field-signer-title"),
        "seal" => msg!("field-seal"),
        "page_count" => msg!("field-page-count"),
        "language" => msg!("field-language"),
        "person_name" => msg!("field-person-name"),
        "person_id" => msg!("field-person-id"),
        "birth_date" => msg!("field-birth-date"),
        "sex" => msg!("field-sex"),
        "address" => msg!("field-address"),
        "phone" => msg!("field-phone"),
        "land_plot" => msg!("field-land-plot"),
        "map_sheet" => msg!("field-map-sheet"),
        own => return own.replace('_', " "),
    };
    page.t(key)
}

/// Whether a field may be relied on.
pub(crate) fn field_state(confident: bool, confirmed: bool) -> Badge {
    match (confirmed, confident) {
        (true, _) => badge(msg!("field-checked"), "check", "good"),
        (false, true) => badge(msg!("field-read-by-machine"), "dash", "quiet"),
        (false, false) => badge(msg!("field-waits"), "question", "wait"),
    }
}

/// Why a field is doubtful.
pub(crate) fn issue(issue: FieldIssue) -> &'static str {
    match issue {
        FieldIssue::Doubtful => msg!("issue-doubtful"),
        FieldIssue::FilledIn => msg!("issue-filled-in"),
        FieldIssue::NotADate => msg!("issue-not-a-date"),
        FieldIssue::InTheFuture => msg!("issue-in-the-future"),
        FieldIssue::NotPadded => msg!("issue-not-padded"),
        FieldIssue::NumberGrammar => msg!("issue-number-grammar"),
        FieldIssue::SymbolGrammar => msg!("issue-symbol-grammar"),
        FieldIssue::SymbolAgainstType => msg!("issue-symbol-against-type"),
        FieldIssue::TypeSpelling => msg!("issue-type-spelling"),
        FieldIssue::IdLength => msg!("issue-id-length"),
        FieldIssue::IdPlace => msg!("issue-id-place"),
        FieldIssue::IdAgainstBirth => msg!("issue-id-against-birth"),
        FieldIssue::PhoneGrammar => msg!("issue-phone-grammar"),
        FieldIssue::Pattern => msg!("issue-pattern"),
        FieldIssue::Contradicted => msg!("issue-contradicted"),
    }
}

// Audit.

/// What figures are grouped by.
pub(crate) fn grouping(by: CoverageBy) -> &'static str {
    match by {
        CoverageBy::Agency => msg!("by-agency"),
        CoverageBy::Counter => msg!("by-counter"),
        CoverageBy::Day => msg!("by-day"),
        CoverageBy::Month => msg!("by-month"),
        CoverageBy::Quarter => msg!("by-quarter"),
        CoverageBy::Procedure => msg!("by-procedure"),
        CoverageBy::Channel => msg!("by-channel"),
    }
}

/// What the strata of a sample are.
pub(crate) fn stratum(by: StratumBy) -> &'static str {
    match by {
        StratumBy::None => msg!("by-none"),
        StratumBy::Agency => msg!("by-agency"),
        StratumBy::Counter => msg!("by-counter"),
        StratumBy::Procedure => msg!("by-procedure"),
        StratumBy::Channel => msg!("by-channel"),
        StratumBy::Month => msg!("by-month"),
    }
}

/// Why a paper is not there.
pub(crate) fn missing(reason: MissingReason) -> Badge {
    match reason {
        MissingReason::Incomplete => badge(msg!("missing-incomplete"), "warning", "wait"),
        MissingReason::AwaitingRegister => badge(msg!("missing-awaiting"), "clock", "wait"),
        MissingReason::InReview => badge(msg!("missing-in-review"), "question", "wait"),
        MissingReason::Pending => badge(msg!("missing-pending"), "clock", "wait"),
        MissingReason::Unassigned => badge(msg!("missing-unassigned"), "question", "wait"),
        MissingReason::Rejected => badge(msg!("missing-rejected"), "missing", "bad"),
        MissingReason::NotScanned => badge(msg!("missing-not-scanned"), "missing", "bad"),
    }
}

/// What the comparison with paper found.
pub(crate) fn verdict(verdict: Verdict) -> Badge {
    match verdict {
        Verdict::Match => badge(msg!("verdict-match"), "check", "good"),
        Verdict::Differs => badge(msg!("verdict-differs"), "missing", "bad"),
        Verdict::MissingPaper => badge(msg!("verdict-missing-paper"), "missing", "bad"),
        Verdict::MissingPage => badge(msg!("verdict-missing-page"), "missing", "bad"),
        Verdict::Unreadable => badge(msg!("verdict-unreadable"), "missing", "bad"),
    }
}
