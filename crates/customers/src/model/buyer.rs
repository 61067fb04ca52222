//! Who buys, as whatever is counted by buyer knows them: however somebody writes it.

use ids::CustomerId;

/// The names of a buyer: the account, the e-mail address (in lower case and without what stands
/// behind a plus sign) and the telephone (E.164), whichever there is. What an order has counts for
/// each of them.
#[must_use]
pub fn buyer_names(
    customer_id: Option<CustomerId>,
    email: &str,
    phone: Option<&str>,
) -> Vec<String> {
    let mut names = vec![format!("email:{}", email_name(email))];
    names.extend(phone.map(|phone| format!("phone:{phone}")));
    names.extend(customer_id.map(account_name));
    names
}

/// The name of a buyer of whom nothing but the account is known.
#[must_use]
pub fn account_name(id: CustomerId) -> String {
    format!("customer:{id}")
}

fn email_name(email: &str) -> String {
    let email = email.trim().to_lowercase();
    match email.rsplit_once('@') {
        Some((local, domain)) => {
            let plain = local.split('+').next().filter(|plain| !plain.is_empty());
            format!("{}@{domain}", plain.unwrap_or(local))
        }
        None => email,
    }
}
