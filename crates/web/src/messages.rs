//! The words of the screens: one catalogue a language, in Fluent.

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

use crate::format;
use crate::language::Language;

/// Marks the key of a message that is chosen in the code, so that a test finds out whether it exists.
macro_rules! msg {
    ($key:literal) => {
        $key
    };
}
pub(crate) use msg;

/// The source of a catalogue.
pub fn source(language: Language) -> &'static str {
    match language {
        Language::Vi => include_str!("../messages/vi.ftl"),
        Language::En => include_str!("../messages/en.ftl"),
    }
}

static VI: LazyLock<FluentBundle<FluentResource>> = LazyLock::new(|| bundle(Language::Vi));
static EN: LazyLock<FluentBundle<FluentResource>> = LazyLock::new(|| bundle(Language::En));

fn bundle(language: Language) -> FluentBundle<FluentResource> {
    let id: LanguageIdentifier = language.as_str().parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![id]);
    // Marks around arguments would be copied with codes; no text here runs from right to left.
    bundle.set_use_isolating(false);
    bundle.set_formatter(Some(|value, _| match value {
        FluentValue::Number(n) if n.value.fract() == 0.0 => Some(format::number(n.value as i64)),
        _ => None,
    }));
    // What a line of the catalogue gets wrong shows as its key; a test fails on it.
    let resource = FluentResource::try_new(source(language).to_owned()).unwrap_or_else(|(resource, _)| resource);
    let _ = bundle.add_resource(resource);
    bundle
}

/// What can stand in a message: a text, or a number, which also chooses the plural.
pub(crate) trait Arg {
    /// As Fluent takes it.
    fn value(&self) -> FluentValue<'static>;
}

impl Arg for str {
    fn value(&self) -> FluentValue<'static> {
        FluentValue::from(self.to_owned())
    }
}

impl Arg for String {
    fn value(&self) -> FluentValue<'static> {
        FluentValue::from(self.clone())
    }
}

macro_rules! numbers {
    ($($number:ty),*) => {
        $(impl Arg for $number {
            fn value(&self) -> FluentValue<'static> {
                FluentValue::from(*self)
            }
        })*
    };
}
numbers!(u32, u64, usize, i64);

impl<T: Arg + ?Sized> Arg for &T {
    fn value(&self) -> FluentValue<'static> {
        (**self).value()
    }
}

/// The message of this key. A key that does not exist is shown as it is.
pub(crate) fn message(language: Language, key: &str, args: &[(&str, &dyn Arg)]) -> String {
    let bundle = match language {
        Language::Vi => &*VI,
        Language::En => &*EN,
    };
    let Some(pattern) = bundle.get_message(key).and_then(|m| m.value()) else { return key.to_owned() };
    let args: FluentArgs<'_> = args.iter().map(|(name, value)| (*name, value.value())).collect();
    bundle.format_pattern(pattern, Some(&args), &mut Vec::new()).into_owned()
}
