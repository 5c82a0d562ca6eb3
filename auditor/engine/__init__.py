"""Floor 4: fan out, judge, fan in; the only home of threads."""
