"""Remediation plans: the corrected document of a resource, and the steps that apply it and roll it back.

`plan` holds the steps as data, `script` renders them as shell scripts, and `steps_page` as a page. `manual_steps` is
for findings that no corrected document fixes. Each service has a package of its own, which `service` finds. AWS is
called through a client that the command passes in.
"""
