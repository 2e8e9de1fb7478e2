//! Time stamps (RFC 3161): asked for by POST, and checked: what they speak of, who signed them, whom that one is known by.

use std::path::PathBuf;
use std::time::Duration;

use cms::cert::CertificateChoices;
use cms::content_info::ContentInfo;
use cms::signed_data::{SignedData, SignerIdentifier, SignerInfo};
use der::asn1::{Any, AnyRef, BitString, Int, ObjectIdentifier, OctetString};
use der::{Decode as _, Encode as _, Reader as _, Sequence, SliceReader};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use ring::digest;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, UnixTime};
use serde::Serialize;
use sohoa_store::read_file;
use webpki::{ALL_VERIFICATION_ALGS, EndEntityCert, KeyUsage};
use x509_cert::Certificate;
use x509_cert::ext::pkix::SubjectKeyIdentifier;
use x509_cert::spki::AlgorithmIdentifierOwned;

use super::{CertificateError, io_error};
use crate::publish::Address;

const SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
const SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2");
const SHA512: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.3");
const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
const TST_INFO: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");
const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
/// The extended key usage timeStamping, 1.3.6.1.5.5.7.3.8.
const TIME_STAMPING: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 8];

#[derive(Sequence)]
struct Imprint {
    algorithm: AlgorithmIdentifierOwned,
    digest: OctetString,
}

/// `TimeStampReq` (RFC 3161, 2.4.1) as it is needed here: with the signer's certificate in the answer. No nonce, since what is
/// stamped holds a root that is new every time.
#[derive(Sequence)]
struct Request {
    version: u8,
    imprint: Imprint,
    wants_certificate: bool,
}

/// `TimeStampResp` (RFC 3161, 2.4.2).
#[derive(Sequence)]
struct Response {
    status: Status,
    token: Option<ContentInfo>,
}

#[derive(Sequence)]
struct Status {
    code: u8,
    text: Option<Vec<Any>>,
    failure: Option<BitString>,
}

/// Certificates of authorities for time stamps that are trusted.
#[derive(Debug, Clone)]
pub struct TrustedRoots(Vec<CertificateDer<'static>>);

impl TrustedRoots {
    /// Reads files in PEM form.
    ///
    /// # Errors
    /// [`CertificateError::Io`], [`CertificateError::NoRoot`].
    pub fn read(paths: &[PathBuf]) -> Result<Self, CertificateError> {
        let mut all = Vec::new();
        for path in paths {
            let bytes = read_file(path).map_err(io_error(path))?;
            let found: Vec<_> = CertificateDer::pem_slice_iter(&bytes).collect::<Result<_, _>>().unwrap_or_default();
            if found.is_empty() {
                return Err(CertificateError::NoRoot(path.clone()));
            }
            all.extend(found);
        }
        Ok(Self(all))
    }
}

/// What a time stamp says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) struct Stamped {
    /// When the text was there.
    pub(super) at: Timestamp,
    /// A trusted authority says so; else whoever made the certificate that lies in the stamp.
    pub(super) trusted: bool,
}

/// Has a text stamped.
pub(super) fn ask(authority: &Address, text: &[u8]) -> Result<Vec<u8>, CertificateError> {
    let failed = |why: &str| CertificateError::Stamp(format!("{authority}: {why}"));
    let sha256 = AlgorithmIdentifierOwned { oid: SHA256, parameters: None };
    let digest = OctetString::new(digest::digest(&digest::SHA256, text).as_ref());
    let encoded = digest
        .and_then(|digest| {
            Request { version: 1, imprint: Imprint { algorithm: sha256, digest }, wants_certificate: true }.to_der()
        })
        .map_err(|e| failed(&e.to_string()))?;
    let answer = authority.ask("application/timestamp-query", &encoded).map_err(|why| failed(&why))?;
    let response = Response::from_der(&answer).map_err(|_| failed("its answer cannot be read"))?;
    let token = response.token.filter(|_| response.status.code <= 1).ok_or_else(|| failed("it refused"))?;
    let token = token.to_der().map_err(|e| failed(&e.to_string()))?;
    check(&token, text, None).map_err(failed)?;
    Ok(token)
}

