//! A file read row by row: its head, its rows, the rows of one product, what they say.

use std::{
    collections::BTreeSet,
    io::{BufRead, BufReader, Read},
};

use catalogue::ProductSheet;
use csv::{ByteRecord, Reader, ReaderBuilder};
use money::Currency;

use super::{
    FileFormat, ImportRefusal,
    cells::plain,
    columns::Column,
    saying::{Cells, said},
    shopify,
};

/// The most columns of a file.
const COLUMNS_MAX: usize = 500;

/// The most characters of a cell.
const CELL_CHARS_MAX: usize = 20_000;

/// The most rows of a product: as many as it may have variants.
const ROWS_MAX: usize = 1_000;

/// How the cells of a file are read.
#[derive(Debug, Clone)]
pub(crate) struct Reading {
    pub(crate) format: FileFormat,
    pub(crate) currency: Option<Currency>,
    pub(crate) mapping: Vec<(String, String)>,
}

/// The rows of one product.
#[derive(Debug)]
pub(crate) struct Group {
    /// By its slug, or by its SKU where the file has no slugs.
    pub(crate) name: String,
    /// Counted from the row below the head.
    pub(crate) first_row: i64,
    pub(crate) row_count: i64,
    /// What the rows say; or which of them cannot be read, and why.
    pub(crate) said: Result<ProductSheet, String>,
}

/// A row that says something.
struct Line {
    number: i64,
    /// Of its product; empty where the file has none.
    slug: String,
    cells: Result<Cells, String>,
}

/// Reads a file product by product.
pub(crate) struct SheetReader<R> {
    reader: Reader<BufReader<R>>,
    reading: Reading,
    heads: Vec<(String, Option<Column>)>,
    row_count: i64,
    /// A row that was read and belongs to the next product.
    ahead: Option<Line>,
    is_over: bool,
}

impl<R: Read> SheetReader<R> {
    /// Reads the head of a file.
    ///
    /// # Errors
    /// `invalid_import_file`
    pub(crate) fn open(input: R, reading: Reading) -> Result<Self, ImportRefusal> {
        let refuse = |reason: &str| ImportRefusal::InvalidFile(reason.to_owned());
        let mut input = BufReader::with_capacity(64 * 1024, input);
        let start = input.fill_buf().map_err(|_| refuse("it cannot be read"))?;
        if start.starts_with(b"\xef\xbb\xbf") {
            input.consume(3);
        }
        let start = input.fill_buf().map_err(|_| refuse("it cannot be read"))?;
        let head = start
            .split(|byte| *byte == b'\n')
            .next()
            .unwrap_or_default();
        let count = |wanted: u8| head.iter().filter(|byte| **byte == wanted).count();
        let delimiter = if count(b';') > count(b',') {
            b';'
        } else {
            b','
        };
        let mut reader = ReaderBuilder::new()
            .delimiter(delimiter)
            .has_headers(false)
            .flexible(true)
            .from_reader(input);
        let mut head = ByteRecord::new();
        let has_head = reader.read_byte_record(&mut head);
        if !has_head.map_err(|_| refuse("its first row cannot be read"))? {
            return Err(refuse("it is empty"));
        }
        if head.len() > COLUMNS_MAX {
            return Err(refuse("it has more than 500 columns"));
        }
        let heads = heads_of(&head, &reading)?;
        Ok(Self {
            reader,
            reading,
            heads,
            row_count: 0,
            ahead: None,
            is_over: false,
        })
    }

    /// Columns that say nothing here.
    pub(crate) fn ignored(&self) -> Vec<String> {
        let is_read = |head: &str, column: &Option<Column>| match self.reading.format {
            FileFormat::Shopify => column.is_some() || shopify::is_read(head),
            FileFormat::Nexus => column.is_some(),
        };
        let heads = self.heads.iter();
        let ignored = heads.filter(|(head, column)| !is_read(head, column));
        ignored.map(|(head, _)| head.clone()).collect()
    }

    /// Rows that were read so far, without the head.
    pub(crate) const fn row_count(&self) -> i64 {
        self.row_count
    }

