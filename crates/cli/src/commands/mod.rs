//! The commands, one file each.

pub(crate) mod audit;
pub(crate) mod backup;
pub(crate) mod batch;
pub(crate) mod catalogue;
pub(crate) mod certificate;
pub(crate) mod config;
pub(crate) mod convert;
pub(crate) mod cover_sheet;
pub(crate) mod coverage;
pub(crate) mod doctor;
pub(crate) mod dossier;
pub(crate) mod export;
pub(crate) mod ingest;
pub(crate) mod init;
pub(crate) mod rebuild;
pub(crate) mod register;
pub(crate) mod report;
pub(crate) mod review;
pub(crate) mod search;
pub(crate) mod serve;
pub(crate) mod session;
pub(crate) mod status;
pub(crate) mod user;
pub(crate) mod verify;
pub(crate) mod webhook;
