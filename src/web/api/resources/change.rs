//! `PUT /api/projects/{project}/resources/{resource}`

use actix_web::http::StatusCode;

use super::{accept, checked, look, may_reach, must_pass, not_told_of_others, put_over, shown};
use crate::{
    db::ResourceRow,
    domain::names::is_label,
    engine::{Access, Check},
    operation::{access_may_change, change_access, known_access},
    problem,
    web::{
        api::{
            body::Json,
            call::{Answer, Call, Run, refused},
            types::resource::{ChangeResource, Changed},
        },
        error::Refusal,
    },
};

/// Change a resource's name, and how it is reached.
///
/// What is not given stays as it is. An access that no longer reaches it is not
/// stored; while an operation works on it, it is not led elsewhere.
#[utoipa::path(
    put,
    path = "/api/projects/{project}/resources/{resource}",
    tag = "Resources",
    params(Run),
    request_body = ChangeResource,
    responses(
        (status = 200, description = "The resource as it is now. With `dry_run`: what was found; nothing \
            was stored.", body = Changed),
    ),
)]
pub(in crate::web::api) async fn change(call: Call<Run>, Json(asked): Json<ChangeResource>) -> Answer {
    let mut row = call.here.resource()?.clone();
    if let Some(name) = asked.name.as_ref().filter(|name| !is_label(name)) {
        return Err(problem!("resource-name", name = name).into());
    }
    let name = asked.name.clone();
    let (access, checks) = prepared(&call, &row, asked).await?;
    if call.query.dry_run {
        let access = access.unwrap_or_else(|| Access { values: row.access.clone(), ..Access::default() });
        return Ok(call.ok(&Changed::Checked(checked(&call, access, &checks))));
    }
    must_pass(&checks)?;
    let (world, by) = (&call.site.world, call.actor());
    if let Some(name) = name {
        row = world.db.rename_resource(&row.id, &name, &by.0).await?;
    }
    if let Some(access) = access {
        row = match change_access(world, &row, access, &checks, &by).await {
            Ok(row) => row,
            Err(problem) => return Err(not_told_of_others(&call, problem).await),
        };
    }
    Ok(call.ok(&Changed::Now(Box::new(shown(&call, &row)))))
}

/// How it is to be reached, if that changes, and what was found there.
async fn prepared(
    call: &Call<Run>,
    row: &ResourceRow,
    asked: ChangeResource,
) -> Result<(Option<Access>, Vec<Check>), Refusal> {
    if asked.access.is_none() && asked.secrets.is_empty() {
        return Ok((None, Vec::new()));
    }
    let world = &call.site.world;
    let engine = world.engine(row)?;
    let known = known_access(world, row, !asked.secrets.is_empty())?;
    let given = put_over(
        &*engine,
        Access { values: known.values.clone(), ..Access::default() },
        asked.access.clone(),
        asked.secrets.clone(),
    )?;
    let access = accept(&*engine, put_over(&*engine, known.clone(), asked.access, asked.secrets)?)?;
    if access.values != row.access {
        may_reach(call, &*engine, &access).await?;
        gives_secrets(call, &known, &accept(&*engine, given)?, &access)?;
    }
    access_may_change(world, row, &access).await?;
    let checks = look(&*engine, &access, asked.unchecked).await;
    Ok((Some(access), checks))
}

/// What Zelo keeps secret is sent where it was given for: who leads a resource
/// elsewhere, and could read it there, gives it again. Problem:
/// `resource-secret-again`.
fn gives_secrets<Q>(call: &Call<Q>, known: &Access, given: &Access, access: &Access) -> Result<(), Refusal> {
    let kept = |name: &&String| access.secrets.contains_key(*name) && !given.secrets.contains_key(*name);
    match known.secrets.keys().find(kept) {
        Some(name) if !call.caller.user.is_admin => {
            Err(refused(StatusCode::FORBIDDEN, problem!("resource-secret-again", field = name)))
        }
        _ => Ok(()),
    }
}
