"""An `aws` for the scripts: what it is called with is carried out in the test's own process, on moto.

The command on the PATH hands its words and its folder over through a socket on loopback, and prints what comes back.
"""
# ruff: noqa: ANN401 - botocore's clients, whose methods are made at run time

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
    """A folder to put on the PATH, and what was called: the words of each command."""

    folder: Path
    client: Any
    account: str
    asked: list[list[str]] = field(default_factory=list)

    def run(self, script: Path) -> subprocess.CompletedProcess[str]:
        """Run a script of the plan."""
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
        """The operations that were called, as the command line names them."""
        return [" ".join(each[1:3]) if each[1] == "wait" else each[1] for each in self.asked if each[0] == "ecs"]

    def carry_out(self, folder: str, words: list[str]) -> Any:
        """Make the call that the words ask for, and return what `--query` takes out of the answer."""
        self.asked.append(words)
        if words[:2] == ["sts", "get-caller-identity"]:
            return self.account
        assert words[0] == "ecs"
        # The real one does not see this flag where its value is in the same word.
        document = words[words.index("--cli-input-json") + 1] if "--cli-input-json" in words else None
        named = dict(_flag(each) for each in words[1:] if each.startswith("--") and each != "--cli-input-json")
        assert "cliInputJson" not in named
        query = named.pop("query", None)
        assert named.pop("output", "text") == "text"
        if document is not None:
            named |= json.loads((Path(folder) / document.removeprefix("file://")).read_text(encoding="utf-8"))
        if words[1] == "wait":
            waiter = self.client.get_waiter(words[2].replace("-", "_"))
            waiter.wait(**named, WaiterConfig={"Delay": 0, "MaxAttempts": 3})
            return ""
        answer = getattr(self.client, words[1].replace("-", "_"))(**named)
        if words[1] == "update-service":
            roll_out(self.account)
        return _taken(answer, query) if query else json.dumps(answer, default=str)


def _taken(answer: Any, query: str) -> Any:
    """What `--query` says, of which the scripts use nothing but names with dots between."""
    for name in query.split("."):
        answer = answer[name]
    return answer


def roll_out(account: str) -> None:
    """Let every service have rolled out what it was told to: moto leaves the first deployment as it was."""
    for service in ecs_backends[account][HOME_REGION].services.values():
        for deployment in service.deployments:
            deployment["taskDefinition"] = service.task_definition


def _flag(word: str) -> tuple[str, Any]:
    name, _, value = word[2:].partition("=")
    key = re.sub(r"-(\w)", lambda match: match[1].upper(), name)
    return key, json.loads(value) if value.startswith(("{", "[")) else value


@contextmanager
def installed(folder: Path, client: Any, account: str) -> Iterator[Shim]:
    """Stand in for the AWS CLI until the block ends."""
    shim = Shim(folder, client, account)

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            where, words = json.loads(self.rfile.readline())
            answer = {"out": "", "err": "", "code": 0}
            try:
                answer["out"] = f"{shim.carry_out(where, words)}\n"
            except ClientError as error:
                answer |= {"err": f"{error}\n", "code": 254}
            except Exception as error:  # noqa: BLE001 - the script is to fail, and the test to see why
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
