//! Carts that wait to be used, made beside the measurement. Never counts what a run takes.

use std::ops::Range;

use anyhow::{Context, Result};

use crate::{
    cases::{CARTS_APART, CartsOfCase, Case},
    database::Database,
    requests::Goods,
};

/// The unused carts of a case, known by number.
pub(crate) struct CartPool {
    carts: CartsOfCase,
    part: u64,
    token: String,
    next: u64,
    end: u64,
}

impl CartPool {
    /// No unused carts yet; `None` for a case that only reads. The shop's token opens them all.
    ///
    /// # Errors
    /// When the database does not answer which carts were used before.
    pub(crate) fn open(case: Case, goods: &Goods, database: &Database) -> Result<Option<Self>> {
        let Some(carts) = case.carts() else {
            return Ok(None);
        };
        let part = case.variants_per_line(u64::try_from(goods.variants.len())?);
        let (token, first) = (goods.token.clone(), carts.first);
        let mut pool = Self {
            carts,
            part,
            token,
            next: first,
            end: first,
        };
        pool.settle(database)?;
        Ok(Some(pool))
    }

    /// The numbers of the unused carts.
    pub(crate) fn unused(&self) -> Range<u64> {
        self.next..self.end
    }

    /// Makes carts until `count` of them are unused.
    pub(crate) fn fill(&mut self, database: &Database, count: u64) -> Result<()> {
        let wanted_end = self.next + count;
        if wanted_end <= self.end {
            return Ok(());
        }
        let variables = [
            ("first", self.end.to_string()),
            ("last", (wanted_end - 1).to_string()),
            ("lines", self.carts.lines.to_string()),
            ("part", self.part.to_string()),
            ("token", self.token.clone()),
        ];
        database
            .run(include_str!("../sql/carts.sql"), &variables)
            .context("make carts")?;
        self.end = wanted_end;
        Ok(())
    }

    /// Every cart below `next` is used.
    pub(crate) fn used_up_to(&mut self, next: u64) {
        self.next = self.next.max(next);
        self.end = self.end.max(self.next);
    }

    /// Finds in the database which carts a script has used.
    pub(crate) fn settle(&mut self, database: &Database) -> Result<()> {
        let variables = [
            ("table", self.carts.used_in.to_owned()),
            ("first", self.carts.first.to_string()),
            ("end", (self.carts.first + CARTS_APART).to_string()),
        ];
        let answer = database.run(include_str!("../sql/settle.sql"), &variables)?;
        if !answer.is_empty() {
            self.used_up_to(answer.parse::<u64>().context("the number of a cart")? + 1);
        }
        Ok(())
    }
}
