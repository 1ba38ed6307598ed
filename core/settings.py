"""Every setting of every process, read from the environment or `.env` by the process's own start and passed on as a value."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from core.errors import SettingsError

ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """Fields are the names in `.env.example`, lower-cased; each is explained there."""

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", extra="ignore", env_ignore_empty=True
    )

    database_url: str | None = None
    redis_url: str | None = None
    var_dir: Path = ROOT / "var"

    telegram_token: SecretStr | None = None
    telegram_api_url: str = "https://api.telegram.org"
    telegram_bot_name: str = "salomat_bot"
    telegram_rate_per_s: int = Field(30, ge=1, le=1000)
    telegram_answers_share_per_s: int = Field(1, ge=1)
    telegram_repeat_unknown: Literal["never", "appointments", "always"] = "appointments"

    sms_providers: Annotated[tuple[str, ...], NoDecode] = ()
    sms_cyrillic: bool = False
    sms_approved_only: Annotated[tuple[str, ...], NoDecode] = ("eskiz", "playmobile")

    twilio_account_sid: str | None = None
    twilio_auth_token: SecretStr | None = None
    twilio_from: str | None = None
    twilio_messaging_service_sid: str | None = None
    twilio_api_url: str = "https://api.twilio.com"
    twilio_rate_per_s: int = Field(10, ge=1, le=1000)
    twilio_segment_price: float | None = Field(None, gt=0)

    eskiz_email: str | None = None
    eskiz_password: SecretStr | None = None
    eskiz_from: str = "4546"
    eskiz_api_url: str = "https://notify.eskiz.uz/api"
    eskiz_callback_secret: SecretStr | None = None
    eskiz_rate_per_s: int = Field(10, ge=1, le=1000)
    eskiz_segment_price: float | None = Field(None, gt=0)

    playmobile_login: str | None = None
    playmobile_password: SecretStr | None = None
    playmobile_from: str | None = None
    playmobile_api_url: str = "https://send.smsxabar.uz"
    playmobile_rate_per_s: int = Field(10, ge=1, le=1000)
    playmobile_segment_price: float | None = Field(None, gt=0)

    nlu_url: str | None = None
    nlu_timeout_s: float = Field(1.5, gt=0)

    public_url: str = "http://127.0.0.1:8082"
    admin_host: str = "127.0.0.1"
    admin_port: int = 8082

    status_host: str = "127.0.0.1"
    bot_status_port: int | None = None
    reminders_status_port: int | None = None
    metrics_token: SecretStr | None = None
    alarm_chat_ids: Annotated[tuple[int, ...], NoDecode] = ()

    encryption_keys: Annotated[tuple[SecretStr, ...], NoDecode] = ()
    lookup_key: SecretStr | None = None
    session_key: SecretStr | None = None

    helplines: str = ""
    quiet_from_hour: int = Field(20, ge=0, le=24)
    quiet_to_hour: int = Field(9, ge=0, le=24)
    lease_s: float = Field(60.0, ge=1)
    tick_s: float = Field(2.0, gt=0)
    log_format: str = "console"

    @field_validator("encryption_keys", "sms_providers", "sms_approved_only", "alarm_chat_ids", mode="before")
    @classmethod
    def _comma_separated(cls, value: object) -> object:
        return (
            tuple(key.strip() for key in value.split(",") if key.strip()) if isinstance(value, str) else value
        )

    def rate_per_s(self, channel: str) -> int:
        """Messages a second that telegram, or a provider of SMS, takes from us."""
        return int(getattr(self, f"{channel}_rate_per_s"))

    def segment_price(self, provider: str) -> float | None:
        """Of one SMS segment, in the account's currency; None when nobody set it."""
        price = getattr(self, f"{provider}_segment_price", None)
        return float(price) if price is not None else None


def load() -> Settings:
    """Raises SettingsError naming the setting and what would be right."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"]).upper()
        raise SettingsError(f"{name}: {first['msg']}") from None
