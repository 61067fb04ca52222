//! Products written as a file. The opposite of `reading`.

use catalogue::{ProductSheet, SheetWords, VariantSheet};
use kit::{Error, Result};
use money::{Currency, Money};

use super::{Dialect, cells::neutral, columns::Column};

/// Writes products row by row, a row for each variant; what is of the whole product stands in its
/// first row.
#[derive(Debug)]
pub struct SheetWriter {
    columns: Vec<Column>,
    dialect: Dialect,
}

impl SheetWriter {
    /// With the columns that products in these words need.
    #[must_use]
    pub fn of(words: &SheetWords, dialect: Dialect) -> Self {
        let mut columns = vec![
            Column::Sku,
            Column::Slug,
            Column::Status,
            Column::Currency,
            Column::Price,
            Column::CompareAt,
            Column::IsActive,
            Column::Brand,
            Column::Categories,
            Column::Tags,
            Column::Kind,
            Column::Attributes,
        ];
        columns.extend(words.titles.iter().cloned().map(Column::Title));
        columns.extend(words.descriptions.iter().cloned().map(Column::Description));
        for place in 0..usize::try_from(words.option_count).unwrap_or(0) {
            let of = |column: fn(usize, String) -> Column| {
                let languages = words.options.iter().cloned();
                languages.map(move |language| column(place, language))
            };
            columns.extend(of(Column::OptionName));
            columns.extend(of(Column::OptionValue));
            columns.push(Column::OptionPlace(place));
        }
        Self { columns, dialect }
    }

    /// The first row.
    ///
    /// # Errors
    /// Faults of writing.
    pub fn head(&self) -> Result<String> {
        let names = self.columns.iter().map(ToString::to_string);
        let head = self.rows([names.collect()])?;
        Ok(match self.dialect.has_mark {
            true => format!("\u{feff}{head}"),
            false => head,
        })
    }

    /// The rows of a product.
    ///
    /// # Errors
    /// Faults of writing.
    pub fn product(&self, sheet: &ProductSheet) -> Result<String> {
        let row = |(number, variant)| self.row(sheet, variant, number == 0);
        let rows: Vec<Vec<String>> = (0_usize..).zip(&sheet.variants).map(row).collect();
        self.rows(rows)
    }

    fn rows(&self, rows: impl IntoIterator<Item = Vec<String>>) -> Result<String> {
        let mut writer = csv::WriterBuilder::new()
            .delimiter(self.dialect.delimiter())
            .terminator(csv::Terminator::CRLF)
            .from_writer(Vec::new());
        for row in rows {
            let cells = row.iter().map(|text| neutral(text).into_owned());
            writer.write_record(cells).map_err(Error::fault)?;
        }
        let bytes = writer.into_inner().map_err(Error::fault)?;
        String::from_utf8(bytes).map_err(Error::fault)
    }

    fn row(&self, sheet: &ProductSheet, variant: &VariantSheet, is_first: bool) -> Vec<String> {
        let cell = |column: &Column| {
            let is_said = is_first || column.is_of_variant() || *column == Column::Slug;
            match is_said {
                true => cell(column, sheet, variant),
                false => None,
            }
        };
        let cells = self.columns.iter().map(cell);
        cells.map(Option::unwrap_or_default).collect()
    }
}

fn amount(minor: i64, currency: Option<Currency>) -> Option<String> {
    currency.map(|currency| Money::new(minor, currency).to_decimal())
}

fn cell(column: &Column, sheet: &ProductSheet, variant: &VariantSheet) -> Option<String> {
    let several = |texts: &Option<Vec<String>>| texts.as_ref().map(|texts| texts.join("|"));
    match column {
        Column::Sku => Some(variant.sku.clone()),
        Column::Slug => sheet.slug.clone(),
        Column::Status => sheet.status.clone(),
        Column::Currency => sheet.currency.map(|currency| currency.to_string()),
        Column::Title(language) => sheet.title.get(language).cloned(),
        Column::Description(language) => sheet.description.get(language).cloned(),
        Column::Brand => sheet.brand.clone(),
        Column::BrandName => sheet.brand_name.clone(),
        Column::Categories => several(&sheet.categories),
        Column::Tags => several(&sheet.tags),
        Column::Kind => sheet.product_type.clone(),
        Column::Attributes => sheet
            .attributes
            .as_ref()
            .filter(|attributes| !attributes.is_empty())
            .and_then(|attributes| serde_json::to_string(attributes).ok()),
        Column::OptionName(place, language) => sheet.options.get(*place)?.get(language).cloned(),
        Column::OptionValue(place, language) => {
            variant.values.get(*place)?.label.get(language).cloned()
        }
        Column::OptionPlace(place) => {
            let place = variant.values.get(*place)?.place;
            place.map(|place| place.to_string())
        }
        Column::Price => amount(variant.price_minor?, sheet.currency),
        Column::CompareAt => {
            let minor = variant.compare_at_minor.filter(|minor| *minor != 0)?;
            amount(minor, sheet.currency)
        }
        Column::IsActive => variant.is_active.map(|is_active| is_active.to_string()),
        Column::OnHand => variant.on_hand.map(|units| units.to_string()),
    }
}
