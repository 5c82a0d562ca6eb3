"""Another writer changes the stored state of earlier runs so that a FAIL would become a PASS.

Each test shows what the run says and exits with. The verdicts equal the truth in all of them.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fleet.faults import Fault
from tests.fleet.organization import Shape
from tests.fleet.running import Fleet, running
from tests.nightly.night import Night, audit

pytestmark = pytest.mark.slow

SHAPE = Shape(accounts=3, regions=2, families=4)
DESCRIBE = "DescribeTaskDefinition"
#: With this setting, the draw always hits.
DRAW_ALL = "cache: {reread_nights: 1}\n"
REGION = "us-east-1"
KEY_ARN = f"arn:aws:kms:{REGION}:000000000000:key/nightly"
WITH_KEY = f"cache: {{mac_key: '{KEY_ARN}'}}\n"
SERVICES = ("tests.fleet.kms",)


@pytest.fixture(scope="module")
def fleet() -> Iterator[Fleet]:
    with running(SHAPE, services=SERVICES) as fleet:
        yield fleet


@pytest.fixture(scope="module")
def first(fleet: Fleet, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder after a first night."""
    folder = tmp_path_factory.mktemp("first") / "night"
    assert run(fleet, folder).code == 0
    return folder


@pytest.fixture
def folder(first: Path, tmp_path: Path) -> Path:
    return shutil.copytree(first, tmp_path / "night")


def run(fleet: Fleet, folder: Path, settings: str = "", *flags: str) -> Night:
    """Run a night, with settings if there are any."""
    fleet.reset()
    folder.mkdir(parents=True, exist_ok=True)
    if settings:
        path = folder / "settings.yaml"
        path.write_text(settings, encoding="utf-8")
        flags = (*flags, "--settings", str(path))
    return audit(fleet, folder, *flags)


def verdicts(night: Night) -> dict[str, str]:
    """Return the statuses of the latest run by ARN of the revision."""
    run_id = night.latest["run_id"]
    return {row["resource"]["arn"]: row["status"] for row in night.findings() if row["run_id"] == run_id}


def truth(fleet: Fleet) -> dict[str, str]:
    return {expected.arn: expected.verdict for expected in fleet.truth() if expected.verdict != "NOT_APPLICABLE"}


def failing(fleet: Fleet) -> str:
    """Return the ARN of a revision that fails."""
    return min(arn for arn, verdict in truth(fleet).items() if verdict == "FAIL")


def account_of(arn: str) -> str:
    return arn.split(":")[4]


def edit(path: Path, change: Callable[[Any], None]) -> None:
    """Change a JSON document, gzipped or not."""
    packed = path.suffix == ".gz"
    document = json.loads(gzip.decompress(path.read_bytes()) if packed else path.read_bytes())
    change(document)
    text = json.dumps(document, separators=(",", ":"), sort_keys=True).encode()
    path.write_bytes(gzip.compress(text) if packed else text)


def forge_fact(output: Path, arn: str) -> None:
    """Make a cached revision harmless, as a writer of the bucket can: the fact, and the digest in the manifest."""
    cache = output / "state" / "facts" / f"{account_of(arn)}.json.gz"

    def make_harmless(document: Any) -> None:  # noqa: ANN401 - any JSON
        (facts,) = (scope[3] for scope in document["scopes"] if arn in scope[3])
        facts[arn] |= {"containers": [{"name": "app", "user": "1000"}]}

    edit(cache, make_harmless)
    trust(output, cache)


def trust(output: Path, *objects: Path) -> None:
    """Put the digests of cache objects into the manifest of the latest run."""
    digests = {path.relative_to(output).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in objects}
    manifest = output / json.loads((output / "latest.json").read_bytes())["manifest"]
    edit(manifest, lambda document: document["provenance"]["cache_digests"].update(digests))


def test_a_forged_fact_that_is_not_drawn_would_be_believed(fleet: Fleet, folder: Path) -> None:
    """The attack works: without a MAC key, it is the draw that finds it."""
    arn = failing(fleet)
    forge_fact(folder / "out", arn)
    # Of eight cached revisions of the account one is drawn, so this night can also find it.
    night = run(fleet, folder, "cache: {reread_nights: 365}\n")

    assert (night.code, verdicts(night)[arn]) in {(0, "PASS"), (6, "FAIL")}


def test_a_forged_fact_that_is_drawn_discards_the_cache_of_its_account(fleet: Fleet, folder: Path) -> None:
    arn = failing(fleet)
    forge_fact(folder / "out", arn)

    night = run(fleet, folder, DRAW_ALL)

    assert night.code == 6, night.stderr
    assert verdicts(night) == truth(fleet)
    (problem,) = night.document(night.latest["summary"])["integrity"]
    assert (problem["kind"], problem["account"], problem["arn"]) == ("cache-mismatch", account_of(arn), arn)
    assert problem["region"] == arn.split(":")[3]
    assert "state/facts/" in problem["advice"]
    (notice,) = [row for row in night.log("notice") if row["level"] == "ERROR"]
    assert arn in notice["detail"]
    (ended,) = night.log("run-ended")
    assert (ended["integrity"], ended["exit_code"], ended["level"]) == (["cache-mismatch"], 6, "ERROR")
    assert (ended["complete"], ended["published"]) == (True, True)
    assert "STORED STATE WAS CHANGED by another writer (cache-mismatch)" in " ".join(night.stdout.split())
    assert arn[:60] in night.stdout
    assert "Stored state that another writer changed" in night.report()
    assert arn in night.report()


