//! Scripts get the line ends of Unix; the services that read them are restarted.

use std::path::PathBuf;

use async_trait::async_trait;

use super::{Mend, Remedy, Repair, kit::gone};
use crate::{
    domain::{finding::Finding, problem::Problem},
    msg, problem,
    supabase::{
        instance::Part,
        probes::line_ends::{readers, scripts},
        scene::Scene,
    },
};

pub(super) struct Fix;

#[async_trait]
impl Repair for Fix {
    async fn plan(&self, scene: &Scene, _: &Finding) -> Result<Remedy, Problem> {
        let files: Vec<PathBuf> = scripts(&scene.instance.folder).await?;
        let mut mends = Vec::new();
        for file in &files {
            let read = tokio::fs::read(scene.instance.folder.join(file)).await;
            let bytes = read.map_err(|e| problem!("scripts-unreadable").detail(e))?;
            mends.push(Mend::File { path: file.display().to_string(), contents: unix(&bytes) });
        }
        if mends.is_empty() {
            return Err(gone());
        }
        // The database runs its scripts at its first start only.
        let db = scene.instance.service_of(Part::Db);
        let services = readers(scene, &files).into_iter().filter(|service| Some(service.as_str()) != db);
        mends.extend(services.map(|service| Mend::Restart { service }));
        Ok(Remedy { what: msg!("repair-line-ends", files = files.len()), mends })
    }
}

/// Without the carriage returns that stand before a line's end.
fn unix(bytes: &[u8]) -> Vec<u8> {
    let next = bytes.iter().skip(1).map(Some).chain([None]);
    let kept = bytes.iter().zip(next).filter(|(byte, next)| (**byte, *next) != (b'\r', Some(&b'\n')));
    kept.map(|(byte, _)| *byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_line_ends_change() {
        assert_eq!(unix(b"a\r\nb\rc\r"), b"a\nb\rc\r");
        assert_eq!(unix(b""), b"");
    }
}
