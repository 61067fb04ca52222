//! Unit tests of the export's lines.

use chrono::DateTime;
use ids::OrderId;
use money::{Currency, Money};
use uuid::Uuid;

use crate::model::{CSV_HEADER, Row};

#[test]
fn a_cell_is_never_a_formula() {
    let etb = |minor| Money::new(minor, Currency::ETB);
    let words = |texts: [&str; 7]| texts.map(str::to_owned);
    let row = Row {
        id: OrderId::from_uuid(Uuid::nil()),
        placed_at: DateTime::UNIX_EPOCH,
        number: 1001,
        paid_at: None,
        statuses: ["paid", "shipped", "none"].map(str::to_owned),
        buyer: words([
            "a@b.et",
            "+251911223344",
            "=1+1",
            "ET",
            "@SUM(A1)",
            "Bole, 3",
            "\"x\"\r\n-",
        ]),
        amounts: [1_000, 0, 50, 0, 1_050, 100].map(etb),
        lines_count: 2,
        units: 3,
    };
    let line = row.csv_line();
    assert_eq!(
        line,
        "1001,1970-01-01T00:00:00Z,,paid,shipped,none,a@b.et,'+251911223344,'=1+1,ET,'@SUM(A1),\
         \"Bole, 3\",\"\"\"x\"\"\r\n-\",ETB,10.00,0.00,0.50,0.00,10.50,1.00,2,3,\
         00000000-0000-0000-0000-000000000000\r\n"
    );
    assert_eq!(CSV_HEADER.matches(',').count(), 22);
}
