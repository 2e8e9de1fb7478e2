//! What a certificate states, as lines that a person reads and a script parses: `label [key]: value`.

use std::collections::{BTreeMap, HashMap};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use sohoa_domain::Sha256Digest;

use super::leaf::Figures;
use crate::figures::percent;

/// First line of every certificate: the format with its version. Labels, keys and their order belong to it.
pub(crate) const FORMAT: &str = "sohoa.vn/certificate/1";
const TITLE: &str = "GIẤY CHỨNG NHẬN TỶ LỆ SỐ HÓA HỒ SƠ – CERTIFICATE OF COVERAGE";
const SCOPE: &str = "mọi hồ sơ có ngày tiếp nhận trong kỳ, trừ hồ sơ bị từ chối (3) và đã rút (7) – \
                     all dossiers received in the period, without refused (3) and withdrawn (7) ones";
const FULL: &str = "mọi thành phần và kết quả phải số hóa, không được miễn, đã gắn vào hồ sơ – \
                    every required component and result that is not exempt is attached";
const ANY: &str = "ít nhất một thành phần đã gắn và, nếu phải có kết quả, một kết quả đã gắn – \
                   at least one component is attached and, where a result is due, a result";

/// What a certificate states.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Statement {
    /// First day of reception.
    pub from: Date,
    /// Last day of reception.
    pub to: Date,
    /// When the records were as they are told here.
    pub data_time: Timestamp,
    /// What made it.
    pub software: String,
    /// Counts.
    #[serde(flatten)]
    pub figures: Figures,
    /// Digest of the register snapshot: a line for each dossier.
    pub register: Sha256Digest,
    /// Merkle root over a leaf for each dossier, in order of code.
    pub root: Sha256Digest,
    /// Number of events before the certificate's own.
    pub events: u64,
    /// Merkle root over them.
    pub events_root: Sha256Digest,
    /// Proofs that the events only went on from earlier numbers of them.
    #[serde(skip)]
    pub since: BTreeMap<u64, Vec<Sha256Digest>>,
}

impl Statement {
    /// Leaves of the tree: every dossier of the period, in scope or not.
    pub fn leaves(&self) -> u64 {
        self.figures.received + self.figures.out_of_scope
    }

    /// The lines that a time stamp speaks of: all but the stamp's own.
    pub(crate) fn text(&self) -> String {
        let f = &self.figures;
        let mut rows = vec![
            ("Tiếp nhận từ ngày", "from", self.from.to_string()),
            ("Đến hết ngày", "to", self.to.to_string()),
            ("Thời điểm của dữ liệu", "data_time", self.data_time.to_string()),
            ("Phần mềm", "software", self.software.clone()),
            ("Phạm vi", "scope", SCOPE.to_owned()),
            ("Số hóa đầy đủ là", "definition_full", FULL.to_owned()),
            ("Có số hóa là", "definition_any", ANY.to_owned()),
            ("Hồ sơ trong phạm vi", "received", f.received.to_string()),
            ("Số hóa đầy đủ", "full", f.full.to_string()),
            ("Tỷ lệ đầy đủ, %", "full_percent", percent(f.full, f.received)),
            ("Có số hóa", "any", f.any.to_string()),
            ("Tỷ lệ có số hóa, %", "any_percent", percent(f.any, f.received)),
            ("Hồ sơ còn thiếu", "incomplete", f.incomplete.to_string()),
            ("Thành phần và kết quả phải số hóa", "due", f.due.to_string()),
            ("Thành phần và kết quả còn thiếu", "missing", f.missing.to_string()),
            ("Thành phần được miễn", "exempt", f.exempt.to_string()),
            ("Hồ sơ ngoài phạm vi", "out_of_scope", f.out_of_scope.to_string()),
            ("Hồ sơ trong sổ không có ngày tiếp nhận", "undated", f.undated.to_string()),
            ("Mã băm trích sổ tiếp nhận", "register", self.register.to_string()),
            ("Số lá, mỗi hồ sơ một lá", "leaves", self.leaves().to_string()),
            ("Gốc cây băm hồ sơ", "root", self.root.to_string()),
            ("Số sự kiện", "events", self.events.to_string()),
            ("Gốc cây băm sự kiện", "events_root", self.events_root.to_string()),
        ];
        for (size, proof) in &self.since {
            let hashes: String = proof.iter().map(|hash| format!(" {hash}")).collect();
            rows.push(("Nối tiếp từ số sự kiện", "since", format!("{size}{hashes}")));
        }
        let lines = rows.iter().map(|(label, key, value)| format!("{label} [{key}]: {value}\n"));
        format!("{FORMAT}\n{TITLE}\n{}", lines.collect::<String>())
    }

