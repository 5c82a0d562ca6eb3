"""Registries of container images: parsing of names, and the list of trusted registries."""

from __future__ import annotations

import pytest

from auditor.checks.ecs._images import parse_image
from auditor.checks.ecs.untrusted_image import Parameters
from auditor.checks.ecs.untrusted_image import untrusted_image as check
from auditor.domain.check import Evidence, Status, Verdict
from auditor.domain.ecs.containers import Container
from tests.builders import task_definition
from tests.checks.ecs.helpers import FAIL, PASS, UNKNOWN, daemon_definition, details, failing_parts, judge, table

DIGEST = f"sha256:{'0' * 64}"
ECR = "111122223333.dkr.ecr.eu-west-1.amazonaws.com"


#: The accounts of the run.
KNOWN = Parameters(accounts=("111122223333", "444455556666"))


def judge_images(*images: str, params: Parameters | None = KNOWN) -> Verdict:
    containers = tuple(Container(str(number), image) for number, image in enumerate(images))
    return judge(check, task_definition(containers=containers), params)


@pytest.mark.parametrize(
    ("image", "registry", "repository"),
    [
        ("nginx", "docker.io", "library/nginx"),
        ("nginx:1.27", "docker.io", "library/nginx"),
        (f"nginx@{DIGEST}", "docker.io", "library/nginx"),
        (f"nginx:1.27@{DIGEST}", "docker.io", "library/nginx"),
        ("library/nginx", "docker.io", "library/nginx"),
        ("grafana/grafana", "docker.io", "grafana/grafana"),
        ("docker.io/nginx:1", "docker.io", "library/nginx"),
        ("index.docker.io/nginx", "docker.io", "library/nginx"),
        ("docker.io/grafana/grafana", "docker.io", "grafana/grafana"),
        ("DOCKER.IO/nginx", "docker.io", "library/nginx"),
        ("quay.io/team/app:2", "quay.io", "team/app"),
        ("Quay.io/team/app", "quay.io", "team/app"),
        ("registry.example.com:5000/app", "registry.example.com:5000", "app"),
        ("host:5000/app:1", "host:5000", "app"),
        ("localhost/app", "localhost", "app"),
        ("localhost:5000/app", "localhost:5000", "app"),
        ("localhost", "docker.io", "library/localhost"),
        ("host/app", "docker.io", "host/app"),
        ("HOST/app", "host", "app"),
        (f"{ECR}/team/app@{DIGEST}", ECR, "team/app"),
        ("a/b/c/d:tag", "docker.io", "a/b/c/d"),
        ("quay.io/", "quay.io", ""),
        ("/app", "docker.io", "/app"),
        (":", "docker.io", "library/"),
    ],
)
def test_a_name_is_parsed_as_docker_does(image: str, registry: str, repository: str) -> None:
    assert parse_image(image) == (registry, repository)


