//! What is looked for: types, words of head and foot, labels. Read from TOML that a clerk can extend (`config/fields.toml`).

use regex::Regex;
use serde::Deserialize;
use sohoa_domain::FieldName;

use crate::approx::letters;

/// The rules that are built in; the commented file is their description too.
pub const DEFAULT_RULES: &str = include_str!("../../../../config/fields.toml");

/// Why rules cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RulesError {
    /// Not TOML, or not of the form of `config/fields.toml`.
    #[error("the rules of fields are not of the right form: {0}")]
    Form(String),
    /// A rule that cannot be carried out.
    #[error("{0}: {1}")]
    Rule(String, String),
}

/// A type of paper.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaperType {
    /// As printed.
    pub name: String,
    /// What its symbol begins with.
    #[serde(default)]
    pub symbol: Option<String>,
    /// The title goes on after the name.
    #[serde(default)]
    pub starts: bool,
}

/// What a value looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ValueKind {
    Text,
    Name,
    Address,
    Date,
    Number,
    Plot,
    Phone,
    PersonId,
    Sex,
}

/// Where a value stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Place {
    Right,
    Below,
    Either,
}

/// A label and the value that belongs to it.
#[derive(Debug, Clone)]
pub(super) struct LabelRule {
    pub(super) field: FieldName,
    /// Letters of each label, the longest first.
    pub(super) labels: Vec<String>,
    pub(super) kind: ValueKind,
    pub(super) place: Place,
    pub(super) types: Vec<String>,
    pub(super) pattern: Option<Regex>,
}

