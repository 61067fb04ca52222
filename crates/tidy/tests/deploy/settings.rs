//! Every variable is explained, and every setting is one that the program has.

use crate::papers::{read, services, text};

#[test]
fn every_variable_is_explained_and_every_setting_exists() {
    let example = read(".env.example");
    let explained: Vec<&str> = example
        .lines()
        .filter_map(|line| line.trim_start_matches("# ").split_once('='))
        .map(|(name, _)| name)
        .filter(|name| {
            name.chars()
                .all(|c| c.is_ascii_uppercase() || "_0123456789".contains(c))
        })
        .collect();
    for reference in read("compose.yaml").split("${").skip(1) {
        let name = reference.split([':', '}', '-']).next().unwrap_or_default();
        assert!(explained.contains(&name), "explain {name} in .env.example");
    }
    let mut settings: Vec<String> = explained.iter().map(|name| (*name).to_owned()).collect();
    for (_, service) in services() {
        let names = service["environment"].as_mapping().into_iter().flatten();
        settings.extend(names.map(|(name, _)| text(name)));
    }
    let defaults = read("config/shop.toml");
    for setting in settings
        .iter()
        .filter_map(|name| name.strip_prefix("NEXUS__"))
    {
        let (section, key) = setting.split_once("__").expect("NEXUS__SECTION__KEY");
        assert!(
            has_setting(&defaults, &section.to_lowercase(), &key.to_lowercase()),
            "NEXUS__{setting}: config/shop.toml has no such setting"
        );
    }
}

/// True when the section has the key, or the key commented out (a setting without a default).
fn has_setting(toml: &str, section: &str, key: &str) -> bool {
    let mut lines = toml
        .lines()
        .skip_while(|line| line.trim() != format!("[{section}]"))
        .skip(1);
    lines
        .by_ref()
        .take_while(|line| !line.starts_with('['))
        .any(|line| {
            let line = line.trim_start_matches(['#', ' ']);
            line.split_once('=')
                .is_some_and(|(name, _)| name.trim() == key)
        })
}
