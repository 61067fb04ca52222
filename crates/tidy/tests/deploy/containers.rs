//! What compose.yaml starts, in which order, and the systemd units beside it.

use std::{collections::BTreeSet, fs};

use crate::papers::{
    compose, flags_of, instructions, list, programs, read, root, service, services, text,
};

const COMMANDS: [&str; 4] = ["serve", "worker", "migrate", "health"];

#[test]
fn every_service_that_is_waited_for_exists_and_can_say_it_is_ready() {
    let image_has_check = read("Dockerfile").contains("\nHEALTHCHECK ");
    for (name, waiting) in services() {
        for (target, how) in waiting["depends_on"].as_mapping().into_iter().flatten() {
            let awaited = service(&text(target));
            let check = &awaited["healthcheck"];
            let is_off = check["disable"].as_bool() == Some(true);
            let has_check = !is_off && (!check.is_null() || image_has_check);
            match how["condition"].as_str() {
                Some("service_healthy") => {
                    assert!(
                        has_check,
                        "`{name}` waits for `{target:?}`, which has no health check"
                    );
                }
                Some("service_completed_successfully") => {
                    assert_eq!(
                        awaited["restart"].as_str(),
                        Some("no"),
                        "{target:?} never completes"
                    );
                }
                other => panic!("`{name}`: say what to wait for, not {other:?}"),
            }
        }
    }
}

#[test]
fn every_volume_is_declared_and_used() {
    let declared: BTreeSet<String> = compose()["volumes"]
        .as_mapping()
        .into_iter()
        .flatten()
        .map(|(name, _)| text(name))
        .collect();
    let mut used = BTreeSet::new();
    for (_, service) in services() {
        let names = list(&service["volumes"]).into_iter();
        let named = names.filter(|volume| !volume.starts_with(['.', '/']));
        used.extend(named.filter_map(|v| v.split_once(':').map(|(name, _)| name.to_owned())));
    }
    assert_eq!(declared, used);
}

#[test]
fn every_command_is_one_that_the_programs_know() {
    for (name, service) in services()
        .iter()
        .filter(|(_, service)| !service["build"].is_null())
    {
        let entry = list(&service["entrypoint"])
            .first()
            .cloned()
            .unwrap_or("nexus".to_owned());
        assert!(
            programs().contains(&entry),
            "{name}: the image has no `{entry}`"
        );
        let command = list(&service["command"])
            .first()
            .cloned()
            .unwrap_or_default();
        if entry == "nexus" {
            assert!(
                COMMANDS.contains(&command.as_str()),
                "{name}: `nexus {command}` is unknown"
            );
        }
    }
    for line in instructions().iter().filter(|line| line.contains("CMD [")) {
        let words: Vec<&str> = line.split('"').skip(1).step_by(2).collect();
        let command = words
            .iter()
            .find(|word| **word != "nexus")
            .expect("a command");
        assert!(COMMANDS.contains(command), "{line}");
    }
}

#[test]
fn every_flag_and_variable_of_a_program_is_one_that_it_reads() {
    for (name, service) in services() {
        let package = match list(&service["entrypoint"]).first().map(String::as_str) {
            Some("chapa-simulator") => "chapa",
            Some("mail-catcher") => "mail-catcher",
            _ => continue,
        };
        let source = flags_of(package);
        for flag in list(&service["command"])
            .iter()
            .filter_map(|word| word.strip_prefix("--"))
        {
            let field = format!("    {}: ", flag.replace('-', "_"));
            let visible = format!("    pub(crate) {}", field.trim_start());
            let is_read = source.contains(&field) || source.contains(&visible);
            assert!(is_read, "{name}: the program has no flag --{flag}");
        }
        for (variable, _) in service["environment"].as_mapping().into_iter().flatten() {
            let variable = text(variable);
            assert!(
                source.contains(&format!("\"{variable}\"")),
                "{name}: {variable} is not read"
            );
        }
    }
}

#[test]
fn every_unit_starts_a_known_command_after_units_that_exist() {
    let folder = root().join("deploy/systemd");
    let mut commands = Vec::new();
    for entry in fs::read_dir(&folder).expect("deploy/systemd") {
        let unit = fs::read_to_string(entry.expect("an entry").path()).expect("a unit");
        for line in unit.lines() {
            let (name, value) = line.split_once('=').unwrap_or_default();
            if name == "ExecStart" {
                commands.push(value.trim_start_matches("/usr/local/bin/nexus ").to_owned());
            }
            let others = value
                .split(' ')
                .filter(|_| ["After", "Requires"].contains(&name));
            for other in others.filter(|other| other.starts_with("nexus-")) {
                assert!(folder.join(other).exists(), "{line}: no unit {other}");
            }
        }
        assert!(unit.contains("\nNoNewPrivileges=yes\n") && unit.contains("\nUser=nexus\n"));
    }
    commands.sort();
    assert_eq!(commands, ["migrate", "serve", "worker"]);
}
