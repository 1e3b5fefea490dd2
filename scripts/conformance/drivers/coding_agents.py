"""The command-line agents as a person starts them, in an empty folder: their transcripts are what is imported."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from scripts.conformance.drivers.surroundings import MODEL, OUT, PROMPT, SECRET, UPSTREAM

HOME = Path(os.environ["HOME"])
ASKED = str(PROMPT[0]["content"])
CLAUDE = "claude-sonnet-4-5-20250929"  # it also calls others of its maker
CODEX = f"""model = "{MODEL}"
model_provider = "essai"

[model_providers.essai]
name = "essai"
base_url = "{UPSTREAM}/v1"
wire_api = "responses"
env_key = "ESSAI_KEY"
"""


def claude_code() -> Path:
    """A question asked without a terminal; the folder of its transcripts."""
    named = {"ANTHROPIC_BASE_URL": UPSTREAM, "ANTHROPIC_API_KEY": SECRET}
    named |= {"DISABLE_TELEMETRY": "1", "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1", "DISABLE_AUTOUPDATER": "1"}
    settings = {"hasCompletedOnboarding": True, "customApiKeyResponses": {"approved": [SECRET[-20:]], "rejected": []}}
    (HOME / ".claude.json").write_text(json.dumps(settings), "utf-8")
    _run(["claude", "-p", ASKED, "--model", CLAUDE, "--max-turns", "1"], named)
    return HOME / ".claude" / "projects"


def codex() -> Path:
    """The same of Codex."""
    (HOME / ".codex").mkdir()
    (HOME / ".codex" / "config.toml").write_text(CODEX, "utf-8")
    _run(["codex", "exec", "--skip-git-repo-check", ASKED], {"ESSAI_KEY": SECRET})
    return HOME / ".codex" / "sessions"


def gemini_cli() -> Path:
    """The same of Gemini CLI, whose model is Google's."""
    (HOME / ".gemini").mkdir()
    settings = {"security": {"auth": {"selectedType": "gemini-api-key"}}, "privacy": {"usageStatisticsEnabled": False}}
    (HOME / ".gemini" / "settings.json").write_text(json.dumps(settings), "utf-8")
    named = {"GOOGLE_GEMINI_BASE_URL": UPSTREAM, "GEMINI_API_KEY": SECRET, "GEMINI_CLI_TRUST_WORKSPACE": "true"}
    _run(["gemini", "-m", "gemini-2.5-flash", "-p", ASKED], named)
    return HOME / ".gemini" / "tmp"


def _run(command: list[str], named: dict[str, str]) -> None:
    done = subprocess.run(
        command, env=os.environ | named, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    print(done.stdout, done.stderr)


if __name__ == "__main__":
    transcripts = {f.__name__: f for f in (claude_code, codex, gemini_cli)}[sys.argv[1]]()
    for path in sorted(transcripts.rglob("*.json*")):
        if path.name != "logs.json":  # what a person typed
            shutil.copy(path, OUT / path.name)
