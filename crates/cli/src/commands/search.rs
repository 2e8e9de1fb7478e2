//! `sohoa search WORDS`: full-text search, with or without accents.

use std::path::Path;

use sohoa_store::{SearchHit, SearchQuery};

use crate::exit::Exit;
use crate::home::{Home, block_on};
use crate::output::Output;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Words that all have to be found
    #[arg(required = true)]
    words: Vec<String>,
    /// Most hits to show
    #[arg(long, default_value_t = 20)]
    limit: u32,
}

pub(crate) fn run(home: &Path, args: &Args, output: Output) -> anyhow::Result<Exit> {
    let hits = block_on(async {
        let home = Home::open(home).await?;
        let query = SearchQuery { words: args.words.join(" "), most: args.limit, ..SearchQuery::default() };
        Ok(home.records.search(&query).await?.documents)
    })?;
    output.print(&hits, |hits| {
        if hits.is_empty() {
            return "nothing found".to_owned();
        }
        hits.iter().map(|h| format!("{}  {}\n    {}\n", h.dossier, h.source_name, snippet(h))).collect()
    })?;
    Ok(Exit::Done)
}

/// Text around the hit, what was searched for between `[` and `]`.
fn snippet(hit: &SearchHit) -> String {
    hit.snippet.iter().map(|part| if part.hit { format!("[{}]", part.text) } else { part.text.clone() }).collect()
}
