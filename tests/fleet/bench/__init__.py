"""Speed and size of the auditor beside a floor, on one simulated organization, in one sitting."""
