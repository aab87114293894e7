# fullcast in a container: `cpu` (small, the embedded engines) and `cuda` (the same with torch for NVIDIA GPUs).
#
#   docker build --target cpu -t fullcast .
#   docker run --rm --user "$(id -u):$(id -g)" -v "$PWD/projects:/projects" fullcast render lantern
#
# Nothing is written outside the mounts, so the container's own file system may be read-only.

FROM python:3.12-slim-bookworm AS build
WORKDIR /source
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY src ./src
COPY voices ./voices
RUN python -m pip wheel --no-cache-dir --no-deps --wheel-dir /wheels .

FROM python:3.12-slim-bookworm AS base
# Compiled modules are made with the image: at run time the user may have no right to write them.
ENV PATH=/opt/fullcast/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PYTHONUTF8=1 \
    HOME=/tmp \
    FULLCAST_VOICES=/voices \
    FULLCAST_MODELS=/models \
    FULLCAST_CACHE=/projects/.cache
RUN useradd --system --uid 10001 --home-dir /nonexistent --shell /usr/sbin/nologin fullcast \
    && mkdir --parents /projects /voices /models \
    && chown fullcast /projects
COPY --from=build /wheels /wheels
VOLUME ["/projects"]
WORKDIR /projects
HEALTHCHECK --interval=5m --timeout=30s --start-period=5s CMD ["fullcast", "doctor"]
ENTRYPOINT ["fullcast"]
CMD ["--help"]

FROM base AS cpu
RUN python -m venv /opt/fullcast \
    && /opt/fullcast/bin/python -m pip install --no-cache-dir /wheels/*.whl \
    && /opt/fullcast/bin/python -m compileall -q /opt/fullcast/lib
USER 10001

FROM base AS cuda
# torch's wheels bring CUDA's libraries; the driver comes from the host through the NVIDIA container toolkit.
ENV NVIDIA_VISIBLE_DEVICES=all \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility
RUN python -m venv /opt/fullcast \
    && wheel="$(echo /wheels/*.whl)" \
    && /opt/fullcast/bin/python -m pip install --no-cache-dir "${wheel}[gpu]" \
    && /opt/fullcast/bin/python -m compileall -q /opt/fullcast/lib
USER 10001
