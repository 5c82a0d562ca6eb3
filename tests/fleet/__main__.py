"""`python -m tests.fleet --accounts 100 --regions 17`: run the stand-in until SIGTERM.

The first line on stdout is JSON and contains the URL. `--config -` reads shape, options and faults as JSON from stdin.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

from tests.fleet.faults import Fault
from tests.fleet.organization import Shape
from tests.fleet.server import Options, Server, run
from tests.fleet.sessions import AMBIENT_KEY, AMBIENT_SECRET


def main(arguments: list[str] | None = None) -> None:
    """Parse the flags and run the server."""
    parser = argparse.ArgumentParser(prog="python -m tests.fleet", description=__doc__)
    parser.add_argument("--config", help="a JSON file, or - for stdin: {shape, options, faults}")
    parser.add_argument(
        "--fault", action="append", default=[], help='a rule as JSON, such as {"kind": "reset", "rate": 0.02}'
    )
    parser.add_argument("--service", action="append", default=[], help="a module or a file that defines a service")
    for field in (*fields(Shape), *fields(Options)):
        default = field.default
        if isinstance(default, bool):
            parser.add_argument(f"--{field.name}", action="store_true", default=None)
        elif isinstance(default, int | float | str):
            parser.add_argument(f"--{field.name.replace('_', '-')}", type=type(default), default=None)
    asyncio.run(run(_server(vars(parser.parse_args(arguments))), _announce))


def _server(flags: dict[str, Any]) -> Server:
    config: dict[str, Any] = {}
    if flags["config"] == "-":
        config = json.load(sys.stdin)
    elif flags["config"]:
        config = json.loads(Path(flags["config"]).read_text(encoding="utf-8"))
    values = {name: value for name, value in flags.items() if value is not None}
    shape = {**config.get("shape", {}), **_chosen(Shape, values)}
    options = {**config.get("options", {}), **_chosen(Options, values)}
    options["services"] = [*options.get("services", ()), *flags["service"]]
    rules = [*config.get("faults", []), *map(json.loads, flags["fault"])]
    return Server(Shape.from_json(shape), Options.from_json(options), [Fault.from_json(rule) for rule in rules])


def _chosen(kind: type[Shape | Options], values: dict[str, Any]) -> dict[str, Any]:
    return {field.name: values[field.name] for field in fields(kind) if field.name in values}


def _announce(url: str) -> None:
    line = {"url": url, "aws_access_key_id": AMBIENT_KEY, "aws_secret_access_key": AMBIENT_SECRET}
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
