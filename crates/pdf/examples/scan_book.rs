//! Writes a large scanned book to measure with: `scan_book OUT.pdf PAGES KIB_A_PAGE`.

#[path = "../tests/support/scan_book.rs"]
mod scan_book;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [path, pages, kib] = &args[..] else { return Err("scan_book OUT.pdf PAGES KIB_A_PAGE".into()) };
    scan_book::write(path.as_ref(), pages.parse()?, kib.parse()?)?;
    Ok(())
}
