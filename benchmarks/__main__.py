"""Run every benchmark of this package; answers 1 when one of them misses a target.

python -m benchmarks            all of them: booking, endpoints, screens, slots
python -m benchmarks slots      some of them

Times mean something on a machine that does nothing else; ratios stand in one run with their reference.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pkgutil import iter_modules

import benchmarks

NOT_BENCHMARKS = {"__main__", "bare", "report"}


def main(chosen: list[str]) -> int:
    """Run the chosen benchmarks, or all, one after the other."""
    names = [module.name for module in iter_modules(benchmarks.__path__) if module.name not in NOT_BENCHMARKS]
    unknown = sorted(set(chosen) - set(names))
    if unknown:
        print(f"There is no benchmark {', '.join(unknown)}; there are {', '.join(names)}.", file=sys.stderr)
        return 2
    return max([import_module(f"benchmarks.{name}").main() for name in chosen or names], default=0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
