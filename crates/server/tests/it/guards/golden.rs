//! Files that are generated equal what the code generates today.

use server::cli::openapi;

#[track_caller]
fn equals(file: &str, generated: &str, command: &str) {
    let path = format!("{}/../../{file}", env!("CARGO_MANIFEST_DIR"));
    let stored = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{file}: {error}"));
    let differs = stored
        .lines()
        .zip(generated.lines())
        .enumerate()
        .find(|(_, (stored, now))| stored != now)
        .map(|(line, (stored, now))| format!("line {}:\n- {stored}\n+ {now}", line + 1));
    assert!(
        stored.trim_end() == generated.trim_end(),
        "{file} is not what the code says; write it anew with `helpdesk {command}`\n{}",
        differs.unwrap_or_else(|| "one is longer".to_owned())
    );
}

#[test]
fn the_permission_matrix_is_current() {
    equals("docs/generated/permissions.txt", &openapi::permissions(), "openapi --permissions");
}

#[test]
fn the_description_of_the_api_is_current() {
    equals("openapi.json", &openapi::document().unwrap(), "openapi");
}