def test_the_night_after_a_mismatch_has_a_true_cache(fleet: Fleet, folder: Path) -> None:
    forge_fact(folder / "out", failing(fleet))
    run(fleet, folder, DRAW_ALL)

    night = run(fleet, folder, DRAW_ALL)

    assert night.code == 0
    assert verdicts(night) == truth(fleet)
    assert night.document(night.latest["summary"])["integrity"] == []


def test_a_forged_fact_is_found_by_the_default_draw_within_some_nights(fleet: Fleet, folder: Path) -> None:
    """One of eight revisions is drawn each night: after 100 nights a miss has a probability of 1 in 600,000."""
    arn = failing(fleet)
    forge_fact(folder / "out", arn)
    forged = shutil.copytree(folder, folder.with_name("forged"))
    for _ in range(100):
        shutil.rmtree(folder)
        shutil.copytree(forged, folder)
        if run(fleet, folder).code == 6:
            return
    pytest.fail("never drawn")


def test_a_cached_fact_of_another_revision_is_found(fleet: Fleet, folder: Path) -> None:
    """Copy the fact of a revision that passes over one that fails: only family and number are corrected."""
    arn, harmless = failing(fleet), min(arn for arn, verdict in truth(fleet).items() if verdict == "PASS")
    caches = {path.name[:12]: path for path in (folder / "out" / "state" / "facts").iterdir()}
    donor = json.loads(gzip.decompress(caches[account_of(harmless)].read_bytes()))
    (facts,) = (scope[3] for scope in donor["scopes"] if harmless in scope[3])

    def replace(document: Any) -> None:  # noqa: ANN401 - any JSON
        (own,) = (scope[3] for scope in document["scopes"] if arn in scope[3])
        own[arn] = {**facts[harmless], "family": own[arn]["family"], "revision": own[arn]["revision"]}

    edit(caches[account_of(arn)], replace)
    trust(folder / "out", caches[account_of(arn)])

    night = run(fleet, folder, DRAW_ALL)

    assert (night.code, verdicts(night)) == (6, truth(fleet))


def test_the_cache_of_another_account_is_not_used(fleet: Fleet, folder: Path) -> None:
    caches = sorted((folder / "out" / "state" / "facts").iterdir())
    shutil.copy(caches[1], caches[0])
    trust(folder / "out", caches[0])

    night = run(fleet, folder)

    assert verdicts(night) == truth(fleet)


