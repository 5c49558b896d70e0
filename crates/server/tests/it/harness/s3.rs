//! An S3 server over a folder, with signed requests.

use std::{fs, path::PathBuf, sync::mpsc, thread};

use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto::Builder,
};
use s3s::{auth::SimpleAuth, service::S3ServiceBuilder};
use server::storage::Bucket;
use tokio::{net::TcpListener, sync::oneshot};

/// Runs on a thread of its own until dropped.
pub struct S3Server {
    pub endpoint: String,
    folder: tempfile::TempDir,
    _stop: oneshot::Sender<()>,
}

impl S3Server {
    pub const KEY_ID: &str = "AKIATESTTESTTEST";
    pub const SECRET: &str = "a secret of the tests";

    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().to_owned();
        let (stop, stopped) = oneshot::channel();
        let (sender, address) = mpsc::channel();
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
                sender.send(listener.local_addr().unwrap()).unwrap();
                tokio::select! {
                    () = serve(root, listener) => {}
                    _ = stopped => {}
                }
            });
        });
        Self { endpoint: format!("http://{}", address.recv().unwrap()), folder, _stop: stop }
    }

    /// Makes an empty bucket.
    pub fn bucket(&self, name: &str) -> Bucket {
        fs::create_dir(self.path(name)).unwrap();
        Bucket {
            name: name.to_owned(),
            region: "eu-central-1".to_owned(),
            endpoint: Some(self.endpoint.clone()),
            key_id: Self::KEY_ID.to_owned(),
            secret: Self::SECRET.to_owned(),
        }
    }

    /// Where the objects of a bucket lie.
    pub fn path(&self, bucket: &str) -> PathBuf {
        self.folder.path().join(bucket)
    }
}

async fn serve(root: PathBuf, listener: TcpListener) {
    let mut builder = S3ServiceBuilder::new(s3s_fs::FileSystem::new(root).unwrap());
    builder.set_auth(SimpleAuth::from_single(S3Server::KEY_ID, S3Server::SECRET));
    let service = builder.build();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let service = service.clone();
        #[expect(clippy::disallowed_methods, reason = "not a part of the product")]
        tokio::spawn(async move {
            let connection = Builder::new(TokioExecutor::new());
            // A client that goes away is no failure.
            let _ = connection.serve_connection(TokioIo::new(stream), service).await;
        });
    }
}
