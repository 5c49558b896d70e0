//! Where files lie: a folder, or a bucket of an S3 server.

use std::{path::Path, sync::Arc, time::Duration};

use object_store::{
    BackoffConfig, ClientOptions, ObjectStore, RetryConfig,
    aws::{AmazonS3Builder, S3ConditionalPut},
    local::LocalFileSystem,
};

use crate::failure::Failure;

/// A bucket, and who we are there.
#[derive(Clone, PartialEq, Eq)]
pub struct Bucket {
    /// `AWS_STORAGE_BUCKET_NAME`
    pub name: String,
    /// `AWS_S3_REGION_NAME`
    pub region: String,
    /// `AWS_S3_ENDPOINT_URL`: the server, when it is not Amazon's.
    pub endpoint: Option<String>,
    /// `AWS_ACCESS_KEY_ID`
    pub key_id: String,
    /// `AWS_SECRET_ACCESS_KEY`
    pub secret: String,
}

impl std::fmt::Debug for Bucket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bucket").field("name", &self.name).field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}

impl Bucket {
    /// From the environment; `None` when no bucket is named.
    pub fn from_lookup(variable: impl Fn(&str) -> Option<String>) -> Result<Option<Self>, Failure> {
        let Some(name) = variable("AWS_STORAGE_BUCKET_NAME") else { return Ok(None) };
        let needed = |name: &str| {
            variable(name).ok_or_else(|| Failure::new(format!("{name} is required beside AWS_STORAGE_BUCKET_NAME.")))
        };
        let endpoint = variable("AWS_S3_ENDPOINT_URL");
        if let Some(url) = &endpoint
            && url::Url::parse(url).ok().is_none_or(|url| !matches!(url.scheme(), "http" | "https") || !url.has_host())
        {
            return Err(Failure::new(format!(
                "AWS_S3_ENDPOINT_URL must be an address such as https://s3.example.org, not {url:?}."
            )));
        }
        Ok(Some(Self {
            name,
            region: variable("AWS_S3_REGION_NAME").unwrap_or_else(|| "us-east-1".to_owned()),
            endpoint,
            key_id: needed("AWS_ACCESS_KEY_ID")?,
            secret: needed("AWS_SECRET_ACCESS_KEY")?,
        }))
    }

    /// The bucket as a store. Nothing is asked yet.
    pub fn open(&self) -> Result<Arc<dyn ObjectStore>, Failure> {
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(&self.name)
            .with_region(&self.region)
            .with_access_key_id(&self.key_id)
            .with_secret_access_key(&self.secret)
            // Never over an object that is there: the server itself sees to it.
            .with_conditional_put(S3ConditionalPut::ETagMatch)
            .with_client_options(
                ClientOptions::new()
                    .with_connect_timeout(Duration::from_secs(5))
                    .with_timeout(Duration::from_secs(30))
                    .with_allow_http(self.endpoint.as_deref().is_some_and(|url| url.starts_with("http://"))),
            )
            .with_retry(RetryConfig {
                backoff: BackoffConfig { init_backoff: Duration::from_millis(100), ..BackoffConfig::default() },
                max_retries: 3,
                retry_timeout: Duration::from_secs(20),
            });
        if let Some(endpoint) = &self.endpoint {
            builder = builder.with_endpoint(endpoint.trim_end_matches('/')).with_virtual_hosted_style_request(false);
        }
        match builder.build() {
            Ok(store) => Ok(Arc::new(store)),
            Err(error) => Err(Failure::new(format!("The bucket {} cannot be used: {error}.", self.name))),
        }
    }
}

/// A folder as a store whose files are on the disk before anybody is told so.
pub(crate) fn folder(dir: &Path) -> Result<Arc<dyn ObjectStore>, Failure> {
    let store = LocalFileSystem::new_with_prefix(dir)
        .map_err(|error| Failure::new(format!("{} cannot be used: {error}.", dir.display())))?;
    Ok(Arc::new(store.with_fsync(true)))
}

#[cfg(test)]
mod tests {
    use super::Bucket;

    #[test]
    fn a_bucket_needs_its_keys_and_an_address_that_is_one() {
        let with = |given: &'static [(&str, &str)]| {
            Bucket::from_lookup(|name| {
                given.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
            })
        };
        assert_eq!(with(&[]), Ok(None));
        let refused = with(&[("AWS_STORAGE_BUCKET_NAME", "files"), ("AWS_ACCESS_KEY_ID", "a")]).unwrap_err();
        assert_eq!(refused.to_string(), "AWS_SECRET_ACCESS_KEY is required beside AWS_STORAGE_BUCKET_NAME.");
        let keys = [("AWS_ACCESS_KEY_ID", "a"), ("AWS_SECRET_ACCESS_KEY", "b"), ("AWS_STORAGE_BUCKET_NAME", "files")];
        let bucket = Bucket::from_lookup(|name| {
            keys.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        });
        assert!(!format!("{:?}", bucket.unwrap().unwrap()).contains("\"b\""));
        let refused =
            with(&[("AWS_STORAGE_BUCKET_NAME", "files"), ("AWS_S3_ENDPOINT_URL", "s3.example.org")]).unwrap_err();
        assert!(refused.to_string().contains("AWS_S3_ENDPOINT_URL"), "{refused}");
    }
}
