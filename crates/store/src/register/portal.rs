//! The JSON of the national portal: an array of dossiers, or an object that holds it, with the portal's field names. Unknown fields
//! are ignored. One dossier is held in memory at a time.

use std::collections::HashMap;
use std::fmt;
use std::io::{BufReader, Read, Seek, SeekFrom};

use jiff::civil::DateTime;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use sohoa_domain::text::nfc;
use sohoa_domain::{Channel, ComponentEntry, ComponentKind, DossierEntry, DossierStatus};

use super::bounded::{Bounded, Left};
use super::dossiers::MOST_COMPONENTS;
use super::error::{Errors, RegisterFileError};
use super::row;

/// Why a paper that the citizen's data store holds (kho dữ liệu điện tử của tổ chức, cá nhân) need not be scanned.
const FROM_STORE: &str = "lấy từ kho dữ liệu điện tử";

pub(super) fn read<F: Read + Seek>(file: &mut F, sink: &mut dyn FnMut(DossierEntry)) -> Result<(), RegisterFileError> {
    let mut dossiers =
        Dossiers { errors: Errors::of("dossier"), count: 0, first: HashMap::new(), left: Left::new(), sink };
    let left = dossiers.left.clone();
    let read = file.seek(SeekFrom::Start(0)).map_err(serde_json::Error::custom).and_then(|_| {
        let mut mark = [0; 3];
        if file.read_exact(&mut mark).is_err() || mark != *b"\xef\xbb\xbf" {
            file.seek(SeekFrom::Start(0)).map_err(serde_json::Error::custom)?;
        }
        let mut json =
            serde_json::Deserializer::from_reader(BufReader::with_capacity(1 << 16, Bounded { inner: file, left }));
        File(&mut dossiers).deserialize(&mut json)?;
        json.end()
    });
    if let Err(error) = read {
        let what = if error.is_data() {
            "the file holds no array of dossiers, or more than one"
        } else {
            "not readable as JSON"
        };
        dossiers.errors.add(dossiers.count + 1, format!("{what} (line {})", error.line()));
    }
    dossiers.errors.into_result()
}

struct Dossiers<'a> {
    errors: Errors,
    count: u64,
    /// Where each code was first.
    first: HashMap<String, u64>,
    left: Left,
    sink: &'a mut dyn FnMut(DossierEntry),
}

impl Dossiers<'_> {
    fn take(&mut self, value: &Value) {
        self.count += 1;
        self.left.renew();
        let Value::Object(fields) = value else {
            return self.errors.add(self.count, "not an object".to_owned());
        };
        let mut object = Object { fields, within: String::new(), number: self.count, errors: &mut self.errors };
        let Ok(entry) = dossier(&mut object) else { return };
        if let Some(first) = self.first.insert(entry.code.to_string(), self.count) {
            return self.errors.add(self.count, format!("field MaHoSo: dossier {first} has this code already"));
        }
        if self.errors.is_empty() {
            (self.sink)(entry);
        }
    }
}

/// The whole file.
struct File<'a, 'b>(&'a mut Dossiers<'b>);

impl<'de> DeserializeSeed<'de> for File<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for File<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of dossiers or an object that holds it")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<(), A::Error> {
        while let Some(dossier) = array.next_element::<Value>()? {
            self.0.take(&dossier);
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        let (mut any, mut filled) = (false, false);
        while object.next_key::<IgnoredAny>()?.is_some() {
            let before = self.0.count;
            any |= object.next_value_seed(Member(self.0))?;
            if self.0.count > before && std::mem::replace(&mut filled, true) {
                return Err(A::Error::custom("two arrays"));
            }
        }
        if any { Ok(()) } else { Err(A::Error::custom("no array")) }
    }
}

/// A member of the object that holds the array: says whether it was the array.
struct Member<'a, 'b>(&'a mut Dossiers<'b>);

impl<'de> DeserializeSeed<'de> for Member<'_, '_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<bool, D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Member<'_, '_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, array: A) -> Result<bool, A::Error> {
        File(self.0).visit_seq(array).map(|()| true)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<bool, A::Error> {
        while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(false)
    }

