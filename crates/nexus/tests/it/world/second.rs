//! A second server of a shop, in the same process.

use kit::http::server::serve;
use nexus::{app::App, routes};
use tokio::net::TcpListener;

use super::shop::Shop;

/// Another server process of the same shop, as far as the database can tell.
pub(crate) struct Second {
    pub(crate) app: App,
    pub(crate) url: String,
}

impl Second {
    pub(crate) async fn open(shop: &Shop) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let settings = (*shop.app.settings).clone();
        let clock = shop.app.kit.clock.clone();
        let mut app = App::build(settings, clock).await.unwrap();
        app.kit.db = app.kit.db.sabotaged(shop.app.kit.db.sabotage().clone());
        let router = routes::router(&app);
        let server = serve(
            listener,
            router,
            app.settings.server.clone(),
            app.tasks.clone(),
        );
        drop(app.tasks.spawn(server));
        Self { app, url }
    }

    pub(crate) async fn close(self) {
        assert!(self.app.stop().await, "the second server stops in time");
    }
}
