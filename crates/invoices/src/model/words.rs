//! The words of a document, in English and Amharic beside each other.

pub(super) const INVOICE: &str = "INVOICE · የሽያጭ ደረሰኝ";
pub(super) const CREDIT_NOTE: &str = "CREDIT NOTE · የተመላሽ ሰነድ";
pub(super) const NUMBER: &str = "No. · ቁጥር";
pub(super) const DATE: &str = "Date · ቀን";
pub(super) const ORDER: &str = "Order · ትዕዛዝ";
pub(super) const FOR_INVOICE: &str = "For invoice · ለደረሰኝ ቁጥር";
pub(super) const TIN: &str = "TIN · የግብር ከፋይ መለያ ቁጥር";
pub(super) const VAT_NUMBER: &str = "VAT reg. no. · የተ.እ.ታ. ቁጥር";
pub(super) const BUYER: &str = "Bill to · ለ";
pub(super) const ITEM: &str = "Item · ዕቃ";
pub(super) const QUANTITY: &str = "Qty · ብዛት";
pub(super) const UNIT_PRICE: &str = "Price · ዋጋ";
pub(super) const AMOUNT: &str = "Amount · መጠን";
pub(super) const SUBTOTAL: &str = "Subtotal · ንዑስ ድምር";
pub(super) const DISCOUNT: &str = "Discount · ቅናሽ";
pub(super) const DELIVERY: &str = "Delivery · ማድረሻ";
pub(super) const TOTAL: &str = "Total · ጠቅላላ";
pub(super) const GIVEN_BACK: &str = "Given back · የተመለሰ";
pub(super) const INCLUDED: &str = "included · የተካተተ";
pub(super) const PAGE: &str = "Page · ገጽ";
