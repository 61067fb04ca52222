//! Where a word may stand: SQL, axum, transactions, the provider's client, floats, the clock.
//! Never knows why a line was written; the sentence names the way out.

use super::has_word;
use crate::tree::{Finding, SourceFile, Tree};

/// A word, the files in which it may stand, and what to do when it stands elsewhere.
struct Place {
    words: &'static [&'static str],
    with_tests: bool,
    allowed: fn(&SourceFile) -> bool,
    advice: &'static str,
}

const PLACES: [Place; 5] = [
    Place {
        words: &["axum::", "utoipa_axum::"],
        with_tests: false,
        allowed: may_speak_http,
        advice: "speaks HTTP: move it to the capability's http.rs, or to kit if it is true of any \
                 service",
    },
    Place {
        words: &[".begin(", ".commit("],
        with_tests: false,
        allowed: may_commit,
        advice: "opens or closes a transaction: take `&mut Tx` and let http.rs or jobs.rs begin \
                 and commit",
    },
    Place {
        words: &["chapa::"],
        with_tests: true,
        allowed: may_call_chapa,
        advice: "uses a provider's client: ask through the gateway of `payments` instead",
    },
    Place {
        words: &["f32", "f64"],
        with_tests: true,
        allowed: may_float,
        advice: "is a float beside money or stock: use i64 minor units, or a decimal string for \
                 a rate",
    },
    Place {
        words: &["Utc::now", "Local::now", "SystemTime::now"],
        with_tests: true,
        allowed: may_read_the_clock,
        advice: "reads the ambient clock: take a kit::clock::Clock or the instant as a parameter",
    },
];

/// Each word of the table stands only where it may, and SQL only in stores.
pub fn places(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.rust_files() {
        for place in PLACES.iter().filter(|place| !(place.allowed)(file)) {
            for (line, code) in file.code_lines(place.with_tests) {
                if let Some(word) = place.words.iter().find(|word| has_word(code, word)) {
                    findings.push(file.finding(line, format!("`{word}` {}", place.advice)));
                }
            }
        }
        if !may_hold_sql(file) {
            for (line, _) in file.literals().filter(|(_, text)| is_sql(text)) {
                let advice = "this literal is SQL: move the statement to the store.rs of the \
                              table's owner";
                findings.push(file.finding(line, advice));
            }
        }
    }
    findings
}

/// True when a literal starts like a statement, in lower or in upper case. Prose does not:
/// "update" asks for a `set`, "with" for an `as (`, "select" for a word after it.
pub(crate) fn is_sql(literal: &str) -> bool {
    let start = literal.trim_start().trim_start_matches("\\n").trim_start();
    let one_case = |word: &str| start.starts_with(word) || start.starts_with(&word.to_uppercase());
    let text = start.to_lowercase();
    let words: Vec<&str> = text.split_whitespace().collect();
    match words.first().copied() {
        Some("select") => one_case("select") && words.len() > 1,
        Some("insert") => words.get(1) == Some(&"into"),
        Some("delete") => words.get(1) == Some(&"from") && one_case("delete"),
        Some("update") => one_case("update") && words.contains(&"set"),
        Some("with") => {
            let mut pairs = words.windows(2);
            pairs.any(|pair| pair[0] == "as" && matches!(pair[1], "materialized" | "("))
                || text.contains(" as (")
        }
        _ => false,
    }
}

fn stem_is(file: &SourceFile, name: &str) -> bool {
    file.path_in_src().is_some_and(|path| {
        path == format!("{name}.rs")
            || path.starts_with(&format!("{name}/"))
            || path.ends_with(&format!("/{name}.rs"))
            || path.contains(&format!("/{name}/"))
    })
}

fn is_of(file: &SourceFile, crates: &[&str]) -> bool {
    file.crate_name().is_some_and(|name| crates.contains(&name))
}

/// Programs of their own, that share no code with the shop: they stand for the outside world.
fn stands_alone(file: &SourceFile) -> bool {
    let simulates = file.path.starts_with("crates/chapa/src/")
        && ["simulator", "/bin/", "/main.rs"]
            .iter()
            .any(|part| file.path.contains(part));
    simulates || is_of(file, &["mail-catcher"])
}

fn may_hold_sql(file: &SourceFile) -> bool {
    // Tidy's own literals describe SQL.
    stem_is(file, "store") || is_of(file, &["kit", "tidy"]) || file.is_test()
}

fn may_speak_http(file: &SourceFile) -> bool {
    stem_is(file, "http") || is_of(file, &["kit", "nexus"]) || stands_alone(file)
}

fn may_commit(file: &SourceFile) -> bool {
    stem_is(file, "http") || stem_is(file, "jobs") || is_of(file, &["kit", "nexus", "seed"])
}

fn may_call_chapa(file: &SourceFile) -> bool {
    let is_behind_the_interface = file.path.starts_with("crates/payments/src/jobs/gateway/");
    // The fuzz targets call its readers; nothing of the shop is built with them.
    is_behind_the_interface
        || is_of(file, &["chapa", "fuzz"])
        || (is_of(file, &["nexus"]) && file.is_test())
}

