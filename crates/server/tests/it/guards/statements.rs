//! The texts of all SQL statements in the sources: each names its organization.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// Beginnings of statements that are put together; what is pushed next names the organization.
const BEGINNINGS: [(&str, &str); 3] = [
    ("select id from customers where ", "query.push(\"organization_id = \").push_bind(organization.0)"),
    (
        "select count(*) from (select 1 from customers where ",
        "query.push(\"organization_id = \").push_bind(organization.0)",
    ),
    (
        "select count(*) from (select 1 from tickets t",
        "query.push(\" where t.organization_id = \").push_bind(tx.organization().0)",
    ),
];

fn files(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, ending, found);
        } else if path.extension().is_some_and(|extension| extension == ending) {
            found.push(path);
        }
    }
}

fn sources() -> Vec<(String, String)> {
    let mut found = Vec::new();
    files(&Path::new(ROOT).join("crates"), "rs", &mut found);
    found.sort();
    let name = |path: &Path| path.to_str().unwrap().rsplit("/crates/").next().unwrap().to_owned();
    found.iter().map(|path| (name(path), std::fs::read_to_string(path).unwrap())).collect()
}

/// Names of tenant tables, as the migrations create them.
fn tenant_tables() -> BTreeSet<String> {
    let mut found = Vec::new();
    files(&Path::new(ROOT).join("migrations/tenant"), "sql", &mut found);
    let mut tables = BTreeSet::new();
    for path in found {
        for line in std::fs::read_to_string(path).unwrap().to_lowercase().lines() {
            if let Some(rest) = line.trim_start().strip_prefix("create table ") {
                let rest = rest.trim_start_matches("if not exists ");
                tables.insert(rest.split([' ', '(']).next().unwrap().to_owned());
            }
            if let Some(rest) = line.trim_start().strip_prefix("drop table ") {
                tables.remove(rest.trim_start_matches("if exists ").trim_end_matches(';'));
            }
        }
    }
    tables
}

/// String literals of Rust, each with its line. Literals joined by `+` count as one.
fn literals(source: &str) -> Vec<(usize, String)> {
    let bytes = source.as_bytes();
    let mut found: Vec<(usize, String)> = Vec::new();
    let (mut at, mut end_of_last) = (0, usize::MAX);
    while at < bytes.len() {
        let rest = &source[at..];
        let before = at.checked_sub(1).map_or(b' ', |before| bytes[before]);
        let hashes = bytes[at + 1..].iter().copied().take_while(|byte| *byte == b'#').count();
        let is_raw = bytes[at] == b'r'
            && bytes.get(at + 1 + hashes) == Some(&b'"')
            && (before == b'b' || !before.is_ascii_alphanumeric());
        let (begin, end, next) = if rest.starts_with("//") {
            at += rest.find('\n').unwrap_or(rest.len());
            continue;
        } else if rest.starts_with("'\"'") || rest.starts_with("'\\\"'") || rest.starts_with("'\\''") {
            at += if rest.starts_with("'\"'") { 3 } else { 4 };
            continue;
        } else if is_raw {
            let close = format!("\"{}", "#".repeat(hashes));
            let begin = at + hashes + 2;
            let end = begin + source[begin..].find(&close).unwrap();
            (begin, end, end + close.len())
        } else if bytes[at] == b'"' {
            let mut end = at + 1;
            while *bytes.get(end).unwrap_or_else(|| panic!("a text does not end: {:.80}", &source[at..])) != b'"' {
                end += if bytes[end] == b'\\' { 2 } else { 1 };
            }
            (at + 1, end, end + 1)
        } else {
            at += rest.chars().next().unwrap().len_utf8();
            continue;
        };
        let text = &source[begin..end];
        let joined = end_of_last < begin && source[end_of_last..at].trim() == "+";
        match found.last_mut() {
            Some((_, last)) if joined => last.push_str(text),
            _ => found.push((source[..begin].lines().count(), text.to_owned())),
        }
        (at, end_of_last) = (next, next);
    }
    found
}

