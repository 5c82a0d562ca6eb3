"""A minimal auditor: the fewest possible calls with urllib3, SigV4 and json, as a baseline for the benchmark.

It assumes every role, lists the regions and families, and describes each family once. It evaluates, retries and writes
nothing.

`python -m tests.fleet.bench.minimal URL FILE` with a file of account IDs prints the number of calls.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import urllib3

from tests.fleet.sessions import AMBIENT_KEY, AMBIENT_SECRET

_TARGET = "AmazonEC2ContainerServiceV20141113."
_FORM = "application/x-www-form-urlencoded; charset=utf-8"
_JSON = "application/x-amz-json-1.1"

Keys = tuple[str, str, str]


class MinimalAuditor:
    """Uses one connection and one thread."""

    def __init__(self, url: str) -> None:
        """Prepare a connection to the stand-in."""
        self._url = f"{url}/"
        self._host = urlsplit(url).netloc
        self._pool = urllib3.PoolManager(maxsize=1, retries=False)
        self._signing: dict[tuple[str, str, str, str], bytes] = {}
        self.calls = 0

    def audit(self, accounts: list[str]) -> int:
        """Read every account and return the number of documents."""
        return sum(1 for account in accounts for _ in self._account(account))

    def _account(self, account: str) -> Iterator[object]:
        keys = self._assume(account)
        for region in self._regions(keys):
            yield from self._region(keys, region)

    def _region(self, keys: Keys, region: str) -> Iterator[Any]:
        """Yield what is read in a region."""
        for family in self._list(keys, region, "ListTaskDefinitionFamilies", "families", status="ACTIVE"):
            yield self._describe(keys, region, family)

    def _describe(self, keys: Keys, region: str, name: str) -> Any:  # noqa: ANN401 - any JSON document
        parameters = {"taskDefinition": name, "include": ["TAGS"]}
        return self._ecs(keys, region, "DescribeTaskDefinition", parameters)["taskDefinition"]

    def _list(self, keys: Keys, region: str, operation: str, key: str, **parameters: object) -> list[Any]:
        """Return the items of all pages; `maxResults` is 100 unless it is given."""
        items: list[Any] = []
        token: dict[str, object] = {}
        while True:
            page = self._ecs(keys, region, operation, {"maxResults": 100, **parameters, **token})
            items += page[key]
            if not page.get("nextToken"):
                return items
            token = {"nextToken": page["nextToken"]}

    def _assume(self, account: str) -> Keys:
        form = {
            "Action": "AssumeRole",
            "Version": "2011-06-15",
            "RoleArn": f"arn:aws:iam::{account}:role/AuditorReadOnly",
            "RoleSessionName": "minimal",
        }
        body = self._post((AMBIENT_KEY, AMBIENT_SECRET, ""), "us-east-1", "sts", urlencode(form).encode(), {}).decode()
        matches = [re.search(f"<{tag}>([^<]+)", body) for tag in ("AccessKeyId", "SecretAccessKey", "SessionToken")]
        key, secret, token = (match[1] if match else "" for match in matches)
        return key, secret, token

    def _regions(self, keys: Keys) -> list[str]:
        form = urlencode({"Action": "DescribeRegions", "Version": "2016-11-15"}).encode()
        return re.findall("<regionName>([^<]+)", self._post(keys, "us-east-1", "ec2", form, {}).decode())

    def _ecs(self, keys: Keys, region: str, operation: str, body: object) -> dict[str, Any]:
        headers = {"x-amz-target": _TARGET + operation}
        answer: dict[str, Any] = json.loads(self._post(keys, region, "ecs", json.dumps(body).encode(), headers))
        return answer

    def _post(self, keys: Keys, region: str, service: str, body: bytes, headers: dict[str, str]) -> bytes:
        self.calls += 1
        now = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        signed = {"content-type": _JSON if headers else _FORM, "host": self._host, "x-amz-date": now, **headers}
        if keys[2]:
            signed["x-amz-security-token"] = keys[2]
        names = ";".join(sorted(signed))
        lines = "".join(f"{name}:{signed[name]}\n" for name in sorted(signed))
        digest = hashlib.sha256(body).hexdigest()
        scope = f"{now[:8]}/{region}/{service}/aws4_request"
        canonical = hashlib.sha256(f"POST\n/\n\n{lines}\n{names}\n{digest}".encode()).hexdigest()
        text = f"AWS4-HMAC-SHA256\n{now}\n{scope}\n{canonical}"
        signature = hmac.new(self._key(keys[1], now[:8], region, service), text.encode(), hashlib.sha256).hexdigest()
        signed["authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={keys[0]}/{scope}, SignedHeaders={names}, Signature={signature}"
        )
        return self._pool.request("POST", self._url, body=body, headers=signed).data

    def _key(self, secret: str, day: str, region: str, service: str) -> bytes:
        key = self._signing.get((secret, day, region, service))
        if key is None:
            key = f"AWS4{secret}".encode()
            for part in (day, region, service, "aws4_request"):
                key = hmac.new(key, part.encode(), hashlib.sha256).digest()
            self._signing[secret, day, region, service] = key
        return key


def main(kind: type[MinimalAuditor]) -> None:
    """Audit the accounts of a file, and print the number of calls and of what was read."""
    auditor = kind(sys.argv[1])
    read = auditor.audit(Path(sys.argv[2]).read_text(encoding="utf-8").split())
    sys.stdout.write(json.dumps({"calls": auditor.calls, "read": read}) + "\n")


if __name__ == "__main__":
    main(MinimalAuditor)
