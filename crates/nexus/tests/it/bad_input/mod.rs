//! Bodies, paths and queries that nobody honest sends: refused with a reason, and nothing changed.
//! Every operation that takes a JSON body stands in the table here, or the first test fails.

mod credit;
mod documents;
mod goods;
mod instants;
mod members;
mod numbers;
mod orders;
mod priced_by;
mod texts;
mod writes;

use std::collections::BTreeSet;

use http::Method;
use serde_json::{Value, json};

use self::writes::writes;
use crate::world::{Answer, Client, Shop};

const PASSWORD: &str = "correct horse battery staple";

/// A write that would be taken, with every member that it may have.
pub(super) struct Write {
    pub(super) name: &'static str,
    who: Client,
    method: Method,
    path: String,
    pub(super) body: Value,
}

impl Write {
    fn new(name: &'static str, who: &Client, method: Method, path: &str, body: Value) -> Self {
        Self {
            name,
            who: who.clone(),
            method,
            path: path.to_owned(),
            body,
        }
    }

    /// Sends exact bytes in the place of the body.
    pub(super) async fn send(&self, media: &str, bytes: Vec<u8>) -> Answer {
        let sent = self
            .who
            .try_raw(self.method.clone(), &self.path, media, Some(bytes));
        sent.await.expect("an answer")
    }

    /// Sends more than is taken. Whoever is not read to the end may find the connection closed
    /// before the answer; nothing else is an answer.
    pub(super) async fn send_too_much(&self, bytes: Vec<u8>) {
        let media = "application/json";
        let sent = self
            .who
            .try_raw(self.method.clone(), &self.path, media, Some(bytes));
        if let Ok(answer) = sent.await {
            answer.refused(413, "body_too_large");
        }
    }

    /// Sends the body with the value at a pointer replaced by a raw JSON text.
    pub(super) async fn with(&self, pointer: &str, raw: &str) -> Answer {
        let mut body = self.body.clone();
        *body.pointer_mut(pointer).unwrap() = json!("@@");
        let text = body.to_string().replace("\"@@\"", raw);
        self.send("application/json", text.into_bytes()).await
    }

    /// The same write against a later version.
    pub(super) fn at_version(&self, version: i64) -> Self {
        let who = self.who.with("if-match", &format!("\"v{version}\""));
        Self {
            who,
            ..Self::new(
                self.name,
                &self.who,
                self.method.clone(),
                &self.path,
                self.body.clone(),
            )
        }
    }
}

/// Every pointer in a document whose value is wanted.
pub(super) fn pointers(value: &Value, is_wanted: fn(&Value) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![(String::new(), value)];
    while let Some((at, value)) = open.pop() {
        if is_wanted(value) {
            found.push(at.clone());
        }
        match value {
            Value::Object(members) => {
                open.extend(
                    members
                        .iter()
                        .map(|(name, inner)| (format!("{at}/{name}"), inner)),
                );
            }
            Value::Array(entries) => {
                open.extend(
                    entries
                        .iter()
                        .enumerate()
                        .map(|(n, inner)| (format!("{at}/{n}"), inner)),
                );
            }
            _ => {}
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_with_a_body_is_tried_here() {
    let shop = Shop::open().await;
    let document: Value = serde_json::from_str(&nexus::openapi::json().unwrap()).unwrap();
    let operations = document["paths"].as_object().unwrap().values();
    let operations = operations.flat_map(|item| item.as_object().unwrap().values());
    let has_schema = |operation: &&Value| {
        operation
            .pointer("/requestBody/content/application~1json/schema/$ref")
            .is_some()
    };
    let existing: BTreeSet<&str> = operations
        .filter(has_schema)
        .map(|found| found["operationId"].as_str().unwrap())
        .collect();
    let tried: BTreeSet<&str> = writes(&shop).await.iter().map(|write| write.name).collect();
    assert_eq!(tried, existing);
    shop.close().await;
}
