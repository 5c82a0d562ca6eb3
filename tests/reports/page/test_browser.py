"""The HTML report in a real browser: no errors, no requests, no horizontal scrolling, legible and accessible."""
# ruff: noqa: ANN401 - the types of playwright are not available if it is not installed

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.reports import rendered, scenarios

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed"),
]

SCENARIOS = {
    "everyday": scenarios.everyday,
    "hostile": scenarios.hostile,
    "clean": scenarios.nothing_wrong,
    "refused": scenarios.all_refused,
    "no-accounts": scenarios.no_accounts,
    "rules": scenarios.rule_book,
}
WIDTHS = (390, 1440)
SCHEMES = ("light", "dark")
VIEWS = [
    {"color_scheme": scheme, "viewport": {"width": width, "height": 900}} for scheme in SCHEMES for width in WIDTHS
]
#: Loaded by the browser itself.
_INTERNAL = ("data:",)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("reports")
    for name, scenario in SCENARIOS.items():
        (folder / f"{name}.html").write_text(rendered.html(scenario()), "utf-8")
    return {name: folder / f"{name}.html" for name in SCENARIOS}


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm, which installs axe-core, is not installed")
    folder = tmp_path_factory.mktemp("axe")
    command = [npm, "install", "--ignore-scripts", "--no-audit", "--no-fund", "axe-core"]
    process = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=120)
    script = folder / "node_modules" / "axe-core" / "axe.min.js"
    if not script.exists():
        pytest.skip(f"axe-core could not be installed: {process.stderr[-200:]}")
    return script.read_text("utf-8")


def opened(browser: Any, path: Path, **options: Any) -> Any:
    page = browser.new_context(**{"offline": True, "viewport": {"width": 1440, "height": 900}, **options}).new_page()
    page.goto(path.as_uri())
    return page


@pytest.mark.parametrize("name", SCENARIOS)
def test_page_has_no_errors_and_makes_no_requests(browser: Any, reports: dict[str, Path], name: str) -> None:
    context = browser.new_context(offline=True)
    page = context.new_page()
    errors: list[str] = []
    requests: list[str] = []
    page.on("console", lambda message: errors.append(message.text))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("dialog", lambda dialog: errors.append(dialog.message))
    page.on("request", lambda request: requests.append(request.url))
    page.goto(reports[name].as_uri())
    page.fill("#query", "prod")
    page.fill("#query", "")
    assert errors == []
    assert [url for url in requests if not url.startswith(_INTERNAL)] == [reports[name].as_uri()]
    context.close()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", SCENARIOS)
def test_page_does_not_scroll_sideways(browser: Any, reports: dict[str, Path], name: str, width: int) -> None:
    page = opened(browser, reports[name], viewport={"width": width, "height": 900})
    page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(_OVERFLOWING) == []
    page.context.close()


def test_everything_can_be_read_without_javascript(browser: Any, reports: dict[str, Path]) -> None:
    page = opened(browser, reports["everyday"], java_script_enabled=False)
    text = page.inner_text("body")
    assert text.startswith("INCOMPLETE: 6 of 10 accounts were fully examined")
    for summary in scenarios.everyday().accounts:
        assert summary.account.id in text
    assert "cadvisor is privileged and runs as root" in text
    assert "Not in use" in text
    assert "CIS AWS Compute Services Benchmark 1.1.0" in text
    assert "The role could not be assumed" in text
    assert not page.is_visible("#filter")
    assert page.locator("button").count() == 0
    page.locator("summary", has_text="What to change").first.click()
    assert '"privileged": false' in page.inner_text("#failures")
    page.context.close()


def test_filter_shows_matching_rows_and_their_number(browser: Any, reports: dict[str, Path]) -> None:
    page = opened(browser, reports["everyday"])
    page.keyboard.press("/")
    page.keyboard.type("metrics us-east-1")
    assert page.locator("ol.failures > li:visible").count() == 1
    assert page.inner_text("#matches").startswith("1 of ")
    assert page.url.endswith("#q=metrics%20us-east-1")
    page.keyboard.press("Escape")
    assert page.locator("ol.failures > li:visible").count() == 9
    page.context.close()


