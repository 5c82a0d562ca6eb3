# Use --build-arg PYTHON_IMAGE=... for a digest or a mirror.
ARG PYTHON_IMAGE=python:3.13-slim

FROM ${PYTHON_IMAGE} AS builder
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_ROOT_USER_ACTION=ignore
WORKDIR /build

# Dependencies come first, so that a change of the code does not download them again. Only locked versions are installed,
# and only auditor itself is built from source.
# LOCK=parquet.lock adds the library that writes Parquet.
ARG LOCK=requirements.lock
COPY config/${LOCK} config/build.lock config/
RUN python -m venv /opt/builder \
    && /opt/builder/bin/pip install --require-hashes --only-binary :all: -r config/build.lock \
    && python -m venv --without-pip /opt/auditor \
    && /opt/builder/bin/pip --python /opt/auditor/bin/python install --no-compile --require-hashes --only-binary :all: \
        -r "config/${LOCK}"

COPY pyproject.toml README.md LICENSE ./
COPY auditor auditor
# Bytecode is not validated when it is read, because the file system is read-only and timestamps differ between layers.
RUN /opt/builder/bin/pip wheel --no-deps --no-build-isolation --wheel-dir dist . \
    && /opt/builder/bin/pip --python /opt/auditor/bin/python install --no-compile --no-deps --no-index dist/*.whl \
    && /opt/auditor/bin/python -m compileall -q -j 0 --invalidation-mode unchecked-hash /opt/auditor/lib

FROM ${PYTHON_IMAGE}
# Slim images contain no bytecode of the standard library, and it cannot be written at run time.
RUN python -m compileall -q -j 0 -x 'site-packages|lib2to3|/test/' --invalidation-mode unchecked-hash \
        "$(python -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')"
COPY --from=builder /opt/auditor /opt/auditor

# Session tokens of regional STS endpoints are valid in every region; those of the global endpoint are not.
ENV PATH=/opt/auditor/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOME=/tmp \
    AWS_STS_REGIONAL_ENDPOINTS=regional

ARG REVISION=unknown
LABEL org.opencontainers.image.title="auditor" \
      org.opencontainers.image.description="Audits every account and every region of an AWS organization" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.revision="${REVISION}"

# Fargate makes a mount point that is not declared accessible to root only.
VOLUME ["/tmp"]
WORKDIR /tmp
USER 10001:10001
STOPSIGNAL SIGTERM
ENTRYPOINT ["auditor"]
CMD ["--help"]
