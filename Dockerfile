FROM python:3.13-slim
WORKDIR /app
COPY pyproject.toml README.md ./
COPY lrs ./lrs
COPY projections ./projections
COPY adapters ./adapters
RUN pip install --no-cache-dir . && useradd --create-home lrs \
    && install --directory --owner lrs --mode 0700 /keys
USER lrs
EXPOSE 8000
CMD ["lrs", "serve", "--host", "0.0.0.0"]
