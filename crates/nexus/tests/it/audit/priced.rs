//! Orders that were not priced as they say, and promotions that are not counted as they were had.

/// As in `planted`. One order waits for its payment, with a coupon.
pub(super) const CASES: &[(&str, &str, &[&str])] = &[
    (
        "a discount that is of no line",
        "update order_lines set discount_minor = 0 where discount_minor > 0",
        &["I50"],
    ),
    (
        "a line with another tax than the order",
        "update order_lines set tax_minor = 1 where discount_minor > 0",
        &["I50"],
    ),
    (
        "a line that includes more tax than the order",
        "update order_lines set tax_included_minor = 1 where discount_minor > 0",
        &["I50"],
    ),
    (
        "a discount that nobody explains",
        "update orders set terms = jsonb_set(terms, '{discounts,0,amount,amount}', '1')
         where discount_minor > 0",
        &["I51"],
    ),
    (
        "a tax that nobody takes",
        "update orders set terms = jsonb_set(terms, '{taxes}',
             '[{\"amount\": {\"amount\": 5}}]') where discount_minor > 0",
        &["I51"],
    ),
    (
        "a delivery that costs something else",
        "update orders set terms = jsonb_set(terms, '{delivery}', '{\"price\": {\"amount\": 5}}')
         where discount_minor > 0",
        &["I51"],
    ),
    (
        "a promotion that is counted too often",
        "update promotions set used_count = used_count + 1",
        &["I52"],
    ),
    (
        "a buyer who is counted too little",
        "update promotion_uses set used_count = 0 where buyer like 'phone:%'",
        &["I52"],
    ),
    (
        "a use that is another buyer's",
        "update promotion_uses set buyer = 'email:other@example.com' where buyer like 'email:%'",
        &["I52"],
    ),
    (
        "a redemption that is gone",
        "delete from promotion_redemptions",
        &["I52", "I53"],
    ),
    (
        "a redemption that was given back while its order waits",
        "update promotion_redemptions set released_at = now();
         update promotions set used_count = 0;
         update promotion_uses set used_count = 0",
        &["I53"],
    ),
    (
        "a redemption that was given back although its order is paid",
        "insert into promotion_redemptions
             (promotion_id, order_id, buyers, redeemed_at, released_at)
         select promotions.id, orders.id, '{}', now(), now()
         from promotions cross join orders where status = 'paid';
         update orders
         set terms = jsonb_build_object('discounts', jsonb_build_array(jsonb_build_object(
             'promotion_id', (select id from promotions), 'amount', '{\"amount\": 0}'::jsonb)))
         where status = 'paid'",
        &["I53"],
    ),
    (
        "a redemption of an order without the promotion",
        "update orders set terms = '{}', discount_minor = 0, total_minor = subtotal_minor
         where discount_minor > 0;
         update order_lines set discount_minor = 0",
        &["I53"],
    ),
    (
        "a limit that nothing holds",
        "alter table promotions drop constraint promotions_used_within",
        &["I25"],
    ),
];
