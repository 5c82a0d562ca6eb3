"""Endpoints in the AWS configuration file: like the variables of the environment, they redirect signed requests."""

from typing import Any

import botocore.session
from botocore.exceptions import BotoCoreError

_KEY = "endpoint_url"


def profile_endpoints() -> list[tuple[str, str]]:
    """Return what sets an endpoint in the active profile and its `services` section, and the URL, sorted."""
    session = botocore.session.Session()
    try:
        if session.get_config_variable("ignore_configured_endpoint_urls"):
            return []
        profile: dict[str, Any] = session.get_scoped_config()
        sections: dict[str, Any] = session.full_config.get("services", {})
    except BotoCoreError:
        return []  # a profile that does not exist is reported with the first call
    name = session.profile or "default"
    services: dict[str, Any] = sections.get(profile.get("services", ""), {})
    urls = [(f"{_KEY} of profile {name}", profile.get(_KEY))]
    urls += [(f"{_KEY} of {service} in profile {name}", values.get(_KEY)) for service, values in services.items()]
    return sorted((source, str(url)) for source, url in urls if url)
