//! The accountant's file, read back as a spreadsheet would.

use std::collections::BTreeMap;

use chrono::{SecondsFormat, TimeDelta};

use super::{accountant, post, three_orders};
use crate::world::{Client, Shop};

const PATH: &str = "/api/v1/admin/ledger/export/";
const COLUMNS: [&str; 12] = [
    "entry", "date", "account", "title", "debit", "credit", "currency", "order", "memo", "fact",
    "sequence", "hash",
];

/// Records of a file after RFC 4180, read strictly.
pub(super) fn records(text: &str) -> Vec<Vec<String>> {
    let (mut records, mut record, mut cell) = (Vec::new(), Vec::new(), String::new());
    let mut characters = text.chars().peekable();
    let mut is_quoted = false;
    while let Some(character) = characters.next() {
        match character {
            '"' if is_quoted && characters.peek() == Some(&'"') => {
                characters.next();
                cell.push('"');
            }
            '"' if is_quoted => is_quoted = false,
            _ if is_quoted => cell.push(character),
            '"' => {
                assert!(cell.is_empty(), "a quotation mark within {cell:?}");
                is_quoted = true;
            }
            ',' => record.push(std::mem::take(&mut cell)),
            '\r' => {
                assert_eq!(characters.next(), Some('\n'), "lines end in CRLF");
                record.push(std::mem::take(&mut cell));
                records.push(std::mem::take(&mut record));
            }
            '\n' => panic!("a line that ends in LF alone"),
            _ => cell.push(character),
        }
    }
    assert!(
        record.is_empty() && cell.is_empty(),
        "the last line is whole"
    );
    records
}

/// Debit less credit by account, in minor units.
pub(super) fn sums(lines: &[Vec<String>]) -> BTreeMap<String, i64> {
    let mut sums = BTreeMap::new();
    let minor = |text: &str| match text {
        "" => 0,
        text => money::parse_minor(text, 2).unwrap(),
    };
    for line in lines {
        *sums.entry(line[2].clone()).or_insert(0) += minor(&line[4]) - minor(&line[5]);
    }
    sums
}

async fn export(who: &Client, query: &str) -> Vec<Vec<String>> {
    let answer = who.get(&format!("{PATH}?{query}")).await.expect(200);
    assert_eq!(answer.headers["content-type"], "text/csv; charset=utf-8");
    let mut lines = records(&String::from_utf8(answer.bytes).unwrap());
    assert_eq!(lines.remove(0), COLUMNS);
    lines
}

