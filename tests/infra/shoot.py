"""Takes a picture of a page.

    python -m tests.infra.shoot http://localhost:8000/ out.png --width 390 --height 844 --dark --full

Prints what a person would not see: console errors, failed requests, the status and the final address.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from urllib.parse import urlsplit

from tests.infra.browser import Screen, new_context, opened


def main() -> int:
    """Open the page, carry out the steps asked for, take the picture."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("url", help="http address, or a path to a local file")
    parser.add_argument("out", type=Path)
    parser.add_argument("--width", type=int, default=1280)
    parser.add_argument("--height", type=int, default=800)
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--full", action="store_true", help="the whole page, not only what fits the screen")
    parser.add_argument("--cookie", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--login", metavar="EMAIL:PASSWORD", help="sign in on /login first")
    parser.add_argument("--timezone", default="Europe/Paris")
    parser.add_argument(
        "--click", action="append", default=[], metavar="SELECTOR", help="click, in this order"
    )
    parser.add_argument("--wait-for", metavar="SELECTOR", help="wait until this is visible")
    parser.add_argument("--wait", type=float, default=0.5, metavar="SECONDS", help="let the page settle")
    arguments = parser.parse_args()

    url = arguments.url
    if "://" not in url:
        file, _, fragment = url.partition("#")
        url = Path(file).resolve().as_uri() + (f"#{fragment}" if fragment else "")
    parts = urlsplit(url)
    screen = Screen("given", arguments.width, arguments.height, is_phone=arguments.width < 640)
    problems: list[str] = []
    with opened() as browser:
        context = new_context(
            browser,
            screen=screen,
            theme="dark" if arguments.dark else "light",
            timezone=arguments.timezone,
            base_url=f"{parts.scheme}://{parts.netloc}" if parts.netloc else None,
        )
        for cookie in arguments.cookie:
            name, _, value = cookie.partition("=")
            context.add_cookies([{"name": name, "value": value, "domain": parts.hostname or "", "path": "/"}])
        page = context.new_page()
        page.on(
            "console", lambda said: problems.append(said.text) if said.type in ("error", "warning") else None
        )
        page.on("pageerror", lambda error: problems.append(f"uncaught: {error}"))
        page.on("requestfailed", lambda request: problems.append(f"failed: {request.url} {request.failure}"))
        if arguments.login:
            email, _, password = arguments.login.partition(":")
            page.goto("/login")
            page.get_by_label("Email").fill(email)
            page.get_by_label("Password", exact=True).fill(password)
            page.get_by_role("button", name="Sign in", exact=True).click()
            page.wait_for_url(lambda address: urlsplit(address).path.rstrip("/") != "/login")
        answer = page.goto(url)
        for selector in arguments.click:
            page.locator(selector).first.click()
        if arguments.wait_for:
            page.locator(arguments.wait_for).first.wait_for()
        page.wait_for_timeout(arguments.wait * 1000)
        arguments.out.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=arguments.out, full_page=arguments.full)
        sys.stdout.write(f"{answer.status if answer else '-'} {page.url} -> {arguments.out}\n")
        for problem in problems:
            sys.stdout.write(f"  {problem}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
