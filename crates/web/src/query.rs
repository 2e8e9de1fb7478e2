//! The query part of an address.

use std::fmt::Write as _;

/// `?name=value&…` of those that have a value; empty when none has.
pub(crate) fn query(pairs: &[(&str, &str)]) -> String {
    let mut query = String::new();
    for (name, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
        query.push(if query.is_empty() { '?' } else { '&' });
        query.push_str(name);
        query.push('=');
        for byte in value.bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                query.push(char::from(byte));
            } else {
                let _ = write!(query, "%{byte:02X}");
            }
        }
    }
    query
}

#[cfg(test)]
mod tests {
    use super::query;

    #[test]
    fn what_could_mean_something_is_escaped() {
        assert_eq!(query(&[("a", "x&y=1"), ("b", ""), ("c", "Sở")]), "?a=x%26y%3D1&c=S%E1%BB%9F");
        assert_eq!(query(&[("a", "")]), "");
    }
}
