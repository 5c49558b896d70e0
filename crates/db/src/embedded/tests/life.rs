//! Starting, stopping and sharing.

use std::{
    error::Error,
    fs,
    os::unix::fs::MetadataExt,
    time::{Duration, Instant},
};

use nix::unistd::{Pid, getpgid};

use super::{TempData, TestResult, number, run};
use crate::embedded::{Embedded, EmbeddedConfig, ServerState, pidfile::PidFile};

#[tokio::test]
async fn rows_survive_a_stop_and_a_warm_start_is_quick() -> TestResult {
    let data = TempData::new()?;
    let server = Embedded::acquire(data.config()).await?;
    assert!(server.is_owner());
    assert_eq!(server.notice(), None);
    run(&server, "create table t as select 7::bigint as n").await?;
    let mode = fs::metadata(server.socket_dir())?.mode() & 0o7777;
    assert_eq!(mode, 0o700);
    let child = PidFile::read(&data.0.join("postgres")).ok_or("no pid file")?.pid;
    assert_eq!(getpgid(Some(Pid::from_raw(child)))?.as_raw(), child, "Ctrl-C would reach the server");
    let mut state = server.watch();
    server.stop().await?;
    assert_eq!(*state.borrow_and_update(), ServerState::Stopped);
    assert!(PidFile::read(&data.0.join("postgres")).is_none());

    let begin = Instant::now();
    let server = Embedded::acquire(data.config()).await?;
    let warm = begin.elapsed();
    assert_eq!(number(&server, "select n from t").await?, 7);
    server.stop().await?;
    println!("warm start {warm:?}");
    assert!(warm < Duration::from_millis(500), "warm start took {warm:?}");
    Ok(())
}

#[tokio::test]
async fn a_durable_server_is_safe_and_has_no_network_port() -> TestResult {
    let data = TempData::new()?;
    let config = EmbeddedConfig { max_connections: 33, ..EmbeddedConfig::new(&data.0) };
    let server = Embedded::acquire(config).await?;
    let settings = "select count(*) from pg_settings where (name, setting) in (('fsync', 'on'),
        ('full_page_writes', 'on'), ('synchronous_commit', 'on'), ('data_checksums', 'on'),
        ('max_connections', '33'), ('listen_addresses', ''), ('server_encoding', 'UTF8'))";
    assert_eq!(number(&server, settings).await?, 7);
    server.stop().await?;
    Ok(())
}

#[tokio::test]
async fn guests_join_and_the_owner_waits_for_them() -> TestResult {
    let data = TempData::new()?;
    let (first, second) = tokio::join!(Embedded::acquire(data.config()), Embedded::acquire(data.config()));
    let (first, second) = (first?, second?);
    assert_ne!(first.is_owner(), second.is_owner());
    let (owner, guest) = if first.is_owner() { (first, second) } else { (second, first) };
    assert_eq!(guest.state(), ServerState::Running);

    let begin = Instant::now();
    let next = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert_eq!(number(&guest, "select 1::bigint").await?, 1);
        guest.stop().await?;
        Ok::<_, Box<dyn Error>>(Embedded::acquire(data.config()).await?)
    };
    let (stopped, next) = tokio::join!(owner.stop(), next);
    stopped?;
    let next = next?;
    assert!(next.is_owner());
    assert!(begin.elapsed() < Duration::from_secs(4));
    next.stop().await?;
    Ok(())
}