/// An example of a rule.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Example {
    pub(super) lines: Vec<String>,
    pub(super) value: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default, rename = "type")]
    types: Vec<PaperType>,
    #[serde(default)]
    head: Head,
    #[serde(default)]
    foot: Foot,
    #[serde(default, rename = "rule")]
    rules: Vec<RuleText>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Head {
    #[serde(default)]
    bodies: Vec<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Foot {
    #[serde(default)]
    authorities: Vec<String>,
    #[serde(default)]
    titles: Vec<String>,
    #[serde(default)]
    families: Vec<String>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleText {
    name: String,
    field: FieldName,
    labels: Vec<String>,
    kind: ValueKind,
    place: Place,
    #[serde(default)]
    types: Vec<String>,
    #[serde(default)]
    pattern: Option<String>,
    #[serde(default, rename = "example")]
    examples: Vec<Example>,
}

/// All rules, checked and ready.
#[derive(Debug, Clone)]
pub struct FieldRules {
    pub(super) types: Vec<PaperType>,
    /// Letters of the words that a body's name begins with, whole words with spaces.
    pub(super) bodies: Vec<String>,
    /// The same as they are spelt.
    pub(super) bodies_spelt: Vec<String>,
    /// Letters of the abbreviations.
    pub(super) authorities: Vec<String>,
    /// As they are spelt.
    pub(super) titles: Vec<String>,
    /// Family names as they are spelt, in capitals.
    families: Vec<String>,
    pub(super) labels: Vec<LabelRule>,
    examples: Vec<(String, FieldName, Example)>,
}

impl FieldRules {
    /// The built-in rules.
    ///
    /// # Errors
    /// Never for the file that is in this version; a test reads it.
    pub fn built_in() -> Result<Self, RulesError> {
        Self::new(None)
    }

    /// The built-in rules and those of `own`, text of a file of the same form.
    ///
    /// # Errors
    /// [`RulesError`], naming the rule, when the file is not of the form, or a rule asks for what cannot be.
    pub fn new(own: Option<&str>) -> Result<Self, RulesError> {
        let parse = |text: &str| toml::from_str::<File>(text).map_err(|e| RulesError::Form(e.to_string()));
        let mut file = parse(DEFAULT_RULES)?;
        if let Some(own) = own {
            let own = parse(own)?;
            replace_or_add(&mut file.types, own.types, |t| letters(&t.name))?;
            replace_or_add(&mut file.rules, own.rules, |r| r.name.clone())?;
            file.head.bodies.extend(own.head.bodies);
            file.foot.authorities.extend(own.foot.authorities);
            file.foot.titles.extend(own.foot.titles);
            file.foot.families.extend(own.foot.families);
        }
        Self::from_file(file)
    }

    fn from_file(file: File) -> Result<Self, RulesError> {
        let mut labels = Vec::new();
        let mut examples = Vec::new();
        for t in &file.types {
            if letters(&t.name).len() < 4 {
                return Err(wrong(&format!("type {:?}", t.name), "its name has less than four letters"));
            }
        }
        for rule in file.rules {
            let name = format!("rule {:?}", rule.name);
            if let Some(unknown) = rule.types.iter().find(|t| !file.types.iter().any(|known| known.name == **t)) {
                return Err(wrong(&name, &format!("there is no [[type]] {unknown:?}")));
            }
            let mut folded: Vec<String> = rule.labels.iter().map(|l| letters(l)).collect();
            if folded.is_empty() || folded.iter().any(|l| l.len() < 2) {
                return Err(wrong(&name, "it needs labels, each of two letters or more"));
            }
            folded.sort_by_key(|l| std::cmp::Reverse(l.len()));
            let pattern = rule.pattern.as_ref().map(|p| Regex::new(&format!("^(?:{p})$"))).transpose();
            let pattern = pattern.map_err(|e| wrong(&name, &format!("pattern: {e}")))?;
            if rule.examples.is_empty() {
                return Err(wrong(&name, "it has no [[rule.example]]"));
            }
            examples.extend(rule.examples.into_iter().map(|e| (name.clone(), rule.field.clone(), e)));
            labels.push(LabelRule {
                field: rule.field,
                labels: folded,
                kind: rule.kind,
                place: rule.place,
                types: rule.types,
                pattern,
            });
        }
        let words = |list: &[String]| list.iter().map(|w| sohoa_domain::text::fold(w)).collect();
        Ok(Self {
            types: file.types,
            bodies: words(&file.head.bodies),
            bodies_spelt: file.head.bodies,
            authorities: file.foot.authorities.iter().map(|w| letters(w)).collect(),
            titles: file.foot.titles,
            families: file.foot.families.iter().map(|f| f.to_uppercase()).collect(),
            labels,
            examples,
        })
    }

    /// Runs all examples. The number of them, or the first that does not come out as it says.
    ///
    /// # Errors
    /// [`RulesError::Rule`] with the rule, what it should find and what it finds.
    pub fn run_examples(&self) -> Result<usize, RulesError> {
        for (rule, field, example) in &self.examples {
            let found = super::label::find_in_text(self, &example.lines, field);
            if found != example.value {
                let shown = |v: &Option<String>| v.as_ref().map_or("nothing".to_owned(), |v| format!("{v:?}"));
                let lines = example.lines.join(" / ");
                let text = format!("example {lines:?}: finds {}, not {}", shown(&found), shown(&example.value));
                return Err(RulesError::Rule(rule.clone(), text));
            }
        }
        Ok(self.examples.len())
    }

    /// Whether a word is spelt as a family name that is known.
    pub(super) fn has_family(&self, word: &str) -> bool {
        self.families.contains(&word.to_uppercase())
    }

    /// The type with this name.
    pub(super) fn type_named(&self, name: &str) -> Option<&PaperType> {
        self.types.iter().find(|t| t.name == name)
    }
}

fn wrong(what: &str, why: &str) -> RulesError {
    RulesError::Rule(what.to_owned(), why.to_owned())
}

/// Entries of `own` take the place of those with the same key. Two of `own` with one key are an error.
fn replace_or_add<T>(base: &mut Vec<T>, own: Vec<T>, key: impl Fn(&T) -> String) -> Result<(), RulesError> {
    let mut seen = Vec::new();
    for entry in own {
        let name = key(&entry);
        if seen.contains(&name) {
            return Err(wrong(&format!("{name:?}"), "it stands there twice"));
        }
        match base.iter_mut().find(|b| key(b) == name) {
            Some(place) => *place = entry,
            None => base.push(entry),
        }
        seen.push(name);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: &str =
        "[[rule]]\nname = \"x\"\nfield = \"fee\"\nlabels = [\"Lệ phí\"]\nkind = \"text\"\nplace = \"right\"\n";

    #[test]
    fn the_built_in_rules_do_what_their_examples_say() {
        assert!(FieldRules::built_in().unwrap().run_examples().unwrap() >= 15);
    }

    #[test]
    fn a_clerk_adds_rules_and_replaces_ours() {
        let own = format!("{RULE}[[rule.example]]\nlines = [\"Lệ phí: 50.000 đồng\"]\nvalue = \"50.000 đồng\"\n");
        let rules = FieldRules::new(Some(&own)).unwrap();
        let ours = FieldRules::built_in().unwrap().run_examples().unwrap();
        assert_eq!(rules.run_examples().unwrap(), ours + 1);
        let replaced = FieldRules::new(Some(&own.replace("\"x\"", "\"land-plot\""))).unwrap();
        assert_eq!(replaced.run_examples().unwrap(), ours);
        assert!(!replaced.labels.iter().any(|r| r.field.as_str() == "land_plot"));
    }

    #[test]
    fn wrong_rules_are_named() {
        let example = "[[rule.example]]\nlines = [\"Lệ phí: 50.000 đồng\"]\nvalue = \"50.000\"\n";
        for (own, words) in [
            (RULE.to_owned(), ["\"x\"", "example"]),
            (format!("{RULE}pattern = \"(\"\n{example}"), ["\"x\"", "pattern"]),
            (format!("{RULE}types = [\"ĐƠN TỪ\"]\n{example}"), ["\"x\"", "ĐƠN TỪ"]),
            (RULE.replace("Lệ phí", "."), ["\"x\"", "labels"]),
            (format!("{RULE}{example}{RULE}{example}"), ["\"x\"", "twice"]),
            (RULE.replace("text", "texts"), ["form", "texts"]),
            ("[[type]]\nname = \"X\"\n".to_owned(), ["\"X\"", "four letters"]),
        ] {
            let error = FieldRules::new(Some(&own)).unwrap_err().to_string();
            assert!(words.iter().all(|w| error.contains(w)), "{error}");
        }
        let error = FieldRules::new(Some(&format!("{RULE}{example}"))).unwrap().run_examples().unwrap_err().to_string();
        assert!(error.contains("\"x\"") && error.contains("\"50.000 đồng\", not \"50.000\""), "{error}");
    }
}
