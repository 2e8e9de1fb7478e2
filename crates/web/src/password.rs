//! Passwords: what they have to be, and their argon2id hashes.

use std::sync::LazyLock;

use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

/// Fewest characters (NIST SP 800-63B asks for 8; length is all that is asked for).
pub(crate) const FEWEST: usize = 10;
/// Most bytes: what is longer only costs time.
const MOST: usize = 200;

/// Memory, KiB: the first of OWASP's recommended sets for argon2id (Password Storage Cheat Sheet), with one pass more.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 3;
const LANES: u32 = 1;

/// Hashes made at the same time; each holds its memory and a core.
static AT_ONCE: Semaphore = Semaphore::const_new(2);

/// Why a password is not taken or cannot be hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Too short.
    #[error("a password has at least {FEWEST} characters")]
    Short,
    /// Too long.
    #[error("a password has at most {MOST} bytes")]
    Long,
    /// The hash could not be made.
    #[error("the password could not be hashed")]
    Hash,
}

fn argon2() -> Result<Argon2<'static>, PasswordError> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|_| PasswordError::Hash)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// The hash of a new password, as a PHC string.
///
/// # Errors
/// [`PasswordError`] when it is too short or too long.
pub fn hash(password: &str) -> Result<String, PasswordError> {
    if password.chars().count() < FEWEST {
        return Err(PasswordError::Short);
    }
    if password.len() > MOST {
        return Err(PasswordError::Long);
    }
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).map_err(|_| PasswordError::Hash)?;
    let salt = SaltString::encode_b64(&salt).map_err(|_| PasswordError::Hash)?;
    argon2()?.hash_password(password.as_bytes(), &salt).map(|h| h.to_string()).map_err(|_| PasswordError::Hash)
}

/// A hash of no password, so that a name that does not exist costs as much time as one that does.
static NOBODY: LazyLock<String> = LazyLock::new(|| hash("no password at all").unwrap_or_default());

/// Whether this is the password of the hash; never when there is no hash.
fn verify(password: &str, stored: Option<&str>) -> bool {
    let hash = PasswordHash::new(stored.unwrap_or(&NOBODY));
    let right = password.len() <= MOST
        && hash.is_ok_and(|h| argon2().is_ok_and(|a| a.verify_password(password.as_bytes(), &h).is_ok()));
    right && stored.is_some()
}

/// [`verify`] on a thread that may block.
pub(crate) async fn is_right(password: String, stored: Option<String>) -> bool {
    let Ok(_turn) = AT_ONCE.acquire().await else { return false };
    tokio::task::spawn_blocking(move || verify(&password, stored.as_deref())).await.unwrap_or(false)
}

/// [`hash`] on a thread that may block.
pub(crate) async fn hashed(password: String) -> Result<String, PasswordError> {
    let _turn = AT_ONCE.acquire().await.map_err(|_| PasswordError::Hash)?;
    tokio::task::spawn_blocking(move || hash(&password)).await.unwrap_or(Err(PasswordError::Hash))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_password_fits_its_hash() {
        let stored = hash("mười hai con giáp").unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=3,p=1$"), "{stored}");
        assert_ne!(stored, hash("mười hai con giáp").unwrap());
        assert!(verify("mười hai con giáp", Some(&stored)));
        assert!(!verify("mười hai con giap", Some(&stored)));
        assert!(!verify("no password at all", None));
        assert_eq!((hash("123456789"), hash(&"a".repeat(201))), (Err(PasswordError::Short), Err(PasswordError::Long)));
    }
}
