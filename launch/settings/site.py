"""Settings of one site: defaults that work, a TOML file over them, errors that name the setting."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, ValidationError, field_validator, model_validator

from calls.errors import ConfigError
from launch.settings.console import ConsoleSettings
from launch.settings.floor import (
    AgentNumber,
    AgentSettings,
    DeskSettings,
    DestinationSettings,
    RingSettings,
    WallSettings,
    duty_phone,
    three_agents,
)
from launch.settings.mystery import MysterySettings
from launch.settings.problems import told_of
from launch.settings.qa import QaSettings
from launch.settings.recognition import AsrSettings
from launch.settings.recorder import RecorderSettings, RetentionSettings
from launch.settings.reports import ReportSettings
from launch.settings.section import Host, Section
from launch.settings.survey import SurveySettings

PROJECT = Path(__file__).resolve().parents[2]
LANGUAGES = ("zh-Hans", "zh-Hant", "en")


class HouseSettings(Section):
    """Who the house is; the variables every line may use."""

    company: dict[str, str] = Field(
        default={"zh-Hans": "三声服务热线", "zh-Hant": "三聲服務熱線", "en": "Thirdring"}
    )
    """Company name by language."""

    agent_no: str = "1000"
    """The number the IVR gives itself in the greeting."""

    language: str = "zh-Hans"
    """Language a call begins in."""

    timezone: str = ""
    """Whose clock tells days and hours: `Asia/Shanghai`; empty: as this machine is set."""

    @field_validator("timezone")
    @classmethod
    def _on_the_map(cls, value: str) -> str:
        if value and value not in available_timezones():
            raise ValueError(f"{value} is no time zone; write one as Asia/Shanghai")
        return value

    @field_validator("language")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in LANGUAGES:
            raise ValueError(f"write one of {', '.join(LANGUAGES)}")
        return value

    @field_validator("company")
    @classmethod
    def _complete(cls, value: dict[str, str]) -> dict[str, str]:
        missing = [language for language in LANGUAGES if not value.get(language)]
        if missing:
            raise ValueError(f"give the company's name in {', '.join(missing)} too")
        return value

    @property
    def zone(self) -> ZoneInfo | None:
        """The time zone; None: this machine's own."""
        return ZoneInfo(self.timezone) if self.timezone else None

    def all_variables(self) -> dict[str, object]:
        """The house's own variables for a run, which may change its language."""
        return {"company": self.company, "agent_no": self.agent_no}

    def variables(self, language: str) -> dict[str, str]:
        """The house's own variables for lines of `language`."""
        return {"company": self.company[language], "agent_no": self.agent_no}


class AgiSettings(Section):
    """The FastAGI server."""

    host: Host = "127.0.0.1"
    port: int = Field(default=4573, ge=0, le=65535)
    most_calls: int = Field(default=512, ge=1, le=20_000)
    procs: int = Field(default=1, ge=1, le=64)
    secret: str = ""
    """Shared with the dialplan as the third AGI argument; empty trusts the allow-list alone."""

    allow_from: tuple[str, ...] = ("127.0.0.1", "::1")
    lease_s: int = Field(default=10, ge=2, le=120)
    """For a dialplan that doesn't pass its own lease; that of `asterisk-conf/` does."""

    stop_grace_s: float = Field(default=20, ge=0, le=600)
    """How long calls on the line may go on after SIGTERM before they are marked.

    Callers whom the dialplan has, and whom the next server finds there, are not waited for.
    """


class EarsSettings(Section):
    """The AudioSocket server."""

    host: Host = "127.0.0.1"
    port: int = Field(default=4574, ge=0, le=65535)


class PromptSettings(Section):
    """Where sound comes from."""

    studio: Path | None = None
    """Folder of studio recordings: `<language>/<line>.wav`."""

    engines: tuple[str, ...] = ("kokoro", "flite", "espeak-ng")
    """Run-time engines in order of preference; those not installed are passed over."""

    kokoro_models: Path | None = None
    command: tuple[str, ...] = ()
    """A program of your own: arguments with {text_file}, {wav_file} and {language} in them."""


class PracticeSettings(Section):
    """Practice on simulated callers."""

    player: str = ""
    """Program, with its arguments, that plays raw sound: 8 kHz mono s16le on its standard input.
    Empty: the first of aplay, pw-play and paplay that works."""


class LedgerSettings(Section):
    """The ledger."""

    url: str = Field(default="", pattern="^(postgresql://.+)?$")
    """A PostgreSQL database that the facts are shipped into; calls need only the node's own."""

    node: str = Field(default="", pattern="^[A-Za-z0-9._-]{0,60}$")
    """What this node is called there; empty: a name it gives itself, kept in its state folder."""

    heads: Path | None = None
    """Folder that `serve` writes heads of the books into; left out: none are written."""

    heads_every_h: float = Field(default=24, ge=0.1, le=720)
    """So often."""


