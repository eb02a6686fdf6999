# One target for each service: docker build --target ta|admin|worker|frontend .
# deploy/images/images.ts lists the content of each application directory.

FROM node:24-bookworm-slim@sha256:d6aa754f16b3197301076f047b5def2f02ea1dbbc2ca920407d46d7ec7f87b20 AS build
WORKDIR /src
COPY package.json package-lock.json ./
COPY web/package.json web/package-lock.json web/.npmrc web/
COPY server/cli/bootstrap.mjs server/cli/
RUN node server/cli/bootstrap.mjs install web
COPY . .
RUN npm run build \
 && for image in ta admin worker frontend; do \
      node --disable-warning=ExperimentalWarning deploy/images/assemble.ts "$image" "/image/$image"; \
    done

# uid 999 owns the key files in the deployment guide. The file system may be mounted read-only; package managers are
# removed.
FROM node:24-bookworm-slim@sha256:d6aa754f16b3197301076f047b5def2f02ea1dbbc2ca920407d46d7ec7f87b20 AS runtime
RUN rm -rf /usr/local/lib/node_modules /opt/yarn-* /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack \
      /usr/local/bin/yarn /usr/local/bin/yarnpkg
RUN groupadd --gid 999 app && useradd --uid 999 --gid 999 --no-create-home --home-dir /app app
ENV NODE_ENV=production
WORKDIR /app

FROM runtime AS ta
# The health check of the deployment guide calls curl. It succeeds as soon as the admin server has published.
RUN apt-get update && apt-get install -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/*
COPY --from=build /image/ta /app
# Compiled code for that user and these flags: a start takes half of the time, and a process 25 MB less. Without a key
# the server loads its code and ends.
ENV NODE_COMPILE_CACHE=/app/code
RUN mkdir /app/code && chown 999:999 /app/code && { TA_DOMAIN=https://ta.example KEYS_DIR=/none \
      setpriv --reuid=999 --regid=999 --clear-groups \
      node --max-semi-space-size=8 --disable-warning=ExperimentalWarning /app/federation/main.ts || true; }
# A volume there gets this owner.
RUN install -d -o 999 -g 999 /srv/inmor
USER 999:999
EXPOSE 8080
HEALTHCHECK --interval=5s --timeout=5s --retries=5 --start-period=60s \
  CMD ["curl", "--fail", "--silent", "http://localhost:8080/health"]
# V8 would give new objects up to 134 MB; a quarter of it is as fast.
CMD ["node", "--max-semi-space-size=8", "--disable-warning=ExperimentalWarning", "/app/federation/main.ts"]

FROM runtime AS admin
COPY --from=build /image/admin /app
ENV PATH=/app:$PATH
USER 999:999
EXPOSE 8000
HEALTHCHECK --interval=5s --timeout=5s --retries=5 --start-period=30s \
  CMD ["node", "-e", "fetch('http://localhost:8000/health').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["/app/docker-entrypoint.sh"]

FROM runtime AS worker
COPY --from=build /image/worker /app
ENV PATH=/app:$PATH
USER 999:999
# docs/decisions/0030-heap-of-the-admin-server.md
CMD ["node", "--heap-growing-percent=50", "--disable-warning=ExperimentalWarning", "/app/server/worker.ts"]

FROM nginx:1.28-alpine@sha256:a8b39bd9cf0f83869a2162827a0caf6137ddf759d50a171451b335cecc87d236 AS frontend
COPY --from=build /image/frontend/web/build /srv/console
COPY --from=build /image/frontend/LICENSE /image/frontend/THIRD-PARTY-NOTICES.md /srv/
COPY deploy/proxy/frontend.conf /etc/nginx/nginx.conf
USER 999:999
EXPOSE 8080
HEALTHCHECK --interval=5s --timeout=5s --retries=5 --start-period=5s \
  CMD ["wget", "--quiet", "--spider", "http://127.0.0.1:8080/"]
CMD ["nginx", "-g", "daemon off;"]
