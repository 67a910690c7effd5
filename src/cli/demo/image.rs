//! Which of an engine's images the sample's server is made from.

/// The oldest PostgreSQL the sample is made in.
pub(super) const OLDEST: u32 = 12;

/// The official image as the engine may write it, and the lab's, which is made to
/// behave like it.
const REPOSITORIES: [&str; 5] =
    ["postgres", "library/postgres", "docker.io/postgres", "docker.io/library/postgres", "zelo-lab/postgres"];

/// Major and minor; a tag without minor stands for the newest of its major, one
/// without number (`latest`) for a version only the server will tell.
type Version = (u32, u32);

/// The image with the newest PostgreSQL, compared as numbers.
pub(super) fn newest(images: &[String]) -> Option<&String> {
    let known = images.iter().filter_map(|image| Some((version(image)?, std::cmp::Reverse(image))));
    known.max().map(|(_, std::cmp::Reverse(image))| image)
}

/// What an image's tag says; `None` for an image that does not serve.
fn version(image: &str) -> Option<Version> {
    let (repository, tag) = image.rsplit_once(':')?;
    if !REPOSITORIES.contains(&repository) {
        return None;
    }
    let number = tag.split('-').next().unwrap_or_default();
    if !number.starts_with(|c: char| c.is_ascii_digit()) {
        return Some((0, 0));
    }
    // `18beta1` and `18rc1` are no numbers, and no server for a first impression.
    let mut parts = number.split('.').map(str::parse::<u32>);
    let major = parts.next()?.ok()?;
    let minor = parts.next().map_or(Some(u32::MAX), Result::ok)?;
    (major >= OLDEST).then_some((major, minor))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(images: &[&str]) -> Option<String> {
        let images: Vec<String> = images.iter().map(|i| (*i).to_owned()).collect();
        newest(&images).cloned()
    }

    #[test]
    fn the_newest_is_the_highest_number() {
        for (images, newest) in [
            (&["postgres:9.6", "postgres:17"][..], Some("postgres:17")),
            (&["postgres:9.6", "postgres:11-alpine"], None),
            (&["postgres:15.10", "postgres:15.9", "postgres:14"], Some("postgres:15.10")),
            (&["postgres:17.2", "postgres:17"], Some("postgres:17")),
            (&["postgres:17-alpine", "postgres:17"], Some("postgres:17")),
            (&["postgres:latest", "postgres:12.22-bookworm"], Some("postgres:12.22-bookworm")),
            (&["postgres:9.6", "postgres:latest"], Some("postgres:latest")),
            (&["postgres:18beta1", "postgres:16"], Some("postgres:16")),
            (&["postgres:100", "postgres:99"], Some("postgres:100")),
            (&[], None),
        ] {
            assert_eq!(chosen(images).as_deref(), newest, "{images:?}");
        }
    }

    #[test]
    fn only_images_that_behave_like_the_official_one_serve() {
        for image in
            ["library/postgres:17", "docker.io/library/postgres:16.1", "zelo-lab/postgres:17", "postgres:17"]
        {
            assert_eq!(chosen(&[image]).as_deref(), Some(image));
        }
        for image in [
            "supabase/postgres:15.8.1",
            "public.ecr.aws/supabase/postgres:17.4.1",
            "bitnami/postgres:17",
            "localhost:5000/postgres",
            "localhost:5000/postgres:17",
            "postgres-exporter:17",
            "postgis/postgis:17",
            "postgres",
        ] {
            assert_eq!(chosen(&[image]), None, "{image}");
        }
    }
}
