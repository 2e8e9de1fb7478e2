//! What operations may answer beside what they are asked for, described once.

use std::collections::BTreeMap;

use utoipa::IntoResponses;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response};

type Described = BTreeMap<String, RefOr<Response>>;

/// Of an operation that only reads.
pub(super) struct Reading;

/// Of an operation that changes something.
pub(super) struct Writing;

/// Of an operation that names in `If-Match` what was seen, beside [`Writing`].
pub(super) struct Matching;

/// Of an operation on an upload that stands, beside the others.
pub(super) struct Resuming;

const ALWAYS: [(&str, &str); 6] = [
    ("400", "what was sent cannot be understood"),
    ("401", "no token, or one that does not hold"),
    ("403", "the token is not meant for this"),
    ("404", "it is not there, or not for this user to see"),
    ("429", "too many requests: try again after as many seconds as Retry-After says"),
    ("503", "the database is busy or the disk full: try again"),
];

fn problem((status, description): (&str, &str)) -> (String, RefOr<Response>) {
    let schema = Ref::from_schema_name("Problem");
    let content = ContentBuilder::new().schema(Some(schema)).build();
    let mut response = ResponseBuilder::new().description(description).content("application/problem+json", content);
    if status == "429" {
        response = response.header("Retry-After", HeaderBuilder::new().description(Some("seconds")).build());
    }
    (status.to_owned(), response.build().into())
}

impl IntoResponses for Reading {
    fn responses() -> Described {
        let same = ResponseBuilder::new().description("it is as it was when its ETag was read").build();
        ALWAYS.into_iter().map(problem).chain([("304".to_owned(), same.into())]).collect()
    }
}

impl IntoResponses for Writing {
    fn responses() -> Described {
        let more = [
            ("409", "it does not go with how things stand"),
            ("413", "too much was sent"),
            ("422", "what was sent is refused, with a stable code why"),
        ];
        ALWAYS.into_iter().chain(more).map(problem).collect()
    }
}

impl IntoResponses for Matching {
    fn responses() -> Described {
        [("412", "it has changed since"), ("428", "If-Match is missing")].into_iter().map(problem).collect()
    }
}

impl IntoResponses for Resuming {
    fn responses() -> Described {
        let all = [("410", "there is no such upload any more"), ("412", "another version of tus")];
        all.into_iter().map(problem).collect()
    }
}
