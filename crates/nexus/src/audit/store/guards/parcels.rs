//! What the schema itself must refuse of parcels, cancellations and returns.

use super::{Guard, Kind};

pub(super) static GUARDS: &[Guard] = guards! {
    "fulfilment_lines":
        Primary "fulfilment_lines_pkey"
        Check "fulfilment_lines_within"
        Check "fulfilment_lines_delivered_within"
        Check "fulfilment_lines_returned_within"
        Foreign "fulfilment_lines_line_fkey";
    "fulfilments":
        Unique "fulfilments_number_key"
        Check "fulfilments_state_known"
        Check "fulfilments_delivered_when"
        Foreign "fulfilments_order_fkey";
    "fulfilment_items":
        Unique "fulfilment_items_key"
        Check "fulfilment_items_quantity_positive"
        Foreign "fulfilment_items_fulfilment_fkey"
        Foreign "fulfilment_items_line_fkey";
    "cancellations":
        Foreign "cancellations_order_fkey"
        Foreign "cancellations_refund_fkey";
    "cancellation_items":
        Unique "cancellation_items_key"
        Check "cancellation_items_quantity_positive"
        Foreign "cancellation_items_line_fkey";
    "returns":
        Unique "returns_number_key"
        Check "returns_state_known"
        Check "returns_received_when"
        Foreign "returns_order_fkey";
    "return_lines":
        Primary "return_lines_pkey"
        Check "return_lines_quantity_positive"
        Check "return_lines_received_within"
        Check "return_lines_settled_within"
        Foreign "return_lines_return_fkey"
        Foreign "return_lines_line_fkey";
    "return_history":
        Primary "return_history_pkey"
        Check "return_history_legal";
    "return_refunds":
        Primary "return_refunds_pkey"
        Foreign "return_refunds_refund_fkey"
        Foreign "return_refunds_return_fkey";
    "return_exchanges":
        Foreign "return_exchanges_line_fkey";
    "invoices":
        Unique "invoices_number_key"
        Unique "invoices_refund_key"
        Partial "invoices_order_key"
        Trigger "invoices_append_only";
};
