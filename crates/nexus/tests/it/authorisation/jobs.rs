//! Administrative operations on jobs, what each needs and what it is tried with.

use serde_json::Value;

use super::{
    rights::{Operation, change, read},
    targets::Target,
};

const JOBS: Option<&str> = Some("jobs.manage");

/// Of jobs, in the order in which they are tried with the right.
pub(super) static OPERATIONS: [Operation; 5] = [
    read("listJobs", JOBS, None),
    read("listJobKinds", JOBS, None),
    read("getJob", JOBS, Some(Target::Job)),
    acts("discardJob"),
    acts("retryJob"),
];

const fn acts(name: &'static str) -> Operation {
    Operation {
        right: JOBS,
        version: None,
        ..change(name, Target::Job, || Value::Null)
    }
}
