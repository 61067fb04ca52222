//! Receipts by example: what a buyer reads, and what nobody can write into it.

use money::{Currency, Money};
use orders::{Order, ShippingAddress};

use super::{ORDER_ID, etb, jebena, line, order, render};
use crate::model::Language;

#[test]
fn the_text_in_english() {
    let receipt = render(&order("en"), &jebena(), Some("APfH2kXqLm"));
    assert_eq!(receipt.subject, "Your receipt for order 1001 · Addis & Co");
    assert_eq!(
        receipt.text,
        "\
Addis & Co

Thank you. Your payment has arrived.

Order number: 1001
Paid on: 10 September 2026
Payment reference: APfH2kXqLm

Your items

Clay jebena
  Colour: Black
  2 × ETB 1,299.00 = ETB 2,598.00

Total paid: ETB 2,598.00

Delivery address
Abebe Bikila
House 417
Kebele: 12, Woreda: 03
Landmark: behind Edna Mall
Bole, Addis Ababa
Ethiopia

See your order:
https://shop.example/orders/019a2b3c-0000-7000-8000-000000000001

You get this mail because you bought something from Addis & Co. Please keep it as your receipt."
    );
}

#[test]
fn the_text_in_amharic() {
    let receipt = render(&order("am"), &jebena(), Some("APfH2kXqLm"));
    assert_eq!(receipt.subject, "የትዕዛዝ ቁጥር 1001 ደረሰኝ · Addis & Co");
    assert_eq!(
        receipt.text,
        "\
Addis & Co

እናመሰግናለን። ክፍያዎ ደርሶናል።

የትዕዛዝ ቁጥር: 1001
የተከፈለበት ቀን: ጳጉሜን 5 ቀን 2018 ዓ.ም.
የክፍያ መለያ: APfH2kXqLm

የገዟቸው ዕቃዎች

የሸክላ ጀበና
  ቀለም: ጥቁር
  2 × ብር 1,299.00 = ብር 2,598.00

ጠቅላላ የተከፈለ: ብር 2,598.00

የማድረሻ አድራሻ
Abebe Bikila
House 417
ቀበሌ: 12, ወረዳ: 03
ልዩ ምልክት: behind Edna Mall
Bole, Addis Ababa
ኢትዮጵያ

ትዕዛዝዎን ይመልከቱ:
https://shop.example/orders/019a2b3c-0000-7000-8000-000000000001

ይህ መልእክት የደረሰዎት ከAddis & Co ዕቃ ስለገዙ ነው። እባክዎ እንደ ደረሰኝ ያስቀምጡት።"
    );
}

#[test]
fn the_html_says_the_same() {
    for (language, tag, expected) in [
        (
            "en",
            "en",
            [
                "Receipt",
                "ETB 2,598.00",
                "2 × ETB 1,299.00",
                "Clay jebena",
                "Colour: Black",
            ],
        ),
        (
            "am-ET",
            "am",
            [
                "ደረሰኝ",
                "ብር 2,598.00",
                "2 × ብር 1,299.00",
                "የሸክላ ጀበና",
                "ቀለም: ጥቁር",
            ],
        ),
        (
            "om",
            "en",
            [
                "Receipt",
                "ETB 2,598.00",
                "2 × ETB 1,299.00",
                "Clay jebena",
                "Colour: Black",
            ],
        ),
    ] {
        let html = render(&order(language), &jebena(), Some("APfH2kXqLm")).html;
        assert!(html.starts_with("<!doctype html>"), "{html}");
        assert!(
            html.contains(&format!("<html lang=\"{tag}\">")),
            "{language}"
        );
        for text in expected
            .into_iter()
            .chain(["Addis &#38; Co", "APfH2kXqLm", ">1001<"])
        {
            assert!(
                html.contains(text),
                "{language}: {text} is missing in {html}"
            );
        }
        assert!(html.contains(&format!("href=\"https://shop.example/orders/{ORDER_ID}\"")));
        // Nothing is fetched when it is read, and nothing runs.
        for outside in ["src=", "url(", "<link", "<script", "@import"] {
            assert!(!html.contains(outside), "{outside}");
        }
    }
}

