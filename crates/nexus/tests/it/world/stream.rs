//! Server-sent events, as a client reads them.

use super::client::Client;

/// A stream of server-sent events.
pub(crate) struct Stream {
    response: reqwest::Response,
    read: String,
}

impl Stream {
    pub(crate) async fn open(who: &Client, path: &str, last: Option<&str>) -> Self {
        let mut request = who.request(path);
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert_eq!(response.headers()["cache-control"], "no-store");
        let read = String::new();
        Self { response, read }
    }

    /// The next event: its id and its data.
    pub(crate) async fn next(&mut self) -> (String, serde_json::Value) {
        loop {
            if let Some((event, rest)) = self.read.split_once("\n\n") {
                let field = |name: &str| {
                    let of_name = |line: &str| line.strip_prefix(name).map(str::to_owned);
                    event.lines().find_map(of_name)
                };
                let found = field("id: ").zip(field("data: "));
                self.read = rest.to_owned();
                if let Some((id, data)) = found {
                    return (id, serde_json::from_str(&data).unwrap());
                }
                continue;
            }
            let more = self.response.chunk().await.unwrap().unwrap();
            self.read += std::str::from_utf8(&more).unwrap();
        }
    }

    /// Reads on until the server has ended it.
    pub(crate) async fn end(&mut self) {
        while self.response.chunk().await.unwrap().is_some() {}
    }
}