    fn visit_unit<E>(self) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_bool<E>(self, _: bool) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_i64<E>(self, _: i64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_u64<E>(self, _: u64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_f64<E>(self, _: f64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_str<E>(self, _: &str) -> Result<bool, E> {
        Ok(false)
    }
}

/// An object of the portal while it is read. What is wrong with it is noted, and `Err(())` says that it was.
struct Object<'a> {
    fields: &'a Map<String, Value>,
    /// The path to it, `TaiLieuNop[2].`, from 1.
    within: String,
    /// Of the dossier.
    number: u64,
    errors: &'a mut Errors,
}

impl Object<'_> {
    fn bad<T>(&mut self, field: &str, what: &str) -> Result<T, ()> {
        self.errors.add(self.number, format!("field {}{field}: {what}", self.within));
        Err(())
    }

    /// A text, or a number as its digits; empty when it is missing.
    fn text(&mut self, field: &str) -> Result<String, ()> {
        match self.fields.get(field) {
            None | Some(Value::Null) => Ok(String::new()),
            Some(Value::String(text)) => Ok(nfc(text.trim())),
            Some(Value::Number(number)) => Ok(number.to_string()),
            Some(_) => self.bad(field, "neither a text nor a number"),
        }
    }

    fn optional<T, E: fmt::Display>(
        &mut self,
        field: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<Option<T>, ()> {
        let text = self.text(field)?;
        if text.is_empty() {
            return Ok(None);
        }
        parse(&text).map(Some).or_else(|error| self.bad(field, &error.to_string()))
    }

    /// The first of these fields that is filled.
    fn first_of(&mut self, fields: &[&str]) -> Result<String, ()> {
        for field in fields {
            let text = self.text(field)?;
            if !text.is_empty() {
                return Ok(text);
            }
        }
        Ok(String::new())
    }

    /// `true`, `1` and the same as texts.
    fn is_true(&mut self, field: &str) -> Result<bool, ()> {
        if let Some(Value::Bool(truth)) = self.fields.get(field) {
            return Ok(*truth);
        }
        match self.text(field)?.to_ascii_lowercase().as_str() {
            "" | "0" | "false" => Ok(false),
            "1" | "true" => Ok(true),
            _ => self.bad(field, "must be 0, 1, true or false"),
        }
    }
}

fn dossier(object: &mut Object<'_>) -> Result<DossierEntry, ()> {
    let code = match object.optional("MaHoSo", str::parse) {
        Ok(None) => object.bad("MaHoSo", "missing or empty"),
        Ok(Some(code)) => Ok(code),
        Err(()) => Err(()),
    };
    let procedure = object.optional("MaTTHC", str::parse);
    let channel = object.optional("KenhThucHien", |s| match s {
        "1" => Ok(Channel::Counter),
        "2" => Ok(Channel::Online),
        "3" => Ok(Channel::Post),
        _ => Err("must be 1, 2 or 3"),
    });
    let status = object.optional("TrangThaiHoSo", |s| {
        s.parse::<u8>().ok().and_then(|n| DossierStatus::new(n).ok()).ok_or("must be a number from 1 to 10")
    });
    let [received, due, finished, returned] =
        ["NgayTiepNhan", "NgayHenTra", "NgayKetThucXuLy", "NgayTra"].map(|field| object.optional(field, date_time));
    let [agency, applicant] = ["DonViXuLy", "ChuHoSo"].map(|field| object.text(field));
    let components = components(object);
    Ok(DossierEntry {
        code: code?,
        procedure: procedure?,
        agency: agency?,
        counter: String::new(),
        channel: channel?,
        applicant: applicant?,
        received: received?,
        due: due?,
        finished: finished?,
        returned: returned?,
        return_channel: None,
        status: status?,
        components: components?,
        catalogue: None,
    })
}

/// Papers that were handed in and results. Several files of one paper are one component.
fn components(object: &mut Object<'_>) -> Result<Vec<ComponentEntry>, ()> {
    let mut components: Vec<ComponentEntry> = Vec::new();
    let mut wrong = Ok(());
    for (list, kind) in [("TaiLieuNop", ComponentKind::Component), ("DanhSachGiayToKetQua", ComponentKind::Result)] {
        let items = match object.fields.get(list) {
            None | Some(Value::Null) => continue,
            Some(Value::Array(items)) => items,
            Some(_) => {
                wrong = object.bad(list, "not an array");
                continue;
            }
        };
        for (item, number) in items.iter().zip(1..) {
            let Value::Object(fields) = item else {
                wrong = object.bad(&format!("{list}[{number}]"), "not an object");
                continue;
            };
            let within = format!("{list}[{number}].");
            let mut item = Object { fields, within, number: object.number, errors: &mut *object.errors };
            match paper(&mut item, kind) {
                Ok(Some(entry)) => match components.iter().find(|c| c.id == entry.id) {
                    None if components.len() == MOST_COMPONENTS => {
                        wrong = object.bad(list, "too many");
                        break;
                    }
                    None => components.push(entry),
                    Some(standing) if standing.kind == kind => {}
                    Some(_) => wrong = item.bad("MaThanhPhanHoSo", "the same for a paper and a result"),
                },
                Ok(None) => {}
                Err(()) => wrong = Err(()),
            }
        }
    }
    wrong.map(|()| components)
}

/// One paper; `None` when it was deleted.
fn paper(item: &mut Object<'_>, kind: ComponentKind) -> Result<Option<ComponentEntry>, ()> {
    let (ids, name) = match kind {
        ComponentKind::Component => (&["MaThanhPhanHoSo", "TepDinhKemId"][..], "TenTepDinhKem"),
        ComponentKind::Result => (&["MaThanhPhanHoSo", "GiayToId", "MaGiayToKetQua"][..], "TenGiayTo"),
    };
    if item.is_true("IsDeleted")? {
        return Ok(None);
    }
    let id = item.first_of(ids)?;
    if id.is_empty() {
        return item.bad(ids[0], &format!("empty, and so is {}", ids[1..].join(" and ")));
    }
    let id = id.parse().or_else(|error: sohoa_domain::IdError| item.bad(ids[0], &error.to_string()))?;
    let exempt_reason = item.is_true("DuocLayTuKhoDMQG")?.then(|| FROM_STORE.to_owned());
    Ok(Some(ComponentEntry { id, name: item.text(name)?, kind, required: true, exempt_reason }))
}

/// `20230615083000`, `20230615`, `15/06/2023[ 08:30[:00]]`, or as ISO 8601 writes it.
fn date_time(text: &str) -> Result<DateTime, &'static str> {
    let expected = "not a date like 20230615083000, 15/06/2023 08:30:00 or 2023-06-15T08:30:00";
    if matches!(text.len(), 8 | 14) && text.bytes().all(|b| b.is_ascii_digit()) {
        let (day, time) = text.split_at(8);
        let time = if time.is_empty() { "000000" } else { time };
        return format!("{day}T{time}").parse().map_err(|_| expected);
    }
    row::date_time(text, true).map_err(|_| expected)
}
