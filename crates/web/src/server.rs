//! Listens, with or without TLS, and ends in time.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;
use tokio::sync::watch;

use crate::app::Web;

/// How long answers that are on their way may take when the program ends.
const GRACE: Duration = Duration::from_secs(3);

/// Certificate chain and key, PEM.
#[derive(Debug, Clone)]
pub struct Tls {
    /// Certificates, the server's first.
    pub certificate: PathBuf,
    /// Private key.
    pub key: PathBuf,
}

/// Why it does not listen.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The address is in use, or not this machine's.
    #[error("cannot listen at {0}: {1}")]
    Listen(SocketAddr, io::Error),
    /// Certificate or key cannot be used.
    #[error("cannot use the certificate or its key: {0}")]
    Tls(io::Error),
    /// It stopped listening.
    #[error("stopped listening: {0}")]
    Stopped(io::Error),
}

/// An open port.
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    tls: Option<RustlsConfig>,
}

impl Server {
    /// Opens the port. Nothing is answered before [`Server::run`].
    ///
    /// # Errors
    /// [`ServerError::Listen`] or [`ServerError::Tls`].
    pub async fn bind(address: SocketAddr, tls: Option<Tls>) -> Result<Self, ServerError> {
        let failed = |e| ServerError::Listen(address, e);
        let listener = TcpListener::bind(address).map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        let bound = listener.local_addr().map_err(failed)?;
        let tls = match tls {
            Some(Tls { certificate, key }) => {
                // Another part of the program may have chosen it already: it is the same.
                let _ = rustls::crypto::ring::default_provider().install_default();
                Some(RustlsConfig::from_pem_file(certificate, key).await.map_err(ServerError::Tls)?)
            }
            None => None,
        };
        Ok(Self { listener, address: bound, tls })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address that people on this machine use.
    pub fn url(&self) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.address)
    }

    /// Answers until `stop` says true. Live changes end at once then, everything else within seconds.
    ///
    /// # Errors
    /// [`ServerError::Stopped`].
    pub async fn run(self, web: Arc<Web>, mut stop: watch::Receiver<bool>) -> Result<(), ServerError> {
        let handle = Handle::new();
        let ending = handle.clone();
        let router: Router = web.router();
        tokio::spawn(async move {
            let _ = stop.wait_for(|stop| *stop).await;
            web.stop();
            ending.graceful_shutdown(Some(GRACE));
        });
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        let served = match self.tls {
            Some(tls) => match axum_server::from_tcp_rustls(self.listener, tls) {
                Ok(server) => server.handle(handle).serve(service).await,
                Err(error) => Err(error),
            },
            None => match axum_server::from_tcp(self.listener) {
                Ok(server) => server.handle(handle).serve(service).await,
                Err(error) => Err(error),
            },
        };
        served.map_err(ServerError::Stopped)
    }
}
