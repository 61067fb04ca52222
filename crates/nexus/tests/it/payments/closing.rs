//! How every test of payments ends: the provider's ledger is ours, and nobody's data is in it.

use crate::world::{CHAPA_KEY, Shop, WEBHOOK_SECRET};

/// What must stand in no column of payments: secrets, and the buyer of these tests.
pub(super) const PRIVATE: [&str; 7] = [
    CHAPA_KEY,
    WEBHOOK_SECRET,
    "abebe@example.com",
    "911223344",
    "Abebe",
    "Bikila",
    "Edna Mall",
];

impl Shop {
    /// Due jobs run; then what the provider took is what we recorded, to the santim; no secret
    /// and no personal datum is written down; and the audit is clean.
    pub(crate) async fn settle_and_close(self) {
        self.run_jobs().await;
        self.assert_ledgers_agree().await;
        self.assert_nothing_private().await;
        self.close().await;
    }

    pub(super) async fn assert_ledgers_agree(&self) {
        let ledger = self
            .provider()
            .get("/__sim/transactions")
            .await
            .expect(200)
            .body;
        let mut theirs: Vec<_> = ledger
            .as_array()
            .unwrap()
            .iter()
            .filter(|row| ["charged", "reversed"].contains(&row["state"].as_str().unwrap()))
            .map(|row| {
                let text = |field: &str| row[field].as_str().unwrap().to_owned();
                let amount = row["amount_minor"].as_i64().unwrap();
                (text("tx_ref"), text("reference"), amount, text("currency"))
            })
            .collect();
        theirs.sort();
        let ours = self.captures().await;
        let mut ours: Vec<_> = ours
            .into_iter()
            .map(|(a, b, c, d, _)| (a, b, c, d))
            .collect();
        ours.sort();
        assert_eq!(ours, theirs, "our captures and the provider's ledger");
    }

    /// Looks through every column of the tables of payments, and of what follows from them.
    pub(super) async fn assert_nothing_private(&self) {
        let tables = [
            "payment_attempts",
            "payment_calls",
            "captures",
            "payment_reviews",
            "jobs",
            "events",
            "mails",
            "(select authenticity, event, tx_ref from webhooks_received)",
        ];
        for table in tables {
            let sql = format!(
                "select coalesce(string_agg(row_to_json(t)::text, ' '), '') from {table} t"
            );
            let written = self.text(&sql).await;
            for private in PRIVATE {
                assert!(
                    !written.contains(private),
                    "{private} stands in {table}: {written}"
                );
            }
        }
    }
}
