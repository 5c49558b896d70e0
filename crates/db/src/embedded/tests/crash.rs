//! Killed owners, killed servers and what they leave behind.

use std::{
    env,
    error::Error,
    fs,
    os::unix::fs::{MetadataExt, chown},
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

use super::{TempData, TestResult, config, number, run};
use crate::embedded::{Embedded, ServerState, pidfile::PidFile};

const HELPER: &str = "HELPDESK_TEST_EMBEDDED_OWNER";

/// Not a test by itself: the process that `killed_owner` kills.
#[tokio::test]
async fn helper_owner() -> TestResult {
    let Some(dir) = env::var_os(HELPER) else { return Ok(()) };
    let server = Embedded::acquire(config(Path::new(&dir))).await?;
    run(&server, "create table t as select 42::bigint as n").await?;
    fs::write(Path::new(&dir).join("helper-is-ready"), "")?;
    std::future::pending().await
}

/// Runs an owner in another process, joins it once, kills it and gives back what it left behind.
async fn killed_owner(data: &TempData) -> Result<PidFile, Box<dyn Error>> {
    let mut helper = Command::new(env::current_exe()?)
        .args(["--exact", "embedded::tests::crash::helper_owner"])
        .env(HELPER, &data.0)
        .stdout(Stdio::null())
        .spawn()?;
    let begin = Instant::now();
    while !data.0.join("helper-is-ready").exists() {
        if begin.elapsed() > Duration::from_secs(30) {
            helper.kill()?;
            return Err("the helper did not start".into());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let guest = Embedded::acquire(data.config()).await?;
    assert!(!guest.is_owner());
    assert_eq!(number(&guest, "select n from t").await?, 42);
    guest.stop().await?;
    helper.kill()?;
    helper.wait()?;
    Ok(PidFile::read(&data.0.join("postgres")).ok_or("the server is gone")?)
}

#[tokio::test]
async fn the_server_of_a_killed_owner_is_replaced() -> TestResult {
    let data = TempData::new()?;
    let orphan = killed_owner(&data).await?;
    let cluster = data.0.join("postgres");
    assert!(orphan.is_alive() && !orphan.is_surely_another_process(&cluster));

    let begin = Instant::now();
    let server = Embedded::acquire(data.config()).await?;
    println!("start over an orphan {:?}", begin.elapsed());
    assert!(server.is_owner());
    assert!(!orphan.is_alive() || orphan.is_surely_another_process(&cluster), "still there, not even as a zombie");
    assert_eq!(number(&server, "select n from t").await?, 42);
    server.stop().await?;
    Ok(())
}

/// Where nobody reaps it, the killed server stays as a zombie, which PostgreSQL takes for alive.
#[tokio::test]
async fn owner_and_server_killed_together_leave_nothing_in_the_way() -> TestResult {
    let data = TempData::new()?;
    let orphan = killed_owner(&data).await?;
    kill(Pid::from_raw(orphan.pid), Signal::SIGKILL)?;
    let begin = Instant::now();
    let server = Embedded::acquire(data.config()).await?;
    println!("start after a crash {:?}", begin.elapsed());
    assert_eq!(number(&server, "select n from t").await?, 42);
    server.stop().await?;
    Ok(())
}

#[tokio::test]
async fn a_killed_server_comes_back_and_a_dropped_owner_stops_it() -> TestResult {
    let data = TempData::new()?;
    let server = Embedded::acquire(data.config()).await?;
    run(&server, "create table t as select 1::bigint as n").await?;
    let before = PidFile::read(&data.0.join("postgres")).ok_or("no pid file")?;
    let mut state = server.watch();
    kill(Pid::from_raw(before.pid), Signal::SIGKILL)?;
    let wait = Duration::from_secs(20);
    tokio::time::timeout(wait, state.wait_for(|s| *s == ServerState::Restarting)).await??;
    let begin = Instant::now();
    tokio::time::timeout(wait, state.wait_for(|s| *s == ServerState::Running)).await??;
    println!("restart {:?}", begin.elapsed());
    assert_eq!(number(&server, "select n from t").await?, 1);

    drop(server);
    tokio::time::timeout(wait, state.wait_for(|s| *s == ServerState::Stopped)).await??;
    assert!(PidFile::read(&data.0.join("postgres")).is_none());
    Ok(())
}

#[tokio::test]
async fn a_stale_pid_file_that_names_a_stranger_is_put_aside() -> TestResult {
    let data = TempData::new()?;
    Embedded::acquire(data.config()).await?.stop().await?;
    let me = std::process::id();
    let text = format!("{me}\n{0}/postgres\n1\n5432\n{0}/run\n\n1 1\nready\n", data.0.display());
    let cluster = data.0.join("postgres");
    fs::write(cluster.join("postmaster.pid"), text)?;
    let owner = fs::metadata(&cluster)?;
    chown(cluster.join("postmaster.pid"), Some(owner.uid()), Some(owner.gid()))?;
    Embedded::acquire(data.config()).await?.stop().await?;
    Ok(())
}
