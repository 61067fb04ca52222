//! Who a test sends: staff with some rights, customers, guests; and whether anything changed.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use kit::{
    email::EmailAddress,
    sessions::{self, Lifetimes, Opened},
};
use serde_json::json;
use staff::{Actor, NewStaff, Rights};

use super::{client::Client, shop::Shop};

/// Of no password: these accounts sign in by a session that the test opens.
const NO_PASSWORD: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$\
                           AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

const LIFETIMES: Lifetimes = Lifetimes {
    absolute: TimeDelta::hours(12),
    idle: TimeDelta::hours(2),
};

impl Shop {
    /// A member of the staff with these rights, who is signed in.
    pub(crate) async fn staff(&self, name: &str, permissions: &[&str]) -> Client {
        self.client()
            .bearer(&self.staff_token(name, permissions).await)
    }

    /// The access token of a new member of the staff with these rights.
    pub(crate) async fn staff_token(&self, name: &str, permissions: &[&str]) -> String {
        let new = NewStaff {
            email: EmailAddress::parse(&format!("{name}@shop.example")).unwrap(),
            name: name.to_owned(),
            password_hash: NO_PASSWORD.to_owned(),
        };
        let (actor, rights) = (Actor::command_line(), Rights::of(permissions));
        let tx = self.app.kit.db.begin("test_staff").await.unwrap();
        let id = staff::create(&tx, &actor, &new, &rights, self.now())
            .await
            .unwrap();
        let opened = sessions::open(&tx, staff::AUDIENCE, id.uuid(), LIFETIMES, self.now())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        self.access_token(staff::AUDIENCE, &opened)
    }

    /// A token for a session as the shop itself would issue it now.
    pub(crate) fn access_token(&self, audience: &'static str, opened: &Opened) -> String {
        let (who, session) = (opened.principal_id, opened.session_id);
        let tokens = &self.app.access.tokens;
        tokens.issue(audience, who, session, self.now()).unwrap()
    }

    /// A digest of every table: equal before and after a refusal, for nothing has changed.
    pub(crate) async fn state(&self) -> BTreeMap<String, String> {
        let conn = self.db().await;
        let names = "select tablename from pg_tables where schemaname = 'public' order by 1";
        let rows = conn.query(names, &[]).await.unwrap();
        let digest = |table: String| {
            format!(
                "select '{table}', coalesce(md5(string_agg(md5(t::text), '' order by t::text)), '')
                 from {table} t"
            )
        };
        let parts: Vec<String> = rows.iter().map(|row| digest(row.get(0))).collect();
        let rows = conn.query(&parts.join(" union all "), &[]).await.unwrap();
        rows.iter().map(|row| (row.get(0), row.get(1))).collect()
    }

    /// How many rows there are.
    pub(crate) async fn count(&self, table: &str) -> i64 {
        self.number(&format!("select count(*) from {table}")).await
    }

    /// A second location of stock, near to these regions; answers its id.
    pub(crate) async fn location(&self, code: &str, regions: &[&str]) -> ids::LocationId {
        let clerk = self.staff(&format!("opener-{code}"), &["stock.edit"]).await;
        let body = json!({ "code": code, "name": code, "priority": 10, "regions": regions });
        let path = "/api/v1/admin/inventory/locations/";
        let made = clerk.post(path, body).await.expect(201);
        made.text("/id").parse().unwrap()
    }

    /// The version of a variant's stock level at the main location.
    pub(crate) async fn stock_version(&self, variant_id: ids::VariantId) -> i64 {
        let main = inventory::MAIN_LOCATION;
        let level = inventory::find_level(&self.db().await, variant_id, main).await;
        level.unwrap().unwrap().version
    }
}
