//! The check of a certificate with nothing but files: no home, no network.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::Path;

use serde::Serialize;
use sohoa_domain::Hasher;
use sohoa_store::{RenditionKind, read_file};

use super::leaf::{Figures, RegisterLine};
use super::proof::{InclusionProof, Leaf};
use super::stamp::{self, Stamped, TrustedRoots};
use super::statement::{FORMAT, Statement};
use super::{CertificateError, io_error};
use crate::checkpoint::{PublicKey, split_note};
use crate::{merkle, verify};

/// What there is to check with.
#[derive(Debug, Clone, Copy, Default)]
pub struct Given<'a> {
    /// Keys that may have signed.
    pub keys: &'a [PublicKey],
    /// An earlier certificate that this one has to continue.
    pub against: Option<&'a Path>,
    /// Proof of one dossier.
    pub proof: Option<&'a Path>,
    /// That dossier's package: its OCFL object, wherever it lies.
    pub package: Option<&'a Path>,
    /// The register snapshot.
    pub snapshot: Option<&'a Path>,
    /// Trusted authorities for time stamps.
    pub roots: Option<&'a TrustedRoots>,
}

/// One thing that was found, or that was right, or that was not looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Stable code.
    pub code: &'static str,
    /// A clause for people.
    pub detail: String,
}

/// What the check of a certificate gave.
#[derive(Debug, Clone, Default, Serialize)]
pub struct CheckReport {
    /// What it states, when it can be read.
    pub certificate: Option<Statement>,
    /// What is right.
    pub checked: Vec<Finding>,
    /// What nobody should take for checked.
    pub unchecked: Vec<Finding>,
    /// What is no problem and worth knowing.
    pub notes: Vec<Finding>,
    /// What is wrong.
    pub problems: Vec<Finding>,
}

fn finding(code: &'static str, detail: impl Into<String>) -> Finding {
    Finding { code, detail: detail.into() }
}

impl CheckReport {
    fn settle(&mut self, code: &'static str, outcome: Result<impl Into<String>, impl Into<String>>) {
        match outcome {
            Ok(detail) => self.checked.push(finding(code, detail)),
            Err(detail) => self.problems.push(finding(code, detail)),
        }
    }

    /// The report as lines for people.
    pub fn lines(&self) -> String {
        let mut lines = String::new();
        if let Some(c) = &self.certificate {
            let f = &c.figures;
            lines += &format!(
                "Kỳ {} – {}: {} hồ sơ trong phạm vi, {} số hóa đầy đủ, {} còn thiếu; dữ liệu lúc {}\n",
                c.from, c.to, f.received, f.full, f.incomplete, c.data_time
            );
        }
        let groups = [
            ("ĐÚNG", &self.checked),
            ("CHƯA KIỂM TRA", &self.unchecked),
            ("LƯU Ý", &self.notes),
            ("SAI", &self.problems),
        ];
        for (word, findings) in groups {
            for Finding { code, detail } in findings {
                lines += &format!("{word}  [{code}] {detail}\n");
            }
        }
        lines += if self.problems.is_empty() { "Không thấy sai lệch.\n" } else { "CÓ SAI LỆCH.\n" };
        lines
    }
}

/// Checks a certificate with what is given.
///
/// # Errors
/// [`CertificateError::NoCertificate`] for a file that does not begin like one, [`CertificateError::Io`] for a file that cannot
/// be read. Everything else is a problem of the report.
pub fn check_certificate(path: &Path, given: &Given<'_>) -> Result<CheckReport, CertificateError> {
    let mut report = CheckReport::default();
    let Some((statement, stamp)) = open(path, given, "certificate", &mut report)? else { return Ok(report) };
    report.certificate = Some(statement.clone());
    let wrong = statement.figures.contradictions();
    let sums = if wrong.is_empty() { Ok("các tổng và tỷ lệ khớp nhau") } else { Err(wrong.join("; ")) };
    report.settle("figures", sums);
    check_stamp(&statement, stamp.as_deref(), given.roots, &mut report);
    match given.snapshot {
        Some(path) => check_snapshot(path, &statement, &mut report)?,
        None => report.unchecked.push(finding("snapshot", "trích sổ tiếp nhận (thiếu --snapshot)")),
    }
    if let Some(path) = given.against {
        check_against(path, &statement, given, &mut report)?;
    }
    match given.proof {
        Some(path) => check_proof(path, &statement, given.package, &mut report)?,
        None => report.unchecked.push(finding("proof", "từng hồ sơ (thiếu --proof và --package)")),
    }
    Ok(report)
}

/// What a certificate states, and its time stamp.
type Stated = (Statement, Option<Vec<u8>>);