def test_filter_by_account(browser: Any, reports: dict[str, Path]) -> None:
    page = opened(browser, reports["everyday"])
    page.fill("#query", "payments-prod")
    assert page.locator("ol.failures > li:visible").count() == 3
    page.context.close()


def test_filter_by_check_unfolds_its_failures(browser: Any, reports: dict[str, Path]) -> None:
    page = opened(browser, reports["rules"])
    page.fill("#query", "ecs-rule-29")
    assert page.locator("ol.failures > li:visible").count() == 0
    page.fill("#query", "ecs-rule-21")
    assert page.locator("ol.failures > li:visible").count() == 12
    page.context.close()


def test_link_in_the_contents_unfolds_its_target(browser: Any, reports: dict[str, Path]) -> None:
    page = opened(browser, reports["rules"])
    last = page.locator("details.check").last
    assert last.get_attribute("open") is None
    anchor = last.locator("h3").get_attribute("id")
    page.click(f".contents a[href='#{anchor}']")
    page.wait_for_function("(id) => document.getElementById(id).closest('details').open", arg=anchor)
    assert last.locator("ol.failures > li:visible").count() > 0
    page.context.close()


def test_folds_open_without_javascript(browser: Any, reports: dict[str, Path]) -> None:
    page = opened(browser, reports["rules"], java_script_enabled=False)
    last = page.locator("details.check").last
    assert last.locator("ol.failures > li:visible").count() == 0
    last.locator("summary").first.click()
    assert last.locator("ol.failures > li:visible").count() > 0
    page.context.close()


def test_json_to_paste_can_be_copied(browser: Any, reports: dict[str, Path]) -> None:
    page = opened(browser, reports["everyday"], permissions=["clipboard-read", "clipboard-write"])
    page.locator("summary", has_text="What to change").first.click()
    page.locator("button", has_text="Copy").first.click()
    page.locator("button", has_text="Copied").first.wait_for()
    assert '"containerDefinitions"' in page.evaluate("navigator.clipboard.readText()")
    page.context.close()


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("name", ["everyday", "clean", "rules"])
def test_text_has_enough_contrast(browser: Any, reports: dict[str, Path], name: str, scheme: str) -> None:
    page = opened(browser, reports[name], color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (background == "rgb(21, 23, 26)") is (scheme == "dark")
    assert page.evaluate(_LOW_CONTRAST) == []
    page.context.close()


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: f"{view['color_scheme']}-{view['viewport']['width']}")
@pytest.mark.parametrize("name", SCENARIOS)
def test_axe_finds_no_violations(
    browser: Any, reports: dict[str, Path], axe: str, name: str, view: dict[str, Any]
) -> None:
    page = opened(browser, reports[name], **view)
    page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
    page.evaluate(axe)
    violations = page.evaluate("axe.run().then((results) => results.violations)")
    assert [(violation["id"], violation["nodes"][0]["html"][:200]) for violation in violations] == []
    page.context.close()


_OVERFLOWING = """() => [...document.querySelectorAll("body *")].filter((node) => {
  const box = node.getBoundingClientRect();
  const hidden = node.closest("thead, svg, [hidden]") !== null;
  return !hidden && box.width > 0 && box.right > innerWidth + 1;
}).map((node) => node.outerHTML.slice(0, 120))"""

_LOW_CONTRAST = """() => {
  const parse = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
  const luminance = ([r, g, b]) => [r, g, b].map((channel) => channel / 255)
    .map((channel) => (channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4))
    .reduce((sum, channel, index) => sum + channel * [0.2126, 0.7152, 0.0722][index], 0);
  const background = (node) => {
    for (let parent = node; parent; parent = parent.parentElement) {
      const colour = parse(getComputedStyle(parent).backgroundColor);
      if (colour.length === 3 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  return [...document.querySelectorAll("body *")].filter((node) => {
    if (![...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim())) return false;
    if (!node.checkVisibility() || node.closest("script, style")) return false;
    const text = luminance(parse(getComputedStyle(node).color));
    const [dark, light] = [text, luminance(background(node))].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05) < 4.5;
  }).map((node) => node.outerHTML.slice(0, 120));
}"""
