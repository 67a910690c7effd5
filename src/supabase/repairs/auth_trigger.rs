//! A trigger's function gets the rights and the `search_path` with which a sign-up is
//! proven to pass; the trigger itself stays as it is.

use async_trait::async_trait;

use super::{
    Remedy, Repair,
    kit::{function_grants, gone, sql},
};
use crate::{
    domain::{finding::Finding, problem::Problem},
    engine::postgres::{ident, setting},
    msg, problem,
    supabase::{
        probes::auth_trigger::{Trigger, culprit, cure, rehearse},
        scene::Scene,
    },
};

pub(super) struct Fix;

#[async_trait]
impl Repair for Fix {
    async fn plan(&self, scene: &Scene, _: &Finding) -> Result<Remedy, Problem> {
        let signing = scene.signing().await?;
        let trigger = culprit(scene, signing).await?.ok_or_else(gone)?;
        let Some(search_path) = rehearse(scene, &trigger).await? else {
            return Err(problem!("repair-unproven", function = &trigger.function));
        };
        let mut back = back(&trigger);
        back.extend(function_grants(scene, &trigger.function).await?);
        let what = msg!("repair-auth-trigger", function = &trigger.function);
        Ok(Remedy { what, mends: vec![sql(cure(&trigger, search_path), back)] })
    }
}

fn back(trigger: &Trigger) -> Vec<String> {
    let f = &trigger.function;
    let stored = trigger.settings.iter().flatten().find(|s| s.starts_with("search_path="));
    vec![
        match stored.and_then(|s| setting(s)) {
            Some(set) => format!("ALTER FUNCTION {f} {set}"),
            None => format!("ALTER FUNCTION {f} RESET search_path"),
        },
        format!("ALTER FUNCTION {f} SECURITY {}", if trigger.definer { "DEFINER" } else { "INVOKER" }),
        format!("ALTER FUNCTION {f} OWNER TO {}", ident(&trigger.owner)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_goes_back_to_what_it_was() {
        let mut trigger = Trigger {
            table: "users".to_owned(),
            name: "t".to_owned(),
            function: "public.f()".to_owned(),
            proname: "f".to_owned(),
            definer: false,
            owner: "ana".to_owned(),
            settings: None,
        };
        assert_eq!(
            back(&trigger),
            [
                "ALTER FUNCTION public.f() RESET search_path",
                "ALTER FUNCTION public.f() SECURITY INVOKER",
                "ALTER FUNCTION public.f() OWNER TO \"ana\""
            ]
        );
        trigger.settings = Some(vec!["work_mem=1MB".to_owned(), "search_path=\"\"".to_owned()]);
        assert_eq!(back(&trigger)[0], "ALTER FUNCTION public.f() SET \"search_path\" TO ''");
    }
}