#[tokio::test(flavor = "multi_thread")]
async fn the_file_adds_up_to_the_balances() {
    let (shop, orders) = three_orders().await;
    let who = accountant(&shop).await;
    shop.seal().await;
    shop.advance(TimeDelta::seconds(1));
    let lines = export(&who, "").await;
    assert_eq!(lines.len(), 12);
    let books = who.get("/api/v1/admin/ledger/balances/").await.expect(200);
    let accounts = books.body["currencies"][0]["accounts"].as_array().unwrap();
    let sums = sums(&lines);
    for account in accounts {
        let side = |name: &str| account[name]["amount"].as_i64().unwrap();
        let code = account["account"].as_str().unwrap();
        let exported = sums.get(code).copied().unwrap_or(0);
        assert_eq!(exported, side("debit") - side("credit"), "{code}");
    }
    assert_eq!(sums.values().sum::<i64>(), 0);
    for (n, pair) in lines.chunks(2).enumerate() {
        let (debit, credit) = (&pair[0], &pair[1]);
        assert_eq!(debit[0], (n + 1).to_string());
        assert!(!debit[4].is_empty() && debit[5].is_empty(), "{debit:?}");
        assert_eq!((&credit[4], &credit[5]), (&String::new(), &debit[4]));
        for same in [0, 1, 6, 7, 8, 9, 10, 11] {
            assert_eq!(debit[same], credit[same]);
        }
        assert_eq!((debit[6].as_str(), debit[11].len()), ("ETB", 64));
    }
    let first = lines.iter().find(|line| line[2] == "orders").unwrap();
    assert_eq!(
        first[3],
        "What buyers paid for orders, less what was given back"
    );
    assert_eq!(first[5], "100.00");
    assert_eq!(first[7], orders[0]["number"].to_string());
    let begun = shop.now() - TimeDelta::seconds(1);
    let at = begun.to_rfc3339_opts(SecondsFormat::Micros, true);
    assert_eq!(export(&who, &format!("from={at}")).await.len(), 4);
    assert_eq!(export(&who, &format!("to={at}")).await.len(), 8);
    assert_eq!(export(&who, "to=2001-01-01T00:00:00Z").await.len(), 0);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_closed_day_is_told_with_the_file() {
    let (shop, _) = three_orders().await;
    let who = accountant(&shop).await;
    let open = who.get(PATH).await.expect(200);
    assert!(!open.headers.contains_key("x-ledger-closing-hash"));
    shop.seal().await;
    let days = who.get("/api/v1/admin/ledger/days/").await.expect(200);
    let closed = who.get(PATH).await.expect(200);
    assert_eq!(
        closed.headers["x-ledger-closing-hash"],
        days.text("/data/1/closing_hash")
    );
    assert_eq!(
        closed.headers["x-ledger-closed-day"],
        days.text("/data/1/day")
    );
    let name = closed.headers["content-disposition"].to_str().unwrap();
    let expected = shop
        .now()
        .format("attachment; filename=\"ledger-19700101-%Y%m%d.csv\"");
    assert_eq!(name, expected.to_string());
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_text_becomes_a_formula_or_breaks_a_line() {
    let shop = Shop::open().await;
    let who = accountant(&shop).await;
    let memos = [
        ("=1+1", "'=1+1"),
        ("+251911223344", "'+251911223344"),
        ("-2", "'-2"),
        ("@sum(a1)", "'@sum(a1)"),
        ("\t=1", "'\t=1"),
        ("\r\n=1", "'\r\n=1"),
        ("=cmd|'/c calc'!\"a\",1", "'=cmd|'/c calc'!\"a\",1"),
        (
            "a \"word\", and\r\nanother line",
            "a \"word\", and\r\nanother line",
        ),
        ("ቡና = 1", "ቡና = 1"),
        ("", ""),
    ];
    for (n, (memo, _)) in memos.iter().enumerate() {
        let fact = format!("test:{n}");
        post(&shop.app.kit.db, &fact, memo, 1, shop.now()).await;
        shop.advance(TimeDelta::seconds(1));
    }
    let lines = export(&who, "").await;
    for (pair, (_, shown)) in lines.chunks(2).zip(memos) {
        assert_eq!((pair[0][8].as_str(), pair[1][8].as_str()), (shown, shown));
    }
    assert_eq!(lines.len(), 2 * memos.len());
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_file_comes_whole_and_in_order() {
    let shop = Shop::open().await;
    let who = accountant(&shop).await;
    // Some pages and a bit, many of them booked in the same moment; and exactly two pages.
    for (count, begun) in [(1_203_i64, 0_i64), (797, 1_203)] {
        let insert = "
            insert into ledger_transfers
            select gen_random_uuid(), 'test:' || n, 1, 'write_offs', 'held:chapa', n, 'ETB', null,
                '', $3::timestamptz + (n / 7) * interval '1 second'
            from generate_series($1::bigint, $2::bigint) as n";
        let start = shop.now() - TimeDelta::hours(1);
        let conn = shop.db().await;
        let params: [kit::db::Param<'_>; 3] = [&(begun + 1), &(begun + count), &start];
        conn.execute(insert, &params).await.unwrap();
        drop(conn);
        let lines = export(&who, "").await;
        let sum = begun + count;
        assert_eq!(lines.len(), usize::try_from(2 * sum).unwrap());
        let mut facts: Vec<i64> = lines
            .chunks(2)
            .map(|pair| pair[0][9].strip_prefix("test:").unwrap().parse().unwrap())
            .collect();
        assert!(facts.windows(2).all(|pair| pair[0] / 7 <= pair[1] / 7));
        facts.sort_unstable();
        assert_eq!(facts, (1..=sum).collect::<Vec<i64>>());
    }
    shop.close().await;
}
