//! Unit tests of what stands where on an invoice, and of its bytes.

use chrono::{DateTime, Utc};

use crate::model::{Document, DocumentLine, DocumentTax, Kind, SellerSettings, pages_of, pdf_of};

fn at() -> DateTime<Utc> {
    // Half past nine in the evening of the 21st in UTC is the 22nd in Addis Ababa.
    "2026-11-21T21:30:00Z".parse().unwrap()
}

fn tax(percentage: &str, is_included: bool, amount_minor: i64) -> DocumentTax {
    DocumentTax {
        name: "VAT".to_owned(),
        percentage: percentage.to_owned(),
        amount_minor,
        is_included,
    }
}

fn document(lines: usize) -> Document {
    let line = |n: usize| DocumentLine {
        sku: format!("JEB-{n}"),
        title: "ጀበና".to_owned(),
        quantity: 2,
        unit_price_minor: 129_900,
        total_minor: 259_800,
        discount_minor: 9_800,
        taxes: vec![tax("15", false, 37_500), tax("", true, 100)],
    };
    Document {
        seller: SellerSettings {
            name: "Addis & Co".to_owned(),
            tin: "0012345678".to_owned(),
            vat_number: String::new(),
            address: "Bole, Addis Ababa".to_owned(),
        },
        buyer: vec!["አበበ ቢቂላ".to_owned(), "abebe@example.com".to_owned()],
        order_number: 1001,
        invoice_number: None,
        currency: "ETB".to_owned(),
        lines: (0..lines).map(line).collect(),
        subtotal_minor: 259_800,
        discount_minor: 9_800,
        shipping_minor: 0,
        taxes: vec![tax("15", false, 37_500), tax("", true, 100)],
        total_minor: 287_500,
    }
}

fn texts(document: &Document, kind: Kind) -> Vec<String> {
    let pages = pages_of(document, (kind, 7), at());
    pages.into_iter().flatten().map(|one| one.text).collect()
}

#[test]
fn an_invoice_says_all_that_it_must() {
    let said = texts(&document(1), Kind::Invoice);
    for text in [
        "Addis & Co",
        "INVOICE · የሽያጭ ደረሰኝ",
        "TIN · የግብር ከፋይ መለያ ቁጥር: 0012345678",
        "No. · ቁጥር: INV-000007",
        "Date · ቀን: 2026-11-22",
        "Order · ትዕዛዝ: 1001",
        "አበበ ቢቂላ",
        "ጀበና (JEB-0)",
        "2",
        "ETB 1299.00",
        "ETB 2598.00",
        "ETB -98.00",
        "Discount · ቅናሽ: ETB -98.00, VAT 15 %: ETB 375.00, VAT (included · የተካተተ): ETB 1.00",
        "VAT 15 %",
        "ETB 375.00",
        "ETB 2875.00",
        "VAT (included · የተካተተ)",
        "ETB 1.00",
        "INV-000007 · Page · ገጽ 1 / 1",
    ] {
        assert!(said.iter().any(|one| one == text), "{text}: {said:#?}");
    }
    assert!(!said.iter().any(|one| one.starts_with("VAT reg.")));
    assert!(!said.iter().any(|one| one.starts_with("Delivery")));
}

#[test]
fn a_credit_note_names_its_invoice_and_what_went_back() {
    let note = Document {
        invoice_number: Some(3),
        lines: Vec::new(),
        taxes: Vec::new(),
        total_minor: 129_900,
        ..document(0)
    };
    let said = texts(&note, Kind::CreditNote);
    for text in [
        "CREDIT NOTE · የተመላሽ ሰነድ",
        "No. · ቁጥር: CN-000007",
        "For invoice · ለደረሰኝ ቁጥር: INV-000003",
        "ETB 1299.00",
    ] {
        assert!(said.iter().any(|one| one == text), "{text}: {said:#?}");
    }
}

#[test]
fn the_same_document_is_the_same_file_however_long() {
    for (lines, pages) in [(1, 1), (200, 10)] {
        let document = document(lines);
        let placed = pages_of(&document, (Kind::Invoice, 7), at());
        assert_eq!(placed.len(), pages, "{lines}");
        for n in 0..lines {
            let line = format!("ጀበና (JEB-{n})");
            let all = placed.iter().flatten();
            assert_eq!(all.filter(|one| one.text == line).count(), 1, "{line}");
        }
        let pdf = pdf_of(&document, (Kind::Invoice, 7), at()).unwrap();
        assert!(pdf.starts_with(b"%PDF-"));
        assert_eq!(pdf, pdf_of(&document, (Kind::Invoice, 7), at()).unwrap());
        let others = Document {
            buyer: vec!["\u{0}\t\u{202e}漢字 ".repeat(200)],
            ..document
        };
        assert!(pdf_of(&others, (Kind::CreditNote, 1), at()).is_ok());
    }
}
