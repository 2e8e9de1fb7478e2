//! `sohoa doctor`: whether everything that is needed is there.

use std::path::Path;
use std::process::{Command, Stdio};

use serde::Serialize;
use sohoa_sandbox::{Confinement, find_program};

use crate::config::Config;
use crate::exit::Exit;
use crate::home::{Home, block_on};
use crate::output::Output;

#[derive(Serialize)]
struct Check {
    name: &'static str,
    ok: bool,
    /// Without it nothing works; else it works less well.
    needed: bool,
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
    checks.extend(confinement());
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
        let mark = |check: &Check| match (check.ok, check.needed) {
            (true, _) => "ok     ",
            (false, true) => "missing",
            (false, false) => "lacking",
        };
        checks.iter().map(|c| format!("{}  {:16}  {}\n", mark(c), c.name, c.detail)).collect()
    })?;
    Ok(if checks.iter().all(|c| c.ok || !c.needed) { Exit::Done } else { Exit::NotReady })
}

fn check(name: &'static str, result: Result<String, String>) -> Check {
    let ok = result.is_ok();
    let (Ok(detail) | Err(detail)) = result;
    Check { name, ok, needed: true, detail }
}

/// Where the faces lie that stand in for Times New Roman, Arial and Courier New in born-digital papers.
fn substitute_fonts() -> Result<String, String> {
    let folders = sohoa_pdf::FontFolders::default().0;
    let found = folders.iter().find(|folder| folder.join("Tinos-Regular.ttf").is_file());
    found.map(|folder| folder.display().to_string()).ok_or_else(|| "not found; install fonts-croscore".to_owned())
}

/// What programs that read papers are confined by: tried out, not asked for.
fn confinement() -> [Check; 2] {
    let (landlock, seccomp) = match sohoa_sandbox::trial() {
        Ok(in_force) => (
            match in_force.landlock {
                Some(abi) => Ok(format!("ABI {abi}; programs that read papers reach no other file")),
                None => Err("not in this kernel: programs that read papers can read all that this user can".to_owned()),
            },
            match in_force.seccomp {
                true => Ok("in force; programs that read papers make no socket and change no file".to_owned()),
                false => Err("not in this kernel: programs that read papers may reach the network".to_owned()),
            },
        ),
        Err(error) => (Err(error.to_string()), Err(error.to_string())),
    };
    [("landlock", landlock), ("seccomp", seccomp)].map(|(name, result)| Check { needed: false, ..check(name, result) })
}

/// The first line of what a poppler program says of its version, confined as it is at work.
fn version_of(program: &str) -> Result<String, String> {
    let missing = |why: String| format!("{program}: {why}; install poppler-utils");
    let file = find_program(program).ok_or_else(|| missing("not found".to_owned()))?;
    let mut command = Command::new(&file);
    command.arg("-v").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = Confinement::of_program(file).spawn(&mut command).map_err(|e| missing(e.to_string()))?;
    let out = child.wait_with_output().map_err(|e| missing(e.to_string()))?;
    if !out.status.success() {
        return Err(format!("{program} does not run confined ({}); is it installed by the system?", out.status));
    }
    let said = if out.stderr.is_empty() { out.stdout } else { out.stderr };
    Ok(String::from_utf8_lossy(&said).lines().next().unwrap_or(program).to_owned())
}