    /// All lines that are signed.
    pub(crate) fn signed_text(&self, stamp: Option<&[u8]>) -> String {
        let stamp = stamp.map_or_else(|| "none".to_owned(), |token| BASE64.encode(token));
        format!("{}Dấu thời gian [time_stamp]: {stamp}\n", self.text())
    }

    /// Reads signed lines back, with the time stamp. `None` for every text that is not exactly what [`Self::signed_text`] gives,
    /// so that people and scripts never read different things. Percentages are among what is compared.
    pub(crate) fn parse(signed: &str) -> Option<(Self, Option<Vec<u8>>)> {
        let mut rows: HashMap<&str, &str> = HashMap::new();
        let mut since = BTreeMap::new();
        for line in signed.strip_prefix(FORMAT)?.lines().skip(2) {
            let (key, value) = line.split_once(" [")?.1.split_once("]: ")?;
            if key == "since" {
                let mut words = value.split(' ');
                let size = words.next()?.parse().ok()?;
                since.insert(size, words.map(|hash| hash.parse().ok()).collect::<Option<_>>()?);
            }
            rows.insert(key, value);
        }
        let number = |key| rows.get(key)?.parse().ok();
        let digest = |key| rows.get(key)?.parse().ok();
        let figures = Figures {
            received: number("received")?,
            full: number("full")?,
            any: number("any")?,
            incomplete: number("incomplete")?,
            due: number("due")?,
            missing: number("missing")?,
            exempt: number("exempt")?,
            out_of_scope: number("out_of_scope")?,
            undated: number("undated")?,
        };
        figures.received.checked_add(figures.out_of_scope)?;
        let statement = Self {
            from: rows.get("from")?.parse().ok()?,
            to: rows.get("to")?.parse().ok()?,
            data_time: rows.get("data_time")?.parse().ok()?,
            software: (*rows.get("software")?).to_owned(),
            figures,
            register: digest("register")?,
            root: digest("root")?,
            events: number("events")?,
            events_root: digest("events_root")?,
            since,
        };
        let stamp = match *rows.get("time_stamp")? {
            "none" => None,
            text => Some(BASE64.decode(text).ok()?),
        };
        (statement.signed_text(stamp.as_deref()) == signed).then_some((statement, stamp))
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn what_is_signed_is_read_back_and_nothing_else() {
        let hash = |n: u8| Sha256Digest::of(&[n]);
        let statement = Statement {
            from: date(2023, 6, 1),
            to: date(2023, 6, 30),
            data_time: Timestamp::UNIX_EPOCH,
            software: "sohoa/0".to_owned(),
            figures: Figures {
                received: 3,
                full: 1,
                incomplete: 2,
                any: 2,
                due: 6,
                missing: 2,
                exempt: 1,
                out_of_scope: 1,
                undated: 0,
            },
            register: hash(1),
            root: hash(2),
            events: 40,
            events_root: hash(3),
            since: [(0, vec![]), (7, vec![hash(4), hash(5)])].into(),
        };
        for stamp in [None, Some(vec![1, 2, 3, 4])] {
            let text = statement.signed_text(stamp.as_deref());
            assert!(!text.contains("\n\n"), "the first empty line ends the text of a note");
            assert_eq!(Statement::parse(&text), Some((statement.clone(), stamp.clone())));
            for place in 0..text.len() {
                let mut bytes = text.clone().into_bytes();
                bytes[place] ^= 1;
                let Ok(other) = String::from_utf8(bytes) else { continue };
                let read = Statement::parse(&other);
                assert_ne!(read, Some((statement.clone(), stamp.clone())), "byte {place}");
                assert!(read.is_none_or(|(s, stamp)| s.signed_text(stamp.as_deref()) == other), "byte {place}");
            }
            let twice = text.replace("[received]: 3", "[received]: 9\nHồ sơ [received]: 3");
            assert_eq!(Statement::parse(&twice), None);
        }
    }
}
