//! Why terms say no.

use kit::{Refusal, RefusalKind, error::RefusedPart};
use serde_json::json;

use super::CouponProblem;

/// Why terms say no.
#[derive(Debug)]
pub enum TermsRefusal {
    /// There is no promotion with this id.
    PromotionNotFound,
    /// An open promotion has the code.
    CodeTaken,
    /// Staff have ended it.
    PromotionClosed,
    /// There are as many as may be.
    TooManyPromotions,
    /// There is no variant with this id.
    VariantNotFound,
    /// Codes that do not count, and why.
    CouponNotApplicable(Vec<(String, CouponProblem)>),
}

kit::refusal_kinds! {
    PROMOTION_NOT_FOUND "promotion_not_found" 404 Final "No such promotion"
        "There is no promotion with this id."
    CODE_TAKEN "coupon_code_taken" 409 Recoverable "Another promotion has this code"
        "A code names one promotion at a time. Choose another one, or end that promotion first."
    PROMOTION_CLOSED "promotion_closed" 409 Final "The promotion has ended"
        "Staff have ended this promotion; nothing about it changes any more. Create another one."
    TOO_MANY_PROMOTIONS "too_many_promotions" 409 Recoverable "There are too many promotions"
        "At most 100 promotions without a code are open at a time. End one that is over."
    VARIANT_NOT_FOUND "terms_variant_not_found" 404 Final "No such variant"
        "There is no variant with this id."
    COUPON_NOT_APPLICABLE "coupon_not_applicable" 409 RequiresBuyerInput "A coupon does not count"
        "Each entry of errors names a coupon and says why it does not count. Take it out of the \
         cart and look at the new total."
}

impl Refusal for TermsRefusal {
    fn kind(&self) -> &'static RefusalKind {
        match self {
            Self::PromotionNotFound => &PROMOTION_NOT_FOUND,
            Self::CodeTaken => &CODE_TAKEN,
            Self::PromotionClosed => &PROMOTION_CLOSED,
            Self::TooManyPromotions => &TOO_MANY_PROMOTIONS,
            Self::VariantNotFound => &VARIANT_NOT_FOUND,
            Self::CouponNotApplicable(_) => &COUPON_NOT_APPLICABLE,
        }
    }

    fn detail(&self) -> String {
        self.kind().help.to_owned()
    }

    fn parts(&self) -> Vec<RefusedPart> {
        let Self::CouponNotApplicable(coupons) = self else {
            return Vec::new();
        };
        let part = |(code, problem): &(String, CouponProblem)| RefusedPart {
            pointer: format!("/coupons/{code}"),
            code: problem.code(),
            message: problem.message().to_owned(),
            meta: Some(json!({ "coupon": code })),
        };
        coupons.iter().map(part).collect()
    }
}
