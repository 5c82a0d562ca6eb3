from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from typing import Any

import botocore.session
from botocore.credentials import Credentials, ReadOnlyCredentials

from auditor.demo import running
from auditor.demo.model import EXTERNAL_ID, HOME_REGION, REGIONS, ROLE_NAME, DemoAccount
from auditor.demo.organization import ACCOUNTS

_keys: ContextVar[ReadOnlyCredentials] = ContextVar("keys")


class ThreadCredentials(Credentials):
    """The credentials of the calling thread, so that one client serves every account."""

    def get_frozen_credentials(self) -> ReadOnlyCredentials:
        return _keys.get()


def test_64_threads_with_shared_clients_each_read_their_own_account() -> None:
    scopes = [
        (account, region)
        for account in ACCOUNTS
        if account.audited and account.role_deployed
        for region in REGIONS
        if region not in account.denied_regions
    ]
    with running():
        sts: Any = botocore.session.get_session().create_client("sts", HOME_REGION)
        session: Any = botocore.session.get_session()
        session._credentials = ThreadCredentials("never", "used")
        shared = {region: session.create_client("ecs", region) for region in REGIONS}

        def read(scope: tuple[DemoAccount, str]) -> set[str]:
            account, region = scope
            role = f"arn:aws:iam::{account.id}:role/{ROLE_NAME}"
            answer = sts.assume_role(RoleArn=role, RoleSessionName="test", ExternalId=EXTERNAL_ID)["Credentials"]
            keys = ReadOnlyCredentials(answer["AccessKeyId"], answer["SecretAccessKey"], answer["SessionToken"])
            token = _keys.set(keys)
            try:
                families = shared[region].list_task_definition_families()["families"]
                return {
                    shared[region].describe_task_definition(taskDefinition=family)["taskDefinition"][
                        "taskDefinitionArn"
                    ]
                    for family in families
                    if (family, region) != ("spark-history-server", "eu-west-1")
                }
            finally:
                _keys.reset(token)

        with ThreadPoolExecutor(64) as pool:
            results = list(pool.map(read, scopes * 4))
    assert results == [expected(account, region) for account, region in scopes] * 4


def expected(account: DemoAccount, region: str) -> set[str]:
    return {
        f"arn:aws:ecs:{region}:{account.id}:task-definition/{family.name}:{len(family.revisions)}"
        for family in account.families
        if region in family.regions and family.denied_in != region
    }
