//! Keyset pages: a limit, an opaque cursor, one envelope.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Datelike, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{body::invalid_parameter, etag::Document};
use crate::error::Result;

/// The part of a query that asks for a page.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// How many entries, 1 to 100; 20 without it.
    #[param(minimum = 1, maximum = 100, default = 20)]
    pub limit: Option<i64>,
    /// `next_cursor` of the page before.
    #[param(max_length = 512)]
    pub cursor: Option<String>,
}

impl PageQuery {
    /// The limit, checked.
    ///
    /// # Errors
    /// `invalid_query` outside 1 to 100.
    pub fn limit(&self) -> Result<i64> {
        match self.limit.unwrap_or(20) {
            limit @ 1..=100 => Ok(limit),
            _ => Err(invalid_parameter("limit", "it must be from 1 to 100")),
        }
    }

    /// The sort key of the last entry of the page before.
    ///
    /// # Errors
    /// `invalid_query` when it is not a cursor of ours for this order of entries.
    pub fn cursor<K: Cursor>(&self) -> Result<Option<K>> {
        let Some(text) = &self.cursor else {
            return Ok(None);
        };
        let refused = || invalid_parameter("cursor", "it is not a cursor of this list");
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| refused())?;
        // Ours have nothing to escape, and the database cannot hold U+0000.
        if bytes.contains(&b'\\') {
            return Err(refused());
        }
        serde_json::from_slice(&bytes)
            .map(Some)
            .map_err(|_| refused())
    }
}

/// Reads an instant of a cursor or a body: one that the database can hold, whatever somebody made
/// up.
///
/// # Errors
/// When it is no instant of the years 1 to 9999.
pub fn instant<'de, D>(deserializer: D) -> std::result::Result<DateTime<Utc>, D::Error>
where
    D: serde::Deserializer<'de>,
{
    let instant = DateTime::<Utc>::deserialize(deserializer)?;
    if (1..=9999).contains(&instant.year()) {
        Ok(instant)
    } else {
        Err(out_of_range())
    }
}

/// The same of a member that may be absent, with `#[serde(default)]`.
///
/// # Errors
/// When it is no instant of the years 1 to 9999.
pub fn instant_or_none<'de, D>(
    deserializer: D,
) -> std::result::Result<Option<DateTime<Utc>>, D::Error>
where
    D: serde::Deserializer<'de>,
{
    match Option::<DateTime<Utc>>::deserialize(deserializer)? {
        Some(instant) if !(1..=9999).contains(&instant.year()) => Err(out_of_range()),
        instant => Ok(instant),
    }
}

/// The same of a member that a merge patch can change and not clear, with `#[serde(default)]`.
///
/// # Errors
/// When it is null, or no instant of the years 1 to 9999.
pub fn given_instant<'de, D>(
    deserializer: D,
) -> std::result::Result<Option<DateTime<Utc>>, D::Error>
where
    D: serde::Deserializer<'de>,
{
    instant(deserializer).map(Some)
}

fn out_of_range<E: serde::de::Error>() -> E {
    E::custom("an instant is of the years 1 to 9999")
}

/// A sort key that always ends in a unique column, so that a page neither repeats nor skips.
pub trait Cursor: Serialize + for<'de> Deserialize<'de> {}

/// A page of entries.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page<T> {
    /// The entries.
    pub data: Vec<T>,
    /// Where to go on.
    pub page: PageInfo,
}

/// Where a list goes on.
#[derive(Debug, Serialize, ToSchema)]
pub struct PageInfo {
    /// Send it as `cursor` to get the next page; null at the end.
    pub next_cursor: Option<String>,
    /// Whether there is a next page.
    pub has_more: bool,
}

/// Travels in the response's extensions to the layer that writes the `Link` header.
#[derive(Clone)]
pub(crate) struct NextCursor(pub(crate) String);

impl<T> Page<T> {
    /// Has the response carry `Link: <…>; rel="next"` (RFC 8288) when there is a next page.
    pub fn link(&self, mut response: Response) -> Response {
        if let Some(cursor) = &self.page.next_cursor {
            response.extensions_mut().insert(NextCursor(cursor.clone()));
        }
        response
    }

    /// The page as a public answer that carries its `Link` with it.
    ///
    /// # Errors
    /// A fault when it cannot be serialized.
    pub fn document(&self) -> Result<Document>
    where
        T: Serialize,
    {
        Ok(Document {
            next_cursor: self.page.next_cursor.clone(),
            ..Document::of(self)?
        })
    }

    /// A page from up to `limit + 1` rows: the extra row only says that there is more.
    ///
    /// # Errors
    /// A fault when the key cannot be serialized.
    pub fn cut<K: Cursor>(mut rows: Vec<T>, limit: i64, key: impl Fn(&T) -> K) -> Result<Self> {
        let limit = usize::try_from(limit).unwrap_or(20);
        let has_more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = match rows.last() {
            Some(last) if has_more => Some(URL_SAFE_NO_PAD.encode(serde_json::to_vec(&key(last))?)),
            _ => None,
        };
        Ok(Self {
            data: rows,
            page: PageInfo {
                next_cursor,
                has_more,
            },
        })
    }

    /// The same page with its entries turned into something else.
    pub fn map<U>(self, into: impl FnMut(T) -> U) -> Page<U> {
        Page {
            data: self.data.into_iter().map(into).collect(),
            page: self.page,
        }
    }
}

impl<T: Serialize> IntoResponse for Page<T> {
    fn into_response(self) -> Response {
        let response = Json(&self).into_response();
        self.link(response)
    }
}
