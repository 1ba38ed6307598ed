"""Texts that go out by SMS, as operators see them: of an approved text nothing but the digits may vary."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Literal

from core import sms
from core.i18n import Text, _

Approval = Literal["draft", "submitted", "approved", "refused"]

APPROVALS: Mapping[Approval, Text] = {
    "draft": _("Not submitted"),
    "submitted": _("Waits for the operator"),
    "approved": _("Approved"),
    "refused": _("Refused by the operator"),
}


def shape(text: str) -> str:
    """The text as it leaves, every number written as 0: two messages of one approved text have one shape."""
    return re.sub(r"\d+", "0", sms.plain(text).strip())


def fingerprint(text: str) -> str:
    """Of the shape; a text that was changed has another one, and so no approval."""
    return hashlib.sha256(shape(text).encode()).hexdigest()[:32]
