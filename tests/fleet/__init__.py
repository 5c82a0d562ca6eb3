"""A stand-in for AWS over real HTTP that knows the expected findings of what it serves and injects faults on request.

with running(Shape(accounts=50, regions=5), faults=[Fault("reset", rate=0.02)]) as fleet:
    subprocess.run([...], env=fleet.env())
    fleet.report()
"""

from tests.fleet.faults import Fault
from tests.fleet.organization import Large, Shape
from tests.fleet.running import Fleet, running
from tests.fleet.token_buckets import Drain

__all__ = ["Drain", "Fault", "Fleet", "Large", "Shape", "running"]
