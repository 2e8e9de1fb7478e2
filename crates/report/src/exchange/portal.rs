//! A dossier in the field names of the national portal (Cổng Dịch vụ công quốc gia), as public implementations of its interface write
//! them: every value is text, flags are `0` and `1`, times `yyyyMMddHHmmss`, what is not known is empty. The fields are described
//! in `docs/portal-dossier.schema.json`.

use std::fs;
use std::path::Path;

use jiff::civil::DateTime;
use serde::Serialize;
use sohoa_domain::{Channel, ComponentEntry, ComponentKind};
use sohoa_store::{DiskPackages, StoreError};

use super::{ExchangeError, HandOver, Handed, copy, io_error, pdf};

/// Name of the file beside the PDFs.
const FILE: &str = "hoso.json";

/// A dossier (hồ sơ).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PortalDossier {
    ma_ho_so: String,
    #[serde(rename = "MaTTHC")]
    ma_tthc: String,
    kenh_thuc_hien: String,
    chu_ho_so: String,
    ngay_tiep_nhan: String,
    ngay_hen_tra: String,
    ngay_tra: String,
    ngay_ket_thuc_xu_ly: String,
    trang_thai_ho_so: String,
    don_vi_xu_ly: String,
    ho_so_co_thanh_phan_so_hoa: String,
    tai_lieu_nop: Vec<Filed>,
    danh_sach_giay_to_ket_qua: Vec<Issued>,
}

/// A paper that was filed (tài liệu nộp).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Filed {
    tep_dinh_kem_id: String,
    ten_tep_dinh_kem: String,
    is_deleted: String,
    ma_thanh_phan_ho_so: String,
    duong_dan_tai_tep_tin: String,
    duoc_so_hoa: String,
    duoc_tai_su_dung: String,
    #[serde(rename = "DuocLayTuKhoDMQG")]
    duoc_lay_tu_kho: String,
    ma_ket_qua_thay_the: String,
}

/// A paper that was issued (giấy tờ kết quả).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Issued {
    ten_giay_to: String,
    ma_thanh_phan_ho_so: String,
    giay_to_id: String,
    duong_dan_tep_tin_ket_qua: String,
    ma_giay_to_ket_qua: String,
}

impl PortalDossier {
    /// What the portal is told of a dossier; paths are names of files beside it.
    pub fn new(hand_over: &HandOver) -> Self {
        let entry = &hand_over.entry;
        let component = |d: &Handed| entry.components.iter().find(|c| Some(&c.id) == d.component.as_ref());
        let is_result = |d: &&Handed| component(d).is_some_and(|c| c.kind == ComponentKind::Result);
        let (issued, filed): (Vec<_>, Vec<_>) = hand_over.documents.iter().partition(is_result);
        Self {
            ma_ho_so: entry.code.to_string(),
            ma_tthc: entry.procedure.as_ref().map(ToString::to_string).unwrap_or_default(),
            kenh_thuc_hien: entry.channel.map(channel).unwrap_or_default().to_owned(),
            chu_ho_so: entry.applicant.clone(),
            ngay_tiep_nhan: time(entry.received),
            ngay_hen_tra: time(entry.due),
            ngay_tra: time(entry.returned),
            ngay_ket_thuc_xu_ly: time(entry.finished),
            trang_thai_ho_so: entry.status.map(|s| s.number().to_string()).unwrap_or_default(),
            don_vi_xu_ly: entry.agency.clone(),
            ho_so_co_thanh_phan_so_hoa: flag(!filed.is_empty()),
            tai_lieu_nop: filed.into_iter().map(Filed::new).collect(),
            danh_sach_giay_to_ket_qua: issued.into_iter().map(|d| Issued::new(d, component(d))).collect(),
        }
    }
}

impl Filed {
    fn new(document: &Handed) -> Self {
        let id = |component: &sohoa_domain::ComponentId| component.to_string();
        Self {
            tep_dinh_kem_id: document.row.id.to_string(),
            ten_tep_dinh_kem: document.name(),
            is_deleted: flag(false),
            ma_thanh_phan_ho_so: document.component.as_ref().map(id).unwrap_or_default(),
            duong_dan_tai_tep_tin: document.name(),
            duoc_so_hoa: flag(true),
            duoc_tai_su_dung: flag(document.reused),
            // What comes from the store of national catalogues never passes a scanner.
            duoc_lay_tu_kho: flag(false),
            ma_ket_qua_thay_the: if document.reused { document.row.result_code.clone() } else { String::new() },
        }
    }
}

impl Issued {
    fn new(document: &Handed, component: Option<&ComponentEntry>) -> Self {
        Self {
            ten_giay_to: component.map(|c| c.name.clone()).unwrap_or_default(),
            ma_thanh_phan_ho_so: component.map(|c| c.id.to_string()).unwrap_or_default(),
            giay_to_id: document.row.id.to_string(),
            duong_dan_tep_tin_ket_qua: document.name(),
            ma_giay_to_ket_qua: document.row.result_code.clone(),
        }
    }
}

/// Kênh thực hiện.
fn channel(channel: Channel) -> &'static str {
    match channel {
        Channel::Counter => "1",
        Channel::Online => "2",
        Channel::Post => "3",
    }
}

fn flag(set: bool) -> String {
    if set { "1" } else { "0" }.to_owned()
}

fn time(at: Option<DateTime>) -> String {
    at.map(|at| at.strftime("%Y%m%d%H%M%S").to_string()).unwrap_or_default()
}

/// Writes the folder; returns how many PDFs are in it.
pub(super) fn write(hand_over: &HandOver, packages: &DiskPackages, made: &Path) -> Result<u64, ExchangeError> {
    fs::create_dir(made).map_err(io_error(made))?;
    let mut files = 0;
    for document in &hand_over.documents {
        let (path, rendition) = pdf(packages, &document.row)
            .ok_or_else(|| StoreError::Corrupt(format!("document {} has no PDF", document.row.id)))?;
        copy(&path, rendition.digest, &made.join(document.name()))?;
        files += 1;
    }
    json(hand_over, &made.join(FILE))?;
    Ok(files)
}

/// Writes `hoso.json`.
pub(super) fn json(hand_over: &HandOver, path: &Path) -> Result<(), ExchangeError> {
    let text = serde_json::to_string_pretty(&PortalDossier::new(hand_over));
    let written = text.map_err(std::io::Error::from).and_then(|text| fs::write(path, text + "\n"));
    written.map_err(io_error(path))
}
