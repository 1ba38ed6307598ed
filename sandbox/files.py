"""Files sent either way: kept under an id, described as Telegram describes them, served for download."""

from __future__ import annotations

import io
import mimetypes
import secrets

from PIL import Image, UnidentifiedImageError

from sandbox.errors import bad_request
from sandbox.store import Json, Store

MAX_PHOTO_BYTES = 10 * 1024 * 1024
MAX_FILE_BYTES = 50 * 1024 * 1024
MAX_DOWNLOAD_BYTES = 20 * 1024 * 1024
_FOLDERS = {"photo": "photos", "document": "documents", "voice": "voice", "sticker": "stickers"}


class Files:
    def __init__(self, store: Store) -> None:
        self.store = store

    def keep(self, kind: str, content: bytes, file_name: str = "", mime_type: str = "") -> Json:
        """Stores the bytes. Returns the row: ids, path for download, size, name, type."""
        if not content:
            raise bad_request("file must be non-empty")
        if len(content) > (MAX_PHOTO_BYTES if kind == "photo" else MAX_FILE_BYTES):
            raise bad_request("file is too big")
        size = _picture_size(content) if kind == "photo" else None
        number = self.store.next("file", start=0)
        suffix = {"photo": ".jpg", "voice": ".oga", "sticker": ".webp"}.get(kind, "")
        suffix = suffix or (f".{file_name.rsplit('.', 1)[1]}" if "." in file_name else "")
        row: Json = {
            "file_id": secrets.token_urlsafe(42),
            "file_unique_id": secrets.token_urlsafe(11),
            "file_path": f"{_FOLDERS.get(kind, 'documents')}/file_{number}{suffix}",
            "file_size": len(content),
            "file_name": file_name,
            "mime_type": mime_type or mimetypes.guess_type(file_name)[0] or "application/octet-stream",
            "kind": kind,
            "size": size,
        }
        self.store.put_file(str(row["file_unique_id"]), content)
        self.store.put("file", row["file_id"], row)
        self.store.put("file_path", row["file_path"], {"file_id": row["file_id"]})
        return row

    def find(self, file_id: str) -> Json | None:
        return self.store.get("file", file_id)

    def content(self, file_id: str) -> tuple[Json, bytes] | None:
        row = self.find(file_id)
        content = None if row is None else self.store.get_file(str(row["file_unique_id"]))
        return None if row is None or content is None else (row, content)

    def by_path(self, path: str) -> tuple[Json, bytes] | None:
        link = self.store.get("file_path", path)
        return None if link is None else self.content(link["file_id"])


def _picture_size(content: bytes) -> tuple[int, int]:
    try:
        with Image.open(io.BytesIO(content)) as picture:
            width, height = picture.size
    except (UnidentifiedImageError, OSError):
        raise bad_request("IMAGE_PROCESS_FAILED") from None
    if width + height > 10_000 or max(width, height) > 20 * min(width, height):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    return width, height


def described(row: Json) -> Json:
    """The part of a message that shows this file: `{"photo": [...]}`, `{"document": {...}}` and so on."""
    base = {key: row[key] for key in ("file_id", "file_unique_id", "file_size")}
    kind = row["kind"]
    if kind == "photo":
        width, height = row["size"]
        return {"photo": [base | {"width": width, "height": height}]}
    if kind == "voice":
        return {"voice": base | {"duration": 1, "mime_type": "audio/ogg"}}
    if kind == "sticker":
        sticker = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False}
        return {"sticker": base | sticker}
    return {"document": base | {"file_name": row["file_name"] or "file", "mime_type": row["mime_type"]}}
