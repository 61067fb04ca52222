//! As much TOML as the manifests of this workspace use. Never a general TOML reader.

/// A dependency as written in a manifest: its key, and the line it stands on (from 1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    pub(crate) line: usize,
}

/// Paths of the workspace's members in the order written, each with its line.
pub(crate) fn members(manifest: &str) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    let mut inside = false;
    for (index, line) in manifest.lines().enumerate() {
        let line = line.split('#').next().unwrap_or("").trim();
        if line.starts_with("members") {
            inside = true;
        }
        if inside {
            let quoted = line.split('"').skip(1).step_by(2);
            found.extend(quoted.map(|path| (path.to_owned(), index + 1)));
            if line.ends_with(']') {
                break;
            }
        }
    }
    found
}

/// Dependencies of every kind: normal, dev, build, and per target.
pub(crate) fn dependencies(manifest: &str) -> Vec<Dependency> {
    let mut found = Vec::new();
    let mut inside = false;
    for (index, line) in manifest.lines().enumerate() {
        let line = line.trim();
        if let Some(section) = line.strip_prefix('[') {
            let section = section.trim_end_matches(']');
            inside = section.ends_with("dependencies");
            let name = section.split_once("dependencies.").map(|(_, name)| name);
            found.extend(name.map(|name| dependency(name, index + 1)));
        } else if inside && !line.starts_with('#') {
            let name = line.split(['.', ' ', '=']).next().unwrap_or("");
            if !name.is_empty() {
                found.push(dependency(name, index + 1));
            }
        }
    }
    found
}

fn dependency(name: &str, line: usize) -> Dependency {
    Dependency {
        name: name.trim_matches('"').to_owned(),
        line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_read_in_order() {
        let text = "[workspace]\nmembers = [\n  # floor\n  \"crates/a\",\n  \"crates/b\",\n]\n";
        assert_eq!(
            members(text),
            [("crates/a".to_owned(), 4), ("crates/b".to_owned(), 5)]
        );
        assert_eq!(members("members = [\"x\", \"y\"]\n").len(), 2);
    }

    #[test]
    fn dependencies_of_every_kind_are_read() {
        let text = "[dependencies]\nkit.workspace = true\n# no\na = { version = \"1\" }\n\
                    [dev-dependencies]\nb = \"1\"\n[dependencies.c]\nversion = \"1\"\n\
                    [target.'cfg(unix)'.dependencies]\nd = \"1\"\n[lints]\nworkspace = true\n";
        let names: Vec<_> = dependencies(text)
            .into_iter()
            .map(|found| found.name)
            .collect();
        assert_eq!(names, ["kit", "a", "b", "c", "d"].map(str::to_owned));
    }
}
