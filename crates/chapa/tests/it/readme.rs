//! The simulator's page tells the truth: its calls are made, its tables are tried.

use reqwest::Method;
use serde_json::{Map, Value, json};

use crate::shop::Shop;
use crate::simulator::{KEY, Simulator, transaction, within};

const PAGE: &str = include_str!("../../src/bin/chapa-simulator/README.md");

/// One `curl` line.
#[derive(Debug)]
struct Call {
    method: Method,
    url: String,
    headers: Vec<(String, String)>,
    body: Option<String>,
}

/// Words as a shell splits them: white space apart, single quotes together.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for character in line.chars() {
        match character {
            '\'' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            _ => words.last_mut().unwrap().push(character),
        }
    }
    words
}

fn read(line: &str) -> Call {
    let mut call = Call {
        method: Method::GET,
        url: String::new(),
        headers: Vec::new(),
        body: None,
    };
    let mut words = words(line).into_iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "-s" => {}
            "-X" => call.method = words.next().unwrap().parse().unwrap(),
            "-H" => {
                let header = words.next().unwrap();
                let (name, value) = header.split_once(": ").unwrap();
                call.headers.push((name.to_owned(), value.to_owned()));
            }
            "-d" => call.body = words.next(),
            url => call.url = url.to_owned(),
        }
    }
    if call.body.is_some() && call.method == Method::GET {
        call.method = Method::POST;
    }
    call
}

#[tokio::test]
async fn every_curl_line_works_in_its_order() {
    let shop = Shop::open().await;
    let simulator = Simulator::start_with(&["--webhook-url", &shop.url]);
    let client = simulator.client();
    for tx_ref in ["ord-2", "ord-3", "ord-4", "ord-5"] {
        within(client.initialize(&transaction(tx_ref)))
            .await
            .unwrap();
    }
    let lines: Vec<&str> = PAGE
        .lines()
        .filter_map(|line| line.strip_prefix("$ curl "))
        .collect();
    assert!(lines.len() > 50, "{}", lines.len());
    for line in lines {
        let line = line
            .replace("$S", "http://127.0.0.1:8090/__sim")
            .replace("127.0.0.1:8090", &simulator.address)
            .replace("http://127.0.0.1:8000", &shop.url)
            .replace("CHASECK_TEST-simulator", KEY);
        let call = read(&line);
        let body = call.body.unwrap_or_default();
        // The door opens again by itself.
        let response = loop {
            let mut request = simulator
                .http
                .request(call.method.clone(), &call.url)
                .body(body.clone());
            for (name, value) in &call.headers {
                request = request.header(name, value);
            }
            match within(request.send()).await {
                Ok(response) => break response,
                Err(error) => assert!(error.is_connect() || error.is_request(), "{line}: {error}"),
            }
        };
        let status = response.status();
        let text = response.text().await.unwrap();
        assert!(status.is_success(), "{line}: {status} {text}");
    }
}

/// The cells of the rows of the table under this head.
fn table(head: &str) -> Vec<Vec<String>> {
    let rows = PAGE.lines().skip_while(|line| !line.starts_with(head));
    rows.skip(2)
        .take_while(|line| line.starts_with('|'))
        .map(|line| {
            let cells = line.trim_matches('|').split(" | ");
            cells.map(|cell| cell.trim().to_owned()).collect()
        })
        .collect()
}

/// What stands between backticks.
fn marked(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

#[tokio::test]
async fn every_variant_of_the_table_is_known_and_none_is_missing() {
    let simulator = Simulator::start();
    let mut missing: Map<String, Value> =
        simulator.get("variants").await.as_object().unwrap().clone();
    let rows = table("| field | values, the default first");
    for row in &rows {
        for field in marked(&row[0]) {
            let default = missing.remove(field);
            let values = row[1].split(':').next().unwrap();
            for (index, word) in marked(values).into_iter().enumerate() {
                let value = serde_json::from_str(word).unwrap_or_else(|_| json!(word));
                let value = if field == "meta" { json!(word) } else { value };
                if index == 0 {
                    assert_eq!(Some(&value), default.as_ref(), "{field}");
                }
                simulator.patch("variants", json!({ field: value })).await;
            }
        }
    }
    assert!(missing.is_empty(), "{missing:?}");
}

#[tokio::test]
async fn every_fault_and_every_way_to_send_of_the_tables_is_known() {
    let simulator = Simulator::start();
    let rows = table("| `kind` | the call happens");
    assert_eq!(rows.len(), 16);
    for row in &rows {
        let words = marked(&row[0]);
        let mut fault = json!({"kind": words[0]});
        for field in &words[1..] {
            fault[field] = match *field {
                "ms" | "interval_ms" => json!(1),
                "status" => json!(200),
                _ => json!("1"),
            };
        }
        simulator.fault(fault).await;
    }
    let kept = simulator.get("webhook").await;
    let rows = table("| field | |");
    for field in kept.as_object().unwrap().keys() {
        let is_named = rows
            .iter()
            .any(|row| row.concat().contains(&format!("`{field}`")));
        assert!(is_named, "{field}");
    }
    for field in ["headers", "body"] {
        let row = rows.iter().find(|row| marked(&row[0]) == [field]).unwrap();
        for word in row[1].split(", `").map(|part| part.trim_start_matches('`')) {
            let word = word.split('`').next().unwrap();
            if !word.starts_with("basic_") && !word.contains('.') {
                simulator.patch("webhook", json!({ field: word })).await;
            }
        }
    }
}