    /// The next product; none at the end.
    pub(crate) fn next_group(&mut self) -> Option<Group> {
        let first = match self.ahead.take() {
            Some(ahead) => ahead,
            None => self.next_row()?,
        };
        let (name, first_row) = (first.slug.clone(), first.number);
        let mut rows = vec![first];
        while rows.len() < ROWS_MAX {
            match self.next_row() {
                Some(next) if next.slug == name && !name.is_empty() => rows.push(next),
                ahead => {
                    self.ahead = ahead;
                    break;
                }
            }
        }
        let row_count = i64::try_from(rows.len()).unwrap_or(i64::MAX);
        let numbered: Result<Vec<(i64, Cells)>, String> = rows
            .into_iter()
            .map(|row| match row.cells {
                Ok(cells) => Ok((row.number, cells)),
                Err(reason) => Err(format!("row {}: {reason}", row.number)),
            })
            .collect();
        let said = numbered.and_then(|rows| said(&rows, &self.reading));
        let sku = said.as_ref().ok().and_then(|sheet| sheet.variants.first());
        let sku = sku.map(|variant| variant.sku.clone());
        Some(Group {
            name: if name.is_empty() {
                sku.unwrap_or_default()
            } else {
                name
            },
            first_row,
            row_count,
            said,
        })
    }

    /// The next row that says something.
    fn next_row(&mut self) -> Option<Line> {
        let mut record = ByteRecord::new();
        while !self.is_over {
            match self.reader.read_byte_record(&mut record) {
                Ok(true) => {}
                Ok(false) => self.is_over = true,
                Err(_) => {
                    self.is_over = true;
                    self.row_count += 1;
                    return Some(Line {
                        number: self.row_count,
                        slug: String::new(),
                        cells: Err("the file breaks off here".to_owned()),
                    });
                }
            }
            if self.is_over {
                break;
            }
            self.row_count += 1;
            if record.iter().all(<[u8]>::is_empty) {
                continue;
            }
            let cells = self.cells(&record);
            let slug = cells
                .as_ref()
                .ok()
                .and_then(|cells| cells.get(&Column::Slug));
            let slug = slug.cloned().unwrap_or_default();
            // A row of Shopify's that brings one more picture.
            let is_picture = |cells: &Cells| !cells.keys().any(Column::is_of_variant);
            let is_shopify = self.reading.format == FileFormat::Shopify;
            if is_shopify && cells.as_ref().is_ok_and(is_picture) {
                continue;
            }
            return Some(Line {
                number: self.row_count,
                slug,
                cells,
            });
        }
        None
    }

    fn cells(&self, record: &ByteRecord) -> Result<Cells, String> {
        if record.len() > self.heads.len() {
            return Err("it has more cells than there are columns".to_owned());
        }
        let mut cells = Cells::new();
        for ((head, column), bytes) in self.heads.iter().zip(record) {
            let Ok(cell) = str::from_utf8(bytes) else {
                return Err(format!("{head} is not UTF-8"));
            };
            if cell.contains('\0') || cell.chars().count() > CELL_CHARS_MAX {
                return Err(format!(
                    "{head} is too long or has a character that no text has"
                ));
            }
            match (self.reading.format, column) {
                (_, Some(column)) => {
                    cells.insert(column.clone(), plain(cell).to_owned());
                }
                (FileFormat::Shopify, None) => cells.extend(shopify::cells(head, cell)),
                (FileFormat::Nexus, None) => {}
            }
        }
        Ok(cells)
    }
}

/// Each column of a file with what it says here.
fn heads_of(
    head: &ByteRecord,
    reading: &Reading,
) -> Result<Vec<(String, Option<Column>)>, ImportRefusal> {
    let refuse = |reason: String| Err(ImportRefusal::InvalidFile(reason));
    let mut seen = BTreeSet::new();
    let mut heads = Vec::with_capacity(head.len());
    for bytes in head {
        let Ok(name) = str::from_utf8(bytes) else {
            return refuse("its first row is not UTF-8".to_owned());
        };
        let name: String = name
            .trim()
            .chars()
            .filter(|c| *c != '\0')
            .take(200)
            .collect();
        let mapped = reading.mapping.iter().find(|(theirs, _)| *theirs == name);
        let column = match mapped {
            Some((_, ours)) if ours.is_empty() => None,
            Some((_, ours)) => match Column::parse(ours) {
                Some(column) => Some(column),
                None => return refuse(format!("there is no column {ours}")),
            },
            None if reading.format == FileFormat::Shopify => None,
            None => Column::parse(&name),
        };
        if let Some(column) = &column
            && !seen.insert(column.clone())
        {
            return refuse(format!("it has the column {column} twice"));
        }
        heads.push((name, column));
    }
    if let Some((theirs, _)) = reading
        .mapping
        .iter()
        .find(|(theirs, _)| heads.iter().all(|(name, _)| name != theirs))
    {
        return refuse(format!("it has no column {theirs}"));
    }
    let is_shopify = reading.format == FileFormat::Shopify;
    let has_sku = seen.contains(&Column::Sku)
        || is_shopify && heads.iter().any(|(name, _)| name == "Variant SKU");
    if !has_sku {
        return refuse("it has no column sku".to_owned());
    }
    Ok(heads)
}
