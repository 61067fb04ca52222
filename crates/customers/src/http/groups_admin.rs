//! Groups of customers, who are priced alike, as staff keep them.

use axum::{Json, extract::State, response::Response};
use http::StatusCode;
use ids::{CustomerGroupId, CustomerId};
use kit::{
    Kit, Result, Tx,
    email::EmailAddress,
    http::{
        Body, Cursor, IdempotencyHeader, IfMatch, Page, PageQuery, PathId, ProblemResponses, Query,
        Versioned, body::invalid_member,
    },
};
use serde::{Deserialize, Serialize};
use staff::{CanEditCatalogue, Staff};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    actions,
    model::{CustomerGroup, CustomerRefusal, GroupMember, clean_group_name},
    store::groups as store,
};

pub(super) fn routes() -> OpenApiRouter<Kit> {
    OpenApiRouter::new()
        .routes(routes!(list_groups, create_group))
        .routes(routes!(get_group, rename_group, delete_group))
        .routes(routes!(list_members, add_member))
        .routes(routes!(remove_member))
}

/// Customers who are priced alike.
#[derive(Clone, Serialize, ToSchema)]
struct CustomerGroupView {
    id: CustomerGroupId,
    #[schema(example = "Cafés")]
    name: String,
    version: i64,
}

impl From<CustomerGroup> for CustomerGroupView {
    fn from(group: CustomerGroup) -> Self {
        Self {
            id: group.id,
            name: group.name,
            version: group.version,
        }
    }
}

/// A group of customers, as staff name it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Cafés"}))]
struct CustomerGroupBody {
    #[schema(max_length = 100)]
    name: String,
}

impl CustomerGroupBody {
    fn checked(&self) -> Result<String> {
        clean_group_name(&self.name).map_err(|reason| invalid_member("/name", reason))
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupCursor {
    id: CustomerGroupId,
}

impl Cursor for GroupCursor {}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct MemberCursor {
    id: CustomerId,
}

impl Cursor for MemberCursor {}

/// List groups of customers
#[utoipa::path(
    get, path = "/api/v1/admin/customer-groups/", operation_id = "listCustomerGroups",
    tag = "Admin: catalogue", params(PageQuery),
    responses((status = 200, body = Page<CustomerGroupView>), ProblemResponses),
    security(("bearer" = []))
)]
async fn list_groups(
    _staff: Staff<CanEditCatalogue>,
    State(kit): State<Kit>,
    Query(paging): Query<PageQuery>,
) -> Result<Page<CustomerGroupView>> {
    let limit = paging.limit()?;
    let after = paging.cursor::<GroupCursor>()?.map(|cursor| cursor.id);
    let rows = store::list_groups(&kit.db.read().await?, after, limit + 1).await?;
    let page = Page::cut(rows, limit, |row| GroupCursor { id: row.id })?;
    Ok(page.map(Into::into))
}

/// Create a group of customers
#[utoipa::path(
    post, path = "/api/v1/admin/customer-groups/", operation_id = "createCustomerGroup",
    tag = "Admin: catalogue", request_body = CustomerGroupBody,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = 201, body = CustomerGroupView), ProblemResponses),
    security(("bearer" = []))
)]
async fn create_group(
    staff: Staff<CanEditCatalogue>,
    State(kit): State<Kit>,
    header: IdempotencyHeader,
    body: Body<CustomerGroupBody>,
) -> Result<Response> {
    let now = kit.clock.now();
    let key = header.scoped(staff.principal(), "createCustomerGroup", body.fingerprint);
    let group = CustomerGroup {
        id: CustomerGroupId::generate(now),
        name: body.value.checked()?,
        version: 1,
    };
    let tx = kit.db.begin("create_customer_group").await?;
    if let Some(reply) = key.replay(&tx, &kit).await? {
        return Ok(reply);
    }
    actions::create_group(&tx, &group, now).await?;
    let view = CustomerGroupView::from(group);
    let what = ("customer_group.create", "customer_group", view.id.uuid());
    staff.record(&tx, what, None, Some(&view), now).await?;
    key.commit(tx, StatusCode::CREATED, &view).await
}