/// What is wrong with a text, if it is SQL; and how many tenant tables it names.
fn check(text: &str, tables: &BTreeSet<String>) -> (usize, Option<&'static str>) {
    let text = text.replace("\\n", " ").replace("\\\"", "\"").to_lowercase();
    let words: Vec<&str> =
        text.split(|c: char| !(c.is_alphanumeric() || "_$*'{}.".contains(c))).filter(|word| !word.is_empty()).collect();
    let verbs = ["select", "insert", "update", "delete", "merge", "truncate", "copy", "lock"];
    if !words.iter().any(|word| verbs.contains(word)) {
        return (0, None);
    }
    let names = |word: &str| tables.contains(word.rsplit('.').next().unwrap_or(word));
    let named = words
        .windows(2)
        .filter(|pair| {
            ["from", "join", "update", "into", "using", "truncate", "table", "only"].contains(&pair[0])
                && names(pair[1])
        })
        .count();
    let organizations = words.iter().filter(|word| word.rsplit('.').next() == Some("organization_id")).count();
    let star = text.contains("select *") && !text.contains("select * from unnest(");
    // Rows of arrays that are bound, as `r`, may be taken whole.
    let all = words.iter().any(|word| word.ends_with(".*") && *word != "r.*");
    let problem = if star || named > 0 && all {
        Some("selects *")
    } else if text.contains("current_setting(") && !text.contains("current_setting('server_version_num')") {
        Some("asks the setting instead of naming the organization")
    } else if named > 0 && words[0] == "merge" {
        Some("merges, which policies do not cover everywhere")
    } else if named > organizations {
        Some("names more tenant tables than organizations")
    } else {
        None
    };
    (named, problem)
}

#[test]
fn every_statement_names_its_organization() {
    let tables = tenant_tables();
    assert!(tables.len() >= 20, "{tables:?}");
    let (mut statements, mut problems, mut reached, mut begun) = (0, Vec::new(), BTreeSet::new(), BTreeSet::new());
    for (file, source) in sources().iter().filter(|(file, _)| file.contains("/src/")) {
        for (line, text) in literals(source) {
            let (named, problem) = check(&text, &tables);
            statements += usize::from(named > 0);
            if named > 0 {
                reached.extend(tables.iter().filter(|table| text.contains(table.as_str())).cloned());
            }
            let goes_on = BEGINNINGS.iter().position(|(begin, next)| text == *begin && source.contains(next));
            begun.extend(goes_on);
            problems.extend(
                problem.filter(|_| goes_on.is_none()).map(|problem| format!("{file}:{line} {problem}:\n{text}")),
            );
        }
    }
    assert!(problems.is_empty(), "tenant tables: {tables:?}\n{}", problems.join("\n\n"));
    assert!(statements >= 100, "only {statements} statements were found: does the lint still read the sources?");
    assert_eq!(begun.len(), BEGINNINGS.len(), "an exception is not needed any more");
    let missed: Vec<_> = tables.difference(&reached).collect();
    assert!(missed.is_empty(), "no statement was found for {missed:?}");
}

#[test]
fn the_lint_sees_what_it_must() {
    let tables = tenant_tables();
    let wrong = |text: &str| check(text, &tables).1.is_some();
    assert!(wrong("select id from tickets where id = $1"));
    assert!(wrong("select t.id from tickets t join users u on u.id = t.assignee_id where t.organization_id = $1"));
    assert!(wrong("SELECT * FROM tickets WHERE organization_id = $1"));
    assert!(wrong("update shared.tickets set subject = $2 where id = $1"));
    assert!(wrong("insert into messages (id) values ($1)"));
    assert!(wrong("delete from ticket_tags"));
    assert!(wrong("select 1 where x = current_setting('app.organization_id')::uuid"));
    assert!(!wrong("select id from tickets where organization_id = $1 and id = $2"));
    assert!(!wrong("This is taken from tickets of yesterday."));
    let source = "let a = '\"'; // \"select id from tickets\"\nf(r#\"select id from \"users\"\"#, \"a\\\"b\", \"delete \" + \"from teams\");";
    let found: Vec<String> = literals(source).into_iter().map(|(_, text)| text).collect();
    assert_eq!(found, ["select id from \"users\"", "a\\\"b", "delete from teams"]);
}

#[test]
fn files_are_short_and_stores_are_private() {
    let mut problems = Vec::new();
    for (file, source) in sources() {
        let lines = source.lines().count();
        if lines > 600 {
            problems.push(format!("{file} has {lines} lines"));
        }
        if source.lines().any(|line| line.trim_start().starts_with("pub mod store")) {
            problems.push(format!("{file} makes a store public"));
        }
    }
    assert!(problems.is_empty(), "{problems:#?}");
}
