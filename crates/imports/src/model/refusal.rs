//! Why a file is not taken.

use kit::{Refusal, RefusalKind, Resolution};

/// Why a file is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImportRefusal {
    /// There is none with this id.
    NotFound,
    /// It is not the head of a file of products: why.
    InvalidFile(String),
    /// It is not where this could be done.
    StateConflict(String),
}

/// Every refusal of this capability, for the registry.
pub static REFUSALS: &[&RefusalKind] = &[&NOT_FOUND, &INVALID_FILE, &STATE_CONFLICT];

static NOT_FOUND: RefusalKind = RefusalKind {
    code: "import_not_found",
    status: 404,
    title: "No such import",
    is_retryable: false,
    resolution: Resolution::Final,
    help: "There is no import with this id.",
};

static INVALID_FILE: RefusalKind = RefusalKind {
    code: "invalid_import_file",
    status: 422,
    title: "The file is not one of products",
    is_retryable: false,
    resolution: Resolution::Recoverable,
    help: "A file is CSV in UTF-8, its first row names the columns, each once, and a column `sku` \
           is among them; Shopify's has `Variant SKU`. The detail says what is wrong.",
};

static STATE_CONFLICT: RefusalKind = RefusalKind {
    code: "import_state_conflict",
    status: 409,
    title: "The import is not where this can be done",
    is_retryable: false,
    resolution: Resolution::Recoverable,
    help: "A trial is taken over once it is done, and what was taken over is undone once that is \
           done. The detail says where the import is.",
};

impl Refusal for ImportRefusal {
    fn kind(&self) -> &'static RefusalKind {
        match self {
            Self::NotFound => &NOT_FOUND,
            Self::InvalidFile(_) => &INVALID_FILE,
            Self::StateConflict(_) => &STATE_CONFLICT,
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::NotFound => NOT_FOUND.help.to_owned(),
            Self::InvalidFile(reason) => format!("{reason}."),
            Self::StateConflict(state) => format!("It is {state}."),
        }
    }
}
