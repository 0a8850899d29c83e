"""`POST /attendance/{tool}`: attendance files by upload, as `lrs import` takes them."""

from collections.abc import AsyncGenerator
from typing import Any

import orjson
from anyio.to_thread import run_sync
from fastapi import APIRouter, Request, Response
from python_multipart.multipart import parse_options_header
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from lrs.attendance import Adapters, File, Upload, import_files
from lrs.errors import InvalidInput, InvalidQuery
from lrs.http import openapi
from lrs.http.auth import require
from lrs.http.body import chunks, read_body
from lrs.http.parameters import parameters, required
from lrs.store import Store

FIELD = "file"
LARGEST_NUMBER_OF_FILES = 50
FORM = "multipart/form-data"
FILE: openapi.Object = {"type": "string", "format": "binary"}
DESCRIBED = openapi.operation(
    openapi.parameter("program", openapi.TEXT, required=True, description="The program's slug."),
    openapi.parameter("session", openapi.TEXT, required=True, description="The session's id."),
    openapi.parameter(
        "timezone", openapi.TEXT, description="IANA; whose clock a file without zones shows."
    ),
    openapi.parameter("date_order", {"enum": ["dmy", "mdy", "ymd"]}),
    openapi.parameter("dry_run", openapi.FLAG, description="Only answer what would be recorded."),
    body={
        FORM: {
            "type": "object",
            "required": [FIELD],
            "properties": {FIELD: {"type": "array", "minItems": 1, "items": FILE}},
        },
        "application/octet-stream": FILE,
    },
)


def attendance_router(adapters: Adapters) -> APIRouter:
    """Return the route; `adapters` reads the files."""
    router = APIRouter(tags=["Attendance"])

    @router.post("/attendance/{tool}", openapi_extra=DESCRIBED)
    async def post_attendance(request: Request, tool: str) -> Response:
        """Import files of one session; the same files again change nothing, corrected ones replace.

        Several files about one meeting count as one; about several, the answer is an array.
        """
        store: Store = request.app.state.store
        principal = await require(request, "attendance/write")
        given = parameters(request, "program", "session", "timezone", "date_order", "dry_run")
        dry = _flag(given.get("dry_run", "false"))
        upload = Upload(
            tool,
            await _files(request, store.settings.max_body_bytes),
            program=required(given, "program"),
            session=required(given, "session"),
            timezone=given.get("timezone"),
            date_order=given.get("date_order"),
        )

        def work() -> list[dict[str, Any]]:
            return import_files(store, adapters, upload, by=principal.key, dry=dry)

        outcomes = await run_sync(work)
        answer = outcomes[0] if len(outcomes) == 1 else outcomes
        return Response(orjson.dumps(answer), media_type="application/json")

    return router


def _flag(text: str) -> bool:
    if text not in {"true", "false"}:
        raise InvalidQuery("must be true or false", "dry_run")
    return text == "true"


async def _files(request: Request, limit: int) -> list[File]:
    """Return the files of a form's field `file`, or the body as one file.

    Raises `TooLarge` without keeping more than `limit` bytes, and `InvalidInput`.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type == FORM:
        return await _form_files(request, limit)
    _, options = parse_options_header(request.headers.get("content-disposition"))
    name = options.get(b"filename", b"").decode("utf-8", "replace")
    return [(name or None, await read_body(request, limit))]


async def _form_files(request: Request, limit: int) -> list[File]:
    try:
        form = await _Form(request, limit).parse()
    except MultiPartException as error:
        raise InvalidInput(f"the form cannot be read: {error.message}", "body") from None
    try:
        files = [await _file(name, value) for name, value in form.multi_items()]
    finally:
        await form.close()
    if not files:
        raise InvalidInput("the form has no file", FIELD)
    return files


async def _file(field: str, value: UploadFile | str) -> File:
    if field != FIELD or isinstance(value, str):
        raise InvalidInput("the form has nothing but files, each under the name `file`", field)
    return value.filename, await value.read()


class _Form(MultiPartParser):
    """The framework's parser on a bounded body, which must also end as a form does."""

    def __init__(self, request: Request, limit: int) -> None:
        super().__init__(
            request.headers, self._whole(request, limit), max_files=LARGEST_NUMBER_OF_FILES
        )
        self._ended = False

    def on_end(self) -> None:
        """Take note of the closing boundary."""
        self._ended = True

    async def _whole(self, request: Request, limit: int) -> AsyncGenerator[bytes, None]:
        async for chunk in chunks(request, limit):
            yield chunk
        if not self._ended:
            # Raised in here, it lets the parser close the files that it has begun.
            raise MultiPartException("it has no closing boundary")
