//! Starts the real program and talks to it.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::Value;

/// An empty data folder, removed in the end.
pub struct Folder(pub PathBuf, Vec<(String, String)>);

impl Folder {
    /// With these variables in the environment of every command.
    pub fn with(mut self, variables: &[(&str, &str)]) -> Self {
        self.1 = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        self
    }

    pub fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("helpdesk-cli-{}-{number}", std::process::id()));
        Self(path, Vec::new())
    }

    /// The program with this folder and nothing of the surrounding environment.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_helpdesk"));
        for variable in [
            "DATABASE_URL",
            "SECRET_KEY",
            "BASE_DOMAIN",
            "LOG",
            "RUST_LOG",
            "LOG_FORMAT",
            "DEBUG",
            "EMAIL_HOST",
            "REDIS_URL",
            "AWS_STORAGE_BUCKET_NAME",
        ] {
            command.env_remove(variable);
        }
        command.envs(self.1.iter().map(|(name, value)| (name, value)));
        command.env("DATA_DIR", &self.0).env("BIND", "127.0.0.1:0").env("METRICS_BIND", "off").args(arguments);
        command
    }

    fn run(&self, arguments: &[&str], stdin: &str) -> Output {
        let mut command = self.command(arguments);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // A program that does not read its input may be gone already.
        let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
        child.wait_with_output().unwrap()
    }

    /// Runs a command that must succeed; what it said.
    pub fn ok(&self, arguments: &[&str], stdin: &str) -> String {
        let output = self.run(arguments, stdin);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs a command that must end with exit code 1 and one sentence, which comes back.
    pub fn refused(&self, arguments: &[&str], stdin: &str) -> String {
        sentence(&self.run(arguments, stdin))
    }

    /// Runs SQL as the owner of the running database.
    pub fn sql(&self, sql: &str) {
        self.query(sql);
    }

    /// The rows of a query as the owner of the running database, a line each.
    pub fn query(&self, sql: &str) -> String {
        let cluster = std::fs::read_to_string(self.0.join("cluster")).unwrap();
        let cluster = self.0.join(cluster.trim_end());
        let file = std::fs::read_to_string(cluster.join("postmaster.pid")).unwrap();
        // Its fifth line is the folder of the socket.
        let socket = file.lines().nth(4).unwrap();
        let way = ["-XqAt", "-h", socket, "-U", "postgres", "-d", "helpdesk", "-c", sql];
        let done = Command::new("psql").args(way).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).unwrap().trim_end().to_owned()
    }

    /// The process id in the file of the running PostgreSQL.
    pub fn postgres(&self) -> Option<i32> {
        let cluster = std::fs::read_to_string(self.0.join("cluster")).ok()?;
        let file = self.0.join(cluster.trim_end()).join("postmaster.pid");
        std::fs::read_to_string(file).ok()?.lines().next()?.parse().ok()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A failed test must not leave a server behind.
        if let Some(process) = self.postgres() {
            let _ = kill(Pid::from_raw(process), Signal::SIGQUIT);
        }
        let _ = std::fs::remove_dir_all(Path::new(&self.0));
    }
}

/// What a command said that ended with exit code 1 and one sentence.
pub fn sentence(output: &Output) -> String {
    let text = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.lines().count() == 1 && text.ends_with(".\n"), "not one sentence: {text}");
    text
}

/// `helpdesk serve`, and the port it took.
pub struct Serving {
    child: Child,
    port: u16,
}

impl Serving {
    pub fn start(folder: &Folder) -> Self {
        let mut command = folder.command(&["serve"]);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = lines.next().map(Result::unwrap).unwrap_or_default();
        let port = first.rsplit_once("localhost:").and_then(|(_, rest)| rest.split(' ').next()?.parse().ok());
        let Some(port) = port else {
            let _ = child.kill();
            let _ = child.wait();
            panic!("serve said {first:?}");
        };
        Self { child, port }
    }

    /// Status and body.
    pub fn ask(&self, method: &str, host: &str, path: &str, body: &str) -> (u16, Value) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, serde_json::from_str(body).unwrap_or(Value::Null))
    }

    pub fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(i32::try_from(self.child.id()).unwrap()), signal).unwrap();
    }

    /// Waits for the end; its exit code.
    pub fn end(mut self) -> Option<i32> {
        let deadline = Instant::now() + Duration::from_secs(30);
        while Instant::now() < deadline {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("serve did not end");
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Whether it does anything: who was orphaned may stay in the table until somebody asks for its end.
pub fn is_running(process: i32) -> bool {
    let state = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    kill(Pid::from_raw(process), None).is_ok() && !state.contains(") Z ")
}
