//! The category tree: children, breadcrumbs, moves that never make a cycle.

use ids::CategoryId;

use super::{CatalogueRefusal, Category};

/// The deepest that the tree may be.
const DEPTH_MAX: usize = 10;

/// The children of a node (of the root for `None`), in their order.
pub(crate) fn children_of(
    categories: &[Category],
    parent_id: Option<CategoryId>,
) -> Vec<&Category> {
    let mut children: Vec<&Category> = categories
        .iter()
        .filter(|category| category.parent_id == parent_id)
        .collect();
    children.sort_by(|a, b| (a.position, &a.slug).cmp(&(b.position, &b.slug)));
    children
}

/// From the top down to the node itself. Ends also where the data would go round in a circle.
pub(crate) fn breadcrumbs(categories: &[Category], id: CategoryId) -> Vec<&Category> {
    let mut path = Vec::new();
    let mut next = Some(id);
    while let Some(current) = next
        && path.len() <= categories.len()
    {
        let Some(category) = categories.iter().find(|category| category.id == current) else {
            break;
        };
        path.push(category);
        next = category.parent_id;
    }
    path.reverse();
    path
}

/// Whether `id` may stand under `parent_id`.
///
/// # Errors
/// `unknown_category`, `category_cycle`, `category_too_deep`.
pub(crate) fn check_move(
    categories: &[Category],
    id: CategoryId,
    parent_id: Option<CategoryId>,
) -> Result<(), CatalogueRefusal> {
    let Some(parent_id) = parent_id else {
        return Ok(());
    };
    let above = breadcrumbs(categories, parent_id);
    if above.is_empty() {
        return Err(CatalogueRefusal::UnknownCategory);
    }
    if above.iter().any(|category| category.id == id) {
        return Err(CatalogueRefusal::CategoryCycle);
    }
    if above.len() + height(categories, id, 0) > DEPTH_MAX {
        return Err(CatalogueRefusal::CategoryTooDeep);
    }
    Ok(())
}

fn height(categories: &[Category], id: CategoryId, depth: usize) -> usize {
    if depth > DEPTH_MAX {
        return depth;
    }
    let below = categories
        .iter()
        .filter(|category| category.parent_id == Some(id));
    1 + below
        .map(|child| height(categories, child.id, depth + 1))
        .max()
        .unwrap_or(0)
}
