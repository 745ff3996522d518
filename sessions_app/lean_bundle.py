"""Makes the browser's part of the app small: what Reflex bundles by default and our pages never use stays out.

Decides two things about the build, through the hooks Reflex gives its plugins:

* Elements are made by React itself. Reflex makes them with Emotion, a style engine of 10 kB that every page would
  load first; our styles are Tailwind classes. A value that is only known at run time (where a block stands on a time
  axis) reaches the element as a plain inline style. A rule that only a style sheet can hold fails the build.
* Icons that four pages or more draw travel in one file. Reflex makes a file of each, which costs more in answers
  than in drawings.

``tests/serving/test_first_load.py`` measures what is left.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import reflex as rx
from reflex_base.constants import ReactRouter

PLAIN_JSX = "utils/plain-jsx.js"
_PLAIN_JSX_SOURCE = """\
import { createElement } from "react";

export function jsx(type, props, ...children) {
  if (!props?.css) return createElement(type, props, ...children);
  const { css, ...rest } = props;
  for (const [name, value] of Object.entries(css)) {
    if (value !== null && typeof value === "object") throw new Error(`${name} needs a class: see lean_bundle.py`);
  }
  return createElement(type, { ...rest, style: css }, ...children);
}
"""
_ALIAS = (
    "    alias: [\n",
    "      { find: /^@emotion\\/react$/, replacement: fileURLToPath(new URL("
    f'"./{PLAIN_JSX}", import.meta.url)) }},\n',
)
_ICONS = (
    "          groups: [\n",
    '            { test: /node_modules\\/lucide-react/, name: "icons", minShareCount: 4 },\n',
)


class LeanBundle(rx.plugins.Plugin):
    """The plugin that ``rxconfig.py`` lists."""

    def get_static_assets(self, **context: Any) -> Sequence[tuple[Path, str | bytes]]:
        """The file that stands in for the style engine."""
        return [(Path(PLAIN_JSX), _PLAIN_JSX_SOURCE)]

    def pre_compile(self, **context: Any) -> None:
        """Have the bundler's settings changed once Reflex has written them."""
        add: Callable[[str, Callable[[str], str]], None] = context["add_modify_task"]
        add(ReactRouter.VITE_CONFIG_FILE, slimmed)


def slimmed(config: str) -> str:
    """The bundler's settings with ours added. Raises ``RuntimeError`` when Reflex writes them in another shape."""
    for anchor, line in (_ALIAS, _ICONS):
        if line in config:
            continue
        if config.count(anchor) != 1:
            raise RuntimeError(
                f"vite.config.js has no single {anchor.strip()!r}: see sessions_app/lean_bundle.py"
            )
        config = config.replace(anchor, anchor + line)
    return config