@pytest.mark.parametrize(
    "image",
    [
        pytest.param(f"{ECR}/app:1", id="private ECR"),
        pytest.param(f"{ECR}/app@{DIGEST}", id="private ECR with a digest"),
        pytest.param(f"{ECR}/docker-hub/library/nginx", id="a pull-through cache"),
        pytest.param("111122223333.dkr.ecr.cn-north-1.amazonaws.com.cn/app", id="private ECR in China"),
        pytest.param("111122223333.dkr.ecr.eusc-de-east-1.amazonaws.eu/app", id="private ECR in the sovereign cloud"),
        pytest.param("111122223333.dkr.ecr-fips.us-east-1.amazonaws.com/app", id="private ECR through FIPS"),
        pytest.param("111122223333.dkr-ecr.eu-west-1.on.aws/app", id="private ECR, dual-stack"),
        pytest.param(f"{ECR}:443/app:1", id="private ECR with its port"),
        pytest.param("444455556666.dkr.ecr.us-gov-west-1.amazonaws.com/app", id="another account of the run"),
        pytest.param("000000000001.dkr.ecr.eu-west-1.amazonaws.com/app", id="the account of the definition"),
        pytest.param("111122223333.dkr.ecr.us-iso-east-1.c2s.ic.gov/app", id="private ECR in an isolated region"),
        pytest.param("111122223333.dkr.ecr.us-isob-east-1.sc2s.sgov.gov/app", id="another isolated region"),
        pytest.param("111122223333.dkr-ecr-fips.us-east-1.on.aws/app", id="private ECR, dual-stack through FIPS"),
        pytest.param("111122223333.dkr-ecr.cn-north-1.on.amazonwebservices.com.cn/app", id="dual-stack in China"),
        pytest.param("906394416424.dkr.ecr.eu-west-1.amazonaws.com/aws-for-fluent-bit", id="Fluent Bit of AWS"),
        pytest.param("928143927712.dkr.ecr.af-south-1.amazonaws.com/aws-for-fluent-bit", id="Fluent Bit in Cape Town"),
        pytest.param("151742754352.dkr.ecr.us-gov-east-1.amazonaws.com/eks/coredns", id="an add-on of EKS in GovCloud"),
        pytest.param("422531588944.dkr.ecr.eu-south-1.amazonaws.com/aws-appmesh-envoy", id="Envoy in Milan"),
        pytest.param("637423239942.dkr.ecr.mx-central-1.amazonaws.com/vllm", id="Deep Learning Containers in Mexico"),
        pytest.param("763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-inference", id="AWS's deep learning images"),
        pytest.param("public.ecr.aws/lambda/python:3.13", id="the base images of Lambda"),
        pytest.param("public.ecr.aws/eks-distro/kubernetes/pause:3.10", id="the images of EKS"),
        pytest.param("public.ecr.aws:443/xray/aws-xray-daemon", id="the public gallery with its port"),
        pytest.param("public.ecr.aws/xray/aws-xray-daemon", id="a sidecar of AWS"),
        pytest.param("public.ecr.aws/aws-observability/aws-otel-collector:latest", id="a collector of AWS"),
    ],
)
def test_images_that_are_trusted_by_default(image: str) -> None:
    assert judge_images(image) == Verdict(PASS)


@pytest.mark.parametrize(
    "image",
    [
        pytest.param("nginx", id="Docker Hub by default"),
        pytest.param("docker.io/library/nginx", id="Docker Hub by name"),
        pytest.param(f"nginx@{DIGEST}", id="a digest, which does not identify the publisher"),
        pytest.param("quay.io/prometheus/node-exporter", id="another public registry"),
        pytest.param("public.ecr.aws/a1b2c3d4/app", id="an arbitrary publisher in the public gallery"),
        pytest.param("public.ecr.aws/docker/library/nginx", id="Docker's own images in the public gallery"),
        pytest.param("public.ecr.aws/xray", id="a namespace without a repository"),
        pytest.param("public.ecr.aws/xrays/app", id="a namespace that begins like a trusted one"),
        pytest.param(f"quay.io/{ECR}/app", id="the name of a trusted registry in the repository"),
        pytest.param(f"{ECR}.evil.example/app", id="the name of a trusted registry as a prefix"),
        pytest.param("a.b.dkr.ecr.eu-west-1.amazonaws.com/app", id="one label too many"),
        pytest.param("x.dkr.ecr.y.s3.amazonaws.com/app", id="a bucket that is named like a registry"),
        pytest.param("dkr.ecr.eu-west-1.amazonaws.com/app", id="one label too few"),
        pytest.param("x.dkr.ecr.y.amazonaws.com/app", id="labels that are no account and no region"),
        pytest.param("11112222333.dkr.ecr.eu-west-1.amazonaws.com/app", id="eleven digits"),
        pytest.param("111122223333.dkr.ecr.eu-west-1.example.com/app", id="another domain"),
        pytest.param(f"{ECR}:5000/app", id="another port"),
        pytest.param("${Image}", id="an unfilled template"),
    ],
)
def test_images_that_are_not_trusted_by_default(image: str) -> None:
    verdict = judge_images(image)

    assert (verdict.status, verdict.reasons) == (FAIL, ("untrusted-registry",))


@pytest.mark.parametrize(
    "image",
    [
        "999999999999.dkr.ecr.us-east-1.amazonaws.com/evil:1",
        "999999999999.dkr.ecr.us-east-1.amazonaws.com:443/evil:1",
        "999999999999.dkr-ecr.us-east-1.on.aws/evil",
    ],
)
def test_the_registry_of_an_account_outside_the_organization_fails_if_its_accounts_are_known(image: str) -> None:
    known, unknown = judge_images(image), judge_images(image, params=Parameters())

    assert (known.status, known.reasons) == (FAIL, ("foreign-registry",))
    assert (unknown.status, unknown.reasons) == (UNKNOWN, ("registry-account-unknown",))


