//! The API for people who write programs: its operations as the OpenAPI document describes them. What only reads can be tried.

use askama::Template;
use axum::extract::Query;
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use serde_json::{Map, Value};

use super::html;
use crate::api::openapi;
use crate::error::WebError;
use crate::page::Page;
use crate::query::query;

#[derive(Template)]
#[template(path = "explorer.html")]
struct Screen {
    page: Page,
    groups: Vec<(String, Vec<Operation>)>,
}

/// An operation, as the document has it.
struct Operation {
    id: String,
    method: String,
    path: String,
    summary: String,
    description: String,
    parameters: Vec<Parameter>,
    answers: Vec<(String, String)>,
    /// It only reads.
    can_be_tried: bool,
}

struct Parameter {
    name: String,
    /// `path`, `query` or `header`.
    place: String,
    required: bool,
    description: String,
}

/// `/api`: all operations; with one named, on to its answer.
pub(crate) async fn page(page: Page, Query(asked): Query<Vec<(String, String)>>) -> Result<Response, WebError> {
    let operations = operations()?;
    let value = |name: &str| asked.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value.trim());
    if let Some(operation) = operations.iter().map(|(_, o)| o).find(|o| o.can_be_tried && o.id == value("operation")) {
        let mut path = operation.path.clone();
        let mut queried = Vec::new();
        for parameter in &operation.parameters {
            let value = value(&parameter.name);
            match parameter.place.as_str() {
                "path" => path = path.replace(&format!("{{{}}}", parameter.name), &segment(value)),
                "query" => queried.push((parameter.name.as_str(), value)),
                _ => {}
            }
        }
        return Ok(Redirect::to(&format!("{path}{}", query(&queried))).into_response());
    }
    let mut groups: Vec<(String, Vec<Operation>)> = Vec::new();
    for (tag, operation) in operations {
        match groups.iter_mut().find(|(group, _)| *group == tag) {
            Some((_, group)) => group.push(operation),
            None => groups.push((tag, vec![operation])),
        }
    }
    let screen: Html<String> = html(&Screen { page, groups })?;
    Ok(screen.into_response())
}

/// A value as one segment of a path.
fn segment(value: &str) -> String {
    let plain = |b: &u8| b.is_ascii_alphanumeric() || b"-_.".contains(b);
    value.bytes().map(|b| if plain(&b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

/// All operations, each with its tag, in the order of the document.
fn operations() -> Result<Vec<(String, Operation)>, WebError> {
    let document = serde_json::to_value(openapi()).map_err(|_| WebError::Defect)?;
    let mut operations = Vec::new();
    for (path, methods) in members(&document["paths"]) {
        for (method, told) in members(methods) {
            let parameter = |p: &Value| Parameter {
                name: text(&p["name"]),
                place: text(&p["in"]),
                required: p["required"] == true,
                description: text(&p["description"]),
            };
            let answer = |(status, told): (&String, &Value)| (status.clone(), about(told));
            let operation = Operation {
                id: text(&told["operationId"]),
                method: method.to_uppercase(),
                path: path.clone(),
                summary: text(&told["summary"]),
                description: text(&told["description"]),
                parameters: told["parameters"].as_array().into_iter().flatten().map(parameter).collect(),
                answers: members(&told["responses"]).map(answer).collect(),
                can_be_tried: method == "get",
            };
            operations.push((text(&told["tags"][0]), operation));
        }
    }
    Ok(operations)
}

/// What an answer tells: in words, else the name of its form.
fn about(answer: &Value) -> String {
    let form = answer["content"]["application/json"]["schema"]["$ref"].as_str().unwrap_or_default();
    match answer["description"].as_str() {
        Some(words) if !words.is_empty() => words.to_owned(),
        _ => form.rsplit('/').next().unwrap_or_default().to_owned(),
    }
}

fn members(object: &Value) -> impl Iterator<Item = (&String, &Value)> {
    object.as_object().into_iter().flat_map(Map::iter)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_says_what_it_is() {
        let operations = operations().unwrap();
        assert!(operations.len() > 20);
        for (tag, operation) in operations {
            let Operation { id, summary, .. } = operation;
            assert!(!tag.is_empty() && !id.is_empty() && summary.ends_with('.'), "{id} {tag}: {summary}");
        }
    }

    #[test]
    fn a_value_stays_one_segment() {
        assert_eq!(segment("H41.20-230615-0001"), "H41.20-230615-0001");
        assert_eq!(segment("../a b?ơ"), "..%2Fa%20b%3F%C6%A1");
    }
}
