//! Every typed id of the shop, one line each.
//!
//! Promises: ids are UUIDv7 (RFC 9562), so they sort by birth; an order's id is never taken
//! for a cart's. Never: a secret. Ids are guessable in part; capabilities have tokens.

mod id;

pub use id::Id;

/// A member of the staff.
pub type StaffId = Id<kind::Staff>;
/// A buyer with an account.
pub type CustomerId = Id<kind::Customer>;
/// Customers who are priced alike.
pub type CustomerGroupId = Id<kind::CustomerGroup>;
/// An address in a customer's book.
pub type AddressId = Id<kind::Address>;
/// A brand.
pub type BrandId = Id<kind::Brand>;
/// A node of the category tree.
pub type CategoryId = Id<kind::Category>;
/// A product: what a page shows.
pub type ProductId = Id<kind::Product>;
/// A picture of a product.
pub type ImageId = Id<kind::Image>;
/// An option of a product, such as "size".
pub type OptionId = Id<kind::Option>;
/// A value of an option, such as "M".
pub type OptionValueId = Id<kind::OptionValue>;
/// A variant: what is counted and sold.
pub type VariantId = Id<kind::Variant>;
/// Where units are: a warehouse, a shop.
pub type LocationId = Id<kind::Location>;
/// One change of a stock level.
pub type MovementId = Id<kind::Movement>;
/// Units that go from one location to another.
pub type StockTransferId = Id<kind::StockTransfer>;
/// Somebody's count of what is at a location.
pub type StockCountId = Id<kind::StockCount>;
/// Products that are shown together.
pub type CollectionId = Id<kind::Collection>;
/// Prices that go together: a sale, those of a group, those by quantity.
pub type PriceListId = Id<kind::PriceList>;
/// A file of products that is taken over.
pub type ProductImportId = Id<kind::ProductImport>;
/// A kind of product.
pub type ProductTypeId = Id<kind::ProductType>;
/// Units set aside for an order.
pub type ReservationId = Id<kind::Reservation>;
/// Units that an order waits for.
pub type BackorderId = Id<kind::Backorder>;
/// A flash sale.
pub type SaleId = Id<kind::Sale>;
/// A promotion.
pub type PromotionId = Id<kind::Promotion>;
/// A way for goods to reach a buyer.
pub type ShippingMethodId = Id<kind::ShippingMethod>;
/// Somebody's place in the queue before a sale.
pub type PlaceId = Id<kind::Place>;
/// A cart.
pub type CartId = Id<kind::Cart>;
/// A line of a cart.
pub type CartItemId = Id<kind::CartItem>;
/// An order.
pub type OrderId = Id<kind::Order>;
/// A line of an order.
pub type OrderLineId = Id<kind::OrderLine>;
/// One try to have an order paid.
pub type AttemptId = Id<kind::Attempt>;
/// Money that arrived.
pub type CaptureId = Id<kind::Capture>;
/// A message that a payment provider sent us.
pub type WebhookId = Id<kind::Webhook>;
/// Something about money that a person must look at.
pub type ReviewId = Id<kind::Review>;
/// One movement in the books.
pub type TransferId = Id<kind::Transfer>;
/// A gift card, or a customer's credit with the shop.
pub type CreditAccountId = Id<kind::CreditAccount>;
/// Credit that is set aside for an order.
pub type CreditUseId = Id<kind::CreditUse>;
/// One change of a balance of credit.
pub type CreditEntryId = Id<kind::CreditEntry>;
/// Money that goes back to a buyer.
pub type RefundId = Id<kind::Refund>;
/// One comparison of our books with a provider's.
pub type ReconciliationId = Id<kind::Reconciliation>;
/// A difference between our books and a provider's.
pub type BreakId = Id<kind::Break>;
/// Where a merchant's other system hears of events.
pub type WebhookEndpointId = Id<kind::WebhookEndpoint>;
/// An event on its way to such a system.
pub type WebhookDeliveryId = Id<kind::WebhookDelivery>;
/// Units of an order that left together.
pub type FulfilmentId = Id<kind::Fulfilment>;
/// Units of an order that will never be shipped.
pub type CancellationId = Id<kind::Cancellation>;
/// What a buyer sends back.
pub type ReturnId = Id<kind::Return>;
/// What staff have written down about an order.
pub type NoteId = Id<kind::Note>;
/// An invoice or a credit note.
pub type InvoiceId = Id<kind::Invoice>;
/// A mail that was sent or is on its way.
pub type MailId = Id<kind::Mail>;

/// The kinds that keep ids apart; they hold nothing.
pub mod kind {
    macro_rules! kinds {
        ($($name:ident)*) => {$(
            /// Marks an id.
            #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
            pub enum $name {}
        )*};
    }
    kinds! {
        Staff Customer Brand Category Product Image Option OptionValue Variant Movement
        Reservation Cart CartItem Order OrderLine Attempt Capture Webhook Review Mail
        Transfer Refund Reconciliation Break WebhookEndpoint WebhookDelivery Location StockTransfer
        StockCount ProductType Backorder Collection
        Sale
        Address Promotion ShippingMethod
        CustomerGroup PriceList ProductImport
        Place
        Fulfilment Cancellation Return Note Invoice
        CreditAccount CreditUse CreditEntry
    }
}
