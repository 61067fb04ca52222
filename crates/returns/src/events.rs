//! Facts that returns announce.

use ids::{OrderId, ReturnId};
use kit::outbox::Event;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! events {
    ($($(#[$doc:meta])* $event:ident $name:literal)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Serialize, Deserialize)]
        pub struct $event {
            /// Of which order.
            pub order_id: OrderId,
            /// Which return.
            pub return_id: ReturnId,
        }

        impl Event for $event {
            const NAME: &'static str = $name;

            fn subject(&self) -> Uuid {
                self.order_id.uuid()
            }
        }
    )*};
}

events! {
    /// Somebody wants to send goods back.
    ReturnRequested "return.requested"
    /// The goods may be sent.
    ReturnApproved "return.approved"
    /// The goods may not be sent.
    ReturnRejected "return.rejected"
    /// The goods have come.
    ReturnReceived "return.received"
}
