//! A client of the API: who it is, what it asks, what it was answered.

use http::{HeaderMap, Method, StatusCode};
use serde_json::Value;

/// Somebody who calls the API.
#[derive(Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    base: String,
    headers: Vec<(String, String)>,
}

/// What the API answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
    pub(crate) body: Value,
    asked: String,
}

impl Client {
    pub(crate) fn new(base: &str) -> Self {
        // Everything here speaks plain HTTP; reading the machine's certificates takes longer than
        // a request.
        // As the binary chooses it; a second call is harmless.
        drop(rustls::crypto::ring::default_provider().install_default());
        let http = reqwest::Client::builder()
            .tls_certs_only([])
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        Self {
            http,
            base: base.to_owned(),
            headers: Vec::new(),
        }
    }

    /// The same client with one more header on each request.
    #[must_use]
    pub(crate) fn with(&self, name: &str, value: &str) -> Self {
        let mut client = self.clone();
        client.headers.push((name.to_owned(), value.to_owned()));
        client
    }

    /// The same client without a header.
    #[must_use]
    pub(crate) fn without(&self, name: &str) -> Self {
        let mut client = self.clone();
        client.headers.retain(|(own, _)| own != name);
        client
    }

    /// The value that this client sends in a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(own, _)| own == name);
        found.map(|(_, value)| value.as_str())
    }

    /// A guest who holds this token.
    #[must_use]
    pub(crate) fn guest(&self, token: &str) -> Self {
        self.with("x-shopper-token", token)
    }

    /// Somebody who is signed in.
    #[must_use]
    pub(crate) fn bearer(&self, token: &str) -> Self {
        self.with("authorization", &format!("Bearer {token}"))
    }

    /// With an idempotency key.
    #[must_use]
    pub(crate) fn key(&self, key: &str) -> Self {
        self.with("idempotency-key", key)
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, Some(body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send(Method::PATCH, path, Some(body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Answer {
        self.send(Method::PUT, path, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, None).await
    }

    pub(crate) async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let body = body.map(|body| body.to_string().into_bytes());
        self.try_raw(method, path, "application/json", body)
            .await
            .expect("an answer")
    }

    /// A request whose answer is read bit by bit.
    pub(crate) fn request(&self, path: &str) -> reqwest::RequestBuilder {
        let mut request = self.http.get(self.base.clone() + path);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        request
    }

    /// Sends exact bytes; an error is a broken connection.
    pub(crate) async fn try_raw(
        &self,
        method: Method,
        path: &str,
        media: &str,
        body: Option<Vec<u8>>,
    ) -> Result<Answer, reqwest::Error> {
        let url = if path.starts_with("http") {
            path.to_owned()
        } else {
            self.base.clone() + path
        };
        let asked = format!("{method} {url}");
        let mut request = self.http.request(method, &url);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if let Some(body) = body {
            request = request.header("content-type", media).body(body);
        }
        let response = request.send().await?;
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.bytes().await?.to_vec();
        let body = serde_json::from_slice(&bytes).unwrap_or_default();
        Ok(Answer {
            status,
            headers,
            bytes,
            body,
            asked,
        })
    }
}

impl Answer {
    /// Asserts the status.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        let text = String::from_utf8_lossy(&self.bytes);
        assert_eq!(
            self.status.as_u16(),
            status,
            "{} answered {text}",
            self.asked
        );
        self
    }

    /// Asserts that it is a refusal with this status and code.
    #[track_caller]
    pub(crate) fn refused(self, status: u16, code: &str) -> Self {
        let answer = self.expect(status);
        assert_eq!(
            answer.body["code"], code,
            "{} answered {}",
            answer.asked, answer.body
        );
        assert_eq!(answer.headers["content-type"], "application/problem+json");
        assert_eq!(answer.body["status"], status);
        answer.assert_whole_problem();
        answer
    }

    /// Asserts that a problem document has every member that clients rely on.
    #[track_caller]
    fn assert_whole_problem(&self) {
        let body = &self.body;
        let code = self.text("/code");
        assert_eq!(self.text("/type"), format!("/api/docs/errors/{code}"));
        assert_eq!(self.text("/request_id"), self.headers["x-request-id"]);
        let instance = self.text("/instance");
        assert!(
            instance.starts_with('/') && !instance.contains('?'),
            "{body}"
        );
        assert!(!self.text("/title").is_empty() && !self.text("/detail").is_empty());
        assert!(body["retryable"].is_boolean(), "{body}");
        let resolutions = ["recoverable", "requires_buyer_input", "final"];
        assert!(resolutions.contains(&&*self.text("/resolution")), "{body}");
    }

    /// A text of the body, by JSON pointer.
    #[track_caller]
    pub(crate) fn text(&self, pointer: &str) -> String {
        let found = self.body.pointer(pointer).and_then(Value::as_str);
        found
            .unwrap_or_else(|| panic!("no text at {pointer} of {}", self.body))
            .to_owned()
    }

    /// The version that `If-Match` takes.
    #[track_caller]
    pub(crate) fn etag(&self) -> String {
        self.headers["etag"].to_str().unwrap().to_owned()
    }
}
