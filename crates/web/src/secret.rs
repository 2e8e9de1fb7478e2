//! Random secrets of sessions, links and tokens. Only their digests are stored.

use sohoa_domain::Sha256Digest;

/// 256 random bits, in 64 hex digits.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// A new one from the system's generator.
    ///
    /// # Errors
    /// When the system has no random bytes to give.
    pub fn new() -> std::io::Result<Self> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|_| std::io::Error::other("the system gives no random bytes"))?;
        Ok(Self(bytes.iter().map(|b| format!("{b:02x}")).collect()))
    }

    /// What its holder shows.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is stored of it.
    pub fn digest(&self) -> Sha256Digest {
        digest(&self.0)
    }
}

/// What is stored of a secret that somebody shows.
pub(crate) fn digest(shown: &str) -> Sha256Digest {
    Sha256Digest::of(shown.as_bytes())
}

/// Whether two secrets are the same, in a time that does not tell where they differ.
pub(crate) fn same(a: &str, b: &str) -> bool {
    use subtle::ConstantTimeEq as _;
    a.as_bytes().ct_eq(b.as_bytes()).into()
}
