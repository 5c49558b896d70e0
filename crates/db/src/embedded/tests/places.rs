//! Where things lie, and what is refused.

use std::{
    fs,
    io::Write,
    os::unix::fs::{PermissionsExt, symlink},
};

use nix::unistd::geteuid;

use super::{TempData, TestResult, config, number, run};
use crate::embedded::{Embedded, EmbeddedError};

#[tokio::test]
async fn an_over_long_or_odd_path_gets_a_short_socket_folder() -> TestResult {
    let data = TempData::new()?;
    let odd = config(&data.0.join("it's, a \"folder\""));
    let server = Embedded::acquire(odd).await?;
    assert!(server.socket_dir().starts_with(&data.0));
    assert_eq!(number(&server, "select 1::bigint").await?, 1);
    server.stop().await?;

    let long = config(&data.0.join("x".repeat(120)));
    let server = Embedded::acquire(long.clone()).await?;
    let socket_dir = server.socket_dir().to_owned();
    assert!(!socket_dir.starts_with(&data.0));
    let guest = Embedded::acquire(long.clone()).await?;
    assert_eq!(guest.socket_dir(), socket_dir);
    guest.stop().await?;
    server.stop().await?;

    fs::remove_dir(&socket_dir)?;
    symlink("/tmp", &socket_dir)?;
    let refused = Embedded::acquire(long).await.err();
    fs::remove_file(&socket_dir)?;
    assert!(matches!(refused, Some(EmbeddedError::UnsafeDir { .. })), "{refused:?}");
    Ok(())
}

#[tokio::test]
async fn a_data_folder_the_server_cannot_reach_moves_the_cluster() -> TestResult {
    if !geteuid().is_root() {
        return Ok(()); // only root hands the server to another user
    }
    let data = TempData::new()?;
    fs::set_permissions(&data.0, fs::Permissions::from_mode(0o700))?;
    let server = Embedded::acquire(data.config()).await?;
    let notice = server.notice().unwrap_or_default();
    println!("{notice}");
    assert!(notice.contains("/var/lib/helpdesk/") && notice.contains("postgres"), "{notice}");
    run(&server, "create table t as select 3::bigint as n").await?;

    // A copied data folder names the running cluster: refused, not taken for an orphan.
    let copy = TempData::new()?;
    fs::copy(data.0.join("cluster"), copy.0.join("cluster"))?;
    let refused = Embedded::acquire(copy.config()).await.err();
    assert!(matches!(refused, Some(EmbeddedError::ClusterInUse { .. })), "{refused:?}");
    fs::remove_file(copy.0.join("cluster"))?;
    server.stop().await?;

    fs::set_permissions(&data.0, fs::Permissions::from_mode(0o755))?;
    let server = Embedded::acquire(data.config()).await?;
    assert_eq!(server.notice(), None);
    assert_eq!(number(&server, "select n from t").await?, 3);
    server.stop().await?;
    Ok(())
}

#[tokio::test]
async fn what_cannot_work_is_one_clear_sentence() -> TestResult {
    let data = TempData::new()?;
    fs::write(data.0.join("cluster"), "/nowhere/postgres\n")?;
    let error = Embedded::acquire(data.config()).await.err().ok_or("it started")?;
    assert!(matches!(error, EmbeddedError::ClusterMissing { .. }), "{error}");
    fs::remove_file(data.0.join("cluster"))?;

    Embedded::acquire(data.config()).await?.stop().await?;
    let mut conf = fs::File::options().append(true).open(data.0.join("postgres/postgresql.conf"))?;
    conf.write_all(b"work_mem = 'a lot'\n")?;
    let error = Embedded::acquire(data.config()).await.err().ok_or("it started")?;
    println!("{error}");
    assert!(matches!(error, EmbeddedError::StartFailed { .. }), "{error}");
    let log = fs::read_to_string(data.0.join("postgres.log"))?;
    assert!(log.contains("work_mem"));
    Ok(())
}
