//! `sohoa doctor`: whether everything that is needed is there.

use std::path::Path;
use std::process::Command;

use serde::Serialize;

use crate::config::Config;
use crate::exit::Exit;
use crate::home::{Home, block_on};
use crate::output::Output;

#[derive(Serialize)]
struct Check {
    name: &'static str,
    ok: bool,
    detail: String,
}

pub(crate) fn run(home: &Path, output: Output) -> anyhow::Result<Exit> {
    let mut checks = Vec::new();
    let config = match Config::load(home) {
        Ok(config) => {
            checks.push(check("settings", Ok(home.join("sohoa.toml").display().to_string())));
            config
        }
        Err(error) => {
            checks.push(check("settings", Err(format!("{error:#}"))));
            Config::without_home()?
        }
    };
    let engine = sohoa_ocr::probe(&config.ocr.lang, config.ocr.tessdata());
    checks.push(check("recognizer", engine.map_err(|e| format!("{e}; install tesseract-ocr and tesseract-ocr-vie"))));
    for (name, program) in [("pdf rendering", "pdftoppm"), ("pdf stamps", "pdftocairo"), ("pdf text", "pdftotext")] {
        checks.push(check(name, version_of(program)));
    }
    checks.push(check("substitute fonts", substitute_fonts()));
    let stores = block_on(async {
        let home = Home::open(home).await?;
        Ok(home.records.self_check().await?)
    });
    checks.push(check(
        "stores",
        match stores {
            Ok(problems) if problems.is_empty() => Ok("database, received files and packages can be used".to_owned()),
            Ok(problems) => Err(problems.join("; ")),
            Err(error) => Err(format!("{error:#}")),
        },
    ));
    output.print(&checks, |checks| {
        let mark = |ok| if ok { "ok     " } else { "missing" };
        checks.iter().map(|c| format!("{}  {:16}  {}\n", mark(c.ok), c.name, c.detail)).collect()
    })?;
    Ok(if checks.iter().all(|c| c.ok) { Exit::Done } else { Exit::NotReady })
}

fn check(name: &'static str, result: Result<String, String>) -> Check {
    let ok = result.is_ok();
    let (Ok(detail) | Err(detail)) = result;
    Check { name, ok, detail }
}

/// Where the faces lie that stand in for Times New Roman, Arial and Courier New in born-digital papers.
fn substitute_fonts() -> Result<String, String> {
    let folders = sohoa_pdf::FontFolders::default().0;
    let found = folders.iter().find(|folder| folder.join("Tinos-Regular.ttf").is_file());
    found.map(|folder| folder.display().to_string()).ok_or_else(|| "not found; install fonts-croscore".to_owned())
}

/// The first line of what a poppler program says of its version.
fn version_of(program: &str) -> Result<String, String> {
    let out = Command::new(program).arg("-v").output().map_err(|e| format!("{program}: {e}; install poppler-utils"))?;
    let said = if out.stderr.is_empty() { out.stdout } else { out.stderr };
    Ok(String::from_utf8_lossy(&said).lines().next().unwrap_or(program).to_owned())
}
