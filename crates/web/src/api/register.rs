//! Dossiers and their state as another system pushes them.

use axum::Json;
use axum::body::Body;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use sohoa_store::ImportReport;
use utoipa::{IntoParams, ToSchema};

use super::files::chunks;
use super::responses::Writing;
use crate::app::App;
use crate::error::{WebError, wrong_places};
use crate::stores::Pushed;
use crate::visitor::Visitor;

/// How.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct How {
    /// Only say what would change.
    #[serde(default)]
    dry_run: bool,
}

/// What the push did, or would do.
#[derive(Serialize, ToSchema)]
pub(crate) struct Imported {
    dry_run: bool,
    /// Dossiers that were new.
    new: u64,
    /// Dossiers that changed.
    changed: u64,
    /// Dossiers that are as they were.
    unchanged: u64,
    /// Documents that were awaiting their dossier and are attached now.
    resolved: u64,
    /// The first thousand of the dossiers that are new or changed.
    dossiers: Vec<ChangedDossier>,
}

/// A dossier that is new or changed.
#[derive(Serialize, ToSchema)]
pub(crate) struct ChangedDossier {
    code: String,
    new: bool,
    /// Columns of the register that changed.
    columns: Vec<&'static str>,
}

/// A dossier in the JSON of the national portal. Names and meanings are the portal's; fields that are not known are ignored.
#[derive(ToSchema)]
#[expect(dead_code, non_snake_case, reason = "describes what the reader of registers takes")]
pub(crate) struct PortalDossier {
    /// Dossier code.
    #[schema(example = "H41.20-230615-0001")]
    MaHoSo: String,
    /// Procedure code.
    #[schema(example = "1.004873")]
    MaTTHC: Option<String>,
    /// 1 counter, 2 online, 3 post.
    KenhThucHien: Option<String>,
    /// State, 1 to 10.
    TrangThaiHoSo: Option<String>,
    /// `20230615083000`, `15/06/2023 08:30:00` or ISO 8601.
    NgayTiepNhan: Option<String>,
    NgayHenTra: Option<String>,
    NgayKetThucXuLy: Option<String>,
    NgayTra: Option<String>,
    /// Agency that handles it.
    DonViXuLy: Option<String>,
    /// Applicant.
    ChuHoSo: Option<String>,
    /// Papers that were handed in. When none are listed here and below, they follow from the catalogue of procedures.
    TaiLieuNop: Option<Vec<PortalPaper>>,
    /// Results.
    DanhSachGiayToKetQua: Option<Vec<PortalResult>>,
}

/// A paper that was handed in.
#[derive(ToSchema)]
#[expect(dead_code, non_snake_case, reason = "describes what the reader of registers takes")]
pub(crate) struct PortalPaper {
    /// Id of the component.
    MaThanhPhanHoSo: Option<String>,
    /// Stands for it when it is empty.
    TepDinhKemId: Option<String>,
    TenTepDinhKem: Option<String>,
    /// `1`: the paper was deleted.
    IsDeleted: Option<String>,
    /// `1`: it was taken from the citizen's data store and need not be scanned.
    DuocLayTuKhoDMQG: Option<String>,
}

/// A result.
#[derive(ToSchema)]
#[expect(dead_code, non_snake_case, reason = "describes what the reader of registers takes")]
pub(crate) struct PortalResult {
    MaThanhPhanHoSo: Option<String>,
    GiayToId: Option<String>,
    MaGiayToKetQua: Option<String>,
    TenGiayTo: Option<String>,
}

/// Push dossiers and changes of their state.
///
/// They are taken as `sohoa register import` takes them from a file: all or nothing, and the same push again changes nothing. A dossier
/// is given whole each time: papers that it does not list any more are dropped. CSV and XLSX are taken too. Of all agencies: users of
/// one get 404.
#[utoipa::path(
    post, path = "/api/v1/dossiers", operation_id = "push_dossiers", tag = "dossiers",
    params(How),
    request_body(content = Vec<PortalDossier>, content_type = "application/json"),
    responses((status = 200, body = Imported), Writing)
)]
pub(crate) async fn push(
    State(app): State<App>,
    visitor: Visitor,
    Query(how): Query<How>,
    body: Body,
) -> Result<Response, WebError> {
    let pushed = app.services.registers.push(chunks(body), how.dry_run, visitor.user.name.as_str()).await?;
    let ImportReport { summary, shown, .. } = match pushed {
        Pushed::Done(report) => report,
        Pushed::Wrong(error) => return Ok(wrong_places(error)),
        Pushed::Refused(code) => return Err(WebError::Refused(code)),
    };
    let changed =
        |d: sohoa_store::ChangedDossier| ChangedDossier { code: d.dossier.to_string(), new: d.new, columns: d.columns };
    let imported = Imported {
        dry_run: how.dry_run,
        new: summary.new,
        changed: summary.changed,
        unchanged: summary.unchanged,
        resolved: summary.resolved,
        dossiers: shown.into_iter().map(changed).collect(),
    };
    Ok(Json(imported).into_response())
}
