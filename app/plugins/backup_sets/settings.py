"""What an administrator may choose."""

from pydantic import BaseModel, Field


class BackupSettings(BaseModel):
    """TENANTATLAS_BACKUP_SETS_EXPORT_DAYS: how long an export can be downloaded."""

    export_days: int = Field(default=7, ge=1, le=3650)