@pytest.fixture(scope="module")
def authenticated(fleet: Fleet, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder after a first night with a MAC key."""
    folder = tmp_path_factory.mktemp("authenticated") / "night"
    night = run(fleet, folder, WITH_KEY)
    assert (night.code, kms_calls(fleet)) == (0, {"GenerateMac": 1})
    return folder


@pytest.fixture
def keyed(authenticated: Path, tmp_path: Path) -> Path:
    return shutil.copytree(authenticated, tmp_path / "night")


def kms_calls(fleet: Fleet) -> dict[str, int]:
    return {name: count for name, count in fleet.report()["operations"].items() if name.endswith("Mac")}


def warnings(night: Night) -> list[str]:
    """Return the warnings about stored state."""
    return [
        row["detail"]
        for row in night.log("notice")
        if row["level"] == "WARNING" and not re.search("redirected|inventory does not name", row["message"])
    ]


def test_an_authenticated_cache_costs_two_calls_and_nothing_is_drawn(fleet: Fleet, keyed: Path) -> None:
    night = run(fleet, keyed, WITH_KEY)

    assert (night.code, verdicts(night)) == (0, truth(fleet))
    assert kms_calls(fleet) == {"GenerateMac": 1, "VerifyMac": 1}
    assert DESCRIBE not in fleet.report()["operations"]
    assert warnings(night) == []


def test_a_forged_fact_is_found_at_once_with_a_mac_key(fleet: Fleet, keyed: Path) -> None:
    forge_fact(keyed / "out", failing(fleet))

    night = run(fleet, keyed, WITH_KEY)

    assert (night.code, verdicts(night)) == (6, truth(fleet))
    (problem,) = night.document(night.latest["summary"])["integrity"]
    assert problem["kind"] == "manifest-mac-mismatch"
    assert fleet.report()["operations"][DESCRIBE] == len(list(fleet.truth()))


def _replay_another_run(output: Path) -> None:
    """Put the manifest and the MAC of an older run in the place of the latest run's."""
    newest, oldest = (sorted((output / "runs").iterdir())[index] for index in (-1, 0))
    for name in ("manifest.json", "manifest.json.mac"):
        shutil.copy(oldest / name, newest / name)
    edit(newest / "manifest.json", lambda document: document.update(run_id=newest.name))


def _replay_another_object(output: Path) -> None:
    """Rename the object in the MAC: its code is still that of the other object."""
    newest, oldest = (sorted((output / "runs").iterdir())[index] for index in (-1, 0))
    shutil.copy(oldest / "manifest.json.mac", newest / "manifest.json.mac")
    edit(newest / "manifest.json.mac", lambda document: document.update(object=f"runs/{newest.name}/manifest.json"))


def _malformed(output: Path) -> None:
    newest = max((output / "runs").iterdir())
    (newest / "manifest.json.mac").write_text("{}", encoding="utf-8")


def _no_base64(output: Path) -> None:
    edit(max((output / "runs").iterdir()) / "manifest.json.mac", lambda document: document.update(mac="?"))


@pytest.mark.parametrize("attack", [_replay_another_run, _replay_another_object, _malformed, _no_base64])
def test_a_mac_is_valid_for_one_object_of_one_run_only(
    fleet: Fleet, keyed: Path, attack: Callable[[Path], None]
) -> None:
    run(fleet, keyed, WITH_KEY)
    attack(keyed / "out")

    night = run(fleet, keyed, WITH_KEY)

    assert (night.code, verdicts(night)) == (6, truth(fleet))
    assert [problem["kind"] for problem in night.document(night.latest["summary"])["integrity"]] == [
        "manifest-mac-mismatch"
    ]


def test_the_cache_of_another_account_is_not_used_with_a_mac_key(fleet: Fleet, keyed: Path) -> None:
    caches = sorted((keyed / "out" / "state" / "facts").iterdir())
    shutil.copy(caches[1], caches[0])

    night = run(fleet, keyed, WITH_KEY)

    assert (night.code, verdicts(night)) == (0, truth(fleet))
    read_anew = [expected for expected in fleet.truth() if expected.account == caches[0].name[:12]]
    assert fleet.report()["operations"][DESCRIBE] == len(read_anew)


def test_an_older_night_in_full_costs_calls_and_no_verdict(fleet: Fleet, keyed: Path) -> None:
    """Roll everything back to an authenticated older night: revisions never change, so its facts are still true."""
    older = shutil.copytree(keyed / "out", keyed / "older")
    run(fleet, keyed, WITH_KEY)
    shutil.rmtree(keyed / "out")
    shutil.copytree(older, keyed / "out")

    night = run(fleet, keyed, WITH_KEY)

    assert (night.code, verdicts(night)) == (0, truth(fleet))


def test_the_first_night_with_a_key_does_not_use_a_cache_without_a_mac(fleet: Fleet, folder: Path) -> None:
    forge_fact(folder / "out", failing(fleet))

    night = run(fleet, folder, WITH_KEY)

    assert (night.code, verdicts(night)) == (0, truth(fleet))
    (warning,) = warnings(night)
    assert "has no MAC by the key of the settings" in warning


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        pytest.param(Fault("access-denied", services=("kms",)), "Allow kms:GenerateMac", id="denied"),
        pytest.param(Fault("http-500", services=("kms",)), "enabled HMAC_256 key", id="unavailable"),
        pytest.param(Fault("reset", services=("kms",)), "enabled HMAC_256 key", id="reset"),
        pytest.param(Fault("proxy-page", services=("kms",)), "enabled HMAC_256 key", id="a proxy"),
    ],
)
def test_a_key_that_cannot_be_used_costs_calls_and_is_said_once(
    fleet: Fleet, keyed: Path, fault: Fault, words: str
) -> None:
    fleet.set_faults(fault)
    night = run(fleet, keyed, WITH_KEY)
    fleet.set_faults()

    assert (night.code, verdicts(night)) == (0, truth(fleet))
    assert fleet.report()["operations"][DESCRIBE] == len(list(fleet.truth()))
    assert set(kms_calls(fleet)) == {"VerifyMac"}, "one failure is enough"
    (warning,) = warnings(night)
    assert words in warning
    assert KEY_ARN in warning
    assert KEY_ARN in night.report()


def test_a_disabled_key_costs_calls_and_is_said_once(fleet: Fleet, keyed: Path) -> None:
    night = run(fleet, keyed, WITH_KEY.replace("/nightly", "/disabled"))

    assert (night.code, verdicts(night)) == (0, truth(fleet))
    assert len(warnings(night)) == 2, "no MAC by this key, and none could be generated"
    assert "DisabledException" in warnings(night)[1]


def test_a_night_whose_mac_could_not_be_generated_is_not_believed_by_the_next(fleet: Fleet, keyed: Path) -> None:
    fleet.set_faults(Fault("access-denied", services=("kms",), operation="GenerateMac"))
    night = run(fleet, keyed, WITH_KEY)
    fleet.set_faults()
    assert night.code == 0
    assert "kms:GenerateMac" in warnings(night)[0]

    after = run(fleet, keyed, WITH_KEY)

    assert (after.code, verdicts(after)) == (0, truth(fleet))
    assert len(warnings(after)) == 1
