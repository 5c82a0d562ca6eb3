"""An AWS CLI for the scripts, whose calls the test process makes on moto.

The command on the PATH sends its arguments and its folder to a socket on loopback, and prints the answer.
"""
# ruff: noqa: ANN401 - botocore clients, whose methods are created at run time

from __future__ import annotations

import json
import os
import re
import socketserver
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError
from moto.ecs.models import ecs_backends

from auditor.demo.model import HOME_REGION

_COMMAND = """#!{python} -S
import json, os, socket, sys
with socket.create_connection(("127.0.0.1", {port})) as line:
    line.sendall(json.dumps([os.getcwd(), sys.argv[1:]]).encode() + b"\\n")
    answer = json.loads(line.makefile().readline())
sys.stdout.write(answer["out"])
sys.stderr.write(answer["err"])
sys.exit(answer["code"])
"""


@dataclass
class Shim:
    """A folder for the PATH, and the arguments of each call."""

    folder: Path
    client: Any
    account: str
    calls: list[list[str]] = field(default_factory=list)

    def run(self, script: Path) -> subprocess.CompletedProcess[str]:
        """Run a script of a plan."""
        path = f"{self.folder}{os.pathsep}{os.environ['PATH']}"
        return subprocess.run(
            ["bash", str(script)],
            env={**os.environ, "PATH": path},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def operations(self) -> list[str]:
        """Return the ECS operations that were called, as the CLI names them."""
        return [" ".join(words[1:3]) if words[1] == "wait" else words[1] for words in self.calls if words[0] == "ecs"]

    def call(self, folder: str, words: list[str]) -> Any:
        """Make a call, and return the part of the answer that `--query` selects."""
        self.calls.append(words)
        if words[:2] == ["sts", "get-caller-identity"]:
            return self.account
        assert words[0] == "ecs"
        # The AWS CLI does not recognize this flag if its value is in the same word.
        document = words[words.index("--cli-input-json") + 1] if "--cli-input-json" in words else None
        parameters = dict(_flag(word) for word in words[1:] if word.startswith("--") and word != "--cli-input-json")
        assert "cliInputJson" not in parameters
        query = parameters.pop("query", None)
        assert parameters.pop("output", "text") == "text"
        if document is not None:
            parameters |= json.loads((Path(folder) / document.removeprefix("file://")).read_text(encoding="utf-8"))
        if words[1] == "wait":
            waiter = self.client.get_waiter(words[2].replace("-", "_"))
            waiter.wait(**parameters, WaiterConfig={"Delay": 0, "MaxAttempts": 3})
            return ""
        answer = getattr(self.client, words[1].replace("-", "_"))(**parameters)
        if words[1] == "update-service":
            roll_out(self.account)
        return _select(answer, query) if query else json.dumps(answer, default=str)


def _select(answer: Any, query: str) -> Any:
    """Return the member that `--query` names. The scripts use only names with dots between them."""
    for name in query.split("."):
        answer = answer[name]
    return answer


def roll_out(account: str) -> None:
    """Finish the deployment of every service, because moto keeps the first deployment as it was."""
    for service in ecs_backends[account][HOME_REGION].services.values():
        for deployment in service.deployments:
            deployment["taskDefinition"] = service.task_definition


def _flag(word: str) -> tuple[str, Any]:
    name, _, value = word[2:].partition("=")
    key = re.sub(r"-(\w)", lambda match: match[1].upper(), name)
    return key, json.loads(value) if value.startswith(("{", "[")) else value


@contextmanager
def installed(folder: Path, client: Any, account: str) -> Iterator[Shim]:
    """Replace the AWS CLI until the block ends."""
    shim = Shim(folder, client, account)

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            folder_name, words = json.loads(self.rfile.readline())
            answer = {"out": "", "err": "", "code": 0}
            try:
                answer["out"] = f"{shim.call(folder_name, words)}\n"
            except ClientError as error:
                answer |= {"err": f"{error}\n", "code": 254}
            except Exception as error:  # noqa: BLE001 - the script fails, and the test shows why
                answer |= {"err": f"{type(error).__name__}: {error}\n", "code": 252}
            self.wfile.write(json.dumps(answer).encode() + b"\n")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        folder.mkdir(parents=True, exist_ok=True)
        command = folder / "aws"
        command.write_text(_COMMAND.format(python=sys.executable, port=server.server_address[1]), encoding="utf-8")
        command.chmod(command.stat().st_mode | stat.S_IXUSR)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield shim
        finally:
            server.shutdown()
            thread.join()
