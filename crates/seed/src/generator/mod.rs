//! Goods without end for load tests: the same seed gives the same shop on every machine, one
//! product at a time. Never a table of what was made before, never a floating-point number.

mod families;
mod random;
#[cfg(test)]
mod tests;
mod words;

use families::{FAMILIES, Family, Good};
use random::Random;
use words::{Choice, PLACES, Word};

use crate::plan::{OptionPlan, ProductPlan, Text, ValuePlan, VariantPlan};

/// A stream of generated products that fit into the hand-written shop's categories and brands.
///
/// The product at a place depends on the seed and the place alone, so a larger shop begins with
/// the smaller one, and [`Iterator::nth`] and [`Iterator::skip`] cost nothing. Slugs and SKUs are
/// unique and never those of the hand-written shop. Memory does not grow with the count.
#[derive(Clone, Debug)]
pub struct Generator {
    seed: u64,
    next: usize,
    count: usize,
}

impl Generator {
    /// A stream of `count` products.
    #[must_use]
    pub const fn new(seed: u64, count: usize) -> Self {
        Self {
            seed,
            next: 0,
            count,
        }
    }
}

impl Iterator for Generator {
    type Item = ProductPlan;

    fn next(&mut self) -> Option<ProductPlan> {
        self.nth(0)
    }

    fn nth(&mut self, skipped: usize) -> Option<ProductPlan> {
        let index = self.next.saturating_add(skipped).min(self.count);
        self.next = index.saturating_add(1).min(self.count);
        if index == self.count {
            return None;
        }
        product(self.seed, u64::try_from(index).ok()?)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.count - self.next;
        (left, Some(left))
    }
}

impl ExactSizeIterator for Generator {}

impl std::iter::FusedIterator for Generator {}

/// The product at `index`. Always there: the word lists are not empty, which the tests prove.
fn product(seed: u64, index: u64) -> Option<ProductPlan> {
    let mut random = Random::of_item(seed, index);
    let family = random.pick(FAMILIES)?;
    let good = random.pick(family.goods)?;
    let quality = random.pick(family.qualities)?;
    let place = random.pick(PLACES)?;
    let brand = random.pick(family.brands)?;
    let fact = random.pick(family.facts)?;
    let number = index + 1;
    let options = options(&mut random, family);
    let variants = variants(&mut random, number, *good, &options);
    Some(ProductPlan {
        slug: slug(&[quality.en, place.en, good.name.en], number),
        title: title(*quality, *place, good.name, number),
        description: description(*quality, *place, good.name, *fact),
        brand: (*brand).to_owned(),
        categories: family
            .categories
            .iter()
            .map(|&category| category.to_owned())
            .collect(),
        glyph: family.glyph,
        options: options.iter().map(|offer| offer.plan()).collect(),
        variants,
    })
}

/// Some neighbouring values of a choice.
struct Offer {
    choice: &'static Choice,
    values: &'static [(&'static str, Word, u64)],
}

impl Offer {
    fn plan(&self) -> OptionPlan {
        let value = |(code, name, _): &(&str, Word, u64)| ValuePlan {
            code: (*code).to_owned(),
            name: name.text(),
        };
        OptionPlan {
            code: self.choice.code.to_owned(),
            name: self.choice.name.text(),
            values: self.values.iter().map(value).collect(),
        }
    }
}

/// What a buyer of this product chooses: nothing, one choice of two to four values, or two
/// choices of two values each.
fn options(random: &mut Random, family: &'static Family) -> Vec<Offer> {
    let is_single = random.once_in(4);
    let is_double = random.once_in(2);
    let mut offer = |choice: &'static Choice, most: usize| {
        let most = u64::try_from(choice.values.len().min(most)).unwrap_or(0);
        let count = usize::try_from(2 + random.below(most.saturating_sub(1))).unwrap_or(2);
        let starts = u64::try_from(choice.values.len().saturating_sub(count) + 1).unwrap_or(1);
        let start = usize::try_from(random.below(starts)).unwrap_or(0);
        let values = choice
            .values
            .get(start..start + count)
            .unwrap_or(choice.values);
        Offer { choice, values }
    };
    if is_single {
        return Vec::new();
    }
    match family.choices {
        [first, second] if is_double => vec![offer(first, 2), offer(second, 2)],
        [only, ..] => vec![offer(only, 4)],
        [] => Vec::new(),
    }
}

/// One variant per combination, priced in whole multiples of five birr.
fn variants(random: &mut Random, number: u64, good: Good, offers: &[Offer]) -> Vec<VariantPlan> {
    let steps = good.most_birr.saturating_sub(good.least_birr) / 5 + 1;
    let base_birr = good.least_birr + random.below(steps) * 5;
    let is_reduced = random.once_in(8);
    let reduction_percent = 110 + random.below(5) * 5;
    let mut combinations: Vec<(Vec<&str>, u64)> = vec![(Vec::new(), base_birr)];
    for offer in offers {
        combinations = combinations
            .iter()
            .flat_map(|(codes, birr)| {
                offer.values.iter().map(move |(code, _, percent)| {
                    let codes = codes.iter().copied().chain([*code]).collect();
                    (codes, birr * percent / 100)
                })
            })
            .collect();
    }
    combinations
        .into_iter()
        .map(|(codes, birr)| VariantPlan {
            sku: sku(number, &codes),
            values: codes.into_iter().map(str::to_owned).collect(),
            price_minor: santim(birr),
            compare_at_minor: is_reduced.then(|| santim(birr * reduction_percent / 100 + 5)),
            stock_quantity: stock(random),
        })
        .collect()
}

/// Santim of birr, rounded down to a multiple of five birr.
fn santim(birr: u64) -> i64 {
    i64::try_from(birr / 5 * 500).unwrap_or(i64::MAX)
}

/// Mostly enough on the shelf; now and then little or nothing.
fn stock(random: &mut Random) -> i64 {
    let quantity = match random.below(24) {
        0 | 1 => 0,
        2..=5 => 1 + random.below(5),
        _ => 6 + random.below(200),
    };
    i64::try_from(quantity).unwrap_or(0)
}

/// Words as a slug, ended by the number that makes it unique.
fn slug(words: &[&str], number: u64) -> String {
    let mut slug = String::with_capacity(64);
    for letter in words.join(" ").chars() {
        if letter.is_ascii_alphanumeric() {
            slug.push(letter.to_ascii_lowercase());
        } else if letter != '\'' {
            slug.push('-');
        }
    }
    format!("{slug}-n{number}")
}

/// `N`, the product's number, and the codes of what was chosen.
fn sku(number: u64, codes: &[&str]) -> String {
    let mut sku = format!("N{number:07}");
    for code in codes {
        sku.push('-');
        sku.push_str(&code.to_ascii_uppercase());
    }
    sku
}

fn title(quality: Word, place: Word, good: Word, number: u64) -> Text {
    Text {
        en: format!("{} {} {}, No. {number}", quality.en, place.en, good.en),
        am: format!("{} የ{} {}፣ ቁጥር {number}", quality.am, place.am, good.am),
    }
}

fn description(quality: Word, place: Word, good: Word, fact: Word) -> Text {
    let kind = format!("{} {}", quality.en, good.en).to_lowercase();
    let (first, rest) = kind.split_at_checked(1).unwrap_or_default();
    let (first, series, fact_en) = (first.to_uppercase(), place.en, fact.en);
    Text {
        en: format!("{first}{rest} from our {series} series. {fact_en}."),
        am: format!(
            "በ{} ስም የተሰየመ {} {}። {}።",
            place.am, quality.am, good.am, fact.am
        ),
    }
}