def test_a_public_image_fails_next_to_one_of_an_unknown_account() -> None:
    verdict = judge_images(f"{ECR}/app", "nginx", params=Parameters())

    assert (verdict.status, failing_parts(verdict)) == (FAIL, ["1"])


@pytest.mark.parametrize("accounts", [("",), ("1234",), ("111122223333 ",), ("1111-2222-3333",)], ids=repr)
def test_a_malformed_account_is_refused(accounts: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="12 digits"):
        Parameters(accounts=accounts)


def test_a_container_without_an_image_fails() -> None:
    evidence = Evidence("0", "container", ("no-image",), {"image": ""})

    assert judge_images("") == Verdict(FAIL, ("no-image",), (evidence,))


def test_the_evidence_shows_the_parsed_name() -> None:
    assert details(judge_images("nginx:1.27")) == {
        "image": "nginx:1.27",
        "registry": "docker.io",
        "repository": "library/nginx",
    }


def test_the_evidence_names_only_failing_containers() -> None:
    verdict = judge_images("nginx", f"{ECR}/app", "", "quay.io/a/b")

    assert verdict.reasons == ("no-image", "untrusted-registry")
    assert failing_parts(verdict) == ["0", "2", "3"]


@pytest.mark.parametrize(
    ("pattern", "image", "status"),
    [
        pytest.param("quay.io", "quay.io/team/app", PASS, id="a registry with all its repositories"),
        pytest.param("QUAY.io", "quay.io/team/app", PASS, id="registries ignore case"),
        pytest.param("quay.io/team/*", "quay.io/team/app", PASS, id="a namespace"),
        pytest.param("quay.io/team/*", "quay.io/team/a/b", PASS, id="a nested repository of a namespace"),
        pytest.param("quay.io/team/*", "quay.io/other/app", FAIL, id="another namespace"),
        pytest.param("quay.io/team", "quay.io/team/app", FAIL, id="a repository is compared exactly"),
        pytest.param("docker.io/library/*", "nginx", PASS, id="official images by their full name"),
        pytest.param("docker.io/library/*", "grafana/grafana", FAIL, id="users of Docker Hub are not official"),
        pytest.param("library/*", "nginx", FAIL, id="the first part is the registry"),
        pytest.param("*.example.com", "a.example.com/app", PASS, id="a star matches one label"),
        pytest.param("*.example.com", "a.b.example.com/app", FAIL, id="a star does not match two labels"),
        pytest.param("*.example.com", "evil.example/a.example.com", FAIL, id="a star does not match a repository"),
        pytest.param("host:5000", "host:5000/app", PASS, id="a port is part of the registry"),
        pytest.param("host", "host:5000/app", FAIL, id="another port is another registry"),
        pytest.param("111122223333.dkr.ecr.*.amazonaws.com", f"{ECR}/app", PASS, id="one account, all regions"),
        pytest.param("444455556666.dkr.ecr.*.amazonaws.com", f"{ECR}/app", FAIL, id="another account"),
    ],
)
def test_the_registries_are_a_parameter(pattern: str, image: str, status: Status) -> None:
    assert judge_images(image, params=Parameters(registries=(pattern,), accounts=("999988887777",))).status is status


@pytest.mark.parametrize("registries", [(), ("",), ("/team",), ("quay.io", "")], ids=repr)
def test_a_list_without_a_registry_is_refused(registries: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="at least one registry"):
        Parameters(registries=registries)


def test_managed_daemons_are_judged_too() -> None:
    assert judge(check, daemon_definition(containers=(Container("agent", "nginx"),))).status is FAIL


def test_the_table_of_the_manual_page_is_true() -> None:
    rows = table(check.manual, "image")

    assert len(rows) == 5
    for images, registry, repository in rows:
        for image in images.split(", "):
            expected = image.partition("/")[0] if registry == "as written" else registry
            assert parse_image(image) == (expected, repository), image