/// Checks a stamp of a text. Without roots it may be anybody's.
pub(super) fn check(token: &[u8], text: &[u8], roots: Option<&TrustedRoots>) -> Result<Stamped, &'static str> {
    let malformed = |_: der::Error| "the stamp cannot be read";
    let info = ContentInfo::from_der(token).map_err(malformed)?;
    if info.content_type != SIGNED_DATA {
        return Err("the stamp is no signed message");
    }
    let signed: SignedData = info.content.decode_as().map_err(malformed)?;
    let content =
        signed.encap_content_info.econtent.as_ref().filter(|_| signed.encap_content_info.econtent_type == TST_INFO);
    let content: OctetString = content.ok_or("the signed message is no stamp")?.decode_as().map_err(malformed)?;
    let (imprint, at) = read(content.as_bytes()).map_err(malformed)?;
    let at = at.ok_or("the time of the stamp cannot be read")?;
    if digest_of(&imprint.algorithm.oid, text).is_none_or(|d| d.as_ref() != imprint.digest.as_bytes()) {
        return Err("the stamp speaks of another text");
    }
    let [signer] = signed.signer_infos.0.as_slice() else { return Err("the stamp has not one signer") };
    let certificates: Vec<&Certificate> = signed
        .certificates
        .iter()
        .flat_map(|set| set.0.iter())
        .filter_map(|choice| if let CertificateChoices::Certificate(c) = choice { Some(c) } else { None })
        .collect();
    let own =
        certificates.iter().find(|c| is_of(c, &signer.sid)).ok_or("the signer's certificate is not in the stamp")?;
    let own = CertificateDer::from(own.to_der().map_err(malformed)?);
    let own = EndEntityCert::try_from(&own).map_err(|_| "the signer's certificate cannot be read")?;
    check_signature(signer, content.as_bytes(), &own)?;
    let Some(TrustedRoots(roots)) = roots else { return Ok(Stamped { at, trusted: false }) };
    let anchors: Vec<_> = roots.iter().filter_map(|root| webpki::anchor_from_trusted_cert(root).ok()).collect();
    let others: Vec<_> = certificates.iter().filter_map(|c| Some(CertificateDer::from(c.to_der().ok()?))).collect();
    let time = UnixTime::since_unix_epoch(Duration::from_secs(u64::try_from(at.as_second()).unwrap_or_default()));
    // Whether the certificate was revoked later says nothing about what it stamped before; that is not asked.
    own.verify_for_usage(ALL_VERIFICATION_ALGS, &anchors, &others, time, KeyUsage::required(TIME_STAMPING), None, None)
        .map_err(|_| "the signer of the stamp is none of a trusted authority")?;
    Ok(Stamped { at, trusted: true })
}

/// The signature is one of the attributes (RFC 5652, 5.4), which have to name kind and digest of the content.
fn check_signature(signer: &SignerInfo, content: &[u8], own: &EndEntityCert<'_>) -> Result<(), &'static str> {
    let wrong = "the signature of the stamp is wrong";
    let attributes = signer.signed_attrs.as_ref().ok_or(wrong)?;
    let value = |oid: ObjectIdentifier| {
        let mut of_kind = attributes.iter().filter(|a| a.oid == oid);
        let (one, None) = (of_kind.next()?, of_kind.next()) else { return None };
        if let [value] = one.values.as_slice() { Some(value) } else { None }
    };
    let kind: Option<ObjectIdentifier> = value(CONTENT_TYPE).and_then(|v| v.decode_as().ok());
    let told: Option<OctetString> = value(MESSAGE_DIGEST).and_then(|v| v.decode_as().ok());
    let is = digest_of(&signer.digest_alg.oid, content).ok_or("the stamp uses a digest that is not accepted")?;
    if kind != Some(TST_INFO) || told.is_none_or(|told| told.as_bytes() != is.as_ref()) {
        return Err(wrong);
    }
    let text = attributes.to_der().map_err(|_| wrong)?;
    let signature = signer.signature.as_bytes();
    // Which algorithms go with the key, the certificate says; what holds under one of these was signed by its owner.
    let holds = ALL_VERIFICATION_ALGS.iter().any(|a| own.verify_signature(*a, &text, signature).is_ok());
    if holds { Ok(()) } else { Err(wrong) }
}

/// Imprint and time of a `TSTInfo` (RFC 3161, 2.4.2); the time may have fractions of seconds.
fn read(content: &[u8]) -> der::Result<(Imprint, Option<Timestamp>)> {
    SliceReader::new(content)?.sequence(|inner| {
        u8::decode(inner)?;
        ObjectIdentifier::decode(inner)?;
        let imprint = Imprint::decode(inner)?;
        Int::decode(inner)?;
        let time = AnyRef::decode(inner)?;
        inner.read_slice(inner.remaining_len())?;
        let text = std::str::from_utf8(time.value()).unwrap_or_default();
        let time = DateTime::strptime("%Y%m%d%H%M%S%.fZ", text).ok();
        Ok((imprint, time.and_then(|t| TimeZone::UTC.to_timestamp(t).ok())))
    })
}

fn digest_of(algorithm: &ObjectIdentifier, bytes: &[u8]) -> Option<digest::Digest> {
    let algorithm = match *algorithm {
        SHA256 => &digest::SHA256,
        SHA384 => &digest::SHA384,
        SHA512 => &digest::SHA512,
        _ => return None,
    };
    Some(digest::digest(algorithm, bytes))
}

fn is_of(certificate: &Certificate, signer: &SignerIdentifier) -> bool {
    let certificate = &certificate.tbs_certificate;
    match signer {
        SignerIdentifier::IssuerAndSerialNumber(id) => {
            id.issuer == certificate.issuer && id.serial_number == certificate.serial_number
        }
        SignerIdentifier::SubjectKeyIdentifier(id) => {
            matches!(certificate.get::<SubjectKeyIdentifier>(), Ok(Some((_, own))) if own == *id)
        }
    }
}
