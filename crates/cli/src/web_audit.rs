//! What the auditor's screens need of a home: its certificates, and the verification of a dossier.

use std::future::Future;
use std::io;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::civil::Date;
use sohoa_domain::{DossierCode, Sha256Digest};
use sohoa_report::{
    CertificateError, CheckReport, Given, Kept, Made, Making, Statement, TrustedRoots, VerifyOptions, VerifyReport,
    check_certificate,
};
use sohoa_web::{Certificates, Verification};
use tokio::sync::Mutex;

use crate::home::{AGENT, Home};

/// A home in the eyes of an auditor.
pub(crate) struct WebAudit {
    home: Arc<Home>,
    /// One certificate is made at a time: each continues the ones before.
    making: Arc<Mutex<()>>,
}

impl WebAudit {
    pub(crate) fn new(home: &Arc<Home>) -> Self {
        Self { home: Arc::clone(home), making: Arc::default() }
    }

    fn kept(&self) -> Kept {
        Kept { folder: self.home.path.join("certificates") }
    }
}

/// Runs what reads and hashes much where nobody waits for its thread.
async fn apart<T: Send + 'static>(work: impl Future<Output = anyhow::Result<T>> + Send + 'static) -> io::Result<T> {
    let runtime = tokio::runtime::Handle::current();
    let done = tokio::task::spawn_blocking(move || runtime.block_on(work)).await.map_err(io::Error::other)?;
    done.map_err(|error| {
        tracing::error!(error = format!("{error:#}"), "work for the auditor's screens failed");
        io::Error::other(error)
    })
}

#[async_trait]
impl Certificates for WebAudit {
    async fn list(&self) -> io::Result<Vec<Statement>> {
        let kept = self.kept();
        apart(async move {
            let mut all: Vec<Statement> = kept.certificates()?.into_iter().map(|(_, statement)| statement).collect();
            all.sort_by_key(|statement| std::cmp::Reverse((statement.data_time, statement.events)));
            Ok(all)
        })
        .await
    }

    async fn make(&self, from: Date, to: Date, by: &str) -> io::Result<Made> {
        let _turn = self.making.lock().await;
        let (home, kept, by) = (Arc::clone(&self.home), self.kept(), by.to_owned());
        apart(async move {
            let authority = home.config.certificate.authority()?;
            let making = Making {
                records: &*home.records,
                kept: &kept,
                key: &home.certificate_key()?,
                authority: authority.as_ref(),
                since: &[],
                software: AGENT,
                person: &by,
                now: home.clock.now(),
            };
            Ok(making.make(from, to, None).await?)
        })
        .await
    }

    async fn read(&self, root: &Sha256Digest) -> io::Result<Option<Vec<u8>>> {
        match tokio::fs::read(self.kept().file(root)).await {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn public_key(&self) -> io::Result<String> {
        let home = Arc::clone(&self.home);
        apart(async move { Ok(format!("{}\n", home.certificate_key()?.public())) }).await
    }

    async fn check(&self, certificate: Vec<u8>, against: Option<Vec<u8>>) -> io::Result<Option<CheckReport>> {
        let home = Arc::clone(&self.home);
        apart(async move {
            let folder = tempfile::tempdir()?;
            let path = folder.path().join("certificate.txt");
            std::fs::write(&path, certificate)?;
            let earlier = folder.path().join("against.txt");
            if let Some(bytes) = &against {
                std::fs::write(&earlier, bytes)?;
            }
            let roots: Vec<_> = home.config.certificate.tsa_roots.iter().map(|root| home.path.join(root)).collect();
            let roots = (!roots.is_empty()).then(|| TrustedRoots::read(&roots)).transpose()?;
            let keys = [home.certificate_key()?.public()];
            let given = Given {
                keys: &keys,
                against: against.is_some().then_some(earlier.as_path()),
                roots: roots.as_ref(),
                ..Given::default()
            };
            match check_certificate(&path, &given) {
                Ok(report) => Ok(Some(report)),
                Err(CertificateError::NoCertificate(_)) => Ok(None),
                Err(error) => Err(error.into()),
            }
        })
        .await
    }
}

#[async_trait]
impl Verification for WebAudit {
    async fn verify(&self, dossier: &DossierCode) -> io::Result<VerifyReport> {
        let (home, dossier) = (Arc::clone(&self.home), dossier.clone());
        apart(async move {
            let options = VerifyOptions { dossier: Some(dossier), ..VerifyOptions::default() };
            home.verify(&options, &|_, _| {}).await
        })
        .await
    }
}
