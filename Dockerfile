# One image for every process: `serve`, `worker`, or `up` for all in one container.
FROM python:3.13-slim AS build
WORKDIR /src
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY domain domain
COPY adapters adapters
COPY projections projections
COPY api api
COPY workers workers
COPY cli cli
COPY lab lab
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
