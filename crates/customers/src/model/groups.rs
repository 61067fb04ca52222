//! Groups of customers, who are priced alike. Never: a price.

use ids::{CustomerGroupId, CustomerId};
use kit::error::{RefusalKind, Resolution};

/// The most characters of a group's name.
const NAME_CHARACTERS_MAX: usize = 100;

/// Customers who are priced alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CustomerGroup {
    pub(crate) id: CustomerGroupId,
    pub(crate) name: String,
    pub(crate) version: i64,
}

/// A customer of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GroupMember {
    pub(crate) id: CustomerId,
    pub(crate) email: String,
    pub(crate) first_name: String,
    pub(crate) last_name: String,
}

/// A group's name: trimmed, 1 to 100 characters, one line.
///
/// # Errors
/// The reason in words.
pub(crate) fn clean_group_name(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > NAME_CHARACTERS_MAX {
        Err("it must have 1 to 100 characters")
    } else if text.chars().any(char::is_control) {
        Err("it must be one line without control characters")
    } else {
        Ok(text.to_owned())
    }
}

pub(super) static GROUP_NOT_FOUND: RefusalKind = RefusalKind {
    code: "customer_group_not_found",
    status: 404,
    title: "No such group of customers",
    is_retryable: false,
    resolution: Resolution::Final,
    help: "There is no group of customers with this id.",
};

pub(super) static GROUP_NAME_TAKEN: RefusalKind = RefusalKind {
    code: "customer_group_name_taken",
    status: 409,
    title: "A group has this name",
    is_retryable: false,
    resolution: Resolution::Recoverable,
    help: "Another group of customers has this name, in upper or lower case. Choose another one.",
};

pub(super) static GROUP_IN_USE: RefusalKind = RefusalKind {
    code: "customer_group_in_use",
    status: 409,
    title: "The group is still in use",
    is_retryable: false,
    resolution: Resolution::Recoverable,
    help: "The group still has customers or price lists. Take them away first.",
};

pub(super) static ACCOUNT_NOT_FOUND: RefusalKind = RefusalKind {
    code: "customer_not_found",
    status: 404,
    title: "No such customer",
    is_retryable: false,
    resolution: Resolution::Recoverable,
    help: "No account is meant by this, or it is not in the group. Customers without an account \
           have no group.",
};
