#![allow(clippy::all, clippy::unwrap_used, clippy::print_stdout)]
use std::fmt::Write;
use std::time::Instant;
use std::collections::BTreeMap;
use sohoa_store::*;
use sohoa_domain::Sha256Digest;
fn rss() -> String { std::fs::read_to_string("/proc/self/status").unwrap().lines().find(|l| l.starts_with("VmHWM")).unwrap().to_owned() }
#[tokio::main]
async fn main() {
    let n: u32 = std::env::args().nth(1).unwrap().parse().unwrap();
    let dir = tempfile::tempdir_in(std::env::args().nth(2).unwrap()).unwrap();
    let make = |status: u32| { let mut s = String::from("dossier,procedure,agency,counter,channel,applicant,received,status,component,component_name,kind,required,exempt_reason\n");
    for i in 0..n { for c in 0..4 { writeln!(s, "H41.20-23{:02}{:02}-{:06},1.012790,Sở Thử nghiệm,Quầy {},counter,Trần Thị Bịa {i},2023-06-{:02}T08:30,{},{},Giấy tờ số {c},{},true,", 1 + i % 12, 1 + i % 28, i, i % 9, 1 + i % 30, if i % 10 == 0 { status } else { 4 }, format!("TP{c}"), if c == 3 {"result"} else {"component"}).unwrap(); } } s };
    let csv = make(4);
    let t = Instant::now(); let entries = read_register_csv(csv.as_bytes(), &BTreeMap::new()).unwrap(); println!("csv {} MB: {:.2?}", csv.len()/1_000_000, t.elapsed());
    let db = SqliteRecords::open(&dir.path().join("x.db")).await.unwrap();
    let now = jiff::Timestamp::from_second(1_700_000_000).unwrap();
    let t = Instant::now(); let s = db.import_register(&Sha256Digest::of(b"1"), &entries, now, "m").await.unwrap(); let e = t.elapsed(); println!("first import {s:?} {e:.2?} = {:.0}/s", n as f64 / e.as_secs_f64());
    let t = Instant::now(); let s = db.import_register(&Sha256Digest::of(b"1"), &entries, now, "m").await.unwrap(); let e = t.elapsed(); println!("same again {s:?} {e:.2?} = {:.0}/s", n as f64 / e.as_secs_f64());
    let csv2 = make(9); let entries2 = read_register_csv(csv2.as_bytes(), &BTreeMap::new()).unwrap();
    let t = Instant::now(); let s = db.import_register(&Sha256Digest::of(b"2"), &entries2, now, "m").await.unwrap(); let e = t.elapsed(); println!("10% changed {s:?} {e:.2?} = {:.0}/s", n as f64 / e.as_secs_f64());
    let t = Instant::now(); let rows = db.dossiers_with_attachments(None, None).await.unwrap(); println!("dossiers_with_attachments {} {:.2?}", rows.len(), t.elapsed());
    let b = db.open_batch("ingest", "x", now).await.unwrap();
    let t = Instant::now(); for i in 0..2000u32 { db.accept(&NewFile{batch:b,origin:format!("/x/{i}"),relative:format!("{i}"),inode:1,modified_ns:1,digest:Sha256Digest::of(&i.to_le_bytes()),bytes:1,dossier:None}, now, "m").await.unwrap(); } println!("accept: {:.2} ms each", t.elapsed().as_secs_f64()/2.0);
    let t = Instant::now(); let mut k = 0u32; while let Some(l) = db.reserve("w", now, jiff::SignedDuration::from_mins(1), 3, None).await.unwrap() {
        let code = entries[k as usize].code.clone(); let d = l.file.digest.unwrap(); let id = sohoa_domain::DocumentId::derive(&code, &d, 0); let ordinal = db.ordinal(&code, &id).await.unwrap();
        let doc = NewDocument { id, dossier: code, component: None, state: sohoa_domain::AttachmentState::Attached, ordinal, result_code: "x".into(), source: l.file.id, source_digest: d, part: 0, version: 1, pages: (1..=4).map(|n| sohoa_domain::PageRecord{number:n,outcome:sohoa_domain::PageOutcome::Ok,inspection:None,confidence:None,words:300,own_text:false,reason:None}).collect(), renditions: vec![], text: (0..1200).map(|w| format!("từ{} ", (w*7+k)%997)).collect(), evidence: "{}".into() };
        db.complete(&l, &Completion::Attached{documents: vec![doc], loose_pages: vec![]}, &[], now).await.unwrap(); k += 1; }
    println!("reserve+ordinal+complete: {:.2} ms each ({k})", t.elapsed().as_secs_f64()*1000.0/k as f64);
    let t = Instant::now(); let h = db.search("tu5 tu12", 20).await.unwrap(); println!("search {} {:.2?}", h.len(), t.elapsed());
    let t = Instant::now(); println!("self_check {:?} {:.2?}", db.self_check().await.unwrap(), t.elapsed());
    println!("{}", rss());
}