/// What a certificate states when it has the form of one, with its time stamp. A wrong signature is a problem; what it says is
/// looked at all the same.
fn open(
    path: &Path,
    given: &Given<'_>,
    code: &'static str,
    report: &mut CheckReport,
) -> Result<Option<Stated>, CertificateError> {
    let bytes = read_file(path).map_err(io_error(path))?;
    if !bytes.starts_with(format!("{FORMAT}\n").as_bytes()) {
        return Err(CertificateError::NoCertificate(path.to_owned()));
    }
    let note = std::str::from_utf8(&bytes).ok().and_then(split_note);
    let signed =
        note.and_then(|(text, signatures)| given.keys.iter().find(|key| key.is_signed(text, signatures).is_some()));
    let signature = signed.map(|key| format!("chữ ký của khóa {key}"));
    report.settle(
        if code == "against" { code } else { "signature" },
        signature.ok_or("chữ ký không phải của khóa đã cho"),
    );
    let parsed = note.and_then(|(text, _)| Statement::parse(text));
    if parsed.is_none() {
        report.problems.push(finding(code, "nội dung không đúng mẫu"));
    }
    Ok(parsed)
}

fn check_stamp(statement: &Statement, stamp: Option<&[u8]>, roots: Option<&TrustedRoots>, report: &mut CheckReport) {
    let Some(token) = stamp else {
        report.unchecked.push(finding("time_stamp", "thời điểm: giấy không có dấu thời gian"));
        return;
    };
    match stamp::check(token, statement.text().as_bytes(), roots) {
        Ok(Stamped { at, trusted }) => {
            report.checked.push(finding("time_stamp", format!("dấu thời gian {at} đúng là của nội dung này")));
            if !trusted {
                let who = "bên cấp dấu thời gian là ai (thiếu --tsa-root)";
                report.unchecked.push(finding("time_stamp_authority", who));
            }
            report
                .unchecked
                .push(finding("time_stamp_revocation", "chứng thư của bên cấp dấu thời gian có bị thu hồi không"));
        }
        Err(why) => report.problems.push(finding("time_stamp", why)),
    }
}

/// Compares the snapshot's digest, and all that follows from the register alone.
fn check_snapshot(path: &Path, statement: &Statement, report: &mut CheckReport) -> Result<(), CertificateError> {
    let mut reader = BufReader::new(File::open(path).map_err(io_error(path))?);
    let (mut hasher, mut figures, mut line, mut readable) = (Hasher::default(), Figures::default(), Vec::new(), true);
    while reader.read_until(b'\n', &mut line).map_err(io_error(path))? > 0 {
        hasher.update(&line);
        match serde_json::from_slice::<RegisterLine>(&line) {
            Ok(register) => figures.count_register(&register),
            Err(_) => readable = false,
        }
        line.clear();
    }
    let told = |f: &Figures| (f.received, f.out_of_scope, f.due, f.exempt);
    let outcome = if hasher.finish() != statement.register {
        Err("trích sổ không phải là trích sổ của giấy này: mã băm khác")
    } else if !readable || told(&figures) != told(&statement.figures) {
        Err("số liệu của giấy không theo trích sổ")
    } else {
        Ok("trích sổ đúng mã băm; số hồ sơ, số phải số hóa và số được miễn tính lại đều khớp")
    };
    report.settle("snapshot", outcome);
    Ok(())
}

fn check_against(
    path: &Path,
    new: &Statement,
    given: &Given<'_>,
    report: &mut CheckReport,
) -> Result<(), CertificateError> {
    let Some((old, _)) = open(path, given, "against", report)? else { return Ok(()) };
    let (earlier, later) = ((old.events, &old.events_root), (new.events, &new.events_root));
    let none = Vec::new();
    let proof = if old.events == new.events { Some(&none) } else { new.since.get(&old.events) };
    let outcome = match proof {
        _ if old.events > new.events => Err("nhật ký sự kiện nay ngắn hơn giấy cũ: lịch sử đã bị cắt".to_owned()),
        None => Err(format!(
            "giấy mới không có chứng minh nối tiếp từ {} sự kiện; bên lập giấy lấy nó bằng: \
             sohoa certificate make --since GIẤY_CŨ …",
            old.events
        )),
        Some(proof) if merkle::continues(earlier, later, proof) => {
            Ok(format!("{} sự kiện của giấy cũ còn nguyên, nay là {} sự kiện", old.events, new.events))
        }
        Some(_) => Err("nhật ký sự kiện không nối tiếp giấy cũ: lịch sử đã bị viết lại".to_owned()),
    };
    report.settle("history", outcome);
    if (old.from, old.to) == (new.from, new.to) {
        let (a, b) = (&old.figures, &new.figures);
        let pairs = [
            ("received", a.received, b.received),
            ("full", a.full, b.full),
            ("any", a.any, b.any),
            ("due", a.due, b.due),
            ("missing", a.missing, b.missing),
            ("exempt", a.exempt, b.exempt),
            ("out_of_scope", a.out_of_scope, b.out_of_scope),
        ];
        for (key, old, new) in pairs.into_iter().filter(|(_, old, new)| old != new) {
            report.notes.push(finding("changed", format!("cùng kỳ, {key}: {old} → {new}")));
        }
        if old.register != new.register {
            report.notes.push(finding("register_changed", "cùng kỳ, sổ tiếp nhận nay khác: so hai trích sổ với nhau"));
        }
    }
    Ok(())
}

