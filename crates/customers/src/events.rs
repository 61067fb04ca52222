//! What customers did. Ids only: an event is kept longer than an account.

use ids::CustomerId;
use kit::outbox::Event;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Somebody opened an account.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CustomerRegistered {
    /// Who.
    pub customer_id: CustomerId,
}

impl Event for CustomerRegistered {
    const NAME: &'static str = "customer.registered";

    fn subject(&self) -> Uuid {
        self.customer_id.uuid()
    }
}

/// Somebody chose a new password; their other sessions have ended.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CustomerPasswordChanged {
    /// Who.
    pub customer_id: CustomerId,
}

impl Event for CustomerPasswordChanged {
    const NAME: &'static str = "customer.password_changed";

    fn subject(&self) -> Uuid {
        self.customer_id.uuid()
    }
}