#[test]
fn what_makes_up_the_total_is_shown_when_there_is_more_than_lines() {
    let order = Order {
        discount: etb(10_050),
        shipping: etb(15_000),
        tax: etb(100),
        total: etb(264_850),
        ..order("en")
    };
    let text = render(&order, &jebena(), None).text;
    let expected = "\n\nSubtotal: ETB 2,598.00\nDiscount: −ETB 100.50\nDelivery: ETB 150.00\n\
                    Tax: ETB 1.00\nTotal paid: ETB 2,648.50\n\n";
    assert!(text.contains(expected), "{text}");
    assert!(!text.contains("Payment reference"), "{text}");
}

#[test]
fn tax_that_was_in_the_prices_is_shown_under_the_total() {
    for (language, expected) in [
        (
            "en",
            "Total paid: ETB 2,598.00\nTax included: ETB 338.87\n\n",
        ),
        (
            "am",
            "ጠቅላላ የተከፈለ: ብር 2,598.00\nበዋጋው ውስጥ ያለ ግብር: ብር 338.87\n\n",
        ),
    ] {
        let order = Order {
            tax_included: etb(33_887),
            ..order(language)
        };
        let receipt = render(&order, &jebena(), None);
        assert!(receipt.text.contains(expected), "{}", receipt.text);
        assert!(receipt.html.contains(" 338.87</td>"), "{}", receipt.html);
    }
}

#[test]
fn a_short_address_has_no_empty_lines() {
    let shipping_address = ShippingAddress {
        name: "Sara".to_owned(),
        country: "KE".to_owned(),
        region: "Nairobi".to_owned(),
        city: "Nairobi".to_owned(),
        woreda: String::new(),
        kebele: String::new(),
        line: "  ".to_owned(),
        landmark: String::new(),
        ..ShippingAddress::default()
    };
    let text = render(
        &Order {
            shipping_address,
            ..order("en")
        },
        &jebena(),
        None,
    )
    .text;
    assert!(
        text.contains("Delivery address\nSara\nNairobi\nKE\n\nSee"),
        "{text}"
    );
}

#[test]
fn no_text_of_others_becomes_markup_or_a_line() {
    let script = "<script>alert('1')</script>";
    let mut order = order("en");
    order.shipping_address.name = format!("{script}\r\nTotal paid: ETB 0.00");
    order.shipping_address.landmark = "\"><img src=x onerror=alert(1)>".to_owned();
    let lines = [line(script, script)];
    let receipt = render(&order, &lines, Some("\"<b>\u{2028}x"));
    assert!(
        receipt
            .html
            .contains("&#60;script&#62;alert(&#39;1&#39;)&#60;/script&#62;")
    );
    assert!(
        receipt
            .html
            .contains("&#34;&#62;&#60;img src=x onerror=alert(1)&#62;")
    );
    assert!(receipt.html.contains("&#34;&#60;b&#62; x"));
    for markup in ["<script", "<img", "<b>"] {
        assert!(!receipt.html.contains(markup), "{markup}");
    }
    // The text part is text: nothing is escaped there, and nothing begins a line of its own.
    assert!(
        receipt
            .text
            .contains(&format!("\n{script} Total paid: ETB 0.00\n"))
    );
}

#[test]
fn amounts_are_grouped_in_threes() {
    for (minor, english, amharic) in [
        (129_900, "ETB 1,299.00", "ብር 1,299.00"),
        (0, "ETB 0.00", "ብር 0.00"),
        (5, "ETB 0.05", "ብር 0.05"),
        (99_999, "ETB 999.99", "ብር 999.99"),
        (100_000, "ETB 1,000.00", "ብር 1,000.00"),
        (
            123_456_789_012,
            "ETB 1,234,567,890.12",
            "ብር 1,234,567,890.12",
        ),
        (-10_050, "−ETB 100.50", "−ብር 100.50"),
    ] {
        assert_eq!(Language::English.money(etb(minor)), english);
        assert_eq!(Language::Amharic.money(etb(minor)), amharic);
    }
    assert_eq!(
        Language::Amharic.money(Money::new(129_900, Currency::USD)),
        "USD 1,299.00"
    );
}