fn check_proof(
    path: &Path,
    statement: &Statement,
    package: Option<&Path>,
    report: &mut CheckReport,
) -> Result<(), CertificateError> {
    let bytes = read_file(path).map_err(io_error(path))?;
    let proof = std::str::from_utf8(&bytes).ok().and_then(InclusionProof::parse);
    let leaf = proof.ok_or("bằng chứng không đúng mẫu").and_then(|proof| proof.check(statement));
    let leaf = match leaf {
        Ok(leaf) => leaf,
        Err(why) => {
            report.problems.push(finding("proof", why));
            return Ok(());
        }
    };
    let code = &leaf.register.dossier;
    let missing: Vec<&str> = leaf.hung.missing.iter().map(|id| id.as_str()).collect();
    let state = match (leaf.hung.in_scope, missing.is_empty()) {
        (false, _) => "ngoài phạm vi".to_owned(),
        (true, true) => "số hóa đầy đủ".to_owned(),
        (true, false) => format!("còn thiếu {}", missing.join(", ")),
    };
    report.checked.push(finding("proof", format!("hồ sơ {code} có trong giấy: {state}")));
    // One leaf says little of the sums, but where they say "none", it is enough to refute them.
    let figures = &statement.figures;
    let refuted = match leaf.hung.in_scope {
        true => !missing.is_empty() && figures.incomplete == 0,
        false => figures.out_of_scope == 0,
    };
    if refuted {
        report.problems.push(finding("refuted", format!("hồ sơ {code} {state}: trái với số liệu của giấy")));
    }
    match package {
        Some(root) => check_package(root, &leaf, report)?,
        None => report.unchecked.push(finding("package", format!("tệp của hồ sơ {code} (thiếu --package)"))),
    }
    Ok(())
}

/// Hashes all of a package and looks for every file that the leaf names in it.
fn check_package(root: &Path, leaf: &Leaf, report: &mut CheckReport) -> Result<(), CertificateError> {
    let code = &leaf.register.dossier;
    let (problems, inventory) = verify::package(root, code)?;
    let mut wrong: Vec<String> = problems.iter().map(|p| format!("{}: {}", p.kind, p.path)).collect();
    let mut files = 0;
    for document in &leaf.hung.documents {
        if document.dossier != *code {
            let other = format!("văn bản {}: nằm trong gói của hồ sơ {}", document.id, document.dossier);
            report.unchecked.push(finding("package", other));
            continue;
        }
        let folder = format!("documents/{}/", document.id);
        for (kind, digest) in &document.files {
            let Some(inventory) = &inventory else { continue };
            let Some((path, _)) = inventory.contents().find(|(_, there)| there == digest) else {
                wrong.push(format!("văn bản {}: tệp {} đã chứng nhận không còn trong gói", document.id, kind.as_str()));
                continue;
            };
            files += 1;
            if *kind == RenditionKind::Pdf {
                report.notes.push(finding("certified_pdf", root.join(path).display().to_string()));
            }
            let is_kind =
                |path: &str| path.strip_prefix(&folder).is_some_and(|name| RenditionKind::of_file(name) == *kind);
            let now = inventory.files().find(|(path, _)| is_kind(path));
            if now.is_none_or(|(_, there)| there != *digest) {
                let newer = format!(
                    "văn bản {}: gói nay có bản {} khác, mới hơn bản đã chứng nhận",
                    document.id,
                    kind.as_str()
                );
                report.notes.push(finding("newer_version", newer));
            }
        }
        if !document.files.contains_key(&RenditionKind::Original) {
            let stack = format!("văn bản {}: tệp gốc gồm nhiều hồ sơ, không nằm trong gói", document.id);
            report.unchecked.push(finding("package", stack));
        }
    }
    if wrong.is_empty() {
        let right = format!("gói của hồ sơ {code}: đủ {files} tệp đã chứng nhận, đúng từng byte");
        report.checked.push(finding("package", right));
    }
    report.problems.extend(wrong.into_iter().map(|detail| finding("package", detail)));
    Ok(())
}