/// Read a group of customers
#[utoipa::path(
    get, path = "/api/v1/admin/customer-groups/{id}/", operation_id = "getCustomerGroup",
    tag = "Admin: catalogue", params(("id" = CustomerGroupId, Path)),
    responses((status = 200, body = CustomerGroupView), ProblemResponses),
    security(("bearer" = []))
)]
async fn get_group(
    _staff: Staff<CanEditCatalogue>,
    State(kit): State<Kit>,
    PathId(id): PathId<CustomerGroupId>,
) -> Result<Versioned<CustomerGroupView>> {
    let found = store::find_group(&kit.db.read().await?, id).await?;
    let group = found.ok_or(CustomerRefusal::GroupNotFound)?;
    Ok(Versioned::ok(group.version, group.into()))
}

/// A group, locked, as somebody has seen it.
async fn locked(tx: &Tx, id: CustomerGroupId, if_match: IfMatch) -> Result<CustomerGroup> {
    let found = store::lock_group(tx, id).await?;
    let group = found.ok_or(CustomerRefusal::GroupNotFound)?;
    if_match.check(group.version, &CustomerGroupView::from(group.clone()))?;
    Ok(group)
}

/// Rename a group of customers
#[utoipa::path(
    put, path = "/api/v1/admin/customer-groups/{id}/", operation_id = "renameCustomerGroup",
    tag = "Admin: catalogue", request_body = CustomerGroupBody,
    params(("id" = CustomerGroupId, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = CustomerGroupView), ProblemResponses),
    security(("bearer" = []))
)]
async fn rename_group(
    staff: Staff<CanEditCatalogue>,
    State(kit): State<Kit>,
    PathId(id): PathId<CustomerGroupId>,
    if_match: IfMatch,
    body: Body<CustomerGroupBody>,
) -> Result<Versioned<CustomerGroupView>> {
    let (now, name) = (kit.clock.now(), body.value.checked()?);
    let tx = kit.db.begin("rename_customer_group").await?;
    let before = locked(&tx, id, if_match).await?;
    let changed = CustomerGroup {
        name,
        version: before.version + 1,
        id,
    };
    actions::rename_group(&tx, &changed, now).await?;
    let (before, after) = (before.into(), CustomerGroupView::from(changed));
    let what = ("customer_group.rename", "customer_group", id.uuid());
    staff
        .record(&tx, what, Some(&before), Some(&after), now)
        .await?;
    tx.commit().await?;
    Ok(Versioned::ok(after.version, after))
}

/// Delete a group of customers
///
/// One that has neither customers nor price lists.
#[utoipa::path(
    delete, path = "/api/v1/admin/customer-groups/{id}/", operation_id = "deleteCustomerGroup",
    tag = "Admin: catalogue",
    params(("id" = CustomerGroupId, Path), ("If-Match" = String, Header)),
    responses((status = 204), ProblemResponses), security(("bearer" = []))
)]
async fn delete_group(
    staff: Staff<CanEditCatalogue>,
    State(kit): State<Kit>,
    PathId(id): PathId<CustomerGroupId>,
    if_match: IfMatch,
) -> Result<StatusCode> {
    let now = kit.clock.now();
    let tx = kit.db.begin("delete_customer_group").await?;
    let before = CustomerGroupView::from(locked(&tx, id, if_match).await?);
    actions::remove_group(&tx, id).await?;
    let what = ("customer_group.delete", "customer_group", id.uuid());
    staff
        .record(&tx, what, Some(&before), None::<&CustomerGroupView>, now)
        .await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A customer of a group.
#[derive(Serialize, ToSchema)]
struct GroupMemberView {
    customer_id: CustomerId,
    email: String,
    first_name: String,
    last_name: String,
}

impl From<GroupMember> for GroupMemberView {
    fn from(member: GroupMember) -> Self {
        Self {
            customer_id: member.id,
            email: member.email,
            first_name: member.first_name,
            last_name: member.last_name,
        }
    }
}

/// List the customers of a group
#[utoipa::path(
    get, path = "/api/v1/admin/customer-groups/{id}/members/",
    operation_id = "listCustomerGroupMembers", tag = "Admin: catalogue",
    params(("id" = CustomerGroupId, Path), PageQuery),
    responses((status = 200, body = Page<GroupMemberView>), ProblemResponses),
    security(("bearer" = []))
)]
async fn list_members(
    _staff: Staff<CanEditCatalogue>,
    State(kit): State<Kit>,
    PathId(id): PathId<CustomerGroupId>,
    Query(paging): Query<PageQuery>,
) -> Result<Page<GroupMemberView>> {
    let limit = paging.limit()?;
    let after = paging.cursor::<MemberCursor>()?.map(|cursor| cursor.id);
    let conn = kit.db.read().await?;
    let found = store::find_group(&conn, id).await?;
    found.ok_or(CustomerRefusal::GroupNotFound)?;
    let rows = store::list_members(&conn, id, after, limit + 1).await?;
    let page = Page::cut(rows, limit, |row| MemberCursor { id: row.id })?;
    Ok(page.map(Into::into))
}

