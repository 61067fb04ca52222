//! `nexus import` and `nexus export` as an operator runs them.

use super::FILE;
use crate::world::{Deployment, Process};

async fn run(args: &[&str], variables: &[(String, String)]) -> (i32, String, String) {
    let mut process = Process::nexus(args, variables);
    let code = process.ended().await.code().unwrap();
    (code, process.said(), process.complained())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_goes_in_and_comes_out_at_the_command_line() {
    let shop = Deployment::open().await;
    let folder = std::env::temp_dir().join(format!("nexus-import-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let file = path("in.csv");
    std::fs::write(&file, FILE).unwrap();
    let (code, said, _) = run(&["import", &file, "--dry-run"], &shop.variables).await;
    let counted = "tried: 2 created, 0 updated, 0 unchanged, 2 refused, 0 undone, 0 left alone\n";
    assert!(code == 1 && said.ends_with(counted), "{code} {said}");
    assert_eq!(shop.number("select count(*) from products").await, 0);
    let (code, said, _) = run(&["import", &file], &shop.variables).await;
    let id = said.split_whitespace().nth(1).unwrap().to_owned();
    assert!(code == 1 && said.ends_with(&counted[7..]), "{code} {said}");
    assert!(
        said.contains("row 5 (worse): row 5: x is not a plain decimal number\n"),
        "{said}"
    );
    let out = path("out.csv");
    let (code, ..) = run(
        &["export", "--out", &out, "--semicolons", "--bom"],
        &shop.variables,
    )
    .await;
    assert_eq!(code, 0);
    let (code, said, _) = run(&["import", &out], &shop.variables).await;
    let counted = "\n0 created, 0 updated, 2 unchanged, 0 refused, 0 undone, 0 left alone\n";
    assert!(code == 0 && said.ends_with(counted), "{code} {said}");
    let (code, said, _) = run(&["import", "--undo", &id], &shop.variables).await;
    assert!(code == 1 && said.contains("2 undone"), "{code} {said}");
    let archived = "select count(*) from products where status = 'archived'";
    assert_eq!(shop.number(archived).await, 2);
    let (code, _, complained) = run(&["import", "none.csv"], &shop.variables).await;
    assert!(
        code == 2 && complained.contains("none.csv cannot be read"),
        "{complained}"
    );
    shop.assert_audit_clean().await;
    std::fs::remove_dir_all(&folder).unwrap();
}