class OfficeSettings(Section):
    """The house's own files."""

    directories: Path | None = None
    """Folder of `NAME.csv`; left out: `directories` in the state folder."""

    country: str = Field(default="86", pattern="^[1-9][0-9]{0,2}$")
    """Country code of the numbers that are written without one."""

    trunk: str = Field(default="0", pattern="^[0-9]{0,2}$")
    """What is dialled before an area code inside the country; empty for none."""


class FetchSettings(Section):
    """One HTTP service that flows may ask."""

    url: str
    """With places for a flow's values: `https://host/orders/{number}`."""

    method: Literal["GET", "POST"] = "GET"
    """GET sends what has no place in the address as parameters, POST as JSON."""

    headers: dict[str, str] = Field(default={})
    """Header -> name of the environment variable that holds its value."""

    fields: dict[str, str] = Field(default={})
    """Variable -> where it stands in the answer (`data.state`)."""


Name = Annotated[str, Field(pattern="^[a-z][a-z0-9_]{0,31}$")]


class Settings(Section):
    """Everything a run can be told; every field has a default that works on one machine."""

    house: HouseSettings = HouseSettings()
    agi: AgiSettings = AgiSettings()
    ears: EarsSettings = EarsSettings()
    prompts: PromptSettings = PromptSettings()
    practice: PracticeSettings = PracticeSettings()
    ledger: LedgerSettings = LedgerSettings()
    office: OfficeSettings = OfficeSettings()
    desk: DeskSettings = DeskSettings()
    ring: RingSettings = RingSettings()
    wallboard: WallSettings = WallSettings()
    reports: ReportSettings = ReportSettings()
    console: ConsoleSettings = ConsoleSettings()
    qa: QaSettings = QaSettings()
    mystery: MysterySettings = MysterySettings()
    survey: SurveySettings = SurveySettings()
    asr: AsrSettings = AsrSettings()
    recorder: RecorderSettings = RecorderSettings()
    retention: RetentionSettings = RetentionSettings()
    dispositions: dict[Name, dict[Literal["zh", "en"], str]] = Field(default={})
    """What a call may have been: name -> title, beside those of the product."""

    agents: dict[AgentNumber, AgentSettings] = Field(default_factory=three_agents)
    """Who sits at which phone; a file's table replaces the three of the defaults."""

    fetch: dict[Name, FetchSettings] = Field(default={})
    """HTTP services by the name that flows use."""

    plugins: dict[Name, str] = Field(default={})
    """Python functions by the name that flows use: `package.module:function`."""

    destinations: dict[Name, DestinationSettings] = Field(default_factory=duty_phone)
    """Where flows and agents may transfer to; `thirdring pbx up` tells Asterisk what to dial."""

    scripts: Path = PROJECT / "scripts"
    """Folder of flows, lines and rules."""

    prove: bool = True
    """Refuse flows by which some call breaks a house rule marked `must`."""

    @model_validator(mode="after")
    def _one_process(self) -> Settings:
        if self.desk.on and self.agi.procs > 1:
            raise ValueError(
                "the desk coaches the calls of one process: set agi.procs = 1, or desk.on = false"
            )
        return self

    @property
    def bundled_prompts(self) -> Path:
        """The renderings that come with the scripts, else those of the product."""
        own = self.scripts / "prompts"
        return own if (own / "index.json").exists() else PROJECT / "scripts" / "prompts"

    log_level: Literal["debug", "info", "warning", "error"] = "info"


def load_settings(config: Path | None) -> Settings:
    """Read `config` (TOML) over the defaults.

    Raises ConfigError naming file, setting and remedy.
    """
    if config is None:
        return _with_secret(Settings())
    try:
        raw: dict[str, Any] = tomllib.loads(config.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{config}: cannot be read ({error.strerror}); check the path") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{config}: is not TOML ({error}); see docs/settings.md") from error
    try:
        return _with_secret(Settings.model_validate(raw))
    except ValidationError as error:
        wrong = "\n".join(f"{config}: {one}" for one in told_of(error, Settings()))
        raise ConfigError(f"{wrong}\nsee docs/settings.md for every setting") from error


def _with_secret(settings: Settings) -> Settings:
    """The secret may come by the environment, as it may for `thirdring pbx up`."""
    given = os.environ.get("THIRDRING_AGI_SECRET", "")
    if settings.agi.secret or not given:
        return settings
    agi = settings.agi.model_copy(update={"secret": given})
    return settings.model_copy(update={"agi": agi})