fn may_float(file: &SourceFile) -> bool {
    const EXACT: [&str; 8] = [
        "money",
        "ledger",
        "cart",
        "orders",
        "payments",
        "checkout",
        "catalogue",
        "inventory",
    ];
    !is_of(file, &EXACT)
}

fn may_read_the_clock(file: &SourceFile) -> bool {
    // The stand-alone programs may, where they say so to clippy.
    let says_so = file.text.contains("expect(clippy::disallowed_methods")
        || file
            .text
            .contains("expect(\n    clippy::disallowed_methods");
    let outside = stands_alone(file) || is_of(file, &["chapa", "embedded-postgres", "bench"]);
    file.path == "crates/kit/src/clock.rs" || (outside && says_so)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, text: &str) -> Vec<usize> {
        let tree = Tree::from_texts(&[(path, text)]);
        places(&tree).into_iter().map(|found| found.line).collect()
    }

    fn only_in(text: &str, good: &[&str], bad: &[&str]) {
        for path in good {
            assert!(
                check(path, text).is_empty(),
                "{path} should be allowed: {text}"
            );
        }
        for path in bad {
            assert_eq!(check(path, text), [2], "{path} should be refused: {text}");
        }
    }

    #[test]
    fn sql_stands_in_stores() {
        only_in(
            "//! x\nconst A: &str = \"select id\nfrom carts\";\n",
            &[
                "crates/cart/src/store.rs",
                "crates/cart/src/store/lines.rs",
                "crates/kit/src/a.rs",
            ],
            &[
                "crates/cart/src/http.rs",
                "crates/nexus/src/audit.rs",
                "crates/seed/src/main.rs",
            ],
        );
    }

    #[test]
    fn sql_is_told_from_prose() {
        for statement in [
            "select 1",
            "\n    insert into carts values ($1)",
            "update carts set a = 1",
            "delete from carts",
            "with due as (select 1) select 2",
            "WITH due AS MATERIALIZED (x)",
        ] {
            assert!(is_sql(statement), "{statement}");
        }
        for prose in [
            "Select a product",
            "update the cart",
            "with care",
            "delete",
            "Update a set",
            "select",
        ] {
            assert!(!is_sql(prose), "{prose}");
        }
    }

    #[test]
    fn axum_stands_in_http() {
        only_in(
            "//! x\nuse axum::Router;\n",
            &[
                "crates/cart/src/http.rs",
                "crates/cart/src/http/mod.rs",
                "crates/nexus/src/routes.rs",
                "crates/mail-catcher/src/main.rs",
                "crates/chapa/src/bin/chapa-simulator.rs",
            ],
            &["crates/cart/src/actions.rs", "crates/chapa/src/client.rs"],
        );
    }

    #[test]
    fn transactions_are_opened_at_the_edge() {
        only_in(
            "//! x\nlet mut tx = db.begin(\"place\").await?;\n",
            &[
                "crates/cart/src/http.rs",
                "crates/cart/src/jobs.rs",
                "crates/seed/src/a.rs",
            ],
            &["crates/cart/src/actions.rs", "crates/cart/src/store.rs"],
        );
        assert_eq!(
            check("crates/cart/src/actions.rs", "//! x\ntx.commit().await?;\n"),
            [2]
        );
    }

    #[test]
    fn a_provider_is_called_behind_the_interface() {
        only_in(
            "//! x\nuse chapa::Client;\n",
            &[
                "crates/payments/src/jobs/gateway/chapa.rs",
                "crates/nexus/tests/it/payments/signatures.rs",
                "crates/chapa/src/a.rs",
                "fuzz/targets/webhook.rs",
            ],
            &[
                "crates/payments/src/jobs/confirmation.rs",
                "crates/payments/src/model/settings.rs",
                "crates/nexus/src/cli/doctor/outside.rs",
                "bench/src/main.rs",
            ],
        );
    }

    #[test]
    fn money_is_exact() {
        only_in(
            "//! x\nlet price: f64 = 1.0;\n",
            &["crates/nexus/src/a.rs", "bench/src/main.rs"],
            &["crates/money/src/lib.rs", "crates/orders/src/tests.rs"],
        );
    }

    #[test]
    fn time_is_a_parameter() {
        let text = "//! x\nlet now = Utc::now();\n";
        only_in(
            text,
            &["crates/kit/src/clock.rs"],
            &["crates/kit/src/jobs.rs", "crates/mail-catcher/src/main.rs"],
        );
        let said = format!("{text}#[expect(clippy::disallowed_methods, reason = \"r\")]\n");
        assert!(check("crates/mail-catcher/src/main.rs", &said).is_empty());
        assert_eq!(check("crates/orders/src/model.rs", &said), [2]);
    }

    #[test]
    fn comments_and_tests_are_left_alone() {
        assert!(check("crates/cart/src/model.rs", "//! x\n// axum::Router\n").is_empty());
        let inline = "//! x\n#[cfg(test)]\nmod tests {\n    use axum::Router;\n}\n";
        assert!(check("crates/cart/src/model.rs", inline).is_empty());
    }
}
