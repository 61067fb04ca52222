# The image holds three programs: nexus (the shop), chapa-simulator and mail-catcher (the outside
# world, for trying it out). No cargo feature is named here: the switches of decision 0006 are not
# in it.

FROM node:20-bookworm-slim AS web
WORKDIR /src/web
COPY web/package.json web/package-lock.json web/.npmrc ./
RUN npm ci
COPY web .
COPY openapi.json /src/openapi.json
RUN npm run build

FROM rust:1.95.0-slim-bookworm AS build
# The image's own toolchain: rust-toolchain.toml asks for components that a build does not need.
ENV RUSTUP_TOOLCHAIN=1.95.0
WORKDIR /src
COPY . .
COPY --from=web /src/web/dist web/dist
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --locked --release \
        --package nexus --bin nexus \
        --package chapa --bin chapa-simulator \
        --package mail-catcher --bin mail-catcher \
    && mkdir /out \
    && cp target/release/nexus target/release/chapa-simulator target/release/mail-catcher /out/

FROM debian:bookworm-slim AS runtime
# The provider is called over TLS; its certificate is checked against the system's list.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin nexus \
    && install --directory --owner=nexus --group=nexus /var/lib/nexus/media
COPY --from=build /out/nexus /usr/local/bin/nexus
COPY --from=build /out/chapa-simulator /usr/local/bin/chapa-simulator
COPY --from=build /out/mail-catcher /usr/local/bin/mail-catcher
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["nexus", "health", "--url", "http://127.0.0.1:8000/readyz"]
ENTRYPOINT ["nexus"]
CMD ["serve"]
