//! An instance's settings: what stands in its `.env`.

pub(in crate::web::api) mod bulk;
pub(in crate::web::api) mod change;
pub(in crate::web::api) mod fields;
pub(in crate::web::api) mod history;
pub(in crate::web::api) mod reveal;
pub(in crate::web::api) mod rotate;
pub(in crate::web::api) mod set_back;
pub(in crate::web::api) mod show;
pub(in crate::web::api) mod test_mail;

use crate::web::api::call::Call;

/// The field in the path.
fn field<Q>(call: &Call<Q>) -> &str {
    call.request.match_info().get("field").unwrap_or_default()
}
