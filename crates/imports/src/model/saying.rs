//! What the rows of one product say of it.

use std::collections::BTreeMap;

use catalogue::{ProductSheet, ValueSheet, VariantSheet, Words};
use money::Currency;

use super::{columns::Column, reading::Reading};

/// The cells of a row.
pub(crate) type Cells = BTreeMap<Column, String>;

/// What the rows of one product say.
pub(crate) fn said(rows: &[(i64, Cells)], reading: &Reading) -> Result<ProductSheet, String> {
    let Some((_, first)) = rows.first() else {
        return Err("there are no rows".to_owned());
    };
    for (row, cells) in rows.iter().skip(1) {
        for (column, cell) in cells.iter().filter(|(column, _)| !column.is_of_variant()) {
            if !cell.is_empty() && first.get(column) != Some(cell) {
                return Err(format!(
                    "row {row}: {column} is not as in the first row of its product"
                ));
            }
        }
    }
    let mut sheet = product(first, reading)?;
    let currency = sheet.currency;
    for (row, cells) in rows {
        let variant = variant(cells, &sheet, currency);
        sheet
            .variants
            .push(variant.map_err(|reason| format!("row {row}: {reason}"))?);
    }
    Ok(sheet)
}

fn product(cells: &Cells, reading: &Reading) -> Result<ProductSheet, String> {
    let some = |column: Column| cells.get(&column).filter(|cell| !cell.is_empty()).cloned();
    let several = |column: Column| {
        let parts = |cell: &String| {
            let parts = cell.split('|').map(str::trim);
            let parts = parts.filter(|part| !part.is_empty());
            parts.map(str::to_owned).collect::<Vec<String>>()
        };
        cells.get(&column).map(parts)
    };
    let currency = match some(Column::Currency) {
        Some(code) => Some(
            code.parse::<Currency>()
                .map_err(|error| error.to_string())?,
        ),
        None => reading.currency,
    };
    let attributes = match cells.get(&Column::Attributes).map(String::as_str) {
        None => None,
        Some("") => Some(BTreeMap::new()),
        Some(text) => Some(
            serde_json::from_str(text).map_err(|_| "attributes is not a JSON object".to_owned())?,
        ),
    };
    let mut sheet = ProductSheet {
        slug: some(Column::Slug),
        status: some(Column::Status),
        currency,
        brand: cells.get(&Column::Brand).cloned(),
        brand_name: some(Column::BrandName),
        categories: several(Column::Categories),
        tags: several(Column::Tags),
        product_type: cells.get(&Column::Kind).cloned(),
        attributes,
        ..ProductSheet::default()
    };
    for (column, cell) in cells {
        match column {
            Column::Title(language) => {
                sheet.title.insert(language.clone(), cell.clone());
            }
            Column::Description(language) => {
                sheet.description.insert(language.clone(), cell.clone());
            }
            Column::OptionName(place, language) if !cell.is_empty() => {
                if sheet.options.len() <= *place {
                    sheet.options.resize_with(place + 1, Words::new);
                }
                if let Some(option) = sheet.options.get_mut(*place) {
                    option.insert(language.clone(), cell.clone());
                }
            }
            _ => {}
        }
    }
    Ok(sheet)
}

fn variant(
    cells: &Cells,
    sheet: &ProductSheet,
    currency: Option<Currency>,
) -> Result<VariantSheet, String> {
    let some = |column: Column| cells.get(&column).filter(|cell| !cell.is_empty());
    let amount = |text: &String| {
        let decimals = currency.map_or(2, |currency| currency.decimals());
        money::parse_minor(text, decimals).map_err(|error| format!("{text} is {error}"))
    };
    let Some(sku) = some(Column::Sku) else {
        return Err("it has no sku".to_owned());
    };
    let is_active = match some(Column::IsActive).map(|text| text.to_lowercase()) {
        None => None,
        Some(text) => Some(
            text.parse::<bool>()
                .map_err(|_| format!("is_active is {text}, and true or false is wanted"))?,
        ),
    };
    let on_hand = match some(Column::OnHand) {
        None => None,
        Some(text) => Some(
            text.parse::<i64>()
                .map_err(|_| format!("on_hand is {text}, and units are wanted"))?,
        ),
    };
    let compare_at_minor = match cells.get(&Column::CompareAt) {
        None => None,
        Some(text) if text.is_empty() => Some(0),
        Some(text) => Some(amount(text)?),
    };
    let mut variant = VariantSheet {
        sku: sku.clone(),
        price_minor: some(Column::Price).map(amount).transpose()?,
        compare_at_minor,
        is_active,
        on_hand,
        values: Vec::new(),
    };
    for (column, cell) in cells.iter().filter(|(_, cell)| !cell.is_empty()) {
        let (Column::OptionValue(place, _) | Column::OptionPlace(place)) = column else {
            continue;
        };
        if *place >= sheet.options.len().max(1) && !sheet.options.is_empty() {
            return Err(format!("{column} is of an option that has no name"));
        }
        if variant.values.len() <= *place {
            variant.values.resize_with(place + 1, ValueSheet::default);
        }
        let Some(value) = variant.values.get_mut(*place) else {
            continue;
        };
        match column {
            Column::OptionValue(_, language) => {
                value.label.insert(language.clone(), cell.clone());
            }
            _ => {
                let place = cell.parse::<i32>();
                value.place = Some(place.map_err(|_| format!("{column} is not a number"))?);
            }
        }
    }
    Ok(variant)
}
