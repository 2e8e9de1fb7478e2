//! `sohoa init`: a home with commented settings. A home that is there already is left as it is.

use std::path::Path;

use serde::Serialize;

use crate::config::DEFAULT;
use crate::exit::Exit;
use crate::home::{Home, block_on};
use crate::output::Output;

#[derive(Serialize)]
struct Made {
    home: String,
    new: bool,
}

pub(crate) fn run(home: &Path, output: Output) -> anyhow::Result<Exit> {
    let settings = home.join("sohoa.toml");
    let new = !settings.exists();
    if new {
        std::fs::create_dir_all(home)?;
        std::fs::write(&settings, DEFAULT)?;
    }
    block_on(async {
        let home = Home::open(home).await?;
        for inbox in home.inboxes() {
            std::fs::create_dir_all(&inbox.path)?;
        }
        home.key()?;
        Ok(())
    })?;
    let made = Made { home: home.display().to_string(), new };
    output.print(&made, |m| {
        let what = if m.new { "made" } else { "was there already" };
        format!("home {} {what}; settings in {}", m.home, settings.display())
    })?;
    Ok(Exit::Done)
}
