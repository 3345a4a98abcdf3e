# The image of every NeoScore service; the command says which one a container is.
# No BuildKit-only syntax, so that the classic builder (DOCKER_BUILDKIT=0) takes it too.

FROM python:3.13-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/neoscore
ENV PATH=/opt/neoscore/bin:$PATH
WORKDIR /src

# Dependencies first: this layer is built anew only when they change, not with each line of code.
COPY docker/runtime.lock docker/build.lock ./
RUN pip install --no-deps --require-hashes -r runtime.lock

COPY . .
RUN python -m venv /opt/build \
    && /opt/build/bin/pip install --no-deps --require-hashes -r docker/build.lock \
    && /opt/build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /wheels . \
    && pip install --no-deps /wheels/*.whl \
    && pip uninstall --yes pip


FROM python:3.13-slim
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin neoscore \
    && install -d -o neoscore -g neoscore /var/lib/neoscore /var/lib/neoscore/models
COPY --from=build /opt/neoscore /opt/neoscore
COPY docker/init.sh /opt/neoscore/bin/neoscore-init

# The root file system may be read-only: whatever a library wants to write goes to /tmp.
ENV PATH=/opt/neoscore/bin:$PATH \
    HOME=/tmp \
    NUMBA_CACHE_DIR=/tmp/numba \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    NEOSCORE_HOME=/var/lib/neoscore
WORKDIR /var/lib/neoscore
USER neoscore
ENTRYPOINT ["neoscore"]
CMD ["--help"]
