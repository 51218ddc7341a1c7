# One image for every process: `serve`, `worker`, or `up` for all in one container.
FROM node:24-slim AS web
WORKDIR /src/web
COPY web/package.json web/package-lock.json web/.npmrc ./
RUN npm ci --omit=dev --no-audit --no-fund
COPY web .
RUN npx vite build

FROM python:3.13-slim AS build
WORKDIR /src
COPY pyproject.toml constraints.txt hatch_build.py README.md LICENSE ./
COPY domain domain
COPY adapters adapters
COPY projections projections
COPY api api
COPY workers workers
COPY cli cli
COPY lab lab
COPY --from=web /src/web/dist web/dist
RUN python -m venv /opt/netledger && /opt/netledger/bin/pip install --no-cache-dir -c constraints.txt .

FROM python:3.13-slim
RUN useradd --system --uid 10001 --home-dir /var/lib/netledger netledger \
    && install -d -o netledger -m 0700 /var/lib/netledger
COPY --from=build /opt/netledger /opt/netledger
ENV PATH=/opt/netledger/bin:$PATH NETLEDGER_DATA_DIR=/var/lib/netledger NETLEDGER_HTTP_HOST=0.0.0.0 NETLEDGER_LOG_FORMAT=json
USER netledger
VOLUME /var/lib/netledger
EXPOSE 8080
ENTRYPOINT ["netledger"]
CMD ["up"]