/// Who is to be priced as the group is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"email": "abebe@example.com"}))]
struct AddGroupMember {
    /// Of an account.
    email: String,
}

/// Put a customer into a group
///
/// By the address of the account. A customer is in one group: whoever was in another one leaves
/// it. Somebody who is in it already stays.
#[utoipa::path(
    post, path = "/api/v1/admin/customer-groups/{id}/members/",
    operation_id = "addCustomerGroupMember", tag = "Admin: catalogue",
    request_body = AddGroupMember, params(("id" = CustomerGroupId, Path)),
    responses((status = 200, body = GroupMemberView), ProblemResponses),
    security(("bearer" = []))
)]
async fn add_member(
    staff: Staff<CanEditCatalogue>,
    State(kit): State<Kit>,
    PathId(id): PathId<CustomerGroupId>,
    body: Body<AddGroupMember>,
) -> Result<Json<GroupMemberView>> {
    let now = kit.clock.now();
    let email = EmailAddress::parse(&body.value.email)
        .map_err(|reason| invalid_member("/email", reason.to_string()))?;
    let tx = kit.db.begin("add_customer_group_member").await?;
    let group = store::lock_group(&tx, id).await?;
    group.ok_or(CustomerRefusal::GroupNotFound)?;
    let found = store::update_member(&tx, email.key(), id, now).await?;
    let member = GroupMemberView::from(found.ok_or(CustomerRefusal::AccountNotFound)?);
    let what = ("customer_group.join", "customer_group", id.uuid());
    staff.record(&tx, what, None, Some(&member), now).await?;
    tx.commit().await?;
    Ok(Json(member))
}

/// Take a customer out of a group
#[utoipa::path(
    delete, path = "/api/v1/admin/customer-groups/{id}/members/{customer_id}/",
    operation_id = "removeCustomerGroupMember", tag = "Admin: catalogue",
    params(("id" = CustomerGroupId, Path), ("customer_id" = CustomerId, Path)),
    responses((status = 204), ProblemResponses), security(("bearer" = []))
)]
async fn remove_member(
    staff: Staff<CanEditCatalogue>,
    State(kit): State<Kit>,
    PathId((id, customer_id)): PathId<(CustomerGroupId, CustomerId)>,
) -> Result<StatusCode> {
    let now = kit.clock.now();
    let tx = kit.db.begin("remove_customer_group_member").await?;
    let found = store::update_no_member(&tx, customer_id, id, now).await?;
    let member = GroupMemberView::from(found.ok_or(CustomerRefusal::AccountNotFound)?);
    let what = ("customer_group.leave", "customer_group", id.uuid());
    staff
        .record(&tx, what, Some(&member), None::<&GroupMemberView>, now)
        .await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
